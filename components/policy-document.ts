import * as pulumi from "@pulumi/pulumi";

/** One statement of an IAM policy: what is allowed, on what, and when. */
export interface PolicyStatement {
  /** Name of the statement, letters and digits, so that a reader of the policy knows what it is for. */
  readonly sid?: string;
  /** Whether it gives rights or takes them. @default "Allow" */
  readonly effect?: "Allow" | "Deny";
  /** Actions such as "s3:GetObject". */
  readonly actions: readonly string[];
  /** ARNs; "*" only for actions that know no resources. */
  readonly resources: readonly pulumi.Input<string>[];
  /** Conditions by operator and key: `{ StringEquals: { "aws:RequestTag/team": "a" } }`. */
  readonly conditions?: Readonly<Record<string, Readonly<Record<string, pulumi.Input<string | readonly string[]>>>>>;
}

/** An IAM policy's text, as every role and resource policy of ours is written. */
export function policyDocument(statements: readonly PolicyStatement[]): pulumi.Output<string> {
  return pulumi.jsonStringify({
    Version: "2012-10-17",
    Statement: statements.map(({ sid, effect = "Allow", actions, resources, conditions }) => ({
      ...(sid === undefined ? {} : { Sid: sid }),
      Effect: effect,
      Action: actions,
      Resource: resources,
      ...(conditions === undefined ? {} : { Condition: conditions }),
    })),
  });
}
