import { SecurityGroup } from "@pulumi/aws/ec2/securityGroup.js";
import { Provider } from "@pulumi/aws/provider.js";
import * as pulumi from "@pulumi/pulumi";
import { Database } from "berth/database";
import { Network } from "berth/network";

const region = new pulumi.Config("shop").require("region");
const aws = new Provider("aws", { region, defaultTags: { tags: { team: "shop" } } });
const cloud = { providers: [aws] };

// Two components of Berth …
const network = new Network(
  "shop",
  { region, spec: { cidr: "10.40.0.0/16", zones: [`${region}a`, `${region}b`], nat: "one" } },
  cloud,
);

// … something of your own between them …
const app = new SecurityGroup("app", { description: "The shop's servers", vpcId: network.vpcId }, { provider: aws });

// … and the second knows of it. What no option says, a transform does.
const database = new Database(
  "shop",
  {
    spec: { identifier: "shop", version: "17", instanceClass: "db.t4g.small" },
    vpcId: network.vpcId,
    subnetIds: Object.values(network.isolatedSubnets),
    clients: { app: app.id },
    transform: {
      instance: ({ args, options }) => ({ args: { ...args, tags: { ...args.tags, data: "orders" } }, options }),
    },
  },
  cloud,
);

export const subnets = network.privateSubnets;
export const appSecurityGroup = app.id;
export const databaseHost = database.host;
export const databaseSecret = database.secretArn;
