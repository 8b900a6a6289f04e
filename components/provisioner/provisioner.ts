import { CustomResource } from "@pulumi/kubernetes/apiextensions/customResource.js";
import { Deployment, type DeploymentArgs } from "@pulumi/kubernetes/apps/v1/deployment.js";
import { HorizontalPodAutoscaler } from "@pulumi/kubernetes/autoscaling/v2/horizontalPodAutoscaler.js";
import { Job, type JobArgs } from "@pulumi/kubernetes/batch/v1/job.js";
import { ConfigMap } from "@pulumi/kubernetes/core/v1/configMap.js";
import { Secret } from "@pulumi/kubernetes/core/v1/secret.js";
import { Service as KubernetesService, type ServiceArgs } from "@pulumi/kubernetes/core/v1/service.js";
import { ServiceAccount } from "@pulumi/kubernetes/core/v1/serviceAccount.js";
import { NetworkPolicy } from "@pulumi/kubernetes/networking/v1/networkPolicy.js";
import { PodDisruptionBudget } from "@pulumi/kubernetes/policy/v1/podDisruptionBudget.js";
import * as pulumi from "@pulumi/pulumi";
import { PodIdentity } from "../cluster/pod-identity.ts";
import type { CostContext } from "../core/cost/workspace.ts";
import { type FoundationSpecInput, parseFoundationSpec } from "../platform/spec.ts";
import { declare, type Transform } from "../transform.ts";
import {
  checkCostContext,
  checksumOf,
  checkWorkspaceImages,
  eachService,
  encoded,
  migrationName,
  type Program,
  planProvisioner,
  type Service,
  type Surroundings,
  serviceOf,
  variablesOf,
} from "./plan.ts";
import { regionOf, rightsOf } from "./rights.ts";
import { type ProvisionerSpecInput, parseProvisionerSpec } from "./spec.ts";

export interface ProvisionerArgs {
  /** What the installation decides. Plain data, because names and rules are made of it. */
  readonly spec: ProvisionerSpecInput;
  /** Spec of the Foundation that it stands on, which must be there first: `dependsOn: [foundation]`. */
  readonly foundation: FoundationSpecInput;
  /** Image of the provisioner, by digest. What it must hold is said in `manifests/programs.ts`. */
  readonly image: pulumi.Input<string>;
  /** Images of workspaces by blueprint, best by digest. @default the blueprints' own */
  readonly workspaceImages?: Readonly<Record<string, pulumi.Input<string>>>;
  /** Name of the EKS cluster. */
  readonly clusterName: pulumi.Input<string>;
  /** Where its rows are: the outputs of a `Database`. */
  readonly database: {
    /** Host name of the database. */
    readonly host: pulumi.Input<string>;
    /** Port that it answers on. @default 5432 */
    readonly port?: pulumi.Input<number>;
    /** Name of the database. */
    readonly name: pulumi.Input<string>;
    /** ARN of the instance on RDS. */
    readonly arn: pulumi.Input<string>;
    /** Its resource id ("db-…"), by which rights to log in name it. IAM authentication must be on. */
    readonly resourceId: pulumi.Input<string>;
    /** Who owns the tables and makes the programs' roles: for the migrations alone. */
    readonly master: {
      /** The master user, as the secret names it too. */
      readonly user: pulumi.Input<string>;
      /** ARN of the secret, JSON with `password`. */
      readonly secretArn: pulumi.Input<string>;
      /** ARN of the key that encrypts the secret, where it is not AWS' own. */
      readonly kmsKeyArn?: pulumi.Input<string>;
    };
    /** Certificates of the authorities that the server's may be signed by, in PEM. @default those in the image */
    readonly authorities?: pulumi.Input<string>;
  };
  /** Where Pulumi keeps the state of workspaces: the outputs of a `StateBucket`. */
  readonly state: {
    /** `StateBucket.backendUrl`. */
    readonly backendUrl: pulumi.Input<string>;
    /** `StateBucket.bucketArn`. */
    readonly bucketArn: pulumi.Input<string>;
    /** `StateBucket.keyArn`. */
    readonly keyArn: pulumi.Input<string>;
    /** `StateBucket.secretsProvider`. */
    readonly secretsProvider: pulumi.Input<string>;
  };
  /**
   * Where workspaces run, for what they are estimated to cost. Plain data, as the platform's own specs are.
   * @default unknown: estimates take a common node in us-east-1, and say so
   */
  readonly costContext?: CostContext;
  /** An admin token: 32 to 512 printable ASCII characters without blanks. Changing it revokes the old one. */
  readonly adminToken: pulumi.Input<string>;
  /** Secrets that sign-up events are signed with ("whsec_…"). @default none: the endpoint is off */
  readonly webhookSecrets?: readonly pulumi.Input<string>[];
  /** Last changes to single children, where no argument says it. */
  readonly transform?: {
    readonly deployment?: Partial<Record<Service, Transform<DeploymentArgs>>>;
    readonly service?: Partial<Record<"api" | "router", Transform<ServiceArgs>>>;
    readonly migration?: Transform<JobArgs>;
  };
}

/** Where the edge finds one of the programs. */
export interface ProvisionerService {
  /** Namespace of the Service. */
  readonly namespace: pulumi.Output<string>;
  /** Name of the Service, known when its pods answer. */
  readonly name: pulumi.Output<string>;
  /** Port of the Service; it speaks HTTP. */
  readonly port: number;
  /** Labels of its pods. */
  readonly podLabels: Readonly<Record<string, string>>;
  /** Port of its pods. */
  readonly podPort: number;
}

/** The provisioner's objects, by program where there is one for each. */
export interface ProvisionerNodes {
  readonly identities: Readonly<Record<Program, PodIdentity>>;
  /** The migrations'; the others are the foundation's. */
  readonly serviceAccount: ServiceAccount;
  readonly settings: Readonly<Record<Service, ConfigMap>>;
  readonly secret: Secret;
  readonly authorities: ConfigMap | null;
  readonly networkPolicies: Readonly<Record<"denyAll" | Program, NetworkPolicy>>;
  readonly migration: Job;
  readonly deployments: Readonly<Record<Service, Deployment>>;
  readonly services: Readonly<Record<"api" | "router", KubernetesService>>;
  readonly disruptionBudgets: Readonly<Record<Service, PodDisruptionBudget>>;
  readonly autoscalers: Readonly<Record<"api" | "router", HorizontalPodAutoscaler | null>>;
  readonly podMonitors: Readonly<Record<Service, CustomResource>> | null;
}

/**
 * The provisioner in the foundation's namespace: API, router and engine, each as a Deployment under an identity of its
 * own: in the cluster (the foundation's ServiceAccounts), in the database (a role with what it needs and no more, logged
 * in to by IAM) and in AWS (log in as that role; for the engine also the state of workspaces and its key). The namespace
 * is closed but for what each needs. An image's migrations run before its pods do, as the tables' owner and as nobody
 * else; a failed one leaves the old pods as they are.
 *
 * Costs what its pods ask for, by default 1.4 CPUs and 5.5 GiB of the system's nodes: some seven tenths of an m7i.large,
 * about $52 a month (https://aws.amazon.com/ec2/pricing/on-demand/: $0.1008 an hour in us-east-1).
 *
 * @example
 * const provisioner = new Provisioner("berth", {
 *   spec: { workspaceDomain: "ws.example.com", network: { vpc: "10.20.0.0/16", edgeNamespaces: ["berth-edge"] } },
 *   foundation: { installation: "prod", storage: { provisioner: "ebs.csi.aws.com" } },
 *   image, clusterName: cluster.clusterName, state,
 *   database: {
 *     host: database.host, name: database.databaseName, arn: database.arn, resourceId: database.resourceId,
 *     master: { user: "berth_master", secretArn: database.secretArn, kmsKeyArn: database.kmsKeyArn },
 *   },
 *   adminToken: config.requireSecret("adminToken"),
 * }, { dependsOn: [foundation] });
 */
export class Provisioner extends pulumi.ComponentResource {
  /** The API, known when it answers. */
  readonly api: ProvisionerService;
  /** The router, known when it answers. */
  readonly router: ProvisionerService;
  readonly nodes: ProvisionerNodes;

  constructor(name: string, args: ProvisionerArgs, options?: pulumi.ComponentResourceOptions) {
    super("berth:provisioner:Provisioner", name, {}, options);
    const { workspaceImages = {}, transform = {} } = args;
    checkWorkspaceImages(Object.keys(workspaceImages));
    if (args.costContext !== undefined) checkCostContext(args.costContext);
    const plan = planProvisioner(
      parseProvisionerSpec(args.spec),
      parseFoundationSpec(args.foundation),
      args.database.authorities !== undefined,
    );
    const { names } = plan;
    const here = { parent: this };

    const networkPolicies = {
      denyAll: new NetworkPolicy(`${name}-deny-all`, plan.networkPolicies.denyAll, here),
      api: new NetworkPolicy(`${name}-api-network`, plan.networkPolicies.api, here),
      router: new NetworkPolicy(`${name}-router-network`, plan.networkPolicies.router, here),
      engine: new NetworkPolicy(`${name}-engine-network`, plan.networkPolicies.engine, here),
      migrate: new NetworkPolicy(`${name}-migrate-network`, plan.networkPolicies.migrate, here),
    };
    const rights = rightsOf(args);
    const identityOf = (program: Program) =>
      new PodIdentity(
        `${name}-${program}-identity`,
        {
          clusterName: args.clusterName,
          namespace: names.namespace,
          serviceAccount: names.serviceAccount(program),
          statements: rights[program],
        },
        here,
      );
    const identities = { ...eachService(identityOf), migrate: identityOf("migrate") };
    const serviceAccount = new ServiceAccount(`${name}-migrate-account`, plan.migrationAccount, here);

    const environments = surroundingsOf(args).apply(plan.environments);
    const secrets = secretsOf(args);
    const settings = eachService((service) => {
      const data = environments.apply((all) => ({ ...all[service] }));
      return new ConfigMap(`${name}-${service}-settings`, plan.settings(service, data), here);
    });
    const secret = new Secret(`${name}-api-secret`, plan.secret(secrets.apply(encoded)), here);
    const { authorities: pem } = args.database;
    const authorities =
      pem === undefined ? null : new ConfigMap(`${name}-database-authorities`, plan.authorities(pem), here);
    const trusted = authorities === null ? [] : [authorities];

    const image = pulumi.output(args.image);
    const checksums = eachService((service) =>
      // It tells nothing of the secrets, and a Deployment that is secret as a whole could not be looked at.
      pulumi.unsecret(
        pulumi
          .all([environments, service === "api" ? secrets : {}, pem ?? ""])
          .apply(([all, hidden, trust]) => checksumOf({ ...all[service], ...hidden, trust })),
      ),
    );
    const migrationVariables = environments.apply(({ migrate }) => variablesOf(migrate));
    const migrated = declare<JobArgs>(
      transform.migration,
      plan.migration({
        image,
        name: pulumi.all([image, environments, pem ?? ""]).apply(([its, { migrate }, trust]) =>
          // A Job never changes: another image, or other settings, are another one.
          migrationName(names, its, checksumOf({ ...migrate, trust })),
        ),
        variables: migrationVariables,
      }),
      {
        ...here,
        dependsOn: [
          ...[networkPolicies.denyAll, networkPolicies.migrate, identities.migrate, serviceAccount],
          ...trusted,
        ],
      },
    );
    const migration = new Job(`${name}-migration`, migrated.args, migrated.options);

    const deployments = eachService((service) => {
      const child = declare<DeploymentArgs>(
        transform.deployment?.[service],
        plan.deployment(service, { image, checksum: checksums[service] }),
        {
          ...here,
          // Walls, rights and settings are there before the pods; so are the tables.
          dependsOn: [
            ...[networkPolicies.denyAll, networkPolicies[service], identities[service], settings[service], migration],
            ...(service === "api" ? [secret] : []),
            ...trusted,
          ],
        },
      );
      return new Deployment(`${name}-${service}`, child.args, child.options);
    });
    const makeService = (service: "api" | "router") => {
      const child = declare<ServiceArgs>(transform.service?.[service], plan.services[service], here);
      return new KubernetesService(`${name}-${service}-service`, child.args, child.options);
    };
    const services = { api: makeService("api"), router: makeService("router") };
    const disruptionBudgets = eachService(
      (service) => new PodDisruptionBudget(`${name}-${service}-budget`, plan.disruptionBudgets[service], here),
    );
    const makeAutoscaler = (service: "api" | "router") => {
      const manifest = plan.autoscalers[service];
      return manifest && new HorizontalPodAutoscaler(`${name}-${service}-autoscaler`, manifest, here);
    };
    const autoscalers = { api: makeAutoscaler("api"), router: makeAutoscaler("router") };
    const { podMonitors: monitors } = plan;
    const podMonitors =
      monitors && eachService((service) => new CustomResource(`${name}-${service}-monitor`, monitors[service], here));

    this.nodes = {
      ...{
        networkPolicies,
        identities,
        serviceAccount,
        settings,
        secret,
        authorities,
        migration,
        deployments,
        services,
      },
      ...{ disruptionBudgets, autoscalers, podMonitors },
    };
    const found = (service: "api" | "router"): ProvisionerService => {
      const { metadata } = services[service];
      const answering = deployments[service].metadata.name;
      const { name: _, ...known } = serviceOf(names, service);
      return {
        ...known,
        namespace: metadata.namespace,
        name: pulumi.all([metadata.name, answering]).apply(([its]) => its),
      };
    };
    this.api = found("api");
    this.router = found("router");
    this.registerOutputs({ api: this.api, router: this.router });
  }
}

/** What is known only when the rest of the platform is there. */
function surroundingsOf({
  database,
  state,
  workspaceImages = {},
  costContext,
}: ProvisionerArgs): pulumi.Output<Surroundings> {
  const { host, port = 5432, name, arn, master, authorities } = database;
  const { user, secretArn } = master;
  const { backendUrl, secretsProvider } = state;
  return pulumi.output({
    database: {
      ...{ host, port, name, master: { user, secretArn } },
      region: pulumi.output(arn).apply(regionOf),
      mountedAuthorities: authorities !== undefined,
    },
    state: { backendUrl, secretsProvider },
    workspaceImages,
    ...(costContext === undefined ? {} : { costContext }),
  });
}

/** The API's secrets as variables. */
function secretsOf({ adminToken, webhookSecrets = [] }: ProvisionerArgs): pulumi.Output<Record<string, string>> {
  const given = pulumi.secret({ adminToken, webhookSecrets: [...webhookSecrets] });
  return given.apply(
    ({ adminToken: token, webhookSecrets: signing }): Record<string, string> => ({
      BERTH_ADMIN_TOKEN: token,
      ...(signing.length === 0 ? {} : { BERTH_WEBHOOK_SECRETS: signing.join(",") }),
    }),
  );
}
