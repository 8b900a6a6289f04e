/** A resource as the engine knows it. */
export interface GraphResource {
  readonly urn: string;
  readonly type: string;
  readonly parent?: string | undefined;
  readonly dependencies?: readonly string[] | undefined;
  readonly protect?: boolean | undefined;
}

/** A component of ours with all that is below it, or the resources of a stack that belong to none. */
export interface GraphPart {
  /** The component's URN. */
  readonly id: string;
  readonly title: string;
  /** Where most of its resources live: `aws`, `kubernetes`, `cloudflare`, `docker`. */
  readonly provider: string;
  /** How many resources of each kind, the most frequent first. */
  readonly kinds: readonly { readonly kind: string; readonly count: number }[];
  /** How many of them no `destroy` takes away. */
  readonly guarded: number;
}

export interface GraphEdge {
  readonly from: string;
  readonly to: string;
}

export interface GraphSummary {
  readonly parts: readonly GraphPart[];
  /** From what is needed to what needs it; what others say already is left out. */
  readonly edges: readonly GraphEdge[];
}

const componentType = /^berth:([a-z-]+):([A-Za-z]+)$/;

/** What a stack is made of, component by component, and which needs which. The order of the resources plays no part. */
export function summarize(resources: readonly GraphResource[]): GraphSummary {
  const byUrn = new Map(resources.map((resource) => [resource.urn, resource]));
  const owners = new Map(resources.map(({ urn }) => [urn, ownerOf(urn, byUrn)]));
  const parts = resources
    .filter(({ urn }) => owners.get(urn) === urn)
    .map((component) => partOf(component, resources, owners));
  const edges = new Map<string, GraphEdge>();
  for (const { urn, dependencies = [] } of resources) {
    const to = owners.get(urn);
    for (const needed of dependencies) {
      const from = owners.get(needed);
      if (from === undefined || to === undefined || from === to) continue;
      edges.set(`${from} ${to}`, { from, to });
    }
  }
  return {
    parts: parts.toSorted((one, other) => compare(one.id, other.id)),
    edges: withoutDetours([...edges.values()]).toSorted((one, other) =>
      compare(`${one.from} ${one.to}`, `${other.from} ${other.to}`),
    ),
  };
}

/** The outermost component of ours that a resource is below. */
function ownerOf(urn: string, byUrn: ReadonlyMap<string, GraphResource>): string | undefined {
  let owner: string | undefined;
  for (let at = byUrn.get(urn); at !== undefined; at = at.parent === undefined ? undefined : byUrn.get(at.parent)) {
    if (componentType.test(at.type)) owner = at.urn;
  }
  return owner;
}

function partOf(
  component: GraphResource,
  resources: readonly GraphResource[],
  owners: ReadonlyMap<string, string | undefined>,
): GraphPart {
  const own = resources.filter(({ urn, type }) => owners.get(urn) === component.urn && !isComponent(type));
  const counts = new Map<string, number>();
  for (const { type } of own) counts.set(kindOf(type), (counts.get(kindOf(type)) ?? 0) + 1);
  const [, , title = ""] = componentType.exec(component.type) ?? [];
  return {
    id: component.urn,
    title,
    provider: mostFrequent(own.map(({ type }) => type.split(":")[0] ?? "")),
    kinds: [...counts]
      .map(([kind, count]) => ({ kind, count }))
      .toSorted((one, other) => other.count - one.count || compare(one.kind, other.kind)),
    guarded: own.filter(({ protect }) => protect === true).length,
  };
}

function isComponent(type: string): boolean {
  return componentType.test(type) || /^(eks:index:|awsx:|pulumi:)/.test(type);
}

/** The text that is there most often; of several the first by the alphabet's end, so that the cluster goes before AWS. */
function mostFrequent(texts: readonly string[]): string {
  const counts = [...Map.groupBy(texts, (text) => text)].map(([text, { length }]) => ({ text, length }));
  return counts.toSorted((one, other) => other.length - one.length || compare(other.text, one.text))[0]?.text ?? "";
}

/** `aws:ec2/vpc:Vpc` is `ec2 Vpc`, `kubernetes:apps/v1:Deployment` is `Deployment`. */
function kindOf(type: string): string {
  const [provider = "", module = "", name = ""] = type.split(":");
  return provider === "aws" ? `${module.split("/")[0]} ${name}` : name;
}

/** Leaves out an edge where a longer way says the same. */
function withoutDetours(edges: readonly GraphEdge[]): readonly GraphEdge[] {
  const next = Map.groupBy(edges, ({ from }) => from);
  const reaches = (from: string, to: string, seen: Set<string>): boolean => {
    if (from === to) return true;
    if (seen.has(from)) return false;
    seen.add(from);
    return (next.get(from) ?? []).some((edge) => reaches(edge.to, to, seen));
  };
  return edges.filter(
    ({ from, to }) => !(next.get(from) ?? []).some((edge) => edge.to !== to && reaches(edge.to, to, new Set([from]))),
  );
}

function compare(one: string, other: string): number {
  return one < other ? -1 : one > other ? 1 : 0;
}
