import { isIP } from "node:net";
import { z } from "zod";
import { cidrBlock } from "../components/core/cidr.ts";

/** The forms that values of the environment have. What is wrong with one is said by its variable. */

export function whole(least: number, most: number) {
  return z
    .string()
    .regex(/^(0|[1-9]\d{0,9})$/)
    .transform(Number)
    .pipe(z.int().min(least).max(most));
}

export function list<Item extends z.ZodType<string, string>>(item: Item) {
  const parts = (text: string) => text.split(",").map((part) => part.trim());
  return z.string().transform(parts).pipe(z.array(item).min(1));
}

export const port = whole(0, 65535);
export const host = z.string().regex(/^[A-Za-z0-9]([-A-Za-z0-9.]{0,251}[A-Za-z0-9])?$|^[0-9a-fA-F:]*:[0-9a-fA-F:.]*$/);
export const path = z.string().regex(/^[^\0]{1,4000}$/);
export const label = z.string().regex(/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/);
export const domain = z
  .string()
  .max(200)
  .regex(/^([a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?\.)+[a-z]([-a-z0-9]{0,61}[a-z0-9])?$/);
export const origin = z
  .string()
  .refine((text) => URL.canParse(text) && /^https?:/.test(text) && new URL(text).origin === text);
/** Where a browser is sent to: with a path and a query, and no fragment, which would take what is added to it. */
export const pageUrl = z
  .string()
  .max(1000)
  .refine((text) => URL.canParse(text) && /^https?:$/.test(new URL(text).protocol) && !text.includes("#"));
/** A DNS server: an address, with a port where it is not 53. */
export const dnsServer = z.string().refine((text) => {
  const [, bracketed, plain, port = "53"] = /^(?:\[([^\]]+)\]|([^:[\]]+))(?::(\d{1,5}))?$/.exec(text) ?? [];
  const family = isIP(bracketed ?? plain ?? text);
  if (bracketed === undefined && plain === undefined) return family === 6;
  return family === (bracketed === undefined ? 4 : 6) && Number(port) >= 1 && Number(port) <= 65_535;
});
export const network = z.string().refine((text) => {
  const [address = "", prefix, ...rest] = text.split("/");
  const bits = isIP(address) === 4 ? 32 : isIP(address) === 6 ? 128 : -1;
  return (
    bits > 0 && rest.length === 0 && (prefix === undefined || (/^\d{1,3}$/.test(prefix) && Number(prefix) <= bits))
  );
});
export const block = network.refine((text) => cidrBlock.safeParse(text).success);
export const webhookSecret = z.string().refine((text) => {
  const key = /^whsec_([A-Za-z0-9+/]+={0,2})$/.exec(text)?.[1] ?? "";
  const bytes = Buffer.from(key, "base64");
  return (
    bytes.length >= 16 && bytes.length <= 128 && bytes.toString("base64").replace(/=+$/, "") === key.replace(/=+$/, "")
  );
});
export const image = z.string().regex(/^[a-z]([-a-z0-9]{0,38}[a-z0-9])?=[a-z0-9][-a-zA-Z0-9._/:@]{0,300}$/);
export const postgresUrl = z
  .string()
  .refine((text) => URL.canParse(text) && /^postgres(ql)?:$/.test(new URL(text).protocol));
export const backendUrl = z
  .string()
  .refine((text) => URL.canParse(text) && /^(file|s3|gs|azblob):$/.test(new URL(text).protocol));
/** ARN of a secret: https://docs.aws.amazon.com/service-authorization/latest/reference/list_awssecretsmanager.html */
export const secretArn = z
  .string()
  .regex(/^arn:aws[-a-z]*:secretsmanager:[a-z]{2}[-a-z0-9]+-\d:\d{12}:secret:[\w/+=.@!-]{1,519}$/);
/** Name of a region of AWS: https://docs.aws.amazon.com/global-infrastructure/latest/regions/aws-regions.html */
export const region = z.string().regex(/^[a-z]{2}(-[a-z]+)+-\d$/);
/** `passphrase`, or a key of AWS as Pulumi takes it: https://www.pulumi.com/docs/iac/concepts/secrets/ */
export const secretsProvider = z
  .string()
  .refine((text) => text === "passphrase" || (URL.canParse(text) && /^awskms:\/\/\/?[^/?]/.test(text)));
