import { allowRdsInstanceClasses } from "../../../policies/rules/aws-rds-instance/allow-classes.ts";
import { backUpRdsInstance } from "../../../policies/rules/aws-rds-instance/back-up.ts";
import { encryptRdsInstance } from "../../../policies/rules/aws-rds-instance/encrypt.ts";
import { guardRdsInstanceDeletion } from "../../../policies/rules/aws-rds-instance/guard-deletion.ts";
import { keepRdsInstancePrivate } from "../../../policies/rules/aws-rds-instance/keep-private.ts";
import { manageRdsInstancePassword } from "../../../policies/rules/aws-rds-instance/manage-password.ts";
import { database, subjectOf } from "./aws-fixtures.ts";
import { describeRule } from "./describe-rule.ts";

const about = "database (aws:rds/instance:Instance):";
const replica = subjectOf(database.type, "database", { replicateSourceDb: "other" });

describeRule(keepRdsInstancePrivate, database, {
  refuses: {
    "a public address": {
      change: [["publiclyAccessible"], true],
      says: [
        `${about} publiclyAccessible is true: the database has a public address. Set it to false; reach it from within the network.`,
      ],
    },
  },
  allows: { "nothing said, which is none": { change: [["publiclyAccessible"], undefined] } },
  waitsFor: [["publiclyAccessible"]],
});

const inPlain = (value: string) =>
  `${about} storageEncrypted is ${value}: the database is stored in plain. Set it to true; it cannot be changed later, so a database that is there takes a copy of its snapshot.`;
describeRule(encryptRdsInstance, database, {
  refuses: {
    "a database in plain": { change: [["storageEncrypted"], false], says: [inPlain("false")] },
    "nothing said of it": { change: [["storageEncrypted"], undefined], says: [inPlain("not set")] },
  },
  waitsFor: [["storageEncrypted"]],
});
describeRule(encryptRdsInstance, replica, {
  refuses: { "what is no replica": { change: [["replicateSourceDb"], undefined], says: [inPlain("not set")] } },
  waitsFor: [["replicateSourceDb"]],
});

const noFurther = (value: string, days = 7) =>
  `${about} backupRetentionPeriod is ${value}: the database can be set back no further. Set it to at least ${days} days.`;
describeRule(backUpRdsInstance, database, {
  refuses: {
    "no backups": { change: [["backupRetentionPeriod"], 0], says: [noFurther("0")] },
    "backups of one day": { change: [["backupRetentionPeriod"], 1], says: [noFurther("1")] },
    "nothing said of them": { change: [["backupRetentionPeriod"], undefined], says: [noFurther("not set")] },
    "fewer days than are asked for": { settings: { minimumDays: 30 }, says: [noFurther("7", 30)] },
  },
  waitsFor: [["backupRetentionPeriod"]],
});
describeRule(backUpRdsInstance, replica, {
  refuses: { "what is no replica": { change: [["replicateSourceDb"], undefined], says: [noFurther("not set")] } },
  waitsFor: [["replicateSourceDb"]],
});

const oneCall = (value: string) =>
  `${about} deletionProtection is ${value}: one call deletes the database. Set it to true.`;
describeRule(guardRdsInstanceDeletion, database, {
  refuses: {
    "a database that a call deletes": { change: [["deletionProtection"], false], says: [oneCall("false")] },
    "nothing said of it": { change: [["deletionProtection"], undefined], says: [oneCall("not set")] },
    "no last snapshot": {
      change: [["skipFinalSnapshot"], true],
      says: [
        `${about} skipFinalSnapshot is true: a database that is deleted is gone. Set it to false, and finalSnapshotIdentifier to a name.`,
      ],
    },
  },
  waitsFor: [["deletionProtection"], ["skipFinalSnapshot"]],
});
describeRule(guardRdsInstanceDeletion, replica, {
  refuses: { "what is no replica": { change: [["replicateSourceDb"], undefined], says: [oneCall("not set")] } },
  waitsFor: [["replicateSourceDb"]],
});

const given = subjectOf(database.type, "database", { passwordWo: "hush", passwordWoVersion: 1 });
const kept = (field: string) =>
  `${about} ${field} is given by the program: it is in the stack's state, and never changes. Take it out and set manageMasterUserPassword to true, or give it as ${field}Wo, which is not kept.`;
describeRule(manageRdsInstancePassword, given, {
  refuses: {
    "a password": { change: [["password"], "hush"], says: [kept("password")] },
    "a cluster's password": { change: [["masterPassword"], "hush"], says: [kept("masterPassword")] },
  },
  waitsFor: [["password"]],
});
describeRule(
  manageRdsInstancePassword,
  subjectOf(database.type, "database", { password: "hush", manageMasterUserPassword: true }),
  {
    refuses: {
      "a password that nobody manages": { change: [["manageMasterUserPassword"], false], says: [kept("password")] },
    },
    waitsFor: [["manageMasterUserPassword"]],
  },
);

const usual = "db.t4g.*, db.m7g.large, db.m7g.xlarge, db.m7g.2xlarge, db.r7g.large, db.r7g.xlarge";
const unusual = (chosen: string, allowed: string) =>
  `${about} instanceClass ${chosen} is none that the policy allows. Use one of ${allowed}, or add it to the policy's classes.`;
describeRule(allowRdsInstanceClasses, database, {
  refuses: {
    "a class far too large": {
      change: [["instanceClass"], "db.m7g.16xlarge"],
      says: [unusual("db.m7g.16xlarge", usual)],
    },
    "a class that is not on a list of one's own": {
      settings: { classes: ["db.t4g.small"] },
      says: [unusual("db.m7g.large", "db.t4g.small")],
    },
  },
  waitsFor: [["instanceClass"]],
});
