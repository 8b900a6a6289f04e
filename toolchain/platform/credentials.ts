import { generateKeyPairSync, randomBytes, X509Certificate } from "node:crypto";
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { files } from "./components.ts";

/** Who may talk to the local platform's API server by a token of its own; all others have service accounts. */
const users = {
  admin: { name: "admin", groups: "system:masters" },
  "kube-controller-manager": { name: "system:kube-controller-manager", groups: "" },
  "kube-scheduler": { name: "system:kube-scheduler", groups: "" },
  kwok: { name: "berth:simulated-nodes", groups: "" },
} as const;

export type User = keyof typeof users;

/** Certificates that end within this time are made anew. */
const renewWithinMs = 30 * 24 * 60 * 60 * 1000;

/** Makes what is missing of the keys and tokens, and removes certificates that are about to end. */
export function ensureCredentials(folder: string): void {
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
    const lines = Object.values(users).map(
      ({ name, groups }) => `${randomBytes(32).toString("hex")},${name},${name},"${groups}"`,
    );
    writeFileSync(tokens, `${lines.join("\n")}\n`, { mode: 0o600 });
  }
  const serving = join(folder, files.servingCertificate);
  if (existsSync(serving)) {
    const ends = new X509Certificate(readFileSync(serving)).validToDate.getTime();
    if (ends - Date.now() < renewWithinMs) {
      rmSync(serving);
      rmSync(serving.replace(/crt$/, "key"), { force: true });
    }
  }
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

/** The API server's address. */
export const serverOf = (port: number): string => `https://127.0.0.1:${port}`;

/** The way in for the administrator of the platform in that folder. @throws Error before it has its certificate. */
export function adminAccess(folder: string, port: number): Access {
  return { server: serverOf(port), authority: readAuthority(folder), token: readToken(folder, "admin") };
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
