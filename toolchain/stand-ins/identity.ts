import { randomUUID } from "node:crypto";
import { account, fill, hex, type Kind } from "./kinds.ts";
import type { Values } from "./values.ts";

/** What a new resource is called in the cloud. */
export function identify(kind: Kind, inputs: Values, region: string): { readonly id: string; readonly arn?: string } {
  const values: Values = {
    ...inputs,
    region,
    account,
    family: inputs.loadBalancerType === "network" ? "net" : "app",
  };
  const arnOf = (id: string) => `arn:aws:${fill(kind.arn ?? "", { ...values, id })}`.replace("https://", "");
  if (kind.id === "arn") {
    const arn = arnOf("");
    return { id: arn, arn };
  }
  const id = idOf(kind.id ?? "uuid", values);
  return { id, ...(kind.arn ? { arn: arnOf(id) } : {}) };
}

function idOf(form: string, values: Values): string {
  switch (form) {
    case "uuid":
      return randomUUID();
    case "hex32":
      return hex(32);
    case "zone":
      return `Z${hex(20).toUpperCase()}`;
    default:
      return fill(form, values);
  }
}
