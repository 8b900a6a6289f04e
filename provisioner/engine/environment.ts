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
  const clean: Record<string, string> = {};
  for (const name of inherited) {
    const value = from[name];
    if (value !== undefined) clean[name] = value;
  }
  return clean;
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
    PULUMI_CONFIG_PASSPHRASE_FILE: `${settings.folder}/passphrase`,
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
