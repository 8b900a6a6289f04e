import { LifecyclePolicy } from "@pulumi/aws/ecr/lifecyclePolicy.js";
import { Repository, type RepositoryArgs } from "@pulumi/aws/ecr/repository.js";
import { Alias } from "@pulumi/aws/kms/alias.js";
import { Key, type KeyArgs } from "@pulumi/aws/kms/key.js";
import * as pulumi from "@pulumi/pulumi";
import { UserError } from "../core/errors.ts";
import { declare, type Transform } from "../transform.ts";
import { lifecycleRules } from "./plan.ts";
import { parseRegistrySpec, type RegistrySpecInput } from "./spec.ts";

export interface RegistryArgs {
  /** Which repositories there are, and what they keep. Plain data, because resources are made of it. */
  readonly spec: RegistrySpecInput;
  /** Last changes to single children, where no argument says it. */
  readonly transform?: { readonly key?: Transform<KeyArgs>; readonly repository?: Transform<RepositoryArgs> };
}

/** The registry's resources. Repositories and their rules are by the repository's name. */
export interface RegistryNodes {
  readonly key: Key | null;
  readonly keyAlias: Alias | null;
  readonly repositories: Readonly<Record<string, Repository>>;
  readonly lifecyclePolicies: Readonly<Record<string, LifecyclePolicy>>;
}

/**
 * Repositories for the platform's images in ECR: a tag never moves to another image, each push is scanned for known
 * vulnerabilities, old images go, and what is there is encrypted with a key of the registry's own. Only this account
 * reaches them, as there is no repository policy.
 *
 * Costs $0.10 a GB and month of images (https://aws.amazon.com/ecr/pricing/) and $1 a month for the key
 * (https://aws.amazon.com/kms/pricing/). Basic scans are free; pulls within the region cost nothing.
 *
 * @example
 * const registry = new Registry("registry", { spec: { repositories: ["berth/provisioner", "berth/desktop"] } });
 * export const desktop = registry.repositoryUrls["berth/desktop"];
 */
export class Registry extends pulumi.ComponentResource {
  /** Where each repository is, by name: "111122223333.dkr.ecr.eu-central-1.amazonaws.com/berth/desktop". */
  readonly repositoryUrls: Readonly<Record<string, pulumi.Output<string>>>;
  /** ARN of each repository, by name: what rights to pull or push are given on. */
  readonly repositoryArns: Readonly<Record<string, pulumi.Output<string>>>;
  /** Account that the registry belongs to. */
  readonly registryId: pulumi.Output<string>;
  /** ARN of the images' key; `null` when it is S3's. */
  readonly keyArn: pulumi.Output<string | null>;
  readonly nodes: RegistryNodes;

  constructor(name: string, args: RegistryArgs, options?: pulumi.ComponentResourceOptions) {
    super("berth:registry:Registry", name, {}, options);
    const spec = parseRegistrySpec(args.spec);
    const { transform = {} } = args;
    const here = { parent: this };
    const kept = { ...here, protect: spec.protect };

    const keyChild = declare<KeyArgs>(
      transform.key,
      { description: `Images of ${name}`, enableKeyRotation: true, deletionWindowInDays: 30 },
      kept,
    );
    const key = spec.encryption === "kms" ? new Key(`${name}-key`, keyChild.args, keyChild.options) : null;
    const keyAlias =
      key && new Alias(`${name}-key-alias`, { namePrefix: "alias/berth-images-", targetKeyId: key.keyId }, here);
    const encryption = key === null ? { encryptionType: "AES256" } : { encryptionType: "KMS", kmsKey: key.arn };

    const names = [...spec.repositories].sort();
    const repositories = byName(names, (repository) => {
      const child = declare<RepositoryArgs>(
        transform.repository,
        {
          name: repository,
          imageTagMutability: "IMMUTABLE",
          imageScanningConfiguration: { scanOnPush: true },
          encryptionConfigurations: [encryption],
          // AWS deletes no repository that holds images, unless told: parting with them is said by `protect: false`.
          forceDelete: !spec.protect,
        },
        kept,
      );
      return new Repository(`${name}-${repository}`, child.args, child.options);
    });
    const lifecyclePolicies = Object.fromEntries(
      Object.entries(repositories).map(([repository, { name: actualName }]) => [
        repository,
        new LifecyclePolicy(
          `${name}-${repository}-lifecycle`,
          { repository: actualName, policy: JSON.stringify(lifecycleRules(spec)) },
          here,
        ),
      ]),
    );

    this.nodes = { key, keyAlias, repositories, lifecyclePolicies };
    this.repositoryUrls = outputs(repositories, ({ repositoryUrl }) => repositoryUrl);
    this.repositoryArns = outputs(repositories, ({ arn }) => arn);
    this.registryId = pulumi
      .all(Object.values(repositories).map(({ registryId }) => registryId))
      .apply(([first]) => first ?? "");
    this.keyArn = key === null ? pulumi.output(null) : key.arn;
    this.registerOutputs({
      repositoryUrls: this.repositoryUrls,
      repositoryArns: this.repositoryArns,
      registryId: this.registryId,
      keyArn: this.keyArn,
    });
  }

  /** Where a repository is; throws a `UserError` when the registry has none of this name. */
  urlOf(repository: string): pulumi.Output<string> {
    const url = this.repositoryUrls[repository];
    if (url !== undefined) return url;
    throw new UserError({
      option: "repository",
      value: repository,
      fix: `The registry has: ${Object.keys(this.repositoryUrls).join(", ")}. Name one of them, or add it to its repositories.`,
    });
  }
}

function byName<T>(names: readonly string[], make: (name: string) => T): Readonly<Record<string, T>> {
  return Object.fromEntries(names.map((name) => [name, make(name)]));
}

function outputs(
  repositories: Readonly<Record<string, Repository>>,
  read: (repository: Repository) => pulumi.Output<string>,
): Readonly<Record<string, pulumi.Output<string>>> {
  return Object.fromEntries(Object.entries(repositories).map(([name, repository]) => [name, read(repository)]));
}
