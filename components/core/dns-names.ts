import { z } from "zod";

const label = "[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?";

/** One DNS label in lower case: the name of an installation, and of most objects of Kubernetes. */
export const dnsLabel = z
  .string()
  .regex(new RegExp(`^${label}$`), "must be one DNS label: a-z, 0-9 and '-', at most 63 characters");

/** A domain name in lower case, at least two labels, the last no number (an address is no name). */
export const domainName = z.string().regex(new RegExp(`^(?=.{1,253}$)(${label}\\.)+[a-z]([-a-z0-9]{0,61}[a-z0-9])?$`), {
  error: 'must be a whole domain name in lower case, without "https://", "*." or a last dot: ws.example.com',
  abort: true,
});
