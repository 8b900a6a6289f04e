import type { CostContext } from "../../core/cost/workspace.ts";
import { databaseRoles } from "../../core/database-roles.ts";
import type { FoundationSpec } from "../../platform/spec.ts";
import type { ProvisionerSpec } from "../spec.ts";
import {
  folders,
  httpPort,
  image,
  metricsPort,
  type Program,
  type ProvisionerNames,
  type Service,
} from "./programs.ts";

/** What is known only when the rest of the platform is there. */
export interface Surroundings {
  readonly database: {
    readonly host: string;
    readonly port: number;
    readonly name: string;
    readonly region: string;
    /** Who owns the tables. */
    readonly master: { readonly user: string; readonly secretArn: string };
    /** Whether the authorities are mounted; else they are the image's. */
    readonly mountedAuthorities: boolean;
  };
  readonly state: { readonly backendUrl: string; readonly secretsProvider: string };
  /** Images of workspaces by blueprint. */
  readonly workspaceImages: Readonly<Record<string, string>>;
  /** What workspaces' nodes cost; without it, estimates say that they assume. */
  readonly costContext?: CostContext;
}

type Environment = Readonly<Record<string, string>>;

/** The environment of each program: variables that the provisioner knows (`docs/configuration.md`), none of them secret. */
export function settingsOf(
  spec: ProvisionerSpec,
  foundation: FoundationSpec,
  names: ProvisionerNames,
  surroundings: Surroundings,
): Readonly<Record<Program, Environment>> {
  const { network } = spec;
  const database = (service: Service): Environment => ({
    DATABASE_URL: databaseUrl(surroundings, databaseRoles[service]),
    BERTH_DATABASE_IAM_REGION: surroundings.database.region,
  });
  const serving = {
    ...{ HOME: folders.temporary, TMPDIR: folders.temporary },
    ...{ BERTH_STATE: folders.state, BERTH_INSTALLATION: foundation.installation },
    ...{ BERTH_METRICS_HOST: "0.0.0.0", BERTH_METRICS_PORT: String(metricsPort) },
    ...{ BERTH_SHUTDOWN_DEADLINE: String(spec.shutdownSeconds), BERTH_LOG_LEVEL: spec.logLevel },
    BERTH_BASE_DOMAIN: spec.workspaceDomain,
    ...(spec.apiHost === undefined ? {} : { BERTH_API_HOST: spec.apiHost }),
  };
  const listening = {
    ...{ BERTH_HOST: "0.0.0.0", BERTH_PORT: String(httpPort) },
    BERTH_TRUSTED_PROXIES: (network.trustedProxies ?? [network.vpc]).join(","),
  };
  const workspaces = workspaceSettings(spec, names, surroundings);
  return {
    api: {
      ...{ ...serving, ...database("api"), ...listening, ...workspaces },
      BERTH_ROLES: "api",
      BERTH_RATE_LIMIT: String(spec.api.requestsPerMinute),
      ...listed("BERTH_CORS_ORIGINS", spec.api.corsOrigins),
      BERTH_SIGNUP_BLUEPRINT: spec.signupBlueprint,
      BERTH_COMPAT_HOLD_SECONDS: String(spec.compatHoldSeconds),
      ...costSettings(spec, surroundings.costContext),
    },
    router: { ...serving, ...database("router"), ...listening, ...routerSettings(spec) },
    engine: {
      ...{ ...serving, ...database("engine"), ...workspaces },
      BERTH_ROLES: "engine",
      BERTH_CONCURRENCY: String(spec.engine.concurrency),
      BERTH_IDLE_WORKERS: String(spec.engine.idleWorkers),
      BERTH_OPERATION_DEADLINE: String(spec.engine.operationSeconds),
      BERTH_READY_DEADLINE: String(spec.engine.readySeconds),
      BERTH_PULUMI_HOME: image.pulumiHome,
      PULUMI_BACKEND_URL: surroundings.state.backendUrl,
      BERTH_PULUMI_SECRETS_PROVIDER: surroundings.state.secretsProvider,
      ...(Object.keys(spec.policies).length === 0 ? {} : { BERTH_POLICIES: JSON.stringify(spec.policies) }),
    },
    migrate: {
      ...{ HOME: folders.temporary, TMPDIR: folders.temporary },
      ...{ BERTH_STATE: folders.state, BERTH_LOG_LEVEL: spec.logLevel },
      DATABASE_URL: databaseUrl(surroundings, surroundings.database.master.user),
      BERTH_DATABASE_SECRET: surroundings.database.master.secretArn,
      BERTH_DATABASE_ROLES: "make",
    },
  };
}

/** Whom the router lets in, and what it asks for the way. */
function routerSettings({ router, clusterDomain }: ProvisionerSpec): Environment {
  const { productOrigins, loginUrl, sessions, uploadMiB } = router;
  return {
    ...listed("BERTH_PRODUCT_ORIGINS", productOrigins),
    ...(loginUrl === undefined ? {} : { BERTH_LOGIN_URL: loginUrl }),
    BERTH_SESSION_IDLE_HOURS: String(sessions.idleHours),
    BERTH_SESSION_DAYS: String(sessions.days),
    BERTH_UPLOAD_LIMIT: String(uploadMiB),
    BERTH_CLUSTER_DOMAIN: clusterDomain,
  };
}

/** No password is in it: the programs have tokens, and the master's is asked for, because RDS changes it. */
function databaseUrl({ database }: Surroundings, user: string): string {
  const { host, port, name, mountedAuthorities } = database;
  const authorities = mountedAuthorities ? authoritiesFile : image.authorities;
  return `postgres://${encodeURIComponent(user)}@${host}:${port}/${encodeURIComponent(name)}?sslmode=verify-full&sslrootcert=${authorities}`;
}

/** Key of the authorities in their ConfigMap. */
export const authoritiesKey = "ca.pem";
const authoritiesFile = `${folders.authorities}/${authoritiesKey}`;

/** What the API and the engine must hold to alike. */
function workspaceSettings(
  { workspaces }: ProvisionerSpec,
  names: ProvisionerNames,
  { workspaceImages }: Surroundings,
): Environment {
  const { maxPerOwner, nodePool, denyEgress, runtimeClass } = workspaces;
  const images = Object.entries(workspaceImages).sort(([a], [b]) => (a < b ? -1 : 1));
  return {
    BERTH_MAX_WORKSPACES_PER_OWNER: String(maxPerOwner),
    BERTH_STORAGE_CLASS: names.storageClass,
    BERTH_PRIORITY_CLASS: names.priorityClasses.workspace,
    ...listed(
      "BERTH_IMAGES",
      images.map(([blueprint, reference]) => `${blueprint}=${reference}`),
    ),
    ...listed("BERTH_DENY_EGRESS", denyEgress),
    ...(nodePool === false ? {} : { BERTH_NODE_POOL: nodePool }),
    ...(runtimeClass === undefined ? {} : { BERTH_RUNTIME_CLASS: runtimeClass }),
  };
}

/** What workspaces cost and may cost: the API alone says it, and holds to it. */
function costSettings({ costs, budget }: ProvisionerSpec, context: CostContext | undefined): Environment {
  const { workspaceMonthlyUsd, ownerMonthlyUsd } = budget;
  return {
    BERTH_PRICE_HOURS: String(costs.hoursPerMonth),
    ...(context === undefined ? {} : priceSettings(context, costs.spotDiscount ?? context.spotDiscount)),
    ...(workspaceMonthlyUsd === undefined ? {} : { BERTH_WORKSPACE_BUDGET: String(workspaceMonthlyUsd) }),
    ...(ownerMonthlyUsd === undefined ? {} : { BERTH_OWNER_BUDGET: String(ownerMonthlyUsd) }),
  };
}

function priceSettings(context: CostContext, spotDiscount: number | undefined): Environment {
  const { region, instanceType, capacity, nodeDiskGb, backupDays } = context;
  return {
    ...{ BERTH_PRICE_REGION: region, BERTH_PRICE_INSTANCE_TYPE: instanceType, BERTH_PRICE_CAPACITY: capacity },
    ...(capacity === "on-demand" || spotDiscount === undefined
      ? {}
      : { BERTH_PRICE_SPOT_DISCOUNT: String(spotDiscount) }),
    ...(nodeDiskGb === undefined ? {} : { BERTH_PRICE_NODE_DISK: String(nodeDiskGb) }),
    ...(backupDays === undefined ? {} : { BERTH_PRICE_BACKUP_DAYS: String(backupDays) }),
  };
}

function listed(name: string, values: readonly string[]): Environment {
  return values.length === 0 ? {} : { [name]: values.join(",") };
}
