import { describe, expect, test } from "vitest";
import { keepSecretsOutOfRelease } from "../../../policies/rules/kubernetes-release/hold-no-secret.ts";
import { pinRelease } from "../../../policies/rules/kubernetes-release/pin.ts";
import { rollBackRelease } from "../../../policies/rules/kubernetes-release/roll-back.ts";
import { trustReleaseRepository } from "../../../policies/rules/kubernetes-release/trust-repository.ts";
import { describeRule } from "./describe-rule.ts";
import { subjectOf } from "./kubernetes-fixtures.ts";

const type = "kubernetes:helm.sh/v3:Release";
const props = {
  name: "traefik",
  chart: "traefik",
  version: "37.1.2",
  repositoryOpts: { repo: "https://traefik.github.io/charts" },
  atomic: true,
  values: {
    image: { registry: "docker.io", repository: "traefik", tag: "v3.6.25" },
    sidecar: { image: "registry.k8s.io/pause:3.10.1", imageTag: "1.2.3" },
    git: { tag: "main" },
    grafana: { admin: { existingSecret: "grafana-admin", passwordKey: "admin-password" } },
  },
};
const release = subjectOf(type, "ingress-release", props);
const it = `ingress-release (${type}):`;

const wholeTag = 'Write a whole version ("v3.6.25") or a digest, or leave it out: the chart\'s version decides then.';
describeRule(pinRelease, release, {
  refuses: {
    "a chart without a version": {
      change: [["version"], undefined],
      says: [`${it} chart "traefik" may be another tomorrow: version is missing. Write a whole version: "1.21.1".`],
    },
    "a range of versions": {
      change: [["version"], "^37.1.0"],
      says: [`${it} chart "traefik" may be another tomorrow: version is "^37.1.0". Write a whole version: "1.21.1".`],
    },
    "the newest image": {
      change: [["values", "image", "tag"], "latest"],
      says: [`${it} values.image.tag can be moved to another image: it is "latest". ${wholeTag}`],
    },
    "the newest image, written in one": {
      change: [["values", "sidecar", "image"], "registry.k8s.io/pause:latest"],
      says: [`${it} values.sidecar.image can be moved to another image: it is "latest". ${wholeTag}`],
    },
    "a part of a version": {
      change: [["values", "sidecar", "imageTag"], "1"],
      says: [`${it} values.sidecar.imageTag can be moved to another image: it is "1". ${wholeTag}`],
    },
  },
  allows: {
    "the chart's own image": { change: [["values", "image", "tag"], ""] },
    "any tag beside a digest": {
      change: [["values", "image"], { repository: "traefik", tag: "v3", digest: `sha256:${"a".repeat(64)}` }],
    },
  },
  waitsFor: [["version"], ["values"], ["values", "image", "tag"]],
});

const repositories = [
  "https://charts.jetstack.io",
  "https://fluent.github.io/helm-charts",
  "https://kubernetes.github.io/autoscaler",
  "https://prometheus-community.github.io/helm-charts",
  "https://traefik.github.io/charts",
].join(", ");
const trusted = `Take it from one of ${repositories}, or add its repository to \`repositories\`.`;
describeRule(trustReleaseRepository, release, {
  refuses: {
    "another repository": {
      change: [["repositoryOpts", "repo"], "https://charts.example.org"],
      says: [
        `${it} chart "traefik" is from https://charts.example.org, which is not an allowed repository. ${trusted}`,
      ],
    },
    "a connection that is not encrypted": {
      change: [["repositoryOpts", "repo"], "http://traefik.github.io/charts"],
      says: [`${it} chart "traefik" is from http://traefik.github.io/charts, which is not encrypted. ${trusted}`],
    },
    "no repository": {
      change: [["repositoryOpts"], undefined],
      says: [`${it} chart "traefik" is from no repository: repositoryOpts.repo is missing. ${trusted}`],
    },
    "a chart by its address": {
      change: [["chart"], "oci://registry.example.org/charts/traefik"],
      says: [
        `${it} chart "oci://registry.example.org/charts/traefik" is from oci://registry.example.org/charts/traefik, which is not an allowed repository. ${trusted}`,
      ],
    },
  },
  allows: {
    "a repository of one's own": {
      change: [["chart"], "oci://registry.example.org/charts/traefik"],
      settings: { repositories: ["oci://registry.example.org/charts/*"] },
    },
    "a slash at the end": { change: [["repositoryOpts", "repo"], "https://traefik.github.io/charts/"] },
  },
  waitsFor: [["repositoryOpts", "repo"], ["repositoryOpts"], ["chart"]],
});

describeRule(rollBackRelease, release, {
  refuses: {
    "a release that stays half done": {
      change: [["atomic"], undefined],
      says: [`${it} a failed update of chart "traefik" stays half done: atomic is missing. Write atomic: true.`],
    },
  },
  waitsFor: [["atomic"]],
});

const elsewhere = "Make a Secret of it and give the chart its name, or mark it with pulumi.secret().";
describeRule(keepSecretsOutOfRelease, release, {
  refuses: {
    "a password": {
      change: [["values", "grafana", "adminPassword"], "hunter2hunter2"],
      says: [`${it} values.grafana.adminPassword holds a literal value. ${elsewhere}`],
    },
    "a key in a file": {
      change: [["values", "config"], "-----BEGIN PRIVATE KEY-----\nMIG"],
      says: [`${it} values.config holds a private key. ${elsewhere}`],
    },
  },
  waitsFor: [["values", "grafana", "adminPassword"], ["values"]],
});

describe("kubernetes-release-hold-no-secret, of what is marked secret", () => {
  const marked = { ...props, values: { grafana: { adminPassword: "hunter2hunter2" } } };

  test("leaves it be", () => {
    const secrets = ["values.grafana"];
    expect(keepSecretsOutOfRelease.check({ ...release, props: marked, secrets })).toEqual([]);
  });

  test("does not take one name for the beginning of another", () => {
    const secrets = ["values.graf"];
    expect(keepSecretsOutOfRelease.check({ ...release, props: marked, secrets })).toHaveLength(1);
  });
});
