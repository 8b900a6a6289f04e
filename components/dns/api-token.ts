import { AccountToken, type AccountTokenArgs } from "@pulumi/cloudflare/accountToken.js";
import { getAccountApiTokenPermissionGroupsListOutput } from "@pulumi/cloudflare/getAccountApiTokenPermissionGroupsList.js";
import * as pulumi from "@pulumi/pulumi";
import { declare, type Transform } from "../transform.ts";
import { dnsEditPermissions, permissionGroupIds, zonePermissionScope, zoneResources } from "./plan-permissions.ts";

export interface DnsApiTokenArgs {
  /** Cloudflare account that the zone belongs to. */
  readonly accountId: string;
  /** Id of the zone. */
  readonly zoneId: pulumi.Input<string>;
  /** Name of the token, as Cloudflare's dashboard shows it. */
  readonly tokenName: string;
  /** Last changes to single children, where no argument says it. */
  readonly transform?: { readonly token?: Transform<AccountTokenArgs> };
}

/**
 * A Cloudflare API token that can read one zone and edit its records, and nothing else: what cert-manager needs to prove
 * that a domain is ours (https://cert-manager.io/docs/configuration/acme/dns01/cloudflare/). It belongs to the account,
 * so it outlives the user who ran `pulumi up`. It has no date of expiry; `pulumi up --replace` of it makes a new one.
 *
 * The provider's own token needs "Account API Tokens Write".
 *
 * Costs nothing.
 *
 * @example
 * const token = new DnsApiToken("dns-token", {
 *   accountId: "023e105f4ecef8ad9ca31a8372d0c353",
 *   zoneId: "9a7806061c88ada191ed06f989cc3dac",
 *   tokenName: "berth-dev cert-manager",
 * });
 */
export class DnsApiToken extends pulumi.ComponentResource {
  /** The token, secret. */
  readonly token: pulumi.Output<string>;
  readonly nodes: { readonly token: AccountToken };

  constructor(name: string, args: DnsApiTokenArgs, options?: pulumi.ComponentResourceOptions) {
    super("berth:dns:DnsApiToken", name, {}, options);
    const { accountId, zoneId, tokenName } = args;
    const here = { parent: this };
    // The names stay, the ids are Cloudflare's own. The filter by name is left out: it wants its value encoded.
    const groups = getAccountApiTokenPermissionGroupsListOutput({ accountId, scope: zonePermissionScope }, here);
    const permissionGroups = groups.results.apply((results) =>
      permissionGroupIds(results, dnsEditPermissions).map((id) => ({ id })),
    );
    const child = declare<AccountTokenArgs>(
      args.transform?.token,
      {
        accountId,
        name: tokenName,
        policies: [{ effect: "allow", permissionGroups, resources: pulumi.output(zoneId).apply(zoneResources) }],
      },
      here,
    );
    const token = new AccountToken(`${name}-token`, child.args, child.options);

    this.nodes = { token };
    this.token = pulumi.secret(token.value);
    this.registerOutputs({ token: this.token });
  }
}
