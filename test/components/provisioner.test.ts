import * as pulumi from "@pulumi/pulumi";
import { describe, expect, test } from "vitest";
import { parseFoundationSpec } from "../../components/platform/spec.ts";
import { planProvisioner } from "../../components/provisioner/plan.ts";
import { Provisioner, type ProvisionerArgs } from "../../components/provisioner/provisioner.ts";
import { type ProvisionerSpecInput, parseProvisionerSpec } from "../../components/provisioner/spec.ts";
import { registrationsOf, resolved } from "../support/mocks.ts";

const foundation = { installation: "test", storage: { provisioner: "ebs.csi.aws.com" } };
const image = `123456789012.dkr.ecr.eu-central-1.amazonaws.com/berth@sha256:${"0".repeat(64)}`;
const secretArn = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:rds!db-1-AbCdEf";

const dev: ProvisionerSpecInput = {
  workspaceDomain: "ws.dev.example.com",
  network: { vpc: "10.20.0.0/16", edgeNamespaces: ["cloudflared"] },
  engine: { replicas: 1 },
};
const prod: ProvisionerSpecInput = {
  workspaceDomain: "ws.example.com",
  network: { vpc: "10.20.0.0/16", database: ["10.20.200.0/24"], edgeNamespaces: ["traefik"] },
  api: { replicas: 3, autoscaling: { maxReplicas: 9 } },
  router: { replicas: 3, autoscaling: { maxReplicas: 20, cpuPercent: 50 } },
  monitoring: { podMonitors: true },
};

const argsOf = (spec: ProvisionerSpecInput, changes: Partial<ProvisionerArgs> = {}): ProvisionerArgs => ({
  spec,
  foundation,
  image: pulumi.output(image),
  workspaceImages: {
    home: "registry.example.com/home@sha256:1",
    desktop: pulumi.output("registry.example.com/d@sha256:2"),
  },
  clusterName: "berth-test",
  database: {
    host: pulumi.output("db.example.com"),
    name: "berth",
    arn: pulumi.output("arn:aws:rds:eu-central-1:123456789012:db:berth"),
    resourceId: pulumi.output("db-ABCDEFGHIJKL"),
    master: { user: "berth_master", secretArn, kmsKeyArn: "arn:aws:kms:eu-central-1:123456789012:key/database" },
  },
  state: {
    backendUrl: "s3://state?region=eu-central-1&awssdk=v2",
    bucketArn: "arn:aws:s3:::state",
    keyArn: "arn:aws:kms:eu-central-1:123456789012:key/state",
    secretsProvider: "awskms:///arn:aws:kms:eu-central-1:123456789012:key/state?region=eu-central-1",
  },
  adminToken: "an-admin-token-of-32-characters!",
  ...changes,
});

const outputs = {
  "aws:iam/role:Role": (name: string) => ({ arn: `arn:aws:iam::123456789012:role/${name}`, name }),
};
const make = (args: ProvisionerArgs) => registrationsOf(() => new Provisioner("berth", args), "test", { outputs });
const plan = (spec: ProvisionerSpecInput) =>
  planProvisioner(parseProvisionerSpec(spec), parseFoundationSpec(foundation), false);

/** How Pulumi marks a secret on the wire. */
const secret = (value: unknown) => ({ "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270", value });
const base64 = (text: string) => Buffer.from(text).toString("base64");

describe("a Provisioner", () => {
  test("registers its objects under lasting names, all below itself", async () => {
    const { registered } = await make(argsOf(dev));
    const [component, ...children] = registered;
    expect(component).toMatchObject({ type: "berth:provisioner:Provisioner", name: "berth", parent: null });
    expect(children.map(({ type, name, parent }) => `${name} (${type}) of ${parent}`).sort()).toEqual(
      [
        "berth-deny-all (kubernetes:networking.k8s.io/v1:NetworkPolicy) of berth",
        ...["api", "engine", "migrate", "router"].map(
          (program) => `berth-${program}-network (kubernetes:networking.k8s.io/v1:NetworkPolicy) of berth`,
        ),
        ...["api", "engine", "router"].flatMap((program) => [
          `berth-${program} (kubernetes:apps/v1:Deployment) of berth`,
          `berth-${program}-budget (kubernetes:policy/v1:PodDisruptionBudget) of berth`,
          `berth-${program}-settings (kubernetes:core/v1:ConfigMap) of berth`,
        ]),
        ...["api", "engine", "migrate", "router"].flatMap((program) => [
          `berth-${program}-identity (berth:cluster:PodIdentity) of berth`,
          `berth-${program}-identity-association (aws:eks/podIdentityAssociation:PodIdentityAssociation) of berth-${program}-identity`,
          `berth-${program}-identity-policy (aws:iam/rolePolicy:RolePolicy) of berth-${program}-identity`,
          `berth-${program}-identity-role (aws:iam/role:Role) of berth-${program}-identity`,
        ]),
        "berth-migrate-account (kubernetes:core/v1:ServiceAccount) of berth",
        "berth-api-secret (kubernetes:core/v1:Secret) of berth",
        "berth-api-service (kubernetes:core/v1:Service) of berth",
        "berth-router-service (kubernetes:core/v1:Service) of berth",
        "berth-migration (kubernetes:batch/v1:Job) of berth",
      ].sort(),
    );
  });

  test("makes what the plan says", async () => {
    const { registered } = await make(argsOf(prod));
    const inputs = Object.fromEntries(registered.map(({ name, inputs }) => [name, inputs]));
    const expected = plan(prod);
    for (const program of ["api", "router", "engine"] as const) {
      expect(inputs[`berth-${program}-network`]).toEqual(expected.networkPolicies[program]);
      expect(inputs[`berth-${program}-budget`]).toEqual(expected.disruptionBudgets[program]);
      expect(inputs[`berth-${program}-monitor`]).toEqual(expected.podMonitors?.[program]);
      expect(inputs[`berth-${program}`]).toEqual(
        expected.deployment(program, { image, checksum: expect.stringMatching(/^[0-9a-f]{16}$/) }),
      );
    }
    for (const program of ["api", "router"] as const) {
      expect(inputs[`berth-${program}-service`]).toEqual(expected.services[program]);
      expect(inputs[`berth-${program}-autoscaler`]).toEqual(expected.autoscalers[program]);
    }
    expect(inputs["berth-migrate-network"]).toEqual(expected.networkPolicies.migrate);
    expect(inputs["berth-deny-all"]).toEqual(expected.networkPolicies.denyAll);
  });

  test("runs restricted pods that are spread, take over one by one, and end in order", async () => {
    const { registered } = await make(argsOf(dev));
    expect(registered.find(({ name, type }) => name === "berth-engine" && /Deployment/.test(type))?.inputs).toEqual({
      apiVersion: "apps/v1",
      kind: "Deployment",
      metadata: {
        name: "berth-engine",
        namespace: "berth-system",
        labels: { "app.kubernetes.io/managed-by": "berth", "berth.dev/component": "engine" },
      },
      spec: {
        replicas: 1,
        selector: { matchLabels: { "app.kubernetes.io/managed-by": "berth", "berth.dev/component": "engine" } },
        strategy: { type: "RollingUpdate", rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } },
        revisionHistoryLimit: 3,
        progressDeadlineSeconds: 690,
        template: {
          metadata: {
            labels: { "app.kubernetes.io/managed-by": "berth", "berth.dev/component": "engine" },
            annotations: { "berth.dev/settings": expect.stringMatching(/^[0-9a-f]{16}$/) },
          },
          spec: {
            serviceAccountName: "berth-engine",
            automountServiceAccountToken: false,
            enableServiceLinks: false,
            priorityClassName: "berth-platform",
            terminationGracePeriodSeconds: 90,
            securityContext: {
              ...{ runAsNonRoot: true, runAsUser: 10001, runAsGroup: 10001, fsGroup: 10001 },
              seccompProfile: { type: "RuntimeDefault" },
            },
            topologySpreadConstraints: ["topology.kubernetes.io/zone", "kubernetes.io/hostname"].map((topologyKey) => ({
              maxSkew: 1,
              topologyKey,
              whenUnsatisfiable: "ScheduleAnyway",
              labelSelector: {
                matchLabels: { "app.kubernetes.io/managed-by": "berth", "berth.dev/component": "engine" },
              },
              matchLabelKeys: ["pod-template-hash"],
            })),
            volumes: [
              { name: "state", emptyDir: { sizeLimit: "1Gi" } },
              { name: "temporary", emptyDir: { sizeLimit: "1Gi" } },
              { name: "account", projected: expect.anything() },
            ],
            containers: [
              {
                name: "engine",
                image,
                imagePullPolicy: "IfNotPresent",
                args: ["provisioner/main.ts"],
                envFrom: [{ configMapRef: { name: "berth-engine" } }],
                ports: [{ name: "metrics", containerPort: 9090, protocol: "TCP" }],
                resources: { requests: { cpu: "500m", memory: "2Gi" }, limits: { cpu: "2", memory: "2Gi" } },
                securityContext: {
                  allowPrivilegeEscalation: false,
                  readOnlyRootFilesystem: true,
                  capabilities: { drop: ["ALL"] },
                },
                volumeMounts: [
                  { name: "state", mountPath: "/var/lib/berth" },
                  { name: "temporary", mountPath: "/tmp" },
                  { name: "account", mountPath: "/var/run/secrets/kubernetes.io/serviceaccount", readOnly: true },
                ],
                startupProbe: {
                  httpGet: { path: "/healthz", port: "metrics" },
                  ...{ timeoutSeconds: 3, periodSeconds: 2, failureThreshold: 60 },
                },
                readinessProbe: {
                  httpGet: { path: "/readyz", port: "metrics" },
                  ...{ timeoutSeconds: 3, periodSeconds: 5, failureThreshold: 3 },
                },
                livenessProbe: {
                  httpGet: { path: "/healthz", port: "metrics" },
                  ...{ timeoutSeconds: 3, periodSeconds: 10, failureThreshold: 6 },
                },
              },
            ],
          },
        },
      },
    });
  });

  test("gives each program its rights in AWS, and no more", async () => {
    const { registered } = await make(argsOf(dev));
    const policyOf = (program: string) => {
      const inputs: unknown = registered.find(({ name }) => name === `berth-${program}-identity-policy`)?.inputs;
      const text = typeof inputs === "object" && inputs !== null && "policy" in inputs ? String(inputs.policy) : "";
      const document: { Statement: unknown } = JSON.parse(text);
      return document.Statement;
    };
    const logIn = (role: string) => ({
      Sid: "LogInToDatabase",
      Effect: "Allow",
      Action: ["rds-db:connect"],
      Resource: [`arn:aws:rds-db:eu-central-1:123456789012:dbuser:db-ABCDEFGHIJKL/${role}`],
    });
    expect(policyOf("api")).toEqual([logIn("berth_api")]);
    expect(policyOf("router")).toEqual([logIn("berth_router")]);
    // The owner of the tables: no program that answers requests or runs operations may read this password.
    expect(policyOf("migrate")).toEqual([
      {
        Sid: "ReadDatabasePassword",
        Effect: "Allow",
        Action: ["secretsmanager:GetSecretValue"],
        Resource: [secretArn],
      },
      {
        Sid: "DecryptDatabasePassword",
        Effect: "Allow",
        Action: ["kms:Decrypt"],
        Resource: ["arn:aws:kms:eu-central-1:123456789012:key/database"],
        Condition: { StringEquals: { "kms:EncryptionContext:SecretARN": secretArn } },
      },
    ]);
    expect(policyOf("engine")).toEqual([
      logIn("berth_engine"),
      {
        Sid: "KeepStates",
        Effect: "Allow",
        Action: ["s3:GetObject", "s3:PutObject", "s3:DeleteObject"],
        Resource: ["arn:aws:s3:::state/.pulumi/*"],
      },
      { Sid: "ListStates", Effect: "Allow", Action: ["s3:ListBucket"], Resource: ["arn:aws:s3:::state"] },
      {
        Sid: "EncryptStates",
        Effect: "Allow",
        Action: ["kms:Decrypt", "kms:Encrypt", "kms:GenerateDataKey"],
        Resource: ["arn:aws:kms:eu-central-1:123456789012:key/state"],
      },
    ]);
    for (const program of ["api", "router", "engine", "migrate"]) {
      expect(registered.find(({ name }) => name === `berth-${program}-identity-association`)?.inputs).toEqual({
        clusterName: "berth-test",
        namespace: "berth-system",
        serviceAccount: `berth-${program}`,
        roleArn: `arn:aws:iam::123456789012:role/berth-${program}-identity-role`,
      });
    }
  });

  test("tells no program but the migrations where the master's password is", async () => {
    const { registered } = await make(argsOf(dev));
    const telling = registered.filter(({ inputs }) => JSON.stringify(inputs).includes(secretArn));
    expect(telling.map(({ name, type }) => `${name} (${type})`).sort()).toEqual([
      "berth-migrate-identity-policy (aws:iam/rolePolicy:RolePolicy)",
      "berth-migration (kubernetes:batch/v1:Job)",
    ]);
  });

  test("keeps its secrets secret, and out of everything else", async () => {
    const signing = `whsec_${base64("a secret that signs")}`;
    const { registered, result } = await make(argsOf(dev, { webhookSecrets: [signing] }));
    const found = registered.find(({ name }) => name === "berth-api-secret");
    expect(found?.inputs).toEqual({
      apiVersion: "v1",
      kind: "Secret",
      metadata: {
        name: "berth-api",
        namespace: "berth-system",
        labels: { "app.kubernetes.io/managed-by": "berth", "berth.dev/component": "api" },
      },
      type: "Opaque",
      data: secret({
        BERTH_ADMIN_TOKEN: base64("an-admin-token-of-32-characters!"),
        BERTH_WEBHOOK_SECRETS: base64(signing),
      }),
    });
    const others = JSON.stringify(registered.filter(({ name }) => name !== "berth-api-secret"));
    expect(others).not.toMatch(/an-admin-token|whsec_/);
    expect(await pulumi.isSecret(result.nodes.deployments.api.spec)).toBe(false);
  });

  test("starts no pod before its walls, rights and settings, nor before the tables are there", async () => {
    const { registered } = await make(argsOf(prod));
    const of = (name: string, type: RegExp) => registered.find((child) => child.name === name && type.test(child.type));
    const rightsOf = (program: string) => [`berth-${program}-identity-association`];
    expect(of("berth-migration", /Job/)?.dependsOn).toEqual(
      expect.arrayContaining([
        ...["berth-deny-all", "berth-migrate-network", "berth-migrate-account"],
        ...rightsOf("migrate"),
      ]),
    );
    for (const program of ["api", "router", "engine"]) {
      expect(of(`berth-${program}`, /Deployment/)?.dependsOn).toEqual(
        expect.arrayContaining([
          ...["berth-deny-all", `berth-${program}-network`, `berth-${program}-settings`, "berth-migration"],
          ...rightsOf(program),
          ...(program === "api" ? ["berth-api-secret"] : []),
        ]),
      );
    }
  });

  test("migrates anew for another image or database, and only then", async () => {
    const jobOf = async (args: ProvisionerArgs) => {
      const { registered } = await make(args);
      return registered.find(({ type }) => type === "kubernetes:batch/v1:Job")?.inputs;
    };
    const job = await jobOf(argsOf(dev));
    expect(job).toMatchObject({
      metadata: { name: expect.stringMatching(/^berth-migrate-[0-9a-f]{16}$/), namespace: "berth-system" },
      spec: {
        ttlSecondsAfterFinished: 604_800,
        template: {
          spec: {
            serviceAccountName: "berth-migrate",
            restartPolicy: "Never",
            containers: [
              {
                image,
                args: ["provisioner/migrate.ts"],
                env: expect.arrayContaining([{ name: "BERTH_DATABASE_SECRET", value: secretArn }]),
              },
            ],
          },
        },
      },
    });
    expect(await jobOf(argsOf({ ...dev, engine: { replicas: 5 }, shutdownSeconds: 90 }))).toEqual(job);
    const nameOf = (inputs: unknown) => /"berth-migrate-[0-9a-f]{16}"/.exec(JSON.stringify(inputs))?.[0];
    const others = [
      await jobOf(argsOf(dev, { image: `${image.slice(0, -1)}1` })),
      await jobOf(argsOf(dev, { database: { ...argsOf(dev).database, host: "other.example.com" } })),
    ];
    expect(new Set([job, ...others].map(nameOf)).size).toBe(3);
  });

  test("makes new pods when a setting or a secret changes, and only those that it concerns", async () => {
    const checksums = async (args: ProvisionerArgs) => {
      const { registered } = await make(args);
      return registered
        .filter(({ type }) => type === "kubernetes:apps/v1:Deployment")
        .map(({ name, inputs }) => `${name} ${/"berth.dev\/settings":"(\w+)"/.exec(JSON.stringify(inputs))?.[1]}`);
    };
    const before = await checksums(argsOf(dev));
    const changed = async (args: ProvisionerArgs) => {
      const after = await checksums(args);
      return after
        .filter((line) => !before.includes(line))
        .map((line) => line.split(" ")[0])
        .sort();
    };
    expect(await changed(argsOf(dev))).toEqual([]);
    expect(await changed(argsOf(dev, { adminToken: "another-token-of-32-characters!!" }))).toEqual(["berth-api"]);
    expect(await changed(argsOf({ ...dev, engine: { replicas: 1, concurrency: 8 } }))).toEqual(["berth-engine"]);
    expect(await changed(argsOf({ ...dev, workspaces: { maxPerOwner: 9 } }))).toEqual(["berth-api", "berth-engine"]);
    expect(await changed(argsOf({ ...dev, logLevel: "debug" }))).toEqual(["berth-api", "berth-engine", "berth-router"]);
    const authorities = "-----BEGIN CERTIFICATE-----";
    expect(await changed(argsOf(dev, { database: { ...argsOf(dev).database, authorities } }))).toHaveLength(3);
  });

  test("registers the same when its config is written in another order", async () => {
    const reordered: ProvisionerArgs = {
      ...argsOf({ monitoring: prod.monitoring, router: prod.router, api: prod.api, ...prod }),
      workspaceImages: { desktop: "registry.example.com/d@sha256:2", home: "registry.example.com/home@sha256:1" },
    };
    const byName = ({ name: a }: { name: string }, { name: b }: { name: string }) => (a < b ? -1 : 1);
    const one = (await make(argsOf(prod))).registered.toSorted(byName);
    const other = (await make(reordered)).registered.toSorted(byName);
    expect(other.map(({ name, inputs }) => [name, inputs])).toEqual(one.map(({ name, inputs }) => [name, inputs]));
  });

  test("tells the edge where its services and their pods are", async () => {
    const { result } = await make(argsOf(dev));
    for (const program of ["api", "router"] as const) {
      const { namespace, name, ...rest } = result[program];
      expect([await resolved(namespace), await resolved(name)]).toEqual(["berth-system", `berth-${program}`]);
      expect(rest).toEqual({
        port: 80,
        podLabels: { "app.kubernetes.io/managed-by": "berth", "berth.dev/component": program },
        podPort: 8080,
      });
    }
  });

  test("takes the last change from its user", async () => {
    const { registered } = await make(
      argsOf(dev, {
        transform: {
          deployment: {
            engine: ({ args, options }) => ({ args, options: { ...options, protect: true } }),
          },
          migration: ({ args, options }) => ({ args, options: { ...options, retainOnDelete: true } }),
        },
      }),
    );
    expect(registered.find(({ name, type }) => name === "berth-engine" && /Deployment/.test(type))?.protect).toBe(true);
  });

  test("refuses a wrong spec as a user's mistake, before anything is made", async () => {
    const wrong = () => registrationsOf(() => new Provisioner("berth", argsOf({ ...dev, api: { replicas: 1 } })));
    await expect(wrong()).rejects.toThrow("spec.api.replicas: found 1. Write at least 2");
  });
});
