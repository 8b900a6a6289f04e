import * as pulumi from "@pulumi/pulumi";
import callbacks from "@pulumi/pulumi/proto/callback_pb.js";
import { MockMonitor } from "@pulumi/pulumi/runtime/mocks.js";
import { vi } from "vitest";

/** A resource as a program registered it. Resources that it names are given by their logical name. */
export interface Registration {
  readonly type: string;
  readonly name: string;
  readonly parent: string | null;
  readonly inputs: unknown;
  readonly provider: string;
  readonly deletedWith: string | null;
  readonly dependsOn: readonly string[];
  readonly ignoreChanges: readonly string[];
  readonly protect: boolean;
}

/** What providers and remote components would say. */
export interface Answers {
  /** Outputs of a resource beside its inputs, by type. */
  readonly outputs?: Readonly<Record<string, (name: string, inputs: unknown) => Readonly<Record<string, unknown>>>>;
  /** Results of function calls, by token. One that is not here fails the program. */
  readonly calls?: Readonly<Record<string, (inputs: unknown) => Readonly<Record<string, unknown>>>>;
}

/** Runs a program without an engine and gives what it registered, in order. */
export async function registrationsOf<T>(
  program: () => T,
  stack = "test",
  { outputs = {}, calls = {} }: Answers = {},
): Promise<{ readonly result: T; readonly registered: readonly Registration[] }> {
  const registered: Registration[] = [];
  const register = MockMonitor.prototype.registerResource;
  const spy = vi.spyOn(MockMonitor.prototype, "registerResource").mockImplementation(function record(
    this: MockMonitor,
    request,
    callback,
  ) {
    registered.push({
      type: request.getType(),
      name: request.getName(),
      parent: nameOf(request.getParent()),
      inputs: request.getObject().toJavaScript(),
      provider: nameOf(request.getProvider().split("::").slice(0, 4).join("::")) ?? "",
      deletedWith: nameOf(request.getDeletedwith()),
      dependsOn: request.getDependenciesList().map(nameOf),
      ignoreChanges: request.getIgnorechangesList(),
      protect: request.getProtect(),
    });
    return register.call(this, request, callback);
  });
  try {
    await pulumi.runtime.setMocks(
      {
        newResource: ({ type, name, inputs }) => ({
          id: `${name}-id`,
          state: { ...inputs, ...outputs[type]?.(name, inputs) },
        }),
        call: ({ token, inputs }) => {
          const answer = calls[token];
          if (answer === undefined) throw new Error(`unknown function ${token}`);
          return answer(inputs);
        },
      },
      "berth",
      stack,
    );
    // The SDK's mocks refuse resources with transforms. These are the engine's to call: here none ever is.
    Object.assign(Reflect.get(globalThis, "globalStore"), { supportsTransforms: true, callbacks: noCallbacks });
    const result = program();
    await pulumi.runtime.disconnect();
    return { result, registered };
  } finally {
    spy.mockRestore();
  }
}

/** Stands for the server by which the engine would call transforms. */
const noCallbacks = {
  registerTransform: async () => new callbacks.Callback(),
  awaitStackRegistrations: async () => {},
  shutdown: () => {},
};

/** Value of an output that needs no engine. */
export function resolved<T>(output: pulumi.Output<T>): Promise<T> {
  return new Promise((resolve) => {
    output.apply((value) => resolve(value));
  });
}

function nameOf(urn: string): string | null {
  return urn.split("::").at(3) ?? null;
}
