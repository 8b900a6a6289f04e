type Values = Readonly<Record<string, unknown>>;

/** The environment variable of each option of the CNI. */
export const environment: Readonly<Record<string, string>> = {
  cniConfigureRpfilter: "AWS_VPC_K8S_CNI_CONFIGURE_RPFILTER",
  cniCustomNetworkCfg: "AWS_VPC_K8S_CNI_CUSTOM_NETWORK_CFG",
  cniExternalSnat: "AWS_VPC_K8S_CNI_EXTERNALSNAT",
  customNetworkConfig: "AWS_VPC_K8S_CNI_CUSTOM_NETWORK_CFG",
  enablePodEni: "ENABLE_POD_ENI",
  enablePrefixDelegation: "ENABLE_PREFIX_DELEGATION",
  eniConfigLabelDef: "ENI_CONFIG_LABEL_DEF",
  eniMtu: "AWS_VPC_ENI_MTU",
  externalSnat: "AWS_VPC_K8S_CNI_EXTERNALSNAT",
  logFile: "AWS_VPC_K8S_CNI_LOG_FILE",
  nodePortSupport: "AWS_VPC_CNI_NODE_PORT_SUPPORT",
  vethPrefix: "AWS_VPC_K8S_CNI_VETHPREFIX",
  warmEniTarget: "WARM_ENI_TARGET",
  warmIpTarget: "WARM_IP_TARGET",
  warmPrefixTarget: "WARM_PREFIX_TARGET",
};

const environmentDefaults = {
  WARM_ENI_TARGET: "1",
  AWS_VPC_K8S_CNI_LOGLEVEL: "DEBUG",
  AWS_VPC_K8S_CNI_LOG_FILE: "/host/var/log/aws-routed-eni/ipamd.log",
  AWS_VPC_K8S_CNI_VETHPREFIX: "eni",
  AWS_VPC_ENI_MTU: "9001",
  AWS_VPC_K8S_PLUGIN_LOG_LEVEL: "DEBUG",
  AWS_VPC_K8S_PLUGIN_LOG_FILE: "/var/log/aws-routed-eni/plugin.log",
  ENABLE_POD_ENI: "false",
  AWS_VPC_K8S_CNI_CUSTOM_NETWORK_CFG: "false",
  AWS_VPC_K8S_CNI_EXTERNALSNAT: "false",
} as const;

/** The CNI's configuration; what the program writes itself counts more than what its options say. */
export function cniConfiguration(given: Values, networkPolicy: boolean | undefined, variables: Values): Values {
  const chosen = Object.entries(variables).filter(([, value]) => value !== undefined);
  const env = {
    ...environmentDefaults,
    ...Object.fromEntries(chosen.map(([option, value]) => [environment[option] ?? option, String(value)])),
  };
  return {
    ...(networkPolicy === undefined ? {} : { enableNetworkPolicy: String(networkPolicy) }),
    ...given,
    env: { ...env, ...record(given.env) },
    init: { ...record(given.init), env: { DISABLE_TCP_EARLY_DEMUX: "false", ...record(record(given.init).env) } },
  };
}

function record(value: unknown): Values {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? { ...value } : {};
}

/** JSON whose keys are in order, so that the same configuration is the same text. */
export function sortedJson(values: unknown): string {
  return JSON.stringify(values, (_key, value: unknown) =>
    typeof value === "object" && value !== null && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1)))
      : value,
  );
}
