import { z } from "zod";
import { type StackRule, violation } from "../../rule.ts";

const values = z.object({
  types: z
    .array(z.string().min(1))
    .default([
      "aws:rds/instance:Instance",
      "aws:rds/cluster:Cluster",
      "aws:s3/bucket:Bucket",
      "aws:s3/bucketV2:BucketV2",
      "aws:backup/vault:Vault",
      "aws:ecr/repository:Repository",
      "aws:eks/cluster:Cluster",
      "aws:ebs/volume:Volume",
      "aws:efs/fileSystem:FileSystem",
      "aws:dynamodb/table:Table",
    ])
    .meta({ description: "Types of resources that hold what cannot be made again." }),
});

export const protectAwsResource = {
  name: "aws-resource-protect",
  description: "Pulumi refuses to delete, or to replace, what holds data.",
  severity: "mandatory",
  values,
  checkStack(subjects, settings) {
    const { types } = values.parse(settings);
    return subjects
      .filter(({ type, protect }) => types.includes(type) && protect === false)
      .map((subject) =>
        violation(
          subject,
          "Pulumi would delete it, with the data in it, without being asked.",
          "Give it the resource option protect: true.",
        ),
      );
  },
} satisfies StackRule;
