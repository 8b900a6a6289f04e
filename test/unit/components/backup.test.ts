import { describe, expect, test } from "vitest";
import { backupRules, vaultLock, volumeSelection } from "../../../components/backup/plan.ts";
import { parseBackupSpec } from "../../../components/backup/spec.ts";

const tags = { "berth.dev/installation": "prod" };
const common = { startWindow: 60, completionWindow: 600, recoveryPointTags: tags };

describe("backups", () => {
  test("are made each day and kept for five weeks when nothing is said", () => {
    const spec = parseBackupSpec({});
    expect(spec).toEqual({
      daily: { schedule: "cron(0 2 * * ? *)", retentionDays: 35 },
      weekly: false,
      lock: false,
      protectData: true,
    });
    expect(backupRules(spec, tags)).toEqual([
      { ...common, ruleName: "daily", schedule: "cron(0 2 * * ? *)", lifecycle: { deleteAfter: 35 } },
    ]);
    expect(vaultLock(spec)).toBeNull();
  });

  test("are made each week too where asked, and locked for good where asked", () => {
    const spec = parseBackupSpec({
      daily: { retentionDays: 7 },
      weekly: {},
      lock: { minRetentionDays: 7, maxRetentionDays: 365, irrevocableAfterDays: 14 },
    });
    expect(backupRules(spec, tags)).toEqual([
      { ...common, ruleName: "daily", schedule: "cron(0 2 * * ? *)", lifecycle: { deleteAfter: 7 } },
      { ...common, ruleName: "weekly", schedule: "cron(0 6 ? * SUN *)", lifecycle: { deleteAfter: 90 } },
    ]);
    expect(vaultLock(spec)).toEqual({ minRetentionDays: 7, maxRetentionDays: 365, changeableForDays: 14 });
  });

  test("are of this installation's marked volumes, and of no one else's", () => {
    expect(volumeSelection("prod")).toEqual({
      resources: ["arn:aws:ec2:*:*:volume/*"],
      conditions: [
        {
          stringEquals: [
            { key: "aws:ResourceTag/berth.dev/backup", value: "true" },
            { key: "aws:ResourceTag/berth.dev/installation", value: "prod" },
          ],
        },
      ],
    });
  });

  test("refuse a schedule and a time that AWS would, each with what to write", () => {
    const wrong = { daily: { schedule: "0 3 * * *", retentionDays: 0 }, monthly: {} };
    expect(() => parseBackupSpec(wrong)).toThrow(
      [
        'spec.daily.schedule: found "0 3 * * *". Must be six fields in UTC: "cron(0 3 * * ? *)" is each day at 3:00.',
        "spec.daily.retentionDays: found 0. Write 1 to 36500.",
        "spec.monthly: found {}. There is no such option: take it out or correct its name.",
      ].join("\n"),
    );
  });

  test.each([
    [
      { minRetentionDays: 30, maxRetentionDays: 7 },
      "spec.lock.minRetentionDays: found 30. Must be at most maxRetentionDays, which is 7.",
    ],
    [
      { minRetentionDays: 40, maxRetentionDays: 60 },
      "spec.daily.retentionDays: found 35. Must be within the lock, from 40 to 60 days: it is 35.",
    ],
  ])("refuse the lock %j, under which none could be made", (lock, message) => {
    expect(() => parseBackupSpec({ lock })).toThrow(message);
  });
});
