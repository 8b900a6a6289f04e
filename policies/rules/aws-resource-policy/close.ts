import { type ResourceRule, read } from "../../rule.ts";
import { checkResourcePolicy } from "../aws-shared/open-statements.ts";

export const closeResourcePolicy = {
  name: "aws-resource-policy-close",
  description: "No policy of a key, a secret, a topic, a queue, a repository or a vault lets everyone in.",
  severity: "mandatory",
  types: [
    "aws:kms/key:Key",
    "aws:kms/keyPolicy:KeyPolicy",
    "aws:secretsmanager/secret:Secret",
    "aws:secretsmanager/secretPolicy:SecretPolicy",
    "aws:sns/topic:Topic",
    "aws:sns/topicPolicy:TopicPolicy",
    "aws:sqs/queue:Queue",
    "aws:sqs/queuePolicy:QueuePolicy",
    "aws:ecr/repositoryPolicy:RepositoryPolicy",
    "aws:ecr/registryPolicy:RegistryPolicy",
    "aws:backup/vaultPolicy:VaultPolicy",
  ],
  check: (subject) => checkResourcePolicy(subject, read(subject.props, "policy")),
} satisfies ResourceRule;
