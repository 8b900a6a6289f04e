import { createCipheriv, pbkdf2, randomBytes } from "node:crypto";
import { promisify } from "node:util";

/** Pulumi's own parameters: `config.NewSymmetricCrypterFromPassphrase` of its SDK. */
const rounds = 1_000_000;
const keyBytes = 32;
const saltBytes = 8;
const nonceBytes = 12;

/**
 * What a new stack's state says about its encryption, as Pulumi's passphrase manager writes it:
 * `v1:<salt>:v1:<nonce>:<the word "pulumi", encrypted>`, each part in base64. Made once for all stacks of a process, as
 * it costs what a fifth of an operation does. Pulumi itself checks it at each run.
 */
export async function passphraseState(passphrase: string): Promise<string> {
  const salt = randomBytes(saltBytes);
  const key = await promisify(pbkdf2)(passphrase, salt, rounds, keyBytes, "sha256");
  const nonce = randomBytes(nonceBytes);
  const cipher = createCipheriv("aes-256-gcm", key, nonce);
  const sealed = Buffer.concat([cipher.update("pulumi", "utf8"), cipher.final(), cipher.getAuthTag()]);
  return ["v1", salt.toString("base64"), "v1", nonce.toString("base64"), sealed.toString("base64")].join(":");
}
