import type { BadConfig } from "./bad-config.ts";

/** Mistakes in data. */
export const data: readonly BadConfig[] = [
  {
    name: "a cron of five fields",
    from: "dev",
    changes: { "backup.daily.schedule": "0 2 * * *" },
    says: [
      'berth:backup.daily.schedule: found "0 2 * * *". Must be six fields in UTC: "cron(0 3 * * ? *)" is each day at 3:00.',
    ],
  },
  {
    name: "a backup while the database is serviced",
    from: "prod",
    changes: { "backup.weekly.schedule": "cron(0 4 ? * SUN *)" },
    says: [
      'berth:backup.weekly.schedule: found "cron(0 4 ? * SUN *)". The database takes no backups in its maintenance window sun:03:30-sun:04:30 and the hour before: choose a time apart from it.',
    ],
  },
  {
    name: "backups in the hour before the database is serviced",
    from: "prod",
    changes: { "database.maintenanceWindow": "wed:02:30-wed:03:00", "database.backups.window": "05:00-06:00" },
    says: [
      'berth:backup.daily.schedule: found "cron(0 2 * * ? *)". The database takes no backups in its maintenance window wed:02:30-wed:03:00 and the hour before: choose a time apart from it.',
    ],
  },
  {
    name: "backups of no days",
    from: "dev",
    changes: { "backup.daily.retentionDays": 0 },
    says: [
      'berth:backup.daily.retentionDays: found 0. Write 1 to 36500. Example: berth:backup: {"daily":{"retentionDays":35},"weekly":{"retentionDays":90}}',
    ],
  },
  {
    name: "weekly backups as a yes",
    from: "dev",
    changes: { "backup.weekly": true },
    says: [
      'berth:backup.weekly: found true. Write false or keys with values. Example: berth:backup: {"daily":{"retentionDays":35},"weekly":{"retentionDays":90}}',
    ],
  },
  {
    name: "mistakes within one of two ways to write a key",
    from: "dev",
    changes: { "backup.weekly": { retentionDays: "90", keep: 1 } },
    says: [
      'berth:backup.weekly.retentionDays: found "90". Write a number, without quotes. Example: berth:backup: {"daily":{"retentionDays":35},"weekly":{"retentionDays":90}}',
      "berth:backup.weekly.keep: found 1. There is no such option: take it out or correct its name. There are: schedule, retentionDays.",
    ],
  },
  {
    name: "backups that the lock does not take",
    from: "dev",
    changes: { "backup.lock": { minRetentionDays: 30, maxRetentionDays: 365 } },
    says: [
      'berth:backup.daily.retentionDays: found 7. Must be within the lock, from 30 to 365 days: it is 7. Example: berth:backup: {"daily":{"retentionDays":35},"weekly":{"retentionDays":90}}',
    ],
  },
  {
    name: "a lock the wrong way round",
    from: "dev",
    changes: { "backup.lock": { minRetentionDays: 365, maxRetentionDays: 30 } },
    says: ["berth:backup.lock.minRetentionDays: found 365. Must be at most maxRetentionDays, which is 30."],
  },
  {
    name: "a Postgres of the past",
    from: "dev",
    changes: { "database.version": "12" },
    says: [
      'berth:database.version: found "12". Write a version of Postgres that RDS supports without Extended Support: 15, 16, 17, 18, or one with its minor ("17.6"). Example: berth:database: {"version":"17"}',
    ],
  },
  {
    name: "an instance class of EC2",
    from: "dev",
    changes: { "database.instanceClass": "t4g.small" },
    says: [
      'berth:database.instanceClass: found "t4g.small". Write an RDS instance class: "db.t4g.small", "db.m7g.large". Example: berth:database: {"version":"17","instanceClass":"db.t4g.small"}',
    ],
  },
  {
    name: "a backup window that meets the maintenance",
    from: "dev",
    changes: { "database.backups": { window: "03:00-04:00" } },
    says: [
      'berth:database.maintenanceWindow: found "sun:03:30-sun:04:30". Write a time that does not meet the backup window 03:00-04:00.',
    ],
  },
  {
    name: "windows in words",
    from: "dev",
    changes: { "database.backups": { window: "3am" }, "database.maintenanceWindow": "sunday" },
    says: [
      'berth:database.backups.window: found "3am". Write hours and minutes UTC, half an hour at least: "02:00-03:00". Example: berth:database: {"backups":{"window":"02:00-03:00"}}',
      'berth:database.maintenanceWindow: found "sunday". Write days, hours and minutes UTC, half an hour to a day: "sun:03:30-sun:04:30".',
    ],
  },
  {
    name: "a disk that cannot grow",
    from: "dev",
    changes: { "database.storage": { initialGiB: 100, maxGiB: 100 } },
    says: ["berth:database.storage.maxGiB: found 100. Write at least 110: a tenth above initialGiB."],
  },
  {
    name: "a disk that is too small",
    from: "dev",
    changes: { "database.storage": { initialGiB: 5 } },
    says: ["berth:database.storage.initialGiB: found 5. Write at least 20: the least of gp3 on RDS."],
  },
  {
    name: "backups turned off",
    from: "dev",
    changes: { "database.backups": { days: 0 } },
    says: ["berth:database.backups.days: found 0. Write 1 to 35: 0 would turn backups off."],
  },
  {
    name: "a user that RDS keeps for itself",
    from: "dev",
    changes: { "database.masterUsername": "admin" },
    says: [
      "berth:database.masterUsername: found \"admin\". Write 1 to 63 of a-z, 0-9 and '_', beginning with a letter, not one of Postgres' or RDS' own names (admin, rds…, pg_…).",
    ],
  },
  {
    name: "a parameter that is set already",
    from: "dev",
    changes: { "database.parameters": { "rds.force_ssl": "0" } },
    says: [
      'berth:database.parameters.rds.force_ssl: found "0". It is set here already: take it out (log times have slowQueryMilliseconds).',
    ],
  },
  {
    name: "seconds that Enhanced Monitoring has not",
    from: "dev",
    changes: { "database.monitoringSeconds": 7 },
    says: ["berth:database.monitoringSeconds: found 7. Write 0 (off), 1, 5, 10, 15, 30 or 60."],
  },
  {
    name: "half a protection",
    from: "dev",
    changes: { "database.deletionProtection": false },
    says: [
      "berth:database.deletionProtection: found false. Leave it true while protectData is: take both away to part with the data.",
    ],
  },
  {
    name: "a bucket's name in capitals, and emptied while protected",
    from: "dev",
    changes: { state: { bucketName: "Berth.State", forceDestroy: true, oldVersionDays: 0 } },
    says: [
      'berth:state.bucketName: found "Berth.State". Write 3 to 63 of a-z, 0-9 and \'-\', beginning and ending with a letter or digit. Example: berth:state: {"bucketName":"example-berth-prod-state"}',
      "berth:state.oldVersionDays: found 0. Write 1 to 3650.",
      "berth:state.forceDestroy: found true. Leave it false while protectData is true: take protectData away first to part with the states.",
    ],
  },
];
