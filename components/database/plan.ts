import { serviceTrust } from "../core/trust.ts";
import type { DatabaseSpec } from "./spec.ts";
import { postgresMajor, postgresMajors } from "./versions.ts";

export const postgresPort = 5432;

/** Logs that Postgres on RDS gives to CloudWatch, and the names of the groups that RDS writes to. */
const logs = ["postgresql", "upgrade"] as const;

/** What a database is made of, without what only the cloud knows. */
export function planDatabase(spec: DatabaseSpec) {
  const { identifier } = spec;
  const insights = spec.insights !== "off";
  return {
    key: {
      description: `Database ${identifier}: storage, snapshots, master secret`,
      enableKeyRotation: true,
      deletionWindowInDays: 30,
    },
    alias: { name: `alias/berth/database/${identifier}` },
    subnetGroup: { description: `Where database ${identifier} may be` },
    securityGroup: { description: `Database ${identifier}: Postgres from its clients only` },
    parameterGroup: {
      family: familyOf(spec.version),
      description: `Parameters of database ${identifier}`,
      parameters: parametersOf(spec),
    },
    /** By log. Made before the instance, or RDS makes them itself and keeps what is in them for ever. */
    logGroups: Object.fromEntries(
      logs.map((log) => [log, { name: `/aws/rds/instance/${identifier}/${log}`, retentionInDays: spec.logDays }]),
    ),
    /** Who sends the operating system's figures, when asked to. */
    monitoringRole:
      spec.monitoringSeconds === 0
        ? null
        : {
            role: {
              description: `RDS Enhanced Monitoring of ${identifier}`,
              assumeRolePolicy: serviceTrust("monitoring.rds.amazonaws.com"),
            },
            // https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_Monitoring.OS.Enabling.html
            policyArn: "arn:aws:iam::aws:policy/service-role/AmazonRDSEnhancedMonitoringRole",
          },
    instance: {
      identifier,
      engine: "postgres",
      engineVersion: spec.version,
      // Past its standard support a version is refused, not kept at several times the price:
      // https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/extended-support.html
      engineLifecycleSupport: "open-source-rds-extended-support-disabled",
      instanceClass: spec.instanceClass,
      dbName: spec.databaseName,
      username: spec.masterUsername,
      manageMasterUserPassword: true,
      port: postgresPort,
      publiclyAccessible: false,
      multiAz: spec.multiAz,
      storageType: "gp3",
      storageEncrypted: true,
      // With a maximum the provider takes growth by RDS for what it is, and never shrinks it back.
      allocatedStorage: spec.storage.initialGiB,
      maxAllocatedStorage: spec.storage.maxGiB,
      backupRetentionPeriod: spec.backups.days,
      backupWindow: spec.backups.window,
      // They outlive an instance that was deleted against all safeguards.
      deleteAutomatedBackups: !spec.finalSnapshot,
      maintenanceWindow: spec.maintenanceWindow,
      autoMinorVersionUpgrade: spec.autoMinorVersionUpgrade,
      allowMajorVersionUpgrade: spec.allowMajorVersionUpgrade,
      applyImmediately: spec.applyImmediately,
      copyTagsToSnapshot: true,
      deletionProtection: spec.deletionProtection,
      skipFinalSnapshot: !spec.finalSnapshot,
      ...(spec.finalSnapshot ? { finalSnapshotIdentifier: `${identifier}-final` } : {}),
      // Roles that are in `rds_iam` log in with a token in place of a password; nobody else does.
      iamDatabaseAuthenticationEnabled: true,
      caCertIdentifier: spec.certificateAuthority,
      enabledCloudwatchLogsExports: [...logs],
      databaseInsightsMode: spec.insights === "advanced" ? "advanced" : "standard",
      performanceInsightsEnabled: insights,
      // https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_DatabaseInsights.Considerations.html
      ...(insights ? { performanceInsightsRetentionPeriod: spec.insights === "advanced" ? 465 : 7 } : {}),
      monitoringInterval: spec.monitoringSeconds,
    },
    protect: spec.protectData,
    /** What is encrypted with a key is lost with it: the key stays where the final snapshot does. */
    retainKey: spec.finalSnapshot,
  };
}

/** Name of one more rule of the security group, by client. */
export function clientRule(client: string) {
  return {
    description: `Postgres from ${client}`,
    ipProtocol: "tcp",
    fromPort: postgresPort,
    toPort: postgresPort,
  };
}

function familyOf(version: string): string {
  const major = postgresMajor(version);
  if (major === null) throw new Error(`Postgres ${version} is not in the table of versions`);
  return postgresMajors[major].family;
}

/** Always in the same order, so that another order in the configuration changes nothing. */
function parametersOf({ slowQueryMilliseconds, parameters }: DatabaseSpec) {
  const own = {
    // Plain connections are refused: https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/PostgreSQL.Concepts.General.SSL.html
    "rds.force_ssl": "1",
    log_min_duration_statement: String(slowQueryMilliseconds),
    log_lock_waits: "1",
    log_connections: "1",
    log_disconnections: "1",
    log_statement: "ddl",
    // Kilobytes: temporary files from 10 MB say that work_mem is too small.
    log_temp_files: "10240",
  };
  return [
    ...Object.entries(own).map(([name, value]) => ({ name, value, applyMethod: "immediate" })),
    ...Object.entries(parameters).map(([name, value]) => ({ name, value, applyMethod: "pending-reboot" })),
  ].sort((a, b) => (a.name < b.name ? -1 : 1));
}
