/**
 * Where the edge is reached on each node: fixed, because the load balancer is made apart from it. From 30000 to 30085,
 * which Kubernetes keeps free of its own choices as long as it can:
 * https://kubernetes.io/docs/concepts/services-networking/service/#avoid-nodeport-collisions
 */
export const nodePorts = {
  /** Plain HTTP, answered with a redirect to HTTPS only. */
  http: 30080,
  https: 30081,
  /** Whether this node's edge takes connections: `GET /ping`. */
  ping: 30082,
} as const;

/** Where the edge's pods listen. */
export const podPorts = { http: 8000, https: 8443, ping: 8080, metrics: 9100 } as const;

/**
 * How often, in seconds, the edge asks a quiet peer whether it is still there (TCP keepalive), so that what lies between
 * does not take the connection for dead. Fixed in Traefik:
 * https://github.com/traefik/traefik/blob/v3.6/pkg/server/server_entrypoint_tcp.go (tcpKeepAliveListener)
 */
export const keepAliveSeconds = 180;

/** Seconds for which a pod that is told to stop goes on taking connections, until the load balancer has seen it. */
export const leavingSeconds = 45;

/** Seconds between two looks of the load balancer at a node's edge, and how many tell it good or bad. */
export const healthCheck = { intervalSeconds: 10, looks: 2 } as const;
