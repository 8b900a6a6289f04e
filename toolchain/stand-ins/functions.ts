import { createHash } from "node:crypto";
import { account } from "./kinds.ts";
import type { Value, Values } from "./values.ts";

/** What a function is asked. */
export interface Question {
  readonly args: Values;
  readonly region: string;
}

type Answer = (question: Question) => Values;

const digest = (text: string) => createHash("sha256").update(text).digest("hex");
const zones = (region: string) => ["a", "b", "c"].map((letter) => `${region}${letter}`);

/** Who may call: a person of the account, as far as anyone asks. */
const caller: Answer = () => ({
  accountId: account,
  id: account,
  arn: `arn:aws:iam::${account}:user/stand-in`,
  userId: "AIDASTANDINSTANDINSTA",
});

/** The scopes of permission groups: https://developers.cloudflare.com/fundamentals/api/reference/permissions/ */
const zoneScope = "com.cloudflare.api.account.zone";
const accountScope = "com.cloudflare.api.account";
const permissions: readonly (readonly [name: string, scope: string])[] = [
  ["DNS Read", zoneScope],
  ["DNS Write", zoneScope],
  ["SSL and Certificates Read", zoneScope],
  ["SSL and Certificates Write", zoneScope],
  ["Zone Read", zoneScope],
  ["Zone Settings Write", zoneScope],
  ["Zone Write", zoneScope],
  ["Cloudflare Tunnel Read", accountScope],
  ["Cloudflare Tunnel Write", accountScope],
];

function permissionGroups({ args }: Question): Values[] {
  return permissions
    .filter(([name, scope]) => (args.name ?? name) === name && (args.scope ?? scope) === scope)
    .map(([name, scope]) => ({ id: digest(name).slice(0, 32), name, scopes: [scope], isSelectable: true }));
}

const permissionList: Answer = (question) => ({ ...question.args, results: permissionGroups(question) });
const permissionGroup: Answer = (question) => ({ ...question.args, ...permissionGroups(question)[0] });

/**
 * The newest version of each add-on for Kubernetes 1.34, as of November 2026; what it is does not matter here, only
 * that it is of the form that EKS has: https://docs.aws.amazon.com/eks/latest/userguide/eks-add-ons.html
 */
const addonVersion = "v1.20.0-eksbuild.1";

/** The functions that are answered, by token. */
const answers: Readonly<Record<string, Answer>> = {
  "aws:ecr/getAuthorizationToken:getAuthorizationToken": ({ args, region }) => {
    const registry = typeof args.registryId === "string" ? args.registryId : account;
    const password = digest(`ecr ${registry}`);
    return {
      authorizationToken: Buffer.from(`AWS:${password}`).toString("base64"),
      expiresAt: new Date(Date.now() + 12 * 3_600_000).toISOString(),
      id: region,
      password,
      proxyEndpoint: `https://${registry}.dkr.ecr.${region}.amazonaws.com`,
      region,
      userName: "AWS",
    };
  },
  "aws:eks/getAddonVersion:getAddonVersion": ({ args, region }) => ({
    ...args,
    id: args.addonName ?? "",
    region,
    version: addonVersion,
  }),
  "aws:index/getAvailabilityZones:getAvailabilityZones": ({ args, region }) => {
    const excluded: Value[] = Array.isArray(args.excludeNames) ? args.excludeNames : [];
    const names = zones(region).filter((name) => !excluded.includes(name));
    return {
      ...args,
      groupNames: [region],
      id: region,
      names,
      region,
      zoneIds: names.map((name) => name.replaceAll(/([a-z])[a-z]+-/g, "$1").replace(/(\d)([a-z])$/, "$1-az-$2")),
    };
  },
  "aws:index/getCallerIdentity:getCallerIdentity": caller,
  "aws:index/getPartition:getPartition": () => ({
    dnsSuffix: "amazonaws.com",
    id: "aws",
    partition: "aws",
    reverseDnsPrefix: "com.amazonaws",
  }),
  "aws:index/getRegion:getRegion": ({ args, region }) => {
    const name = typeof args.region === "string" ? args.region : region;
    return { description: name, endpoint: `ec2.${name}.amazonaws.com`, id: name, name, region: name };
  },
  "cloudflare:index/getAccountApiTokenPermissionGroups:getAccountApiTokenPermissionGroups": permissionGroup,
  "cloudflare:index/getAccountApiTokenPermissionGroupsList:getAccountApiTokenPermissionGroupsList": permissionList,
  "cloudflare:index/getApiTokenPermissionGroupsList:getApiTokenPermissionGroupsList": permissionList,
  "cloudflare:index/getZeroTrustTunnelCloudflaredToken:getZeroTrustTunnelCloudflaredToken": ({ args }) => {
    const secret = Buffer.from(digest(`tunnel ${args.tunnelId}`)).toString("base64");
    const token = { a: args.accountId ?? "", t: args.tunnelId ?? "", s: secret };
    return { ...args, token: Buffer.from(JSON.stringify(token)).toString("base64") };
  },
  "cloudflare:index/getZone:getZone": ({ args }) => {
    const zoneId = typeof args.zoneId === "string" ? args.zoneId : digest("zone").slice(0, 32);
    return { ...args, id: zoneId, zoneId, name: "example.com", status: "active", type: "full" };
  },
};

/** The answer to a function that is known here. */
export function answerTo(token: string): Answer | undefined {
  return Object.hasOwn(answers, token) ? answers[token] : undefined;
}

/** The functions that are answered for a package. */
export function answered(name: string): string[] {
  return Object.keys(answers)
    .filter((token) => token.startsWith(`${name}:`))
    .map((token) => token.replace(/^.*:/, ""));
}
