/**
 * Port of the agent, the first process in every image of `images/`: it says whether the workspace is ready and whether
 * somebody uses it, and has its figures.
 */
export const agentPort = { name: "agent", port: 8686, internal: true } as const;

/** Whether the workspace is ready, as its image's own checks have it. */
export const agentProbe = { type: "http", path: "/ready", startPath: "/ready?wait", port: agentPort.name } as const;
