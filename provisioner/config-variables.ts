import { z } from "zod";
import { blueprints } from "../components/workspace/blueprints/index.ts";
import {
  backendUrl,
  block,
  domain,
  host,
  image,
  label,
  list,
  network,
  origin,
  path,
  port,
  postgresUrl,
  webhookSecret,
  whole,
} from "./config-values.ts";

/** What is said about a variable, in the docs and when its value is wrong. */
export interface VariableInfo {
  readonly group: "Listening" | "Workspaces" | "Sign-up and existing systems" | "Places" | "Engine" | "Process";
  /** What it is for, as one sentence. */
  readonly about: string;
  /** What to write, as one sentence. */
  readonly fix: string;
  /** What holds when it is not set, where that is no plain default. */
  readonly otherwise?: string;
  /** Its value is never shown. */
  readonly secret?: true;
}

export const variableInfos = z.registry<VariableInfo>();

function variable<Schema extends z.ZodType>(schema: Schema, info: VariableInfo): Schema {
  variableInfos.add(schema, info);
  return schema;
}

const blueprintNames = Object.keys(blueprints).join(", ");
/** Every variable of the provisioner. An empty one counts as not set. */
export const variables = {
  BERTH_HOST: variable(host.default("127.0.0.1"), {
    group: "Listening",
    about: "Address that the API listens on.",
    fix: "Write an IP address or a host name: 127.0.0.1, 0.0.0.0, ::.",
  }),
  BERTH_PORT: variable(port.default(8080), {
    group: "Listening",
    about: "Port of the API; 0 takes a free one.",
    fix: "Write a whole number from 0 to 65535.",
  }),
  BERTH_PRIVATE_PORT: variable(port.optional(), {
    group: "Listening",
    about: "Port of a second listener that serves only the calls of existing systems, without tokens.",
    fix: "Write a whole number from 0 to 65535, or leave it out to have no such listener.",
    otherwise: "no such listener",
  }),
  BERTH_PRIVATE_HOST: variable(host.default("127.0.0.1"), {
    group: "Listening",
    about: "Address of that listener. Whoever reaches it can do everything that it serves.",
    fix: "Write an IP address or a host name that only the product's own services reach.",
  }),
  BERTH_METRICS_PORT: variable(port.optional(), {
    group: "Listening",
    about:
      "Port of a listener that serves only /metrics, without tokens. On the API's own, /metrics needs an admin token.",
    fix: "Write a whole number from 0 to 65535, or leave it out to have no such listener.",
    otherwise: "no such listener",
  }),
  BERTH_METRICS_HOST: variable(host.default("127.0.0.1"), {
    group: "Listening",
    about: "Address of that listener.",
    fix: "Write an IP address or a host name that only Prometheus reaches.",
  }),
  BERTH_CORS_ORIGINS: variable(list(origin).optional(), {
    group: "Listening",
    about: "Origins whose pages may call the API, parted by commas.",
    fix: "Write each origin in full, without a path: https://app.example.com. There is no '*'.",
    otherwise: "none",
  }),
  BERTH_TRUSTED_PROXIES: variable(list(network).optional(), {
    group: "Listening",
    about: "Addresses or CIDR blocks of proxies whose X-Forwarded-For is believed, parted by commas.",
    fix: "Write IP addresses or CIDR blocks: 10.0.0.0/8, 2001:db8::1.",
    otherwise: "none",
  }),
  BERTH_RATE_LIMIT: variable(whole(1, 1_000_000).default(1200), {
    group: "Listening",
    about: "Requests per minute and token.",
    fix: "Write a whole number from 1 to 1000000.",
  }),
  BERTH_BODY_LIMIT: variable(whole(1024, 1_048_576).default(65_536), {
    group: "Listening",
    about: "Bytes that a request's body may have.",
    fix: "Write a whole number from 1024 to 1048576.",
  }),
  BERTH_ADMIN_TOKEN: variable(
    z
      .string()
      .regex(/^[\x21-\x7e]{32,512}$/)
      .optional(),
    {
      group: "Listening",
      about: "An admin token of your own making, kept in no database: changing it here revokes it.",
      fix: "Write 32 to 512 printable ASCII characters without blanks; make them at random.",
      otherwise: "the first start makes one, stores it hashed and prints it once",
      secret: true,
    },
  ),
  BERTH_BASE_DOMAIN: variable(domain.default("workspace.localhost"), {
    group: "Workspaces",
    about: "Domain below which every workspace has its host name.",
    fix: "Write a domain in lower case: workspace.example.com.",
  }),
  BERTH_WORKSPACE_SCHEME: variable(z.enum(["http", "https"]).default("https"), {
    group: "Workspaces",
    about: "How browsers reach workspaces.",
    fix: "Write http or https.",
  }),
  BERTH_WORKSPACE_PORT: variable(whole(1, 65535).optional(), {
    group: "Workspaces",
    about: "Port on which browsers reach workspaces.",
    fix: "Write a whole number from 1 to 65535.",
    otherwise: "the scheme's own",
  }),
  BERTH_MAX_WORKSPACES_PER_OWNER: variable(whole(1, 10_000).default(5), {
    group: "Workspaces",
    about:
      "Workspaces that one owner may have at once; with those being deleted and the volumes that were kept, twice as many.",
    fix: "Write a whole number from 1 to 10000.",
  }),
  BERTH_IMAGES: variable(list(image).optional(), {
    group: "Workspaces",
    about: "Container images that blueprints use instead of their own, parted by commas.",
    fix: "Write blueprint=image: desktop=registry.example.com/desktop:2.",
    otherwise: "the blueprints' own",
  }),
  BERTH_STORAGE_CLASS: variable(label.default("berth-workspace"), {
    group: "Workspaces",
    about: "Storage class of the workspaces' volumes; it must retain what is deleted.",
    fix: "Write the name of a storage class.",
  }),
  BERTH_PRIORITY_CLASS: variable(label.default("berth-workspace"), {
    group: "Workspaces",
    about: "Priority class of the workspaces' pods: below the platform's own.",
    fix: "Write the name of a priority class.",
  }),
  BERTH_DENY_EGRESS: variable(list(block).optional(), {
    group: "Workspaces",
    about:
      "Public networks that no workspace may reach, such as the API server's, parted by commas; private ones never are.",
    fix: "Write CIDR blocks: 203.0.113.10/32.",
    otherwise: "none",
  }),
  BERTH_RUNTIME_CLASS: variable(label.optional(), {
    group: "Workspaces",
    about: "Runtime class of the workspaces' pods, for a sandbox such as gVisor.",
    fix: "Write the name of a runtime class.",
    otherwise: "the cluster's default",
  }),
  BERTH_SIGNUP_BLUEPRINT: variable(z.enum(Object.keys(blueprints)).default("home"), {
    group: "Sign-up and existing systems",
    about: "Blueprint of the workspace that a new user gets.",
    fix: `Write one of: ${blueprintNames}.`,
  }),
  BERTH_WEBHOOK_SECRETS: variable(list(webhookSecret).optional(), {
    group: "Sign-up and existing systems",
    about: "Secrets that sign-up events are signed with, parted by commas: two of them while one is being replaced.",
    fix: "Write each as the sender shows it: whsec_ and base64.",
    otherwise: "the endpoint is off",
    secret: true,
  }),
  BERTH_COMPAT_HOLD_SECONDS: variable(whole(0, 300).default(60), {
    group: "Sign-up and existing systems",
    about: "Seconds that provision and delete calls of existing systems are held for their outcome.",
    fix: "Write a whole number from 0 to 300.",
  }),
  BERTH_STATE: variable(path.optional(), {
    group: "Places",
    about: "Folder of everything that the provisioner keeps on disk: embedded Postgres, Pulumi's state, work folders.",
    fix: "Write a path.",
    otherwise: "`.berth` in the checkout",
  }),
  DATABASE_URL: variable(postgresUrl.optional(), {
    group: "Places",
    about: "Postgres to use.",
    fix: "Write postgres://user:password@host:5432/database.",
    otherwise: "an embedded Postgres is started in BERTH_STATE",
    secret: true,
  }),
  KUBECONFIG: variable(path.optional(), {
    group: "Places",
    about: "Kubeconfig of the cluster that workspaces run on.",
    fix: "Write the path of one kubeconfig file.",
    otherwise: "the one of the local platform in BERTH_STATE, which `npm start` starts",
  }),
  BERTH_KUBE_CONTEXT: variable(
    z
      .string()
      .regex(/^[\x21-\x7e]{1,253}$/)
      .optional(),
    {
      group: "Places",
      about: "Context of the kubeconfig.",
      fix: "Write the name of one of its contexts.",
      otherwise: "its current context",
    },
  ),
  BERTH_INSTALLATION: variable(label.default("local"), {
    group: "Places",
    about: "Name of this Berth: two on one cluster never touch each other's workspaces.",
    fix: "Write a DNS label: a-z, 0-9 and '-', at most 63 characters.",
  }),
  BERTH_ROLES: variable(list(z.enum(["api", "engine"])).default(["api", "engine"]), {
    group: "Process",
    about: "What this process does: answer requests (api), run operations (engine), or both.",
    fix: "Write api, engine, or api,engine.",
  }),
  BERTH_CONCURRENCY: variable(whole(1, 256).default(4), {
    group: "Engine",
    about: "Operations at once.",
    fix: "Write a whole number from 1 to 256.",
  }),
  BERTH_IDLE_WORKERS: variable(whole(0, 256).default(2), {
    group: "Engine",
    about: "Engine workers that are kept ready; each takes some 90 MiB.",
    fix: "Write a whole number from 0 to BERTH_CONCURRENCY.",
  }),
  BERTH_OPERATION_DEADLINE: variable(whole(10, 7200).default(600), {
    group: "Engine",
    about: "Seconds after which an engine operation is killed with all its processes.",
    fix: "Write a whole number from 10 to 7200.",
  }),
  BERTH_READY_DEADLINE: variable(whole(1, 7200).default(300), {
    group: "Engine",
    about: "Seconds that a workspace may take to answer, to stop, or to be gone.",
    fix: "Write a whole number from 1 to 7200.",
  }),
  BERTH_PULUMI_COMMAND: variable(path.optional(), {
    group: "Engine",
    about: "The Pulumi CLI.",
    fix: "Write the path of the executable.",
    otherwise: "`pulumi` on the PATH",
  }),
  BERTH_PULUMI_HOME: variable(path.optional(), {
    group: "Engine",
    about: "Pulumi's home folder: its plugins.",
    fix: "Write a path.",
    otherwise: "`pulumi-home` in BERTH_STATE",
  }),
  PULUMI_BACKEND_URL: variable(backendUrl.optional(), {
    group: "Engine",
    about: "Where Pulumi keeps its state.",
    fix: "Write a file://, s3://, gs:// or azblob:// URL.",
    otherwise: "`pulumi` in BERTH_STATE",
  }),
  BERTH_PULUMI_PASSPHRASE: variable(z.string().min(16).max(1024).optional(), {
    group: "Engine",
    about: "Passphrase of the secrets in Pulumi's state.",
    fix: "Write 16 to 1024 characters, and keep them: without them the state cannot be read.",
    otherwise: "made once and kept in BERTH_STATE, for state that is kept there too",
    secret: true,
  }),
  BERTH_SHUTDOWN_DEADLINE: variable(whole(0, 3600).default(30), {
    group: "Process",
    about: "Seconds that running operations and requests get to end when the process is told to stop.",
    fix: "Write a whole number from 0 to 3600.",
  }),
  BERTH_LOG_LEVEL: variable(z.enum(["trace", "debug", "info", "warn", "error", "fatal", "silent"]).default("info"), {
    group: "Process",
    about: "The least that is logged.",
    fix: "Write trace, debug, info, warn, error, fatal or silent.",
  }),
} as const;

/** Variables of ours that other programs of the project read: known here, not looked at. */
export const foreignVariables: readonly string[] = ["BERTH_CACHE", "BERTH_OFFLINE", "BERTH_LEASE"];
