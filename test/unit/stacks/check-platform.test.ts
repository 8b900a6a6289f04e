import { expect, test } from "vitest";
import { versionsWith } from "../../../components/cluster/versions.ts";
import { autoscalerImageTag } from "../../../components/nodes/plan-autoscaler.ts";
import { checkPlatform } from "../../../stacks/check-platform.ts";
import { changed, readPlatform, shippedConfig } from "../../support/platform-config.ts";

test("nothing is asked of what is not there yet", () => {
  expect(checkPlatform({})).toEqual([]);
});

test("every version that a cluster may have has its autoscaler", () => {
  const versions = [...versionsWith("standard"), ...versionsWith("extended")];
  expect(versions.map((version) => autoscalerImageTag(version))).toEqual(
    versions.map((version) => expect.stringMatching(new RegExp(`^v${version.replace(".", "\\.")}\\.\\d+$`))),
  );
});

test.each([
  [
    "a zone at Route53 behind a load balancer",
    { zone: { provider: "route53", zoneId: "Z0123456789ABCDEFGHIJ" }, "edge.tunnel": undefined },
  ],
  ["one way in alone", { "edge.tunnel": undefined }],
  ["a tunnel with a certificate that is bought", { "edge.serves": "tunnel", "dns.advancedCertificate": true }],
  ["weekly backups at several times, which are not looked at", { "backup.weekly.schedule": "cron(0 4 ? * SUN,WED *)" }],
  ["backups right after the maintenance", { "backup.weekly.schedule": "cron(30 4 ? * SUN *)" }],
  [
    "Arm nodes with images for them",
    {
      images: { from: "build", platform: "linux/arm64" },
      "nodes.system.instanceTypes": ["m7g.large"],
      "nodes.workspaces.instanceTypes": ["m7g.2xlarge"],
    },
  ],
  [
    "a bundle of images from elsewhere",
    {
      images: { from: "references", provisioner: "registry.example.com/berth/provisioner:3f9a1c07be42d685" },
      "nodes.workspaces.instanceTypes": ["m7g.2xlarge"],
    },
  ],
  ["nobody told of the costs but by the alarms", { "budget.emails": [] }],
  ["one namespace of an edge that is not there", { "edge.tunnel": undefined, logs: { namespace: "berth-tunnel" } }],
])("a platform may have %s", (_, changes) => {
  expect(() => readPlatform(changed(shippedConfig("prod"), changes))).not.toThrow();
});
