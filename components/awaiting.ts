import * as pulumi from "@pulumi/pulumi";

/**
 * The same value, known to others when `resources` are there too. It goes by their URNs, which a preview knows of
 * resources yet to be made: so it does not become unknown, which would make what stands on it seem to be replaced.
 */
export function awaiting(value: pulumi.Input<string>, resources: readonly pulumi.Resource[]): pulumi.Output<string> {
  return pulumi.all([value, pulumi.all(resources.map(({ urn }) => urn))]).apply(([known]) => known);
}
