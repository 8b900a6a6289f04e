import { z } from "zod";
import { databaseRoles } from "../components/core/database-roles.ts";
import { blueprints } from "../components/workspace/blueprints/index.ts";
import { costVariables } from "./config-costs.ts";
import {
  backendUrl,
  block,
  dnsServer,
  domain,
  host,
  image,
  label,
  list,
  network,
  origin,
  pageUrl,
  path,
  port,
  postgresUrl,
  region,
  secretArn,
  secretsProvider,
  webhookSecret,
  whole,
} from "./config-values.ts";
import { variable } from "./config-variable.ts";

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
      "Port of a listener without tokens that serves /metrics, /healthz and /readyz alone: for Prometheus and the kubelet. On the API's own, /metrics needs an admin token.",
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
  BERTH_ROUTER_ADDRESSES: variable(list(block).optional(), {
    group: "Workspaces",
    about:
      "Addresses of routers that run outside of the cluster, parted by commas: workspaces let them in as they let in the router's pods.",
    fix: "Write CIDR blocks: 10.89.0.1/32.",
    otherwise: "none: the router's pods alone",
  }),
  BERTH_NODE_POOL: variable(label.optional(), {
    group: "Workspaces",
    about:
      "Pool of nodes that workspaces run on: those with the label berth.dev/pool, whose taint of that key they bear.",
    fix: "Write the label's value: workspaces.",
    otherwise: "any node that takes them",
  }),
  BERTH_RUNTIME_CLASS: variable(label.optional(), {
    group: "Workspaces",
    about: "Runtime class of the workspaces' pods, for a sandbox such as gVisor.",
    fix: "Write the name of a runtime class.",
    otherwise: "the cluster's default",
  }),
  BERTH_API_HOST: variable(domain.optional(), {
    group: "Workspaces",
    about: "Host name of the API, where it is one below BERTH_BASE_DOMAIN: no workspace gets it.",
    fix: "Write the host name: api.example.com.",
    otherwise: "the names that no workspace gets in any case, such as api",
  }),
  BERTH_LOGIN_URL: variable(pageUrl.optional(), {
    group: "Router",
    about:
      "The product's login, to which somebody without a session is sent, with `return`: the address that was asked for.",
    fix: "Write a URL without a fragment: https://app.example.com/login.",
    otherwise: "they are told that they are not signed in",
  }),
  BERTH_PRODUCT_ORIGINS: variable(list(origin).optional(), {
    group: "Router",
    about:
      "Origins of the product, parted by commas: their pages may show workspaces in frames, open WebSockets to them and call them with the browser's session.",
    fix: "Write each origin in full, without a path: https://app.example.com. There is no '*'.",
    otherwise: "none",
  }),
  BERTH_SESSION_IDLE_HOURS: variable(whole(1, 720).default(24), {
    group: "Router",
    about: "Hours without a request after which a browser's session at a workspace ends.",
    fix: "Write a whole number from 1 to 720.",
  }),
  BERTH_SESSION_DAYS: variable(whole(1, 365).default(30), {
    group: "Router",
    about: "Days after which it ends in any case.",
    fix: "Write a whole number from 1 to 365.",
  }),
  BERTH_UPLOAD_LIMIT: variable(whole(1, 1_048_576).default(1024), {
    group: "Router",
    about: "MiB that the body of one request to a workspace may have.",
    fix: "Write a whole number from 1 to 1048576.",
  }),
  BERTH_CLUSTER_DOMAIN: variable(domain.default("cluster.local"), {
    group: "Router",
    about: "Domain of the cluster's own names, below which workspaces' Services are found.",
    fix: "Write a domain in lower case: cluster.local.",
  }),
  BERTH_CLUSTER_DNS: variable(list(dnsServer).optional(), {
    group: "Router",
    about: "DNS servers that know the cluster's names, parted by commas: for a router outside of the cluster.",
    fix: "Write addresses, with a port where it is not 53: 10.96.0.10, 127.0.0.1:5353, [::1]:5353.",
    otherwise: "those of the machine, which in a pod are the cluster's",
  }),
  ...costVariables,
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
    about:
      "Postgres to use. With `?sslmode=verify-full&sslrootcert=<path>` its certificate must be for this host, by an authority in that file.",
    fix: "Write postgres://user:password@host:5432/database.",
    otherwise: "an embedded Postgres is started in BERTH_STATE",
    secret: true,
  }),
  BERTH_DATABASE_PASSWORD_FILE: variable(path.optional(), {
    group: "Places",
    about:
      "File of the database's password, read anew for each connection, so that it may change while the process runs.",
    fix: "Write a path, and leave the password out of DATABASE_URL.",
    otherwise: "the password of DATABASE_URL",
  }),
  BERTH_DATABASE_SECRET: variable(secretArn.optional(), {
    group: "Places",
    about:
      "Secret of AWS Secrets Manager that holds the database's password, asked anew for each connection: RDS keeps and rotates it there. Its value is JSON with `password`.",
    fix: "Write its ARN, arn:aws:secretsmanager:<region>:<account>:secret:<name>, and leave the password out of DATABASE_URL.",
    otherwise: "the password of DATABASE_URL",
  }),
  BERTH_DATABASE_IAM_REGION: variable(region.optional(), {
    group: "Places",
    about:
      "Region of a database on RDS to which DATABASE_URL's user logs in by IAM: with a token that is made for a connection and holds for minutes, in place of a password. The process needs `rds-db:connect` for this user.",
    fix: "Write the region, eu-central-1, leave the password out of DATABASE_URL, and have it verify the server: sslmode=verify-full.",
    otherwise: "the password of DATABASE_URL",
  }),
  BERTH_DATABASE_ROLES: variable(z.enum(["make", "leave"]).default("leave"), {
    group: "Places",
    about: `Whether the migration step (provisioner/migrate.ts) makes a role for each program, ${Object.values(databaseRoles).join(", ")}, and gives it what it needs and no more. Nobody else may connect to the database then but its owner.`,
    fix: "Write make or leave.",
  }),
  KUBECONFIG: variable(path.optional(), {
    group: "Places",
    about: "Kubeconfig of the cluster that workspaces run on.",
    fix: "Write the path of one kubeconfig file.",
    otherwise:
      "in a pod that has a token, the pod's own cluster and account; else the local platform in BERTH_STATE, which `npm start` starts",
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
    about:
      "Engine workers that are kept ready; each takes some 110 MiB. With any, the first deploy of the next workspace is begun too, where the API is in the same process and stacks are files: some 240 MiB.",
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
  BERTH_PULUMI_SECRETS_PROVIDER: variable(secretsProvider.default("passphrase"), {
    group: "Engine",
    about:
      "What encrypts secrets in Pulumi's state: a passphrase, or a key of AWS. It holds for stacks that are made from now on; each keeps what it was made with.",
    fix: "Write passphrase, or awskms:///<ARN of the key>?region=<region>.",
  }),
  BERTH_PULUMI_PASSPHRASE: variable(z.string().min(16).max(1024).optional(), {
    group: "Engine",
    about: "Passphrase of the secrets in Pulumi's state.",
    fix: "Write 16 to 1024 characters, and keep them: without them the state cannot be read.",
    otherwise: "made once and kept in BERTH_STATE, for state that is kept there too",
    secret: true,
  }),
  BERTH_POLICIES: variable(z.string().max(65_536).optional(), {
    group: "Engine",
    about:
      "What is set for the policies that every workspace is judged by before anything is made of it: levels, exceptions, values. See docs/policies.md.",
    fix: "Write the path of a JSON or YAML file, or JSON itself.",
    otherwise: "every rule as it is",
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
