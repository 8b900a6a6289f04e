import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { UserError } from "../../../components/core/errors.ts";
import { assertReachable, composeWorkspace } from "../../../components/workspace/compose.ts";
import { flattenPlan, planWorkspace } from "../../../components/workspace/plan.ts";
import { parseWorkspaceSpec, type WorkspaceSpec, workspaceUrl } from "../../../components/workspace/spec.ts";
import { desktop } from "./expected/desktop.ts";
import { home } from "./expected/home.ts";
import { desktopOrder, homeOrder } from "./orders.ts";

const spec = composeWorkspace(desktopOrder);
const withShape = (changes: Partial<WorkspaceSpec["shape"]>): WorkspaceSpec => ({
  ...spec,
  shape: { ...spec.shape, ...changes },
});

describe("planWorkspace", () => {
  test("makes a desktop of defaults", () => {
    expect(planWorkspace(spec)).toEqual(desktop);
  });

  test("makes a home with everything said", () => {
    expect(planWorkspace(composeWorkspace(homeOrder))).toEqual(home);
  });

  test("gives the same for the same, and changes nothing of what it gets", () => {
    const before = structuredClone(spec);
    expect(planWorkspace(spec)).toEqual(planWorkspace(before));
    expect(spec).toEqual(before);
  });

  test("lets nobody in when not exposed, and makes an Ingress only when asked", () => {
    const { fromRouter, ingress } = planWorkspace({ ...spec, expose: "none" });
    expect({ fromRouter, ingress }).toEqual({ fromRouter: null, ingress: null });
    expect(planWorkspace(spec).ingress).toBeNull();
  });

  test("lets the router reach every port, an internal one too, and the whole range of previews", () => {
    const ports = [
      { name: "agent", port: 7000, internal: true },
      { name: "ide", port: 8080 },
    ];
    const shape = { ports, previews: { from: 3000, to: 9999 }, probe: { type: "tcp" as const, port: "ide" } };
    expect(planWorkspace(withShape(shape)).fromRouter?.spec.ingress.map((rule) => rule.ports)).toEqual([
      [
        { protocol: "TCP", port: 7000 },
        { protocol: "TCP", port: 8080 },
        { protocol: "TCP", port: 3000, endPort: 9999 },
      ],
    ]);
  });

  test("leads an Ingress of its own to the first port that is not internal", () => {
    const ports = [
      { name: "agent", port: 7000, internal: true },
      { name: "ide", port: 8080 },
    ];
    const exposed = { ...withShape({ ports, probe: { type: "tcp", port: "ide" } }), expose: "ingress" as const };
    const [rule] = planWorkspace(exposed).ingress?.spec.rules ?? [];
    expect(rule?.http.paths[0]?.backend.service.port).toEqual({ name: "ide" });
  });

  test("leaves out the internet when the blueprint does not want it, and adds what it names", () => {
    const { toInternet } = planWorkspace(
      withShape({
        egress: {
          internet: false,
          allow: [
            { cidr: "10.1.0.0/16", ports: [5432] },
            { cidr: "10.2.0.0/16", ports: [] },
          ],
        },
      }),
    );
    expect(toInternet.spec.egress.slice(1)).toEqual([
      { to: [{ ipBlock: { cidr: "10.1.0.0/16" } }], ports: [{ protocol: "TCP", port: 5432 }] },
      { to: [{ ipBlock: { cidr: "10.2.0.0/16" } }] },
    ]);
  });

  test("lets the router reach an internal port, and leads no browser to it", () => {
    const agent = { name: "agent", port: 8686, internal: true };
    const { shape } = composeWorkspace(homeOrder);
    const { fromRouter, ingress } = planWorkspace({
      ...composeWorkspace(homeOrder),
      shape: { ...shape, ports: [agent, { name: "shell", port: 3000 }] },
    });
    expect(fromRouter?.spec.ingress[0]?.ports.map(({ port }) => port)).toEqual([8686, 3000]);
    expect(ingress?.spec.rules[0]?.http.paths[0]?.backend.service.port.name).toBe("shell");
  });

  test("never says how many pods run: sleeping and waking do", () => {
    expect(Object.keys(planWorkspace(spec).deployment.spec)).not.toContain("replicas");
  });

  test("does not restart the pod when the host, the identity or the owner's name for it changes", () => {
    const changed = { ...spec, host: "other.example.com", name: "other", identity: { token: "new" } };
    expect(planWorkspace(changed).deployment).toEqual(planWorkspace(spec).deployment);
  });

  test("puts every object but the namespace in the workspace's namespace, with all ownership labels", () => {
    for (const { kind, metadata } of flattenPlan(planWorkspace(composeWorkspace(homeOrder)))) {
      if (kind !== "Namespace") expect(metadata).toMatchObject({ namespace: homeOrder.id });
      expect(metadata.labels).toMatchObject({
        "app.kubernetes.io/managed-by": "berth",
        "berth.dev/workspace": homeOrder.id,
        "berth.dev/owner": expect.stringMatching(/^alice-example-com--/),
        "berth.dev/blueprint": "home",
        "berth.dev/installation": "prod",
      });
    }
  });

  test("asks what does not hold its answer each second until it is ready, and begins it anew when it never is", () => {
    const [container] = planWorkspace(withShape({ probe: { type: "http", path: "/up", port: "stream" } })).deployment
      .spec.template.spec.containers;
    const httpGet = { path: "/up", port: "stream" };
    expect(container).toMatchObject({
      startupProbe: { httpGet, periodSeconds: 1, failureThreshold: 300 },
      readinessProbe: { httpGet, periodSeconds: 5 },
    });
  });

  test.each([
    [
      withShape({ resources: { requests: { cpu: "5", memory: "1Gi" }, limits: { cpu: "4", memory: "8Gi" } } }),
      'resources.requests.cpu: found "5". Ask for at most the limit: 4.',
    ],
    [
      withShape({ resources: { requests: { cpu: "1", memory: "9Gi" }, limits: { cpu: "4", memory: "8Gi" } } }),
      'resources.requests.memory: found "9Gi". Ask for at most the limit: 8Gi.',
    ],
    [
      withShape({ probe: { type: "tcp", port: "vnc" } }),
      'probe.port: found "vnc". Name one of the ports: stream, agent.',
    ],
    [
      withShape({ scratch: [{ path: "/home/user", size: "1Gi" }] }),
      'scratch.path: found "/home/user". Mount one thing at each path.',
    ],
  ])("refuses what does not fit together (%#)", (wrong, message) => {
    expect(() => planWorkspace(wrong)).toThrow(UserError);
    expect(() => planWorkspace(wrong)).toThrow(message);
  });
});

describe("flattenPlan", () => {
  test("begins with the namespace, ends with the deployment, and leaves out what is not there", () => {
    const kinds = flattenPlan(planWorkspace(spec)).map(({ kind }) => kind);
    expect(kinds.at(0)).toBe("Namespace");
    expect(kinds.at(-1)).toBe("Deployment");
    expect(kinds).toHaveLength(12);
  });
});

test("lets routers outside of the cluster in as it lets in the router's pods", () => {
  const placement = { ...spec.placement, routerAddresses: ["10.89.0.1/32"] };
  const [rule] = planWorkspace({ ...spec, placement }).fromRouter?.spec.ingress ?? [];
  const [alone] = planWorkspace(spec).fromRouter?.spec.ingress ?? [];
  expect(rule).toEqual({ ...alone, from: [...(alone?.from ?? []), { ipBlock: { cidr: "10.89.0.1/32" } }] });
});

describe("composeWorkspace", () => {
  test("names the blueprints when there is none of that name", () => {
    expect(() => composeWorkspace({ ...desktopOrder, blueprint: "toString" })).toThrow(
      'blueprint: found "toString". Choose one of: desktop, home, ide, sandbox.',
    );
  });

  test("gives every default", () => {
    expect(composeWorkspace({ id: "ws-a", owner: "a", blueprint: "home", host: "a.example.com" })).toMatchObject({
      name: "home",
      installation: "berth",
      expose: "router",
      placement: {
        storageClassName: "berth-workspace",
        router: { namespace: "berth-system", podLabels: { "berth.dev/component": "router" } },
      },
    });
  });

  test("makes nothing of an owner that could leave its label or name", () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1, maxLength: 128 }), (owner) => {
        const { namespace } = planWorkspace(composeWorkspace({ ...desktopOrder, owner }));
        expect(namespace.metadata.labels["berth.dev/owner"]).toMatch(/^[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$/);
        expect(namespace.metadata.annotations["berth.dev/owner"]).toBe(owner);
      }),
    );
  });
});

describe("parseWorkspaceSpec", () => {
  test("says everything that is wrong at once: where, what and the way out", () => {
    const wrong = {
      ...spec,
      id: "kube-system",
      expose: "all",
      colour: "red",
      placement: { denyEgress: ["10.0.0.1/8"] },
    };
    expect(() => parseWorkspaceSpec(wrong)).toThrow(
      [
        `spec.id: found "kube-system". Must start with 'ws-' and be a DNS label.`,
        `spec.placement.denyEgress[0]: found "10.0.0.1/8". Must be a block of addresses such as "203.0.113.0/24" or "2001:db8::/32".`,
        'spec.expose: found "all". Write "router", "ingress" or "none".',
        'spec.colour: found "red". There is no such option: take it out or correct its name.',
      ].join("\n"),
    );
  });
});

describe("parseWorkspaceSpec, of ports", () => {
  const said = (changes: object) => () => parseWorkspaceSpec({ ...spec, shape: { ...spec.shape, ...changes } });

  test.each([
    [
      { ports: [{ name: "agent", port: 7000, internal: true }] },
      'spec.shape.ports: found [{"name":"agent","port":7000,"internal":true}]. Must have one that is not internal.',
    ],
    [{ previews: { from: 9000, to: 3000 } }, "spec.shape.previews.to: found 3000. Must not be below from."],
    [{ previews: { from: 80, to: 3000 } }, "spec.shape.previews.from: found 80."],
  ])("refuses what nobody could reach (%#)", (wrong, message) => {
    expect(said(wrong)).toThrow(message);
  });
});

describe("workspaceUrl", () => {
  const at = (origin: WorkspaceSpec["placement"]["origin"]) =>
    workspaceUrl({ host: "alice.example.com", placement: { ...spec.placement, origin } });

  test("has a port only where it is not the scheme's own", () => {
    expect(at({ scheme: "https" })).toBe("https://alice.example.com");
    expect(at({ scheme: "https", port: 443 })).toBe("https://alice.example.com");
    expect(at({ scheme: "http", port: 80 })).toBe("http://alice.example.com");
    expect(at({ scheme: "http", port: 8081 })).toBe("http://alice.example.com:8081");
  });

  test("is what programs inside are told", () => {
    const local = { ...spec, placement: { ...spec.placement, origin: { scheme: "http" as const, port: 8081 } } };
    expect(planWorkspace(local).identity.data.url).toBe(Buffer.from(`http://${spec.host}:8081`).toString("base64"));
  });
});

describe("assertReachable", () => {
  const sized = (size: string) => withShape({ home: { mountPath: "/home/user", size } }).shape;

  test("lets a volume grow or stay", () => {
    expect(() => assertReachable(sized("20Gi"), sized("30Gi"))).not.toThrow();
    expect(() => assertReachable(sized("1Gi"), sized("1024Mi"))).not.toThrow();
  });

  test("refuses to let it shrink", () => {
    expect(() => assertReachable(sized("20Gi"), sized("19Gi"))).toThrow(
      'volumeSize: found "19Gi". A volume can grow, never shrink: write 20Gi or more.',
    );
  });
});
