/** What a major version of Postgres is on RDS. */
interface PostgresMajor {
  /** Family of its parameter groups. */
  readonly family: string;
  /** Last day of standard support; after it RDS bills Extended Support by vCPU and hour. */
  readonly supportedUntil: string;
}

/**
 * Majors that a database may have: those with more than a year of standard support left in November 2026.
 * Source: https://docs.aws.amazon.com/AmazonRDS/latest/PostgreSQLReleaseNotes/postgresql-release-calendar.html
 */
export const postgresMajors = {
  "15": { family: "postgres15", supportedUntil: "2028-02-29" },
  "16": { family: "postgres16", supportedUntil: "2029-02-28" },
  "17": { family: "postgres17", supportedUntil: "2030-02-28" },
  "18": { family: "postgres18", supportedUntil: "2031-02-28" },
} as const satisfies Readonly<Record<string, PostgresMajor>>;
type PostgresMajorName = keyof typeof postgresMajors;

/** The major of "17" or "17.6", when it is one that a database may have. */
export function postgresMajor(version: string): PostgresMajorName | null {
  const major = /^(\d+)(\.\d+)?$/.exec(version)?.[1];
  return major !== undefined && isKnown(major) ? major : null;
}

function isKnown(major: string): major is PostgresMajorName {
  return Object.hasOwn(postgresMajors, major);
}
