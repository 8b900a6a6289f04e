import { cidrsOverlap, parseCidr } from "../components/core/cidr.ts";
import type { UserMistake } from "../components/core/errors.ts";
import { UserError } from "../components/core/errors.ts";
import { capacityOf } from "../components/core/instance-types.ts";
import { readWeeklyWindow } from "../components/database/windows.ts";
import { requireCertificate } from "../components/dns/plan.ts";
import { planNetwork } from "../components/network/plan.ts";
import { planGroups } from "../components/nodes/plan.ts";
import { rules } from "../policies/rules/index.ts";
import { parseSettings } from "../policies/settings.ts";
import type { PlatformConfig, platformConfig } from "./config.ts";
import type { CrossCheck } from "./read-config.ts";

type Given = Partial<PlatformConfig>;
type Check = (config: Given) => readonly UserMistake[];

/** What no single key of a platform can tell. */
export const checkPlatform: CrossCheck<typeof platformConfig> = (config) => checks.flatMap((check) => check(config));

const checks: readonly Check[] = [
  function zonesInRegion({ aws, network }) {
    if (aws === undefined || network === undefined) return [];
    return mistakesOf("network", () => planNetwork(network, aws.region));
  },

  function nodesInEachZone({ network, nodes }) {
    if (network === undefined || nodes === undefined) return [];
    return mistakesOf("nodes", () => planGroups(nodes, network.zones));
  },

  function imagesForTheNodes({ images, nodes }) {
    if (images?.from !== "build" || nodes === undefined) return [];
    const architecture = images.platform === "linux/arm64" ? "arm64" : "x86_64";
    return (["system", "workspaces"] as const).flatMap((pool) => {
      const [type = ""] = nodes[pool].instanceTypes;
      const has = capacityOf(type)?.architecture;
      if (has === undefined || has === architecture) return [];
      const platform = has === "arm64" ? "linux/arm64" : "linux/amd64";
      const fix = `These are ${has}, and images are built for ${images.platform}: write images.platform: "${platform}", or other types.`;
      return [{ option: `nodes.${pool}.instanceTypes`, value: nodes[pool].instanceTypes, fix }];
    });
  },

  function policiesThatThereAre({ provisioner }) {
    if (provisioner === undefined) return [];
    return mistakesOf("provisioner", () => parseSettings(rules, provisioner.policies, "spec.policies"));
  },

  function certificateForTheNames({ zone, edge, dns }) {
    if (zone?.provider !== "cloudflare" || edge?.serves !== "tunnel" || dns === undefined) return [];
    return mistakesOf("dns", () => requireCertificate(dns));
  },

  function wayOut({ network }) {
    if (network?.nat !== "none") return [];
    const fix =
      'Images of the platform\'s own programs are in public registries (quay.io, registry.k8s.io, docker.io), which nodes cannot reach without a NAT gateway: write "one" or "one-per-zone".';
    return [{ option: "network.nat", value: network.nat, fix }];
  },

  function backupsOutsideMaintenance({ backup, database }) {
    const maintenance = database && readWeeklyWindow(database.maintenanceWindow);
    if (backup === undefined || !maintenance) return [];
    const rules = { daily: backup.daily, ...(backup.weekly === false ? {} : { weekly: backup.weekly }) };
    return Object.entries(rules).flatMap(([name, { schedule }]) => {
      if (!startsOf(schedule).some((start) => isClosed(start, maintenance))) return [];
      const fix = `The database takes no backups in its maintenance window ${database.maintenanceWindow} and the hour before: choose a time apart from it.`;
      return [{ option: `backup.${name}.schedule`, value: schedule, fix }];
    });
  },

  function servicesApartFromTheNetwork({ network, cluster }) {
    if (network === undefined || cluster === undefined) return [];
    if (!cidrsOverlap(parseCidr(network.cidr), parseCidr(cluster.serviceCidr))) return [];
    const fix = `Services and the network ${network.cidr} would have the same addresses: choose a block apart from it.`;
    return [{ option: "cluster.serviceCidr", value: cluster.serviceCidr, fix }];
  },

  function namespacesOfTheirOwn({ monitoring, logs, edge, ingress, certificates }) {
    const front = edge?.loadBalancer === undefined ? {} : { ingress, certificates };
    const sections = { monitoring, logs, "edge.tunnel": edge?.tunnel, ...front };
    const named = Object.entries(sections).flatMap(([section, spec]) =>
      spec === undefined ? [] : [{ option: `${section}.namespace`, value: spec.namespace }],
    );
    return named.flatMap(({ option, value }, index) => {
      const twin = named.slice(0, index).find((earlier) => earlier.value === value);
      if (twin === undefined && !isTaken(value)) return [];
      const whose = twin === undefined ? "of something else" : `${twin.option} too`;
      const fix = `A namespace with rules of its own is made here, and this one is ${whose}: choose another name.`;
      return [{ option, value, fix }];
    });
  },

  function issuersThatMayIssue({ dns, edge, certificates }) {
    if (dns?.caa === undefined || edge?.loadBalancer === undefined) return [];
    if (certificates === undefined || certificates.issuer === "self-signed") return [];
    if (dns.caa.issuers.includes("letsencrypt.org")) return [];
    const fix = `Let's Encrypt signs the load balancer's certificate: add "letsencrypt.org", or use another certificates.issuer.`;
    return [{ option: "dns.caa.issuers", value: dns.caa.issuers, fix }];
  },

  function receiverWithItsSecret({ monitoring, alertSecret }) {
    const kind = monitoring?.receiver.kind;
    if (alertSecret !== undefined || (kind !== "webhook" && kind !== "email")) return [];
    const what = kind === "webhook" ? "its URL" : "its password";
    const fix = `A receiver of kind ${kind} needs ${what}: pulumi config set --secret berth:alertSecret …`;
    return [{ option: "alertSecret", value: undefined, fix }];
  },

  function budgetWithSomeoneToTell({ budget, alarms }) {
    if (budget === undefined || alarms === undefined || budget.emails.length + alarms.emails.length > 0) return [];
    const fix = "Nobody is told of what it costs: name somebody here or in alarms.emails.";
    return [{ option: "budget.emails", value: budget.emails, fix }];
  },
];

/** Namespaces of the cluster itself, of the autoscaler, of the platform's programs and of workspaces. */
function isTaken(namespace: string): boolean {
  return /^(default|kube-.*|cluster-autoscaler|berth-system|ws-.*)$/.test(namespace);
}

const minutesOfDay = 24 * 60;
const minutesOfWeek = 7 * minutesOfDay;
const weekdays = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"];

/** When a backup begins, in minutes of the week; empty for schedules with more than one time or day in a field. */
function startsOf(schedule: string): readonly number[] {
  const [, minute, hour, day = ""] = /^cron\((\d+) (\d+) \S+ \S+ (\S+) \S+\)$/.exec(schedule) ?? [];
  const time = Number(hour) * 60 + Number(minute);
  const days = day === "*" || day === "?" ? weekdays : weekdays.filter((name) => name === day);
  return days.map((name) => weekdays.indexOf(name) * minutesOfDay + time);
}

/** https://docs.aws.amazon.com/aws-backup/latest/devguide/plan-options-and-configuration.html */
function isClosed(start: number, { from, minutes }: { readonly from: number; readonly minutes: number }): boolean {
  return (start - (from - 60) + minutesOfWeek) % minutesOfWeek < minutes + 60;
}

/** The mistakes that some work finds, as those of a key of the configuration. */
function mistakesOf(key: string, work: () => unknown): readonly UserMistake[] {
  try {
    work();
    return [];
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return error.mistakes.map((mistake) => ({ ...mistake, option: mistake.option.replace(/^spec/, key) }));
  }
}
