import { UserError } from "../errors.ts";
import { type CostItem, costItem, type Estimate, estimateOf, formatUsd } from "./estimate.ts";
import { pricerOf } from "./pricers.ts";
import { pricesOf, type RegionPrices } from "./prices.ts";
import { NotKnownError, NotPricedError } from "./props.ts";
import type { CostContext } from "./workspace.ts";

/** A resource of a program, as a policy or a test sees it. */
export interface ProgramResource {
  /** As Pulumi writes it: `aws:rds/instance:Instance`. */
  readonly type: string;
  /** Its inputs. What is not known yet is anything but a text, number, boolean, list or object of the kind that is wanted. */
  readonly props: Readonly<Record<string, unknown>>;
}

/** Resources that are not in a sum, and why. */
export interface NotPriced {
  readonly type: string;
  readonly count: number;
  readonly why: string;
  /** Whether it costs something by the hour or month, and only its price is missing: the sum is too low by that. */
  readonly missing: boolean;
}

export interface ResourcesEstimate extends Estimate {
  readonly notPriced: readonly NotPriced[];
}

/** What else the sum of a program's resources needs to know. */
export interface ResourcesContext {
  /**
   * Nodes that workloads run on which are not among the resources, as a user's own stack has them: its pods then pay
   * their share. Without it they pay nothing.
   */
  readonly nodes?: Omit<CostContext, "region">;
  /** @default "standard" */
  readonly clusterSupport?: "standard" | "extended";
}

/**
 * What the resources of a program cost a month, by the same prices as `estimatePlatform` and `estimateWorkspace`. Groups
 * of nodes count with their fewest nodes. What is paid by use, what is not known yet and what there is no price for is
 * not in the sum, but in `notPriced`.
 */
export function costOfResources(
  resources: readonly ProgramResource[],
  region: string,
  context: ResourcesContext = {},
): ResourcesEstimate {
  const prices = pricesOf(region);
  const items: CostItem[] = [];
  const notPriced: Omit<NotPriced, "count">[] = [];
  const others = withoutSum(prices);
  for (const { type, props } of resources) {
    if (isFree(type)) continue;
    const pricer = pricerOf(type);
    if (pricer === undefined) {
      notPriced.push({
        type,
        why: Object.hasOwn(others, type) ? (others[type] ?? "") : "there is no price for this type",
        missing: false,
      });
      continue;
    }
    try {
      items.push(...pricer(props, { prices, region, resources, context }));
    } catch (error) {
      if (!(error instanceof NotPricedError || error instanceof UserError)) throw error;
      notPriced.push({ type, why: error.message, missing: !(error instanceof NotKnownError) });
    }
  }
  return { ...estimateOf(merged(items)), notPriced: counted(notPriced) };
}

/** Why types are not in the sum that cost something all the same: most are paid by use alone. */
function withoutSum(prices: RegionPrices): Readonly<Record<string, string>> {
  const { logsGb, logsKeptGb, bucketGb, registryGb, snapshotGb } = prices;
  return {
    "aws:cloudwatch/logGroup:LogGroup": `by use: ${cents(logsGb)} a GB sent, ${cents(logsKeptGb)} a GB kept`,
    "aws:s3/bucket:Bucket": `by use: ${cents(bucketGb)} a GB`,
    "aws:ecr/repository:Repository": `by use: ${cents(registryGb)} a GB of images`,
    "aws:backup/plan:Plan": `by use: ${cents(snapshotGb)} a GB of volumes' snapshots`,
    "aws:sns/topic:Topic": "by use: cents",
    "kubernetes:helm.sh/v3:Release": "a chart's volumes and load balancers are not seen here",
  };
}

function cents(usd: number): string {
  return usd < 0.1 ? `$${usd}` : formatUsd(usd);
}

/** What costs nothing itself: rights, names, rules, the parts of something else that is priced. */
function isFree(type: string): boolean {
  return free.some((pattern) => pattern.test(type));
}

const free: readonly RegExp[] = [
  /^pulumi:/,
  /^berth:/,
  /^random:/,
  /^docker:/,
  /^docker-build:/,
  /^kubernetes:(?!apps\/v1:(Deployment|StatefulSet)$|core\/v1:PersistentVolumeClaim$|helm\.sh)/,
  /^eks:index:(?!Cluster$)/,
  /^awsx:ec2:(?!Vpc$)/,
  /^aws:(iam|vpc|autoscaling|appautoscaling|budgets|costexplorer|route53domains)\/(?!group:Group$)/,
  /^aws:ec2\/(vpc|subnet|routeTable\w*|route|internetGateway|securityGroup\w*|defaultSecurityGroup|flowLog|launchTemplate|networkAcl\w*):/,
  /^aws:eks\/(addon|accessEntry|accessPolicyAssociation|podIdentityAssociation|identityProviderConfig):/,
  /^aws:ec2\/vpcEndpoint(RouteTableAssociation|SubnetAssociation):/,
  /^aws:rds\/(subnetGroup|parameterGroup|optionGroup):/,
  /^aws:kms\/(alias|keyPolicy|grant):/,
  /^aws:s3\/bucket\w+:/,
  /^aws:lb\/(listener|targetGroup|targetGroupAttachment|listenerRule):/,
  /^aws:sns\/topic\w+:/,
  /^aws:ecr\/(lifecyclePolicy|repositoryPolicy):/,
  /^aws:backup\/(vault|vaultLockConfiguration|vaultPolicy|selection):/,
  /^aws:route53\/record:/,
  /^aws:secretsmanager\/secret\w+:/,
  /^cloudflare:(?!index\/certificatePack:)/,
];

/** Items of the same thing at the same price as one. */
function merged(items: readonly CostItem[]): readonly CostItem[] {
  const groups = Map.groupBy(items, ({ item, component, unitPrice }) => JSON.stringify([item, component, unitPrice]));
  return [...groups.values()].flatMap(([first, ...others]) => {
    if (first === undefined) return [];
    if (others.length === 0) return [first];
    const { item, component, unit, unitPrice } = first;
    const quantity = others.reduce((sum, other) => sum + other.quantity, first.quantity);
    return [costItem({ item, component, quantity, unit, unitPrice })];
  });
}

function counted(list: readonly Omit<NotPriced, "count">[]): readonly NotPriced[] {
  const groups = Map.groupBy(list, ({ type, why }) => JSON.stringify([type, why]));
  return [...groups.values()].flatMap((same) => {
    const [first] = same;
    return first === undefined ? [] : [{ ...first, count: same.length }];
  });
}
