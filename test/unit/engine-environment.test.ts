import { describe, expect, test } from "vitest";
import { commandStore } from "../../provisioner/engine/command-store.ts";
import { awsEnvironment, cleanEnvironment, commandEnvironment } from "../../provisioner/engine/environment.ts";

const ofPod = {
  AWS_REGION: "eu-central-1",
  AWS_CONTAINER_CREDENTIALS_FULL_URI: "http://169.254.170.23/v1/credentials",
  AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE:
    "/var/run/secrets/pods.eks.amazonaws.com/serviceaccount/eks-pod-identity-token",
};
const ours = {
  ...ofPod,
  PATH: "/bin",
  HOME: "/root",
  AWS_UNKNOWN: "1",
  DATABASE_URL: "postgres://berth:hush@db/berth",
  BERTH_ADMIN_TOKEN: "hush",
};

describe("what the Pulumi CLI gets of our environment", () => {
  test("holds what AWS' libraries need, and nothing else of ours", () => {
    expect(awsEnvironment(ours)).toEqual(ofPod);
    // The program's own process does not reach AWS at all.
    expect(cleanEnvironment(ours)).toEqual({ PATH: "/bin" });
  });

  test("names the passphrase's file only where there is one", () => {
    const settings = {
      ...{ lease: "l", backend: "s3://state", kubeconfig: "/k", folder: "/op", extra: awsEnvironment(ours) },
    };
    const without = commandEnvironment({}, { ...settings, passphrase: false });
    expect(without).toMatchObject({ ...ofPod, PULUMI_BACKEND_URL: "s3://state", KUBECONFIG: "/k" });
    expect(without).not.toHaveProperty("PULUMI_CONFIG_PASSPHRASE_FILE");
    expect(commandEnvironment({}, { ...settings, passphrase: true })).toEqual({
      ...without,
      PULUMI_CONFIG_PASSPHRASE_FILE: "/op/passphrase",
    });
  });
});

test("a stack that the CLI makes says from the first what encrypts its secrets", async () => {
  const ran: (readonly string[])[] = [];
  const run = async (args: readonly string[]) => void ran.push(args);
  const secretsProvider = "awskms:///arn:aws:kms:eu-central-1:123456789012:key/1234?region=eu-central-1";
  await commandStore(run, { stack: "ws-a", folder: "/op", secretsProvider }).ensure();
  expect(ran).toEqual([["stack", "init", "ws-a", "--no-select", "--secrets-provider", secretsProvider]]);
});
