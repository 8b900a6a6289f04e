import { MetricAlarm, type MetricAlarmArgs } from "@pulumi/aws/cloudwatch/metricAlarm.js";
import * as pulumi from "@pulumi/pulumi";
import { declare, type Transform } from "../transform.ts";
import { planDatabaseAlarms } from "./plan.ts";
import { type DatabaseAlarmsSpecInput, parseDatabaseAlarmsSpec } from "./spec.ts";

export interface DatabaseAlarmsArgs {
  /** When the database is reported. */
  readonly spec?: DatabaseAlarmsSpecInput;
  /** Identifier of the RDS instance. */
  readonly database: pulumi.Input<string>;
  /** The topic that is told. */
  readonly topicArn: pulumi.Input<string>;
  /** Last changes to each of the alarms, where no argument says it. */
  readonly transform?: { readonly alarm?: Transform<MetricAlarmArgs> };
}

/**
 * Tells people when the database runs out of storage, CPU or connections, as CloudWatch sees it: these figures are there
 * also when the cluster is not.
 *
 * Costs $0.10 an alarm and month (https://aws.amazon.com/cloudwatch/pricing/).
 *
 * @example
 * new DatabaseAlarms("database-alarms", { database: database.identifier, topicArn: alarms.topicArn });
 */
export class DatabaseAlarms extends pulumi.ComponentResource {
  readonly nodes: { readonly alarms: Readonly<Record<string, MetricAlarm>> };

  constructor(name: string, args: DatabaseAlarmsArgs, options?: pulumi.ComponentResourceOptions) {
    super("berth:observability:DatabaseAlarms", name, {}, options);
    const { spec = {}, database, topicArn, transform = {} } = args;
    const plan = planDatabaseAlarms<pulumi.Input<string>>(parseDatabaseAlarmsSpec(spec), database, topicArn);
    const alarms = Object.fromEntries(
      Object.entries(plan).map(([what, planned]) => {
        const declared = declare<MetricAlarmArgs>(transform.alarm, planned, { parent: this });
        return [what, new MetricAlarm(`${name}-${what}`, declared.args, declared.options)];
      }),
    );
    this.nodes = { alarms };
    this.registerOutputs();
  }
}
