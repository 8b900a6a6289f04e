import type { ResourceSubject } from "../../../policies/rule.ts";
import { pinDockerImage } from "../../../policies/rules/docker-image/pin.ts";
import { trustDockerImageRegistry } from "../../../policies/rules/docker-image/trust-registry.ts";
import { subjectOf } from "./aws-fixtures.ts";
import { describeRule, type Path } from "./describe-rule.ts";

const repository = "111122223333.dkr.ecr.eu-central-1.amazonaws.com/berth/desktop";
const byContent = `${repository}:c83d62ab797e1562`;
const byDigest = `${repository}@sha256:${"a".repeat(64)}`;

/** Each of Docker's resources, and where it names its image. */
const subjects: readonly (readonly [ResourceSubject, Path])[] = [
  [subjectOf("docker:index/image:Image", "image", { imageName: byContent, skipPush: false }), ["imageName"]],
  [subjectOf("docker:index/registryImage:RegistryImage", "image", { name: byContent }), ["name"]],
  [subjectOf("docker:index/remoteImage:RemoteImage", "image", { name: byDigest }), ["name"]],
  [subjectOf("docker:index/tag:Tag", "image", { sourceImage: "x", targetImage: byContent }), ["targetImage"]],
  [subjectOf("docker:index/container:Container", "image", { image: byDigest }), ["image"]],
  [
    subjectOf("docker:index/service:Service", "image", { taskSpec: { containerSpec: { image: byDigest } } }),
    ["taskSpec", "containerSpec", "image"],
  ],
  [subjectOf("docker-build:index:Image", "image", { push: true, tags: [byContent] }), ["tags", 0]],
];

for (const [subject, path] of subjects) {
  const about = `image (${subject.type}): the image`;
  const another = (reference: string) =>
    `${about} ${reference} can be another one tomorrow. Name it by its digest (@sha256:…), a whole version, or a tag made of a hash of its content.`;
  describeRule(pinDockerImage, subject, {
    refuses: {
      "the newest one": { change: [path, `${repository}:latest`], says: [another(`${repository}:latest`)] },
      "no tag": { change: [path, repository], says: [another(repository)] },
      "half a version": { change: [path, "nginx:1.29"], says: [another("nginx:1.29")] },
    },
    allows: {
      "a whole version": { change: [path, "nginx:1.29.3"] },
      "the id of an image that is there": { change: [path, `sha256:${"b".repeat(64)}`] },
    },
    waitsFor: [path],
  });

  const untrusted = (reference: string, trusted = "*.dkr.ecr.*.amazonaws.com") =>
    `${about} ${reference} is of no registry that the policy trusts. Use one of ${trusted}, or add its registry to \`registries\`.`;
  describeRule(trustDockerImageRegistry, subject, {
    refuses: {
      "Docker Hub": { change: [path, "nginx:1.29.3"], says: [untrusted("nginx:1.29.3")] },
      "a host that only looks so": {
        change: [path, "1.dkr.ecr.x.amazonaws.com.example.com/a:1.0.0"],
        says: [untrusted("1.dkr.ecr.x.amazonaws.com.example.com/a:1.0.0")],
      },
      "what one's own list has not": {
        change: [path, byContent],
        settings: { registries: ["ghcr.io/mine"] },
        says: [untrusted(byContent, "ghcr.io/mine")],
      },
    },
    allows: {
      "what one's own list has": { change: [path, "ghcr.io/mine/a:1.0.0"], settings: { registries: ["ghcr.io/mine"] } },
    },
    waitsFor: [path],
  });
}

describeRule(pinDockerImage, subjectOf("docker:index/image:Image", "image", { imageName: "mine", skipPush: true }), {
  refuses: {
    "what is pushed after all": {
      change: [["skipPush"], false],
      says: [
        "image (docker:index/image:Image): the image mine can be another one tomorrow. Name it by its digest (@sha256:…), a whole version, or a tag made of a hash of its content.",
      ],
    },
  },
  waitsFor: [["imageName"]],
});
