/**
 * What installs a chart. To policies it is one resource: the objects that it makes are the chart's, and no rule sees
 * them. So what a chart makes is held by its values, and by the admission of the namespace it is in.
 */
export const chartTypes = ["kubernetes:helm.sh/v3:Release", "kubernetes:helm.sh/v4:Chart"] as const;

/** Said in the description of each rule about charts. */
export const opaque =
  "What a chart makes is not seen by any rule: its namespace's Pod Security level and network policies hold it.";
