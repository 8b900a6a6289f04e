import { z } from "zod";
import { matchesGlob } from "../../glob.ts";
import { isUnknown, type ResourceRule, read, violation } from "../../rule.ts";

const values = z.object({
  directTo: z.array(z.string().min(1)).default(["*.elb.*.amazonaws.com"]).meta({
    description:
      "Where names may lead without Cloudflare in between: load balancers that end TLS themselves. `*` stands for any characters.",
  }),
});

/** Records that lead a browser somewhere. */
const addresses: readonly unknown[] = ["A", "AAAA", "CNAME"];

export const proxyCloudflareDnsRecord = {
  name: "cloudflare-dns-record-proxy",
  description:
    "Names of workspaces and of the API lead to Cloudflare, which ends TLS and hides the origin, or to a load balancer that does.",
  severity: "mandatory",
  values,
  types: ["cloudflare:index/dnsRecord:DnsRecord", "cloudflare:index/record:Record"],
  check(subject, settings) {
    const { directTo } = values.parse(settings);
    const { props } = subject;
    const content = read(props, "content");
    const proxied = read(props, "proxied");
    const name = read(props, "name");
    // Names that begin with "_" are read by machines: proofs of ownership, mail.
    const forMachines = typeof name === "string" && name.startsWith("_");
    if (!addresses.includes(read(props, "type")) || forMachines) return [];
    if (proxied === true || isUnknown(proxied) || typeof content !== "string") return [];
    if (directTo.some((glob) => matchesGlob(glob, content))) return [];
    return [
      violation(
        subject,
        `${String(isUnknown(name) ? "the name" : name)} leads to ${content} past Cloudflare: its address is told to everyone, and nothing ends TLS before it.`,
        "Set proxied to true, or name the target in the policy's directTo.",
      ),
    ];
  },
} satisfies ResourceRule;
