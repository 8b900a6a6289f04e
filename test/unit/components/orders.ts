import type { WorkspaceOrder } from "../../../components/workspace/compose.ts";

/** A desktop as the provisioner orders it: every default. */
export const desktopOrder: WorkspaceOrder = {
  id: "ws-mfrggzdfmztwq2lk",
  owner: "user_2abc",
  blueprint: "desktop",
  host: "user123.workspace.example.com",
  installation: "local",
};

/** A home with everything said that can be. */
export const homeOrder: WorkspaceOrder = {
  id: "ws-nbswy3dpeb3w64tm",
  owner: "alice@example.com",
  name: "den",
  blueprint: "home",
  parameters: { memoryLimit: "512Mi" },
  host: "alice.example.com",
  installation: "prod",
  expose: "ingress",
  existingVolume: "pvc-0b5e",
  identity: { token: "not-for-others" },
  config: { image: "registry.example.com/home@sha256:0123" },
  placement: {
    priorityClassName: "berth-workspace",
    runtimeClassName: "gvisor",
    hostUsers: false,
    nodeSelector: { "berth.dev/pool": "workspaces" },
    tolerations: [{ key: "berth.dev/workspaces", operator: "Exists", effect: "NoSchedule" }],
    denyEgress: ["44.1.2.0/24"],
    router: { namespace: "traefik", podLabels: { "app.kubernetes.io/name": "traefik" } },
    ingress: { className: "traefik", annotations: { a: "b" } },
  },
};
