import { withoutSidecars } from "./file-store.ts";
import { leaseVariable } from "./processes.ts";

/** What a process of an operation may see of the provisioner's own environment; no secret is among it. */
const inherited = [
  "PATH",
  "LANG",
  "LC_ALL",
  "TZ",
  "SSL_CERT_FILE",
  "SSL_CERT_DIR",
  "NODE_EXTRA_CA_CERTS",
  "HTTP_PROXY",
  "HTTPS_PROXY",
  "NO_PROXY",
  "http_proxy",
  "https_proxy",
  "no_proxy",
  "KUBERNETES_SERVICE_HOST",
  "KUBERNETES_SERVICE_PORT",
] as const;

/** The parent's variables that pass. */
export function cleanEnvironment(from: Readonly<Record<string, string | undefined>>): Record<string, string> {
  return pick(from, inherited);
}

function pick(from: Readonly<Record<string, string | undefined>>, names: readonly string[]): Record<string, string> {
  const picked: Record<string, string> = {};
  for (const name of names) {
    const value = from[name];
    if (value !== undefined) picked[name] = value;
  }
  return picked;
}

/**
 * What AWS' libraries in the Pulumi CLI need for state in S3 and for keys of KMS, and a kubeconfig's `aws eks get-token`
 * for the cluster: where, and as whom. A pod has its own from EKS Pod Identity or from IAM roles for ServiceAccounts.
 * https://docs.aws.amazon.com/sdkref/latest/guide/settings-reference.html#EVarSettings
 */
const awsVariables = [
  "AWS_REGION",
  "AWS_DEFAULT_REGION",
  "AWS_CONTAINER_CREDENTIALS_FULL_URI",
  "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
  "AWS_CONTAINER_AUTHORIZATION_TOKEN",
  "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE",
  "AWS_ROLE_ARN",
  "AWS_ROLE_SESSION_NAME",
  "AWS_WEB_IDENTITY_TOKEN_FILE",
  "AWS_STS_REGIONAL_ENDPOINTS",
  "AWS_ACCESS_KEY_ID",
  "AWS_SECRET_ACCESS_KEY",
  "AWS_SESSION_TOKEN",
  "AWS_PROFILE",
  "AWS_CONFIG_FILE",
  "AWS_SHARED_CREDENTIALS_FILE",
  "AWS_CA_BUNDLE",
  "AWS_ENDPOINT_URL",
  "AWS_ENDPOINT_URL_KMS",
  "AWS_ENDPOINT_URL_S3",
  "AWS_ENDPOINT_URL_STS",
] as const;

/** The parent's variables of AWS, for the CLI and its plugins alone. */
export function awsEnvironment(from: Readonly<Record<string, string | undefined>>): Record<string, string> {
  return pick(from, awsVariables);
}

/** What the Pulumi CLI and its plugins get beside the clean environment. */
export interface CommandSettings {
  readonly lease: string;
  readonly backend: string;
  readonly kubeconfig: string;
  /** The operation's own folder: home, temporary files, passphrase. */
  readonly folder: string;
  /** Variables that the backend or the cluster's login need (`AWS_REGION`, …). */
  readonly extra: Readonly<Record<string, string>>;
  /** Whether the folder holds a passphrase. */
  readonly passphrase: boolean;
}

/** The whole environment of the CLI. The passphrase is in a file that only we can read, so that plugins do not get it. */
export function commandEnvironment(
  clean: Readonly<Record<string, string>>,
  settings: CommandSettings,
): Record<string, string> {
  return {
    ...clean,
    [leaseVariable]: settings.lease,
    HOME: `${settings.folder}/home`,
    TMPDIR: `${settings.folder}/tmp`,
    KUBECONFIG: settings.kubeconfig,
    PULUMI_HOME: `${settings.folder}/home/.pulumi`,
    PULUMI_BACKEND_URL: withoutSidecars(settings.backend),
    ...(settings.passphrase ? { PULUMI_CONFIG_PASSPHRASE_FILE: `${settings.folder}/passphrase` } : {}),
    // The stack's own state says how its secrets are encrypted, so no settings file has to be kept beside it.
    PULUMI_FALLBACK_TO_STATE_SECRETS_MANAGER: "true",
    PULUMI_SKIP_UPDATE_CHECK: "true",
    PULUMI_SUPPRESS_NEO_LINK: "true",
    PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
    PULUMI_DIY_BACKEND_NO_LEGACY_WARNING: "true",
    PULUMI_DIY_BACKEND_DISABLE_CHECKPOINT_BACKUPS: "true",
    // Runs last a second and use some ten MiB: collecting garbage seldom saves a fifth of the CLI's CPU time.
    GOGC: "400",
    ...settings.extra,
  };
}
