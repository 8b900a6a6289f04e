import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseDatabaseSpec } from "../../../components/database/spec.ts";
import { postgresMajor, postgresMajors } from "../../../components/database/versions.ts";
import { readDailyWindow, readWeeklyWindow, windowsMeet } from "../../../components/database/windows.ts";

const spec = { identifier: "berth-dev", version: "17" };

describe("a database's spec", () => {
  test("has a default for all but its name and version", () => {
    expect(parseDatabaseSpec(spec)).toEqual({
      identifier: "berth-dev",
      version: "17",
      instanceClass: "db.t4g.small",
      databaseName: "berth",
      masterUsername: "berth_master",
      storage: { initialGiB: 20, maxGiB: 100 },
      backups: { days: 7, window: "02:00-03:00" },
      maintenanceWindow: "sun:03:30-sun:04:30",
      multiAz: false,
      insights: "standard",
      monitoringSeconds: 0,
      certificateAuthority: "rds-ca-rsa2048-g1",
      autoMinorVersionUpgrade: true,
      allowMajorVersionUpgrade: false,
      applyImmediately: false,
      slowQueryMilliseconds: 1000,
      logDays: 30,
      parameters: {},
      deletionProtection: true,
      finalSnapshot: true,
      protectData: true,
    });
  });

  const wrong: readonly (readonly [string, object, string])[] = [
    [
      "an identifier that RDS refuses",
      { identifier: "Berth--Dev" },
      `spec.identifier: found "Berth--Dev". Write 2 to 63 of a-z, 0-9 and '-', beginning with a letter, without '--' and not ending with '-'.`,
    ],
    [
      "a version out of support",
      { version: "13" },
      `spec.version: found "13". Write a version of Postgres that RDS supports without Extended Support: 15, 16, 17, 18, or one with its minor ("17.6").`,
    ],
    [
      "a major where minor upgrades are not automatic",
      { autoMinorVersionUpgrade: false },
      `spec.version: found "17". Write the minor too ("17.6"), or leave autoMinorVersionUpgrade on.`,
    ],
    [
      "an instance class of EC2",
      { instanceClass: "m7g.large" },
      `spec.instanceClass: found "m7g.large". Write an RDS instance class: "db.t4g.small", "db.m7g.large".`,
    ],
    [
      "less storage than gp3 has",
      { storage: { initialGiB: 10 } },
      "spec.storage.initialGiB: found 10. Write at least 20: the least of gp3 on RDS.",
    ],
    [
      "a maximum without room to grow",
      { storage: { initialGiB: 100, maxGiB: 100 } },
      "spec.storage.maxGiB: found 100. Write at least 110: a tenth above initialGiB.",
    ],
    ["no backups", { backups: { days: 0 } }, "spec.backups.days: found 0. Write 1 to 35: 0 would turn backups off."],
    [
      "a backup window that is none",
      { backups: { window: "2am" } },
      `spec.backups.window: found "2am". Write hours and minutes UTC, half an hour at least: "02:00-03:00".`,
    ],
    [
      "a maintenance window without a day",
      { maintenanceWindow: "03:30-04:30" },
      `spec.maintenanceWindow: found "03:30-04:30". Write days, hours and minutes UTC, half an hour to a day: "sun:03:30-sun:04:30".`,
    ],
    [
      "windows that meet",
      { maintenanceWindow: "wed:02:30-wed:03:30" },
      `spec.maintenanceWindow: found "wed:02:30-wed:03:30". Write a time that does not meet the backup window 02:00-03:00.`,
    ],
    [
      "plain connections",
      { parameters: { "rds.force_ssl": "0" } },
      `spec.parameters.rds.force_ssl: found "0". It is set here already: take it out (log times have slowQueryMilliseconds).`,
    ],
    [
      "half of the safeguards",
      { deletionProtection: false },
      "spec.deletionProtection: found false. Leave it true while protectData is: take both away to part with the data.",
    ],
    [
      "a master user of RDS' own",
      { masterUsername: "rdsadmin" },
      `spec.masterUsername: found "rdsadmin". Write 1 to 63 of a-z, 0-9 and '_', beginning with a letter, not one of Postgres' or RDS' own names (admin, rds…, pg_…).`,
    ],
    [
      "a master user with the name of a program's role",
      { masterUsername: "berth_router" },
      'spec.masterUsername: found "berth_router". Write another name: it is the role of one of the programs, which owns nothing.',
    ],
    [
      "a log retention that CloudWatch does not know",
      { logDays: 31 },
      "spec.logDays: found 31. Write days that CloudWatch Logs can keep: 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653.",
    ],
  ];
  test.each(wrong)("refuses %s", (_, change, message) => {
    expect(() => parseDatabaseSpec({ ...spec, ...change })).toThrow(expect.objectContaining({ message }));
  });

  test("names every mistake at once", () => {
    expect(() => parseDatabaseSpec({ identifier: 7, colour: "red" })).toThrow(
      [
        "spec.identifier: found 7. Write a text, in quotes.",
        "spec.version: missing. Write a text.",
        'spec.colour: found "red". There is no such option: take it out or correct its name.',
      ].join("\n"),
    );
  });
});

describe("versions", () => {
  test("are known by major, with or without a minor", () => {
    expect(["17", "17.6", "18", "12", "170", "seventeen", ""].map(postgresMajor)).toEqual([
      "17",
      "17",
      "18",
      null,
      null,
      null,
      null,
    ]);
  });

  test("have the family of their own major", () => {
    for (const [major, { family }] of Object.entries(postgresMajors)) expect(family).toBe(`postgres${major}`);
  });
});

describe("windows", () => {
  test("are read in minutes, over midnight and over the end of the week too", () => {
    expect(readDailyWindow("23:45-00:15")).toEqual({ from: 1425, minutes: 30 });
    expect(readWeeklyWindow("sat:23:30-sun:00:30")).toEqual({ from: 6 * 1440 + 1410, minutes: 60 });
    expect(["24:00-25:00", "02:00", "02:00-03:00-04:00", "2:00-3:00"].map(readDailyWindow)).toEqual([
      null,
      null,
      null,
      null,
    ]);
    expect(["funday:02:00-sun:03:00", "sun:02:00"].map(readWeeklyWindow)).toEqual([null, null]);
  });

  test("meet when some minute of the week is in both", () => {
    const week = 7 * 1440;
    fc.assert(
      fc.property(
        fc.record({ from: fc.nat({ max: week - 1 }), minutes: fc.integer({ min: 30, max: 1440 }) }),
        fc.record({ from: fc.nat({ max: 1439 }), minutes: fc.integer({ min: 30, max: 600 }) }),
        (weekly, daily) => {
          const minutesOf = (from: number, minutes: number) =>
            Array.from({ length: minutes }, (_, minute) => (from + minute) % week);
          const inWeekly = new Set(minutesOf(weekly.from, weekly.minutes));
          const inDaily = [0, 1, 2, 3, 4, 5, 6].flatMap((day) => minutesOf(day * 1440 + daily.from, daily.minutes));
          expect(windowsMeet(weekly, daily)).toBe(inDaily.some((minute) => inWeekly.has(minute)));
        },
      ),
    );
  });
});
