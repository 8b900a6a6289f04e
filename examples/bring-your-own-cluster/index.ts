import { Provider } from "@pulumi/kubernetes/provider.js";
import * as pulumi from "@pulumi/pulumi";
import { Foundation, type FoundationSpecInput, placementOn } from "berth/platform";
import { composeWorkspace, Workspace } from "berth/workspace";

const config = new pulumi.Config("byo-cluster");
const installation = config.require("installation");

// The cluster of KUBECONFIG. Settings that change are changed in place: the provider would otherwise replace them.
const provider = new Provider("cluster", { enableConfigMapMutable: true, enableSecretMutable: true });

// What any cluster needs once: namespace, accounts, walls, priorities, and volumes that outlive a slip of the hand.
const name = installation;
const storage = {
  provisioner: config.require("provisioner"),
  volumeBindingMode: config.require<"WaitForFirstConsumer" | "Immediate">("volumeBindingMode"),
};
const spec = { installation, name, storage } satisfies FoundationSpecInput;
const foundation = new Foundation("foundation", { spec }, { provider });

// One user's computer. With a provisioner this is what it makes for each of them, on demand.
const alice = new Workspace(
  "alice",
  {
    spec: composeWorkspace({
      ...{ id: `ws-${installation}-alice`, owner: "alice", installation },
      ...{ blueprint: "home", config: { image: config.require("image") } },
      host: config.require("host"),
      placement: placementOn({ name, storage: { ...storage, parameters: {} } }),
    }),
  },
  { provider, dependsOn: [foundation] },
);

export const url = alice.url;
export const namespace = alice.namespace;
export const address = alice.address;
