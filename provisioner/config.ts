import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { z } from "zod";
import { UserError, type UserMistake } from "../components/core/errors.ts";
import { assembleBudgets, assembleCosts, checkCosts } from "./config-costs.ts";
import { checkDatabase, type PasswordSource, passwordSource } from "./config-database.ts";
import { variableInfos } from "./config-variable.ts";
import { foreignVariables, variables } from "./config-variables.ts";
import type { Budgets } from "./workspaces/budget.ts";
import type { CostBasis } from "./workspaces/estimate.ts";

const environment = z.strictObject(variables);
type Environment = z.output<typeof environment>;

/** All that the provisioner is told from outside. */
export interface Config {
  readonly roles: { readonly api: boolean; readonly engine: boolean };
  readonly http: {
    readonly host: string;
    readonly port: number;
    readonly corsOrigins: readonly string[];
    readonly trustedProxies: readonly string[];
    readonly requestsPerMinute: number;
    readonly bodyBytes: number;
    readonly adminToken?: string;
  };
  /** The compatibility routes without tokens. */
  readonly privateListener: Place | null;
  readonly metricsListener: Place | null;
  readonly workspaces: {
    readonly baseDomain: string;
    readonly scheme: "http" | "https";
    readonly port?: number;
    /** Host name of the API, where it is one of the workspaces' domain. */
    readonly apiHost?: string;
    readonly maxPerOwner: number;
    /** Images by blueprint. */
    readonly images: Readonly<Record<string, string>>;
    readonly storageClass: string;
    readonly priorityClass: string;
    readonly denyEgress: readonly string[];
    readonly routerAddresses: readonly string[];
    readonly runtimeClass?: string;
    readonly nodePool?: string;
  };
  readonly router: {
    /** The product's login. */
    readonly loginUrl: string | null;
    readonly productOrigins: readonly string[];
    readonly sessions: { readonly idleSeconds: number; readonly mostSeconds: number };
    /** Bytes that the body of one request to a workspace may have. */
    readonly bodyBytes: number;
    readonly clusterDomain: string;
    /** DNS servers that know the cluster's names; none: the machine's. */
    readonly clusterDns: readonly string[];
  };
  /** What workspaces cost. */
  readonly costs: CostBasis;
  /** What they may cost. */
  readonly budgets: Budgets;
  readonly signup: { readonly secrets: readonly string[]; readonly blueprint: string };
  readonly compat: { readonly holdSeconds: number };
  /** Absolute path. */
  readonly state: string;
  /** Without one, an embedded Postgres. */
  readonly databaseUrl?: string;
  /** Where the database's password is, when the URL has none. */
  readonly databasePassword?: PasswordSource;
  /** Whether the migration step makes the programs' roles. */
  readonly databaseRoles: boolean;
  readonly cluster: { readonly kubeconfig?: string; readonly context?: string; readonly installation: string };
  readonly engine: {
    readonly concurrency: number;
    readonly idleWorkers: number;
    readonly operationSeconds: number;
    readonly readySeconds: number;
    readonly pulumiCommand?: string;
    readonly pulumiHome: string;
    readonly backendUrl: string;
    /** `passphrase`, or the URL of a key. */
    readonly secretsProvider: string;
    readonly passphrase?: string;
    /** Path of a file with what is set for the policies, or that itself. */
    readonly policies?: string;
  };
  readonly shutdownSeconds: number;
  readonly logLevel: Environment["BERTH_LOG_LEVEL"];
}

interface Place {
  readonly host: string;
  readonly port: number;
}

/**
 * Reads the configuration from an environment. Throws one `UserError` with every wrong variable: its name, its value
 * (never a secret's) and what to write instead.
 */
export function parseConfig(
  env: Readonly<Record<string, string | undefined>>,
  checkout = resolve(import.meta.dirname, ".."),
): Config {
  const given = Object.entries(env).filter(
    ([name, value]) =>
      value !== undefined &&
      value !== "" &&
      !foreignVariables.includes(name) &&
      (name.startsWith("BERTH_") || name in variables),
  );
  const result = environment.safeParse(Object.fromEntries(given));
  const mistakes = result.success ? crossCheck(result.data, env) : explain(result.error.issues, env);
  const [first, ...others] = mistakes;
  if (first !== undefined) throw new UserError(first, ...others);
  if (!result.success) throw result.error;
  return assemble(result.data, checkout);
}

/** One mistake per variable, however much of it is wrong. */
function explain(
  issues: readonly z.core.$ZodIssue[],
  env: Readonly<Record<string, string | undefined>>,
): UserMistake[] {
  const wrong = new Set(issues.filter(({ path }) => path.length > 0).map(({ path }) => String(path[0])));
  const unknown = issues.flatMap((issue) => (issue.code === "unrecognized_keys" ? issue.keys : []));
  return [
    ...[...wrong].map((option) => mistake(option, env)),
    ...unknown.map((option) => ({ option, value: "(set)", fix: `There is no such variable: ${suggestion(option)}` })),
  ];
}

function mistake(option: string, env: Readonly<Record<string, string | undefined>>, fix?: string): UserMistake {
  const info = infoOf(option);
  const value = info?.secret && env[option] !== undefined ? "(hidden)" : env[option];
  return { option, value, fix: fix ?? info?.fix ?? "Leave it out." };
}

/** What is said about a variable. */
export function infoOf(name: string) {
  const schema = Object.entries(variables).find(([known]) => known === name)?.[1];
  return schema === undefined ? undefined : variableInfos.get(schema);
}

/** What no single variable can tell. */
function crossCheck(values: Environment, env: Readonly<Record<string, string | undefined>>): UserMistake[] {
  const mistakes: UserMistake[] = [];
  const wrong = (option: string, fix: string) => mistakes.push(mistake(option, env, fix));
  const listeners = [
    { host: "BERTH_HOST", port: "BERTH_PORT" },
    { host: "BERTH_PRIVATE_HOST", port: "BERTH_PRIVATE_PORT" },
    { host: "BERTH_METRICS_HOST", port: "BERTH_METRICS_PORT" },
  ] as const;
  const taken = new Map<number, string>();
  for (const { host, port } of listeners) {
    const number = values[port];
    if (number === undefined) {
      if (env[host]) wrong(host, `It is the address of a listener that is off: set ${port} too, or leave it out.`);
    } else if (number !== 0) {
      const other = taken.get(number);
      if (other === undefined) taken.set(number, port);
      else wrong(port, `${other} is the same: give each listener a port of its own.`);
    }
  }
  const roles = new Set(values.BERTH_ROLES);
  if (values.DATABASE_URL === undefined && roles.size < 2) {
    wrong("DATABASE_URL", "Processes of one role each share a Postgres: name it, or let this process have both roles.");
  }
  if (values.BERTH_SESSION_IDLE_HOURS > values.BERTH_SESSION_DAYS * 24 && env.BERTH_SESSION_IDLE_HOURS) {
    wrong("BERTH_SESSION_IDLE_HOURS", `Write at most ${values.BERTH_SESSION_DAYS * 24}: BERTH_SESSION_DAYS in hours.`);
  }
  for (const { option, fix } of checkDatabase(values)) wrong(option, fix);
  for (const { option, fix } of checkCosts(values)) wrong(option, fix);
  if (values.BERTH_IDLE_WORKERS > values.BERTH_CONCURRENCY && env.BERTH_IDLE_WORKERS) {
    wrong("BERTH_IDLE_WORKERS", `Write at most BERTH_CONCURRENCY, which is ${values.BERTH_CONCURRENCY}.`);
  }
  const remote = values.PULUMI_BACKEND_URL !== undefined && !values.PULUMI_BACKEND_URL.startsWith("file:");
  const byPassphrase = values.BERTH_PULUMI_SECRETS_PROVIDER === "passphrase";
  if (remote && byPassphrase && roles.has("engine") && values.BERTH_PULUMI_PASSPHRASE === undefined) {
    wrong("BERTH_PULUMI_PASSPHRASE", "State that is not kept on this machine needs a passphrase that is not either.");
  }
  for (const name of imagesOf(values).keys()) {
    if (!variables.BERTH_SIGNUP_BLUEPRINT.safeParse(name).success)
      wrong("BERTH_IMAGES", `There is no blueprint ${name}.`);
  }
  return mistakes;
}

function assemble(values: Environment, checkout: string): Config {
  const state = resolve(values.BERTH_STATE ?? resolve(checkout, ".berth"));
  const databasePassword = passwordSource(values);
  return {
    roles: { api: values.BERTH_ROLES.includes("api"), engine: values.BERTH_ROLES.includes("engine") },
    http: {
      host: values.BERTH_HOST,
      port: values.BERTH_PORT,
      corsOrigins: values.BERTH_CORS_ORIGINS ?? [],
      trustedProxies: values.BERTH_TRUSTED_PROXIES ?? [],
      requestsPerMinute: values.BERTH_RATE_LIMIT,
      bodyBytes: values.BERTH_BODY_LIMIT,
      ...(values.BERTH_ADMIN_TOKEN === undefined ? {} : { adminToken: values.BERTH_ADMIN_TOKEN }),
    },
    privateListener: place(values.BERTH_PRIVATE_HOST, values.BERTH_PRIVATE_PORT),
    metricsListener: place(values.BERTH_METRICS_HOST, values.BERTH_METRICS_PORT),
    workspaces: {
      baseDomain: values.BERTH_BASE_DOMAIN,
      scheme: values.BERTH_WORKSPACE_SCHEME,
      ...(values.BERTH_WORKSPACE_PORT === undefined ? {} : { port: values.BERTH_WORKSPACE_PORT }),
      ...(values.BERTH_API_HOST === undefined ? {} : { apiHost: values.BERTH_API_HOST }),
      maxPerOwner: values.BERTH_MAX_WORKSPACES_PER_OWNER,
      images: Object.fromEntries(imagesOf(values)),
      storageClass: values.BERTH_STORAGE_CLASS,
      priorityClass: values.BERTH_PRIORITY_CLASS,
      denyEgress: values.BERTH_DENY_EGRESS ?? [],
      routerAddresses: values.BERTH_ROUTER_ADDRESSES ?? [],
      ...(values.BERTH_RUNTIME_CLASS === undefined ? {} : { runtimeClass: values.BERTH_RUNTIME_CLASS }),
      ...(values.BERTH_NODE_POOL === undefined ? {} : { nodePool: values.BERTH_NODE_POOL }),
    },
    router: {
      loginUrl: values.BERTH_LOGIN_URL ?? null,
      productOrigins: values.BERTH_PRODUCT_ORIGINS ?? [],
      sessions: {
        idleSeconds: values.BERTH_SESSION_IDLE_HOURS * 3600,
        mostSeconds: values.BERTH_SESSION_DAYS * 86_400,
      },
      bodyBytes: values.BERTH_UPLOAD_LIMIT * 1_048_576,
      clusterDomain: values.BERTH_CLUSTER_DOMAIN,
      clusterDns: values.BERTH_CLUSTER_DNS ?? [],
    },
    costs: assembleCosts(values),
    budgets: assembleBudgets(values),
    signup: { secrets: values.BERTH_WEBHOOK_SECRETS ?? [], blueprint: values.BERTH_SIGNUP_BLUEPRINT },
    compat: { holdSeconds: values.BERTH_COMPAT_HOLD_SECONDS },
    state,
    ...(values.DATABASE_URL === undefined ? {} : { databaseUrl: values.DATABASE_URL }),
    ...(databasePassword === undefined ? {} : { databasePassword }),
    databaseRoles: values.BERTH_DATABASE_ROLES === "make",
    cluster: {
      installation: values.BERTH_INSTALLATION,
      ...(values.KUBECONFIG === undefined ? {} : { kubeconfig: values.KUBECONFIG }),
      ...(values.BERTH_KUBE_CONTEXT === undefined ? {} : { context: values.BERTH_KUBE_CONTEXT }),
    },
    engine: {
      concurrency: values.BERTH_CONCURRENCY,
      idleWorkers: Math.min(values.BERTH_IDLE_WORKERS, values.BERTH_CONCURRENCY),
      operationSeconds: values.BERTH_OPERATION_DEADLINE,
      readySeconds: values.BERTH_READY_DEADLINE,
      pulumiHome: resolve(values.BERTH_PULUMI_HOME ?? resolve(state, "pulumi-home")),
      backendUrl: values.PULUMI_BACKEND_URL ?? pathToFileURL(resolve(state, "pulumi")).href,
      secretsProvider: values.BERTH_PULUMI_SECRETS_PROVIDER,
      ...(values.BERTH_PULUMI_COMMAND === undefined ? {} : { pulumiCommand: values.BERTH_PULUMI_COMMAND }),
      ...(values.BERTH_PULUMI_PASSPHRASE === undefined ? {} : { passphrase: values.BERTH_PULUMI_PASSPHRASE }),
      ...(values.BERTH_POLICIES === undefined ? {} : { policies: values.BERTH_POLICIES }),
    },
    shutdownSeconds: values.BERTH_SHUTDOWN_DEADLINE,
    logLevel: values.BERTH_LOG_LEVEL,
  };
}

function place(host: string, port: number | undefined): Place | null {
  return port === undefined ? null : { host, port };
}

function imagesOf(values: Environment): Map<string, string> {
  return new Map(
    (values.BERTH_IMAGES ?? []).map((entry): [string, string] => {
      const at = entry.indexOf("=");
      return [entry.slice(0, at), entry.slice(at + 1)];
    }),
  );
}

/** The known variable that was most likely meant. */
function suggestion(name: string): string {
  const known = Object.keys(variables);
  const [nearest] = known
    .map((other) => ({ other, distance: editDistance(name, other) }))
    .sort((a, b) => a.distance - b.distance);
  return nearest !== undefined && nearest.distance <= 4
    ? `did you mean ${nearest.other}?`
    : "see docs/configuration.md.";
}

function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const [above = 0, left = 0, diagonal = 0] = [row[j], next[j - 1], row[j - 1]];
      next.push(Math.min(above + 1, left + 1, diagonal + (a[i - 1] === b[j - 1] ? 0 : 1)));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
