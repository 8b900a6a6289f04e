import { z } from "zod";
import { accessAnswer, workspaceUsage } from "../provisioner/contract/access.ts";
import { workspacePage } from "../provisioner/contract/answers.ts";
import { accepted, created } from "../provisioner/contract/requests.ts";
import { operation } from "../provisioner/contract/workspace.ts";

const problem = z.object({ title: z.string(), detail: z.string().optional() });

/** The few calls of the API that the local commands make. */
export function createClient(url: string, token: string) {
  const call = async (method: "GET" | "POST" | "DELETE", path: string, body?: object): Promise<unknown> => {
    const answer = await fetch(new URL(path, url), {
      method,
      headers: {
        authorization: `Bearer ${token}`,
        accept: "application/json",
        ...(body === undefined ? {} : { "content-type": "application/json" }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    if (answer.ok) return text === "" ? undefined : JSON.parse(text);
    const said = problem.safeParse(safeJson(text));
    throw new Error(
      `${method} ${path}: ${answer.status} ${said.success ? `${said.data.title}: ${said.data.detail ?? ""}` : text}`,
    );
  };
  return {
    find: async (owner: string, name: string) => {
      const query = new URLSearchParams({ owner, name });
      return workspacePage.parse(await call("GET", `/v1/workspaces?${query}`)).items[0];
    },
    create: async (body: object, wait = 0) => created.parse(await call("POST", `/v1/workspaces?wait=${wait}`, body)),
    start: async (id: string, wait = 0) =>
      accepted.parse(await call("POST", `/v1/workspaces/${id}/start?wait=${wait}`)),
    remove: async (id: string, volumes: "keep" | "delete", wait = 0) =>
      accepted.parse(await call("DELETE", `/v1/workspaces/${id}?volumes=${volumes}&wait=${wait}`)),
    /** A URL that opens the workspace once, within a minute. */
    access: async (id: string) => accessAnswer.parse(await call("POST", `/v1/workspaces/${id}/access`, {})),
    usage: async (id: string) => workspaceUsage.parse(await call("GET", `/v1/workspaces/${id}/usage`)),
    operation: async (id: string) => operation.parse(await call("GET", `/v1/operations/${id}`)),

    /** The lines of an operation as they come; ends with its outcome. */
    async *follow(id: string): AsyncGenerator<string, void> {
      const answer = await fetch(new URL(`/v1/operations/${id}/log`, url), {
        headers: { authorization: `Bearer ${token}`, accept: "text/event-stream" },
      });
      if (!answer.ok || !answer.body) throw new Error(`The log of ${id} cannot be read: ${answer.status}`);
      let rest = "";
      for await (const chunk of answer.body.pipeThrough(new TextDecoderStream())) {
        const events = `${rest}${chunk}`.split("\n\n");
        rest = events.pop() ?? "";
        for (const event of events) {
          const data = /^data: ?(.*)$/m.exec(event)?.[1];
          if (!/^event: ?line$/m.test(event) || data === undefined) continue;
          yield z.object({ message: z.string() }).parse(JSON.parse(data)).message;
        }
      }
    },
  };
}

function safeJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
