import { z } from "zod";
import { matchesGlob } from "../../glob.ts";
import { isRecord, type ResourceRule, read, readList, violation } from "../../rule.ts";
import { isOn } from "../aws-shared/words.ts";

const values = z.object({
  plainTo: z.array(z.string().min(1)).default(["*.svc", "*.svc.cluster.local", "localhost", "127.0.0.1"]).meta({
    description:
      "Hosts that a tunnel reaches by plain HTTP: within the cluster or the machine that it runs in. `*` stands for any characters.",
  }),
});

export const verifyCloudflareTunnelOrigin = {
  name: "cloudflare-tunnel-config-verify-origin",
  description:
    "What a tunnel carries goes on in TLS with a certificate that is checked, or does not leave the cluster.",
  severity: "mandatory",
  values,
  types: ["cloudflare:index/zeroTrustTunnelCloudflaredConfig:ZeroTrustTunnelCloudflaredConfig"],
  check(subject, settings) {
    const { plainTo } = values.parse(settings);
    const config = read(subject.props, "config");
    const ingresses = readList(config, "ingresses");
    const unchecked = [
      ["config.originRequest", read(config, "originRequest")] as const,
      ...ingresses.map(
        (ingress, index) => [`config.ingresses[${index}].originRequest`, read(ingress, "originRequest")] as const,
      ),
    ].filter(([, request]) => isRecord(request) && isOn(read(request, "noTlsVerify")));
    return [
      ...unchecked.map(([path]) =>
        violation(
          subject,
          `${path}.noTlsVerify is true: anybody on the way can stand for the origin.`,
          "Take it out, and give caPool where the certificate is of your own authority.",
        ),
      ),
      ...ingresses.flatMap((ingress, index) => {
        const service = read(ingress, "service");
        const host = typeof service === "string" ? /^(?:http|ws):\/\/([^:/]+)/.exec(service)?.[1] : undefined;
        return host === undefined || plainTo.some((glob) => matchesGlob(glob, host))
          ? []
          : [
              violation(
                subject,
                `config.ingresses[${index}].service is ${String(service)}: what the tunnel carries goes on in plain.`,
                "Use https://, or name the host in the policy's plainTo.",
              ),
            ];
      }),
    ];
  },
} satisfies ResourceRule;
