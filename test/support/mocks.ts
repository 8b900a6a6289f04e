import * as pulumi from "@pulumi/pulumi";
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

/**
 * Runs a program without an engine and gives what it registered, in order. Function calls of providers are unknown
 * here: one fails the program.
 */
export async function registrationsOf<T>(
  program: () => T,
  stack = "test",
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
        newResource: ({ name, inputs }) => ({ id: `${name}-id`, state: inputs }),
        call: ({ token }) => {
          throw new Error(`unknown function ${token}`);
        },
      },
      "berth",
      stack,
    );
    const result = program();
    await pulumi.runtime.disconnect();
    return { result, registered };
  } finally {
    spy.mockRestore();
  }
}

/** Value of an output that needs no engine. */
export function resolved<T>(output: pulumi.Output<T>): Promise<T> {
  return new Promise((resolve) => {
    output.apply((value) => resolve(value));
  });
}

function nameOf(urn: string): string | null {
  return urn.split("::").at(3) ?? null;
}
