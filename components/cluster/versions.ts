/** How far AWS still looks after a Kubernetes version. */
export type Support = "standard" | "extended" | "ended";

interface Calendar {
  /** First day of extended support, which costs more. */
  readonly standardUntil: string;
  /** First day without any: AWS upgrades clusters that still have it, and makes no new ones. */
  readonly extendedUntil: string;
}

/**
 * The day as of which the calendar below is right. Nothing here looks at the clock: the same configuration means the
 * same every day, until a new calendar comes with a new release.
 */
export const calendarDate = "2026-11-21";

/**
 * Amazon EKS' calendar of Kubernetes versions (UTC):
 * https://docs.aws.amazon.com/eks/latest/userguide/kubernetes-versions.html#kubernetes-release-calendar
 */
const calendar: Readonly<Record<string, Calendar>> = {
  "1.26": { standardUntil: "2024-06-11", extendedUntil: "2025-06-11" },
  "1.27": { standardUntil: "2024-07-24", extendedUntil: "2025-07-24" },
  "1.28": { standardUntil: "2024-11-26", extendedUntil: "2025-11-26" },
  "1.29": { standardUntil: "2025-03-23", extendedUntil: "2026-03-23" },
  "1.30": { standardUntil: "2025-07-23", extendedUntil: "2026-07-23" },
  "1.31": { standardUntil: "2025-11-26", extendedUntil: "2026-11-26" },
  "1.32": { standardUntil: "2026-03-23", extendedUntil: "2027-03-23" },
  "1.33": { standardUntil: "2026-07-29", extendedUntil: "2027-07-29" },
  "1.34": { standardUntil: "2026-12-02", extendedUntil: "2027-12-02" },
  "1.35": { standardUntil: "2027-03-27", extendedUntil: "2028-03-27" },
  "1.36": { standardUntil: "2027-08-02", extendedUntil: "2028-08-02" },
};

/** A cluster's price an hour, in dollars, by its version's support: https://aws.amazon.com/eks/pricing/ */
const pricePerHour = { standard: "0.10", extended: "0.60" } as const;

/** What AWS still does for a version, as of `calendarDate`; null when the calendar does not know it. */
export function supportOf(version: string): Support | null {
  const dates = calendar[version];
  if (dates === undefined) return null;
  if (calendarDate < dates.standardUntil) return "standard";
  return calendarDate < dates.extendedUntil ? "extended" : "ended";
}

/** The versions that AWS looks after in this way, oldest first. */
export function versionsWith(support: Support): readonly string[] {
  return Object.keys(calendar).filter((version) => supportOf(version) === support);
}

/** Why a cluster cannot have this version, and what to write; null when it can. */
export function problemOfVersion(version: string, upgradePolicy: "standard" | "extended"): string | null {
  const standard = versionsWith("standard").map((known) => `"${known}"`);
  const write = `Write one of ${standard.join(", ")}`;
  const dates = calendar[version];
  if (dates === undefined) {
    const forms = /^\d+\.\d+$/.test(version) ? `is not in EKS' calendar of ${calendarDate}` : 'is no version as "1.35"';
    return `It ${forms}. ${write}.`;
  }
  const support = supportOf(version);
  if (support === "ended") return `EKS ended its support of ${version} on ${dates.extendedUntil}. ${write}.`;
  if (support === "extended" && upgradePolicy === "standard") {
    return (
      `Standard support of ${version} ended on ${dates.standardUntil}. ${write}; or, until ${dates.extendedUntil}, ` +
      `write upgradePolicy: "extended" and pay $${pricePerHour.extended} an hour for the cluster, not ` +
      `$${pricePerHour.standard}.`
    );
  }
  return null;
}
