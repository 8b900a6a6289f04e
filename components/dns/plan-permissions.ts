import { UserError } from "../core/errors.ts";

/** What a permission on a zone is given for: https://developers.cloudflare.com/fundamentals/api/reference/permissions/ */
export const zonePermissionScope = "com.cloudflare.api.account.zone";

/** Permissions that cert-manager needs: https://cert-manager.io/docs/configuration/acme/dns01/cloudflare/ */
export const dnsEditPermissions: readonly string[] = ["DNS Write", "Zone Read"];

/** A permission group as Cloudflare lists it. */
export interface PermissionGroup {
  readonly id: string;
  readonly name: string;
  readonly scopes: readonly string[];
}

/** Ids of the zone's permission groups of these names, in the names' order; throws a `UserError` for those not there. */
export function permissionGroupIds(groups: readonly PermissionGroup[], names: readonly string[]): string[] {
  const idOf = (name: string) =>
    groups.find((group) => group.name === name && group.scopes.includes(zonePermissionScope))?.id;
  const [missing, ...others] = names
    .filter((name) => idOf(name) === undefined)
    .map((name) => ({
      option: "Cloudflare's permission groups",
      value: name,
      fix: `The account lists no permission of this name for ${zonePermissionScope}: give the provider's token "Account API Tokens Write" on this account.`,
    }));
  if (missing !== undefined) throw new UserError(missing, ...others);
  return names.flatMap((name) => idOf(name) ?? []);
}

/** One zone, as a token's policy names it. */
export function zoneResources(zoneId: string): string {
  return JSON.stringify({ [`${zonePermissionScope}.${zoneId}`]: "*" });
}
