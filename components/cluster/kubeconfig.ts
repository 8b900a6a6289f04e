import { z } from "zod";

/** The part of a kubeconfig that says where the API server is. */
const kubeconfig = z.object({
  clusters: z.tuple(
    [
      z.object({
        cluster: z.object({ server: z.string(), "certificate-authority-data": z.string().default("") }),
      }),
    ],
    z.unknown(),
  ),
});

/** Where a kubeconfig's (first) API server is, and the authority of its certificate in base64, "" when it names none. */
export function readKubeconfig(text: string) {
  const [{ cluster }] = kubeconfig.parse(JSON.parse(text)).clusters;
  return { server: cluster.server, certificateAuthority: cluster["certificate-authority-data"] };
}
