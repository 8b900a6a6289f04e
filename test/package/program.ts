import { readFileSync } from "node:fs";
import { join } from "node:path";
import { checkout } from "../../toolchain/paths.ts";
import type { Project } from "./project.ts";

/** What somebody writes who takes three components: five lines, beside imports and settings. */
const program = `import { Provider } from "@pulumi/kubernetes/provider.js";
import { Cluster, composeWorkspace, Tunnel, Workspace } from "berth";
import { cluster, tunnel, workspace } from "./settings.js";

const { kubeconfig } = new Cluster("k8s", cluster);
const inside = { providers: [new Provider("inside", { kubeconfig })] };
export const { tunnelId } = new Tunnel("edge", tunnel, inside);
export const { url } = new Workspace("alice", { spec: composeWorkspace(workspace) }, inside);
`;

const settings = `import type { ClusterArgs } from "berth/cluster";
import type { TunnelArgs } from "berth/tunnel";
import type { WorkspaceOrder } from "berth/workspace/compose";

export const cluster: ClusterArgs = {
  spec: {
    name: "mine",
    version: "1.35",
    endpoint: { public: true, cidrs: ["203.0.113.7/32"] },
    admins: { deployer: "arn:aws:iam::111122223333:role/deployer" },
  },
  vpcId: "vpc-0123456789abcdef0",
  subnetIds: ["subnet-0123456789abcdef0", "subnet-0123456789abcdef1"],
};
export const tunnel: TunnelArgs = {
  spec: { accountId: "023e105f4ecef8ad9ca31a8372d0c353", tunnelName: "mine" },
  hostnames: [{ hostname: "*.example.net", service: { namespace: "berth-system", name: "berth-router", port: 80 } }],
};
export const workspace: WorkspaceOrder = { id: "ws-alice", owner: "alice", blueprint: "desktop", host: "alice.example.net" };
`;

/** What the document says to write after `setMocks`. */
function letTransformsThrough(): string {
  const document = readFileSync(join(checkout, "docs", "package.md"), "utf8");
  const [, code] = /<!-- mocks:start -->\n```ts\n([\s\S]*?)```\n<!-- mocks:end -->/.exec(document) ?? [];
  if (code === undefined) throw new Error("docs/package.md does not say how to test under mocks.");
  return code;
}

/** Runs the program without an engine, and prints what it registers: a test of one's own, on Pulumi's mocks. */
const underMocks = `import * as pulumi from "@pulumi/pulumi";

const kubeconfigJson = JSON.stringify({ clusters: [{ cluster: { server: "https://mine.example.com" } }] });
const outputs: Record<string, object> = { "eks:index:Cluster": { kubeconfigJson } };
const registered: string[] = [];
await pulumi.runtime.setMocks({
  newResource: ({ type, name, inputs }) => {
    registered.push(\`\${type} \${name}\`);
    return { id: \`\${name}-id\`, state: { ...inputs, ...outputs[type] } };
  },
  call: ({ inputs }) => ({ ...inputs, token: "the-token" }),
}, "mine", "test");
${letTransformsThrough()}
await import("./index.js");
await pulumi.runtime.disconnect();
console.log(registered.filter((line) => line.startsWith("berth:") || line.includes("Namespace")).join("\\n"));
`;

/** A rule of the policy pack, taken alone: asked directly, and as a policy for a pack of one's own. */
const ruleAlone = `import { asPolicies } from "berth/policies/pack";
import { encryptEksClusterSecrets as rule } from "berth/policies/rules/aws-eks-cluster/encrypt-secrets";

const cluster = { type: "aws:eks/cluster:Cluster", name: "theirs", urn: "urn:theirs", props: {} };
console.log(rule.check(cluster).map(({ message }) => message).join("\\n"));
console.log(asPolicies([rule]).map(({ name, enforcementLevel }) => \`\${name}: \${enforcementLevel}\`).join("\\n"));
`;

/** A mistake that the types cannot see. */
const mistaken = `import { Network } from "berth/network";

new Network("mine", { region: "eu-central-1", spec: { cidr: "8.8.0.0/16", zones: ["eu-central-1a", "eu-central-1b"] } });
`;

export const compilerOptions = {
  target: "es2024",
  lib: ["es2024"],
  types: ["node"],
  strict: true,
  exactOptionalPropertyTypes: true,
  noUncheckedIndexedAccess: true,
  skipLibCheck: true,
  rootDir: "src",
  outDir: "out",
} as const;

/** Writes the program, its settings and what is beside them. */
export function writeProgram(project: Project): void {
  const sources = { index: program, settings, mocks: underMocks, rule: ruleAlone, mistaken };
  for (const [name, text] of Object.entries(sources)) project.write(`src/${name}.ts`, text);
  const include = ["src"];
  project.write("tsconfig.json", { compilerOptions: { ...compilerOptions, module: "nodenext" }, include });
  project.write("tsconfig.bundler.json", {
    compilerOptions: { ...compilerOptions, module: "preserve", moduleResolution: "bundler", noEmit: true },
    include,
  });
  const runtime = { name: "nodejs", options: { typescript: false } };
  for (const [folder, main] of Object.entries({ ".": "out/index.js", mistaken: "../out/mistaken.js" })) {
    project.write(`${folder}/Pulumi.yaml`, { name: "mine", runtime, main });
  }
}
