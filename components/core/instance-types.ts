/** What an EC2 instance type gives a node. */
export interface InstanceCapacity {
  readonly architecture: "x86_64" | "arm64";
  readonly cpus: number;
  readonly memoryGiB: number;
  /** How many EBS volumes a node of it may have for its pods. */
  readonly volumes: number;
}

/** GiB of memory per vCPU. Source: https://aws.amazon.com/ec2/instance-types/ */
const memoryPerCpu: Readonly<Record<string, number>> = { c: 2, m: 4, r: 8 };

/** Burstable sizes below the general ones' ratio. Source: https://aws.amazon.com/ec2/instance-types/t3/ */
const burstable: Readonly<Record<string, { readonly cpus: number; readonly memoryGiB: number }>> = {
  medium: { cpus: 2, memoryGiB: 4 },
  large: { cpus: 2, memoryGiB: 8 },
  xlarge: { cpus: 4, memoryGiB: 16 },
  "2xlarge": { cpus: 8, memoryGiB: 32 },
};

/** The one family among these with another ratio. Source: https://aws.amazon.com/ec2/instance-types/c5/ */
const c5nMemoryPerCpu = 2.625;

/**
 * The capacity that an instance type's name tells: general (m, t), compute (c) and memory (r) types on Nitro, from the
 * fifth generation (t from the third); null for any other.
 * Source of the rule: https://docs.aws.amazon.com/ec2/latest/instancetypes/instance-type-names.html
 */
export function capacityOf(instanceType: string): InstanceCapacity | null {
  const match = /^([cmrt])([1-9])((?:[a-z]|-)*)\.(medium|large|(?:[1-9]\d?)?xlarge)$/.exec(instanceType);
  if (match === null) return null;
  const [, family = "", generation = "", attributes = "", size = ""] = match;
  if (Number(generation) < (family === "t" ? 3 : 5)) return null;
  // "g" stands for Graviton among the letters behind the generation, which "-flex" does not have.
  const architecture = attributes.includes("g") ? "arm64" : "x86_64";
  if (family === "t") {
    const known = burstable[size];
    return known === undefined ? null : { architecture, ...known, volumes: sharedVolumes };
  }
  const cpus = cpusOf(size);
  const ratio = `${family}${generation}${attributes}` === "c5n" ? c5nMemoryPerCpu : (memoryPerCpu[family] ?? 0);
  const ownLimit = Number(generation) > 7 || (generation === "7" && architecture === "x86_64");
  return { architecture, cpus, memoryGiB: cpus * ratio, volumes: ownLimit ? ownVolumes(cpus) : sharedVolumes };
}

/**
 * Where network interfaces and volumes share 28 places: without the root's, and two interfaces'.
 * Source of both limits: https://docs.aws.amazon.com/ebs/latest/userguide/ebs-volume-limits.html
 */
const sharedVolumes = 25;

/** Where volumes have places of their own (Intel and AMD from the seventh generation, Graviton from the eighth), without the root's. */
function ownVolumes(cpus: number): number {
  const steps = [
    { below: 64, places: 32 },
    { below: 96, places: 48 },
    { below: 128, places: 64 },
    { below: 192, places: 88 },
  ];
  return (steps.find(({ below }) => cpus < below)?.places ?? 128) - 1;
}

function cpusOf(size: string): number {
  if (size === "medium") return 1;
  if (size === "large") return 2;
  return 4 * Number(size.replace("xlarge", "") || "1");
}
