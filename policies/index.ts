/** The policy pack as the Pulumi CLI runs it: `pulumi preview --policy-pack policies`. To take single rules, see `asPolicies`. */
import { PolicyPack } from "@pulumi/policy";
import { asPolicies } from "./pack.ts";
import { rules } from "./rules/index.ts";

new PolicyPack("berth", { policies: asPolicies(rules) });
