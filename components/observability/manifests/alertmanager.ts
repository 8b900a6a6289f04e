import type { MonitoringSpec } from "../spec.ts";

/** Key of the receiver's secret in its Secret. */
export const receiverSecretKey = "secret";

/** Name of the Secret that holds a webhook's URL or an SMTP password; `null` when the receiver has none. */
export function receiverSecretName({ receiver }: MonitoringSpec): string | null {
  switch (receiver.kind) {
    case "none":
    case "sns":
      return null;
    case "webhook":
    case "email":
      return "berth-alert-receiver";
  }
}

/** What only the stack knows of the receiver. */
export interface ReceiverFacts<Text> {
  /** Topic of a receiver of kind `sns`, and its region. */
  readonly topic: { readonly arn: Text; readonly region: Text } | null;
}

/**
 * Alertmanager's configuration. No secret is in it: it names the files that Kubernetes mounts.
 * https://prometheus.io/docs/alerting/latest/configuration/
 */
export function alertmanagerConfig<Text>(spec: MonitoringSpec, facts: ReceiverFacts<Text>) {
  const told = receiverConfig(spec, facts);
  return {
    global: { resolve_timeout: "5m" },
    route: {
      receiver: told === null ? "nobody" : "people",
      group_by: ["alertname", "namespace"],
      group_wait: "30s",
      group_interval: "5m",
      repeat_interval: "12h",
      routes: [
        // One says that alerting works, the other hides alerts of no weight: neither is for people.
        { receiver: "nobody", matchers: ['alertname =~ "Watchdog|InfoInhibitor"'] },
        { receiver: "nobody", matchers: ['severity = "info"'] },
      ],
    },
    inhibit_rules: [
      {
        source_matchers: ['severity = "critical"'],
        target_matchers: ['severity =~ "warning|info"'],
        equal: ["namespace", "alertname"],
      },
    ],
    receivers: [{ name: "nobody" }, ...(told === null ? [] : [{ name: "people", ...told }])],
  };
}

function receiverConfig<Text>({ receiver }: MonitoringSpec, { topic }: ReceiverFacts<Text>) {
  const file = `/etc/alertmanager/secrets/berth-alert-receiver/${receiverSecretKey}`;
  switch (receiver.kind) {
    case "none":
      return null;
    case "webhook":
      return { webhook_configs: [{ url_file: file, send_resolved: true }] };
    case "sns":
      if (topic === null) throw new Error("A receiver of kind sns needs a topic");
      return { sns_configs: [{ topic_arn: topic.arn, sigv4: { region: topic.region }, send_resolved: true }] };
    case "email": {
      const { to, from, smarthost, username } = receiver;
      const common = { from, smarthost, auth_username: username, auth_password_file: file, require_tls: true };
      return { email_configs: [{ to: to.join(", "), ...common, send_resolved: true }] };
    }
  }
}
