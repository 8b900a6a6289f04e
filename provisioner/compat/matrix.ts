import { createRoute, z } from "@hono/zod-openapi";
import { ApiProblem, shownValue } from "../api/problems.ts";
import {
  answer,
  createRoutes,
  type RouteDeps,
  refusedAnywhere,
  refusedBody,
  refusedOutcome,
  refusedPath,
  refusedQuery,
  refusedState,
  secured,
} from "../api/routes/shared.ts";
import {
  type Container,
  type ContainerStatus,
  container,
  containerDone,
  containerList,
  containerProvisionBody,
  containerProvisioned,
  containersQuery,
} from "../contract/compat.ts";
import type { Phase, Workspace } from "../contract/workspace.ts";
import { handle } from "../contract/workspace.ts";
import { blaming, holdUntilRunning, provision } from "./provision.ts";

const tags = ["Compatibility"];
const params = z.object({ handle });
const blueprint = "home";

const list = createRoute({
  method: "get",
  path: "/containers",
  operationId: "listContainers",
  summary: "All homes",
  tags,
  security: secured,
  request: { query: containersQuery },
  responses: { 200: answer("The homes.", containerList), ...refusedAnywhere, ...refusedQuery },
});

const get = createRoute({
  method: "get",
  path: "/containers/{handle}",
  operationId: "getContainer",
  summary: "The home of a handle",
  tags,
  security: secured,
  request: { params },
  responses: { 200: answer("The home.", container), ...refusedAnywhere, ...refusedPath },
});

const create = createRoute({
  method: "post",
  path: "/containers/provision",
  operationId: "provisionContainer",
  summary: "Give a user a home under their handle, or find and wake theirs",
  description: "A home that is being deleted is waited for; its volume is found again.",
  tags,
  security: secured,
  request: { body: { required: true, content: { "application/json": { schema: containerProvisionBody } } } },
  responses: {
    200: answer("It was there.", containerProvisioned),
    201: answer("It was created; `status` says whether it runs already.", containerProvisioned),
    ...refusedAnywhere,
    ...refusedBody,
    ...refusedState,
    ...refusedOutcome,
  },
});

const remove = createRoute({
  method: "delete",
  path: "/containers/{handle}",
  operationId: "deleteContainer",
  summary: "Take a home down; its volume is kept",
  tags,
  security: secured,
  request: { params },
  responses: {
    200: answer("It is gone.", containerDone),
    202: answer("It is being taken down.", containerDone),
    ...refusedAnywhere,
    ...refusedPath,
    ...refusedState,
    ...refusedOutcome,
  },
});

function verb(name: "stop" | "start", summary: string) {
  return createRoute({
    method: "post",
    path: `/containers/{handle}/${name}`,
    operationId: `${name}Container`,
    summary,
    tags,
    security: secured,
    request: { params },
    responses: {
      200: answer("It is so.", containerDone),
      202: answer("It is on its way.", containerDone),
      ...refusedAnywhere,
      ...refusedPath,
      ...refusedState,
      ...refusedOutcome,
    },
  });
}

/** The `/containers` calls that Matrix OS's documents show. The handle is the host label, or the call is refused. */
export function matrixRoutes({ service, compat, blueprints }: RouteDeps) {
  const routes = createRoutes();
  const milliseconds = compat.holdSeconds * 1000;
  const ports = portsOf(blueprints[blueprint]?.shape({}).ports ?? []);
  const shown = (workspace: Workspace) => toContainer(workspace, ports);

  const find = async (wanted: string) => {
    const { items } = await service.list({ host: wanted, blueprint }, null);
    const found = items.find((workspace) => handleOf(workspace) === wanted);
    if (found === undefined) throw new ApiProblem("not-found", "This handle has no container.");
    return found;
  };

  const hold = async (operation: { readonly id: string } | null) => {
    if (operation === null) return true;
    const settled = await service.settled(operation.id, milliseconds);
    if (settled.outcome === "failed") {
      throw new ApiProblem("operation-failed", `It failed: ${settled.error?.message ?? "see the operation's log."}`, {
        operation: settled.id,
      });
    }
    return settled.outcome !== null;
  };

  routes.openapi(list, async (context) => {
    const { status } = context.req.valid("query");
    const found: Container[] = [];
    let cursor: string | null | undefined;
    do {
      const page = await service.list({ blueprint, limit: 200, ...(cursor == null ? {} : { cursor }) }, null);
      found.push(...page.items.map(shown).filter((one) => status === undefined || one.status === status));
      cursor = page.nextCursor;
    } while (cursor !== null);
    return context.json(found, 200);
  });

  // Before `/containers/{handle}`: "provision" is no handle.
  routes.openapi(create, async (context) => {
    const { handle: wanted, clerkUserId } = context.req.valid("json");
    const command = { owner: clerkUserId, handle: wanted, name: blueprint, blueprint };
    // Looked at before, too: a refusal must not wake the home that it speaks of.
    const { items } = await service.list({ owner: clerkUserId, name: blueprint, blueprint }, null);
    for (const present of items) refuseOtherHandle(present, wanted);
    const { workspace, created, estimate } = await provision(service, command, milliseconds).catch(
      blaming({ owner: "clerkUserId", handle: "handle" }),
    );
    refuseOtherHandle(workspace, wanted);
    const body = { ...shown(workspace), estimate };
    return created ? context.json(body, 201) : context.json(body, 200);
  });

  routes.openapi(get, async (context) => context.json(shown(await find(context.req.valid("param").handle)), 200));

  routes.openapi(remove, async (context) => {
    const { operation } = await service.delete((await find(context.req.valid("param").handle)).id, "keep", null);
    return context.json({ ok: true as const }, (await hold(operation)) ? 200 : 202);
  });

  routes.openapi(verb("stop", "Put a home to sleep"), async (context) => {
    const { operation } = await service.stop((await find(context.req.valid("param").handle)).id, null);
    return context.json({ ok: true as const }, (await hold(operation)) ? 200 : 202);
  });

  routes.openapi(verb("start", "Wake a home"), async (context) => {
    const { workspace, operation } = await service.start((await find(context.req.valid("param").handle)).id, null);
    const { ready } = await holdUntilRunning(service, workspace, operation?.id ?? workspace.operation, milliseconds);
    return context.json({ ok: true as const }, ready ? 200 : 202);
  });

  return routes;
}

const statuses: Readonly<Record<Phase, ContainerStatus>> = {
  pending: "provisioning",
  provisioning: "provisioning",
  starting: "provisioning",
  running: "running",
  stopping: "stopped",
  stopped: "stopped",
  deleting: "destroying",
  deleted: "destroying",
  "needs-attention": "error",
};

function toContainer(workspace: Workspace, ports: Ports): Container {
  return {
    handle: handleOf(workspace),
    clerkUserId: workspace.owner,
    containerId: workspace.id,
    port: ports.gateway,
    shellPort: ports.shell,
    status: statuses[workspace.phase],
    createdAt: workspace.createdAt,
    lastActive: workspace.lastActiveAt ?? workspace.readyAt ?? workspace.updatedAt,
  };
}

function handleOf({ host }: Workspace): string {
  return host.split(".", 1)[0] ?? host;
}

function refuseOtherHandle(workspace: Workspace, wanted: string): void {
  const handle = handleOf(workspace);
  if (handle === wanted || workspace.desired === "deleted") return;
  throw new ApiProblem("conflict", "This user has a home under another handle.", {
    errors: [{ field: "handle", value: shownValue(wanted), fix: `use ${handle}, or delete that one first` }],
  });
}

interface Ports {
  readonly gateway: number;
  readonly shell: number;
}

/** Every home has the same ports: its address is its own, so none needs to be allocated. */
function portsOf(ports: readonly { readonly name: string; readonly port: number }[]): Ports {
  const of = (name: string) => ports.find((port) => port.name === name)?.port ?? 0;
  return { gateway: of("gateway"), shell: of("shell") };
}
