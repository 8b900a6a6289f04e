import { AccountToken } from "@pulumi/cloudflare/accountToken.js";
import { DnsRecord } from "@pulumi/cloudflare/dnsRecord.js";
import { getZeroTrustTunnelCloudflaredTokenOutput } from "@pulumi/cloudflare/getZeroTrustTunnelCloudflaredToken.js";
import { ZeroTrustTunnelCloudflared } from "@pulumi/cloudflare/zeroTrustTunnelCloudflared.js";
import { ZeroTrustTunnelCloudflaredConfig } from "@pulumi/cloudflare/zeroTrustTunnelCloudflaredConfig.js";
import { Image } from "@pulumi/docker/image.js";
import { interpolate, secret } from "@pulumi/pulumi";
import { beforeEach, expect, test } from "vitest";
import { type CloudStack, useCloud } from "./bench.ts";

const createCloudStack = useCloud(["cloudflare", "docker"]);
let bench: CloudStack;
beforeEach(async () => {
  bench = await createCloudStack();
});

const accountId = "699d98642c564d2e855e9661899b7252";
const zoneId = "9a7806061c88ada191ed06f989cc3dac";

test("a tunnel, its rules, its token and its record, as Cloudflare makes them", async () => {
  const { outputs } = await bench.up(async () => {
    const tunnel = new ZeroTrustTunnelCloudflared("edge", { accountId, name: "berth-dev", configSrc: "cloudflare" });
    new ZeroTrustTunnelCloudflaredConfig("rules", {
      accountId,
      tunnelId: tunnel.id,
      config: { ingresses: [{ service: "http_status:404" }] },
    });
    const { token } = getZeroTrustTunnelCloudflaredTokenOutput({ accountId, tunnelId: tunnel.id });
    const content = interpolate`${tunnel.id}.cfargotunnel.com`;
    const record = new DnsRecord("api", { zoneId, name: "api.example.com", type: "CNAME", ttl: 1, content });
    const access = new AccountToken("dns", {
      accountId,
      name: "dns",
      policies: [{ effect: "allow", permissionGroups: [{ id: "82e64a83756745bbbb1c9c2701bf816b" }], resources: "{}" }],
    });
    return { tunnel: tunnel.id, token, content: record.content, record: record.id, access: secret(access.value) };
  });
  expect(outputs).toEqual({
    tunnel: expect.stringMatching(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/),
    token: expect.stringMatching(/^[A-Za-z0-9+/]+=*$/),
    content: `${outputs.tunnel}.cfargotunnel.com`,
    record: expect.stringMatching(/^[0-9a-f]{32}$/),
    access: expect.stringMatching(/^[0-9a-f]{40}$/),
  });
  expect(JSON.parse(Buffer.from(String(outputs.token), "base64").toString())).toMatchObject({
    a: accountId,
    t: outputs.tunnel,
  });
});

test("values that Cloudflare lists as the only ones are checked, and a record stays in its zone", async () => {
  const record = (type: string, zone: string) => async () => {
    new DnsRecord("api", { zoneId: zone, name: "api.example.com", type, ttl: 1, content: "192.0.2.1" });
  };
  const said = await bench.failingUp(record("ADDRESS", zoneId));
  expect(said).toContain('Found "ADDRESS"; accepted is one of "A", "AAAA", "CNAME"');
  await bench.up(record("A", zoneId));
  expect((await bench.up(record("A", accountId))).changes).toEqual({ replace: 1 });
});

test("an image's digest follows what it is built from", async () => {
  const program = (tag: string) => async () => {
    const image = new Image("desktop", {
      imageName: `111122223333.dkr.ecr.eu-central-1.amazonaws.com/desktop:${tag}`,
      build: { context: "images/desktop", platform: "linux/amd64" },
    });
    return { digest: image.repoDigest };
  };
  const first = await bench.up(program("one"));
  expect(first.outputs.digest).toMatch(
    /^111122223333\.dkr\.ecr\.eu-central-1\.amazonaws\.com\/desktop@sha256:[0-9a-f]{64}$/,
  );
  expect((await bench.up(program("one"))).changes).toEqual({});
  const second = await bench.up(program("two"));
  expect(second.changes).toEqual({ update: 1 });
  expect(second.outputs.digest).not.toBe(first.outputs.digest);
});
