import { z } from "zod";

/** How long CloudWatch Logs can keep: https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html */
const retentionPeriods: readonly number[] = [
  ...[1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653],
];

/** Days that a CloudWatch log group keeps what is written to it. */
export const logRetentionDays = z
  .int()
  .refine((days) => retentionPeriods.includes(days), {
    error: `Write days that CloudWatch Logs can keep: ${retentionPeriods.join(", ")}.`,
  })
  .meta({ examples: [30] });
