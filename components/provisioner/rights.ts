import * as pulumi from "@pulumi/pulumi";
import { databaseRoles } from "../core/database-roles.ts";
import type { PolicyStatement } from "../policy-document.ts";
import type { Program, Service } from "./plan.ts";

/** What rights are about: ARNs, and the database's resource id. */
export interface Rights {
  readonly database: {
    readonly arn: pulumi.Input<string>;
    readonly resourceId: pulumi.Input<string>;
    readonly master: { readonly secretArn: pulumi.Input<string>; readonly kmsKeyArn?: pulumi.Input<string> };
  };
  readonly state: { readonly bucketArn: pulumi.Input<string>; readonly keyArn: pulumi.Input<string> };
}

/** What each program may do in AWS: log in to the database as its own role; the migrations alone as its master user. */
export function rightsOf({ database, state }: Rights): Readonly<Record<Program, readonly PolicyStatement[]>> {
  const logIn = (service: Service): PolicyStatement => ({
    sid: "LogInToDatabase",
    actions: ["rds-db:connect"],
    resources: [databaseUserArn(database, databaseRoles[service])],
  });
  return {
    api: [logIn("api")],
    router: [logIn("router")],
    engine: [
      logIn("engine"),
      {
        sid: "KeepStates",
        actions: ["s3:GetObject", "s3:PutObject", "s3:DeleteObject"],
        // Pulumi keeps everything below this folder.
        resources: [pulumi.interpolate`${state.bucketArn}/.pulumi/*`],
      },
      // Without it S3 says "forbidden" of what is not there, and Pulumi asks for that at each start.
      { sid: "ListStates", actions: ["s3:ListBucket"], resources: [state.bucketArn] },
      {
        sid: "EncryptStates",
        actions: ["kms:Decrypt", "kms:Encrypt", "kms:GenerateDataKey"],
        resources: [state.keyArn],
      },
    ],
    migrate: readPassword(database.master),
  };
}

function readPassword({ secretArn, kmsKeyArn }: Rights["database"]["master"]): readonly PolicyStatement[] {
  return [
    {
      sid: "ReadDatabasePassword",
      actions: ["secretsmanager:GetSecretValue"],
      resources: [secretArn],
    },
    ...(kmsKeyArn === undefined
      ? []
      : [
          {
            sid: "DecryptDatabasePassword",
            actions: ["kms:Decrypt"],
            resources: [kmsKeyArn],
            // For this secret only: https://docs.aws.amazon.com/secretsmanager/latest/userguide/security-encryption.html
            conditions: { StringEquals: { "kms:EncryptionContext:SecretARN": secretArn } },
          },
        ]),
  ];
}

/** https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/UsingWithRDS.IAMDBAuth.IAMPolicy.html */
function databaseUserArn({ arn, resourceId }: Rights["database"], user: string): pulumi.Output<string> {
  return pulumi.all([arn, resourceId]).apply(([instance, id]) => {
    const [, partition = "", , region = "", account = ""] = instance.split(":");
    return `arn:${partition}:rds-db:${region}:${account}:dbuser:${id}/${user}`;
  });
}

/** Region of what an ARN names. */
export function regionOf(arn: string): string {
  const [, , , region = ""] = arn.split(":");
  return region;
}
