import type { OpenAPIHono } from "@hono/zod-openapi";
import type { ApiEnv } from "./context.ts";

/** The OpenAPI 3.1 document of an app's routes. */
export function describeApi(app: OpenAPIHono<ApiEnv>) {
  app.openAPIRegistry.registerComponent("securitySchemes", "token", {
    type: "http",
    scheme: "bearer",
    bearerFormat: "berth_<id>_<secret>",
  });
  return app.getOpenAPI31Document({
    openapi: "3.1.0",
    info: {
      title: "Berth",
      version: "1",
      description:
        "A computer in the browser for every user. What takes time is answered with 202 and an operation; `?wait=` holds. Every error is a problem document (RFC 9457).",
      license: { name: "Apache-2.0", url: "https://www.apache.org/licenses/LICENSE-2.0" },
    },
    servers: [{ url: "/" }],
    tags: [
      { name: "Workspaces", description: "Users' computers." },
      { name: "Access", description: "Who may open them in a browser, and what passed." },
      { name: "Operations", description: "Changes on their way, and what became of them." },
      { name: "Blueprints", description: "What workspaces are made of." },
      { name: "Costs", description: "What workspaces cost." },
      { name: "Volumes", description: "Volumes that outlived their workspaces." },
      { name: "Tokens", description: "Who may call." },
      { name: "Sign-up", description: "Events of the product's user management." },
      { name: "Compatibility", description: "Calls that existing systems make already." },
      { name: "Health", description: "For probes and Prometheus." },
    ],
  });
}
