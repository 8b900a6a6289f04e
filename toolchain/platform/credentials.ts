import { execFileSync } from "node:child_process";
import { generateKeyPairSync, randomBytes, X509Certificate } from "node:crypto";
import { chmodSync, existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { apiServerAddress, files, type NodeKind } from "./components.ts";

/** Name of the real node, which Kubernetes' node authorizer takes from its user's name. */
export const realNodeName = "berth-node";

/** Who may talk to the local platform's API server by a token of its own; all others have service accounts. */
const users = {
  admin: { name: "admin", groups: "system:masters" },
  "kube-controller-manager": { name: "system:kube-controller-manager", groups: "" },
  "kube-scheduler": { name: "system:kube-scheduler", groups: "" },
  kwok: { name: "berth:simulated-nodes", groups: "" },
  kubelet: { name: `system:node:${realNodeName}`, groups: "system:nodes" },
  "kube-proxy": { name: "system:kube-proxy", groups: "" },
  "network-policies": { name: "berth:network-policies", groups: "" },
  "local-volumes": { name: "berth:local-volumes", groups: "" },
} as const;

export type User = keyof typeof users;

const always = ["admin", "kube-controller-manager", "kube-scheduler"] as const;
const usersOf: Readonly<Record<NodeKind, readonly User[]>> = {
  simulated: [...always, "kwok"],
  real: [...always, "kubelet", "kube-proxy", "network-policies", "local-volumes"],
};

/** Certificates that end within this time are made anew. */
const renewWithinMs = 30 * 24 * 60 * 60 * 1000;

/** Makes what is missing of the keys and tokens, and removes certificates that are about to end. */
export function ensureCredentials(folder: string, node: NodeKind): void {
  const key = join(folder, files.serviceAccountKey);
  if (!existsSync(key)) {
    const { privateKey } = generateKeyPairSync("rsa", {
      modulusLength: 2048,
      publicKeyEncoding: { type: "spki", format: "pem" },
      privateKeyEncoding: { type: "pkcs8", format: "pem" },
    });
    writeFileSync(key, privateKey, { mode: 0o600 });
  }
  const tokens = join(folder, files.tokens);
  if (!existsSync(tokens)) {
    const lines = usersOf[node].map((user) => {
      const { name, groups } = users[user];
      return `${randomBytes(32).toString("hex")},${name},${name},"${groups}"`;
    });
    writeFileSync(tokens, `${lines.join("\n")}\n`, { mode: 0o600 });
  }
  if (node === "real") ensureKubeletClient(folder);
  const serving = join(folder, files.servingCertificate);
  if (existsSync(serving) && endsSoon(serving)) {
    rmSync(serving);
    rmSync(serving.replace(/crt$/, "key"), { force: true });
  }
}

/** What the API server shows to the kubelet: a certificate that is its own authority, trusted there and nowhere else. */
function ensureKubeletClient(folder: string): void {
  const certificate = join(folder, files.kubeletClientCertificate);
  if (existsSync(certificate) && !endsSoon(certificate)) return;
  const subject = "/O=system:masters/CN=kube-apiserver-kubelet-client";
  execFileSync(
    "openssl",
    [
      ...["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "365"],
      ...["-subj", subject, "-addext", "extendedKeyUsage=clientAuth"],
      ...["-keyout", join(folder, files.kubeletClientKey), "-out", certificate],
    ],
    { stdio: "ignore" },
  );
  chmodSync(join(folder, files.kubeletClientKey), 0o600);
}

function endsSoon(certificate: string): boolean {
  const ends = new X509Certificate(readFileSync(certificate)).validToDate.getTime();
  return ends - Date.now() < renewWithinMs;
}

/** The token of one of the platform's own users. */
export function readToken(folder: string, user: User): string {
  for (const line of readFileSync(join(folder, files.tokens), "utf8").split("\n")) {
    const [token, name] = line.split(",");
    if (token && name === users[user].name) return token;
  }
  throw new Error(
    `The tokens in ${join(folder, files.tokens)} do not name ${users[user].name}: remove the folder ${folder} and start again.`,
  );
}

/**
 * The authority that signed the API server's certificate, in PEM: the API server writes it behind its own
 * certificate in the same file.
 */
export function readAuthority(folder: string): string {
  const certificates = readFileSync(join(folder, files.servingCertificate), "utf8").match(
    /-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----\n?/g,
  );
  const authority = certificates?.find((text) => new X509Certificate(text).ca);
  if (!authority)
    throw new Error(`${join(folder, files.servingCertificate)} holds no authority: remove it and start again.`);
  return authority;
}

/** How to reach a cluster with a token. */
export interface Access {
  readonly server: string;
  /** The authority to trust, in PEM. */
  readonly authority: string;
  readonly token: string;
}

/** Where a platform's API server listens. */
export interface Listening {
  readonly node: NodeKind;
  readonly port: number;
}

/** The API server's address. */
export const serverOf = ({ node, port }: Listening): string => `https://${apiServerAddress[node]}:${port}`;

/** The way in for the administrator of the platform in that folder. @throws Error before it has its certificate. */
export function adminAccess(folder: string, listening: Listening): Access {
  return { server: serverOf(listening), authority: readAuthority(folder), token: readToken(folder, "admin") };
}

/** Writes a kubeconfig (as JSON, which is YAML), readable by its owner only. */
export function writeKubeconfig(file: string, { server, authority, token }: Access, namespace?: string): void {
  const config = {
    apiVersion: "v1",
    kind: "Config",
    "current-context": "berth-local",
    clusters: [
      {
        name: "berth-local",
        cluster: { server, "certificate-authority-data": Buffer.from(authority).toString("base64") },
      },
    ],
    users: [{ name: "berth-local", user: { token } }],
    contexts: [
      {
        name: "berth-local",
        context: { cluster: "berth-local", user: "berth-local", ...(namespace ? { namespace } : {}) },
      },
    ],
  };
  writeFileSync(file, `${JSON.stringify(config, null, 2)}\n`, { mode: 0o600 });
}
