import type {
  RegisterResourceOutputsRequest,
  RegisterResourceRequest,
  RegisterResourceResponse,
} from "@pulumi/pulumi/proto/resource_pb.js";
import type { MockMonitor } from "@pulumi/pulumi/runtime/mocks.js";
import type { ResourceSubject } from "../../policies/rule.ts";
import { EngineError, type EngineEvent } from "./engine.ts";

/** The rules, and what judges with them. */
interface LoadedPolicies {
  readonly rules: typeof import("../../policies/rules/index.ts")["rules"];
  readonly judge: typeof import("../../policies/judge.ts")["judge"];
  readonly parseSettings: typeof import("../../policies/settings.ts")["parseSettings"];
  readonly readProps: typeof import("../../policies/wire.ts")["readProps"];
  readonly runtime: typeof import("@pulumi/pulumi").runtime;
  readonly MockMonitor: typeof import("@pulumi/pulumi/runtime/mocks.js").MockMonitor;
}

let loading: Promise<LoadedPolicies> | undefined;

/** Imports all that judging needs; a later call gets what the first one loaded. */
export function loadPolicies(): Promise<LoadedPolicies> {
  loading ??= (async () => {
    const [{ rules }, { judge }, { parseSettings }, { readProps }, { runtime }, { MockMonitor }] = await Promise.all([
      import("../../policies/rules/index.ts"),
      import("../../policies/judge.ts"),
      import("../../policies/settings.ts"),
      import("../../policies/wire.ts"),
      import("@pulumi/pulumi"),
      import("@pulumi/pulumi/runtime/mocks.js"),
    ]);
    return { rules, judge, parseSettings, readProps, runtime, MockMonitor };
  })();
  return loading;
}

/** What is judged, and by which settings. */
export interface JudgedProgram {
  readonly program: () => unknown;
  readonly project: string;
  readonly stack: string;
  /** In the form of a policy pack's configuration. */
  readonly settings: unknown;
}

/**
 * Judges what a program would register, before the engine hears of it: one that breaks a rule rejects with an
 * `EngineError` of kind `refused`, and nothing has changed. What a rule only advises is an event.
 *
 * The program runs once for this alone, as in a preview. Values that only the cluster knows are unknown then, and rules
 * say nothing of them; a workspace's are all in its program.
 */
export async function judgeProgram(judged: JudgedProgram, onEvent: (event: EngineEvent) => void): Promise<void> {
  const { rules, judge, parseSettings } = await loadPolicies();
  const settings = parseSettings(rules, judged.settings);
  const verdicts = judge(rules, settings, await subjectsOf(judged), new Date().toISOString().slice(0, 10));
  const said = verdicts.map(({ rule, message }) => `${rule}: ${message}`);
  const isMandatory = (index: number) => verdicts[index]?.severity === "mandatory";
  for (const message of said.filter((_, index) => !isMandatory(index))) onEvent({ level: "warn", message });
  const broken = said.filter((_, index) => isMandatory(index));
  for (const message of broken) onEvent({ level: "error", message });
  if (broken.length > 0) throw new EngineError("refused", refusal(broken));
}

/** How many of the broken rules a person is told at once: the log has them all. */
const mostShown = 3;

function refusal(broken: readonly string[]): string {
  const more = broken.length > mostShown ? [`… and ${broken.length - mostShown} more: see the operation's log.`] : [];
  return [
    "The platform's policies do not allow this; nothing was changed.",
    ...broken.slice(0, mostShown),
    ...more,
  ].join(" ");
}

/** What a program registers when it runs without an engine. */
async function subjectsOf({ program, project, stack }: JudgedProgram): Promise<readonly ResourceSubject[]> {
  const { runtime, MockMonitor, readProps } = await loadPolicies();
  await runtime.setMocks(echo, project, stack, true);
  const monitor = runtime.getMonitor();
  if (!(monitor instanceof MockMonitor)) throw new Error("Pulumi's mocks have another monitor than they had.");
  const subjects = record(monitor, readProps);
  try {
    await runtime.runInPulumiStack(async () => void (await program()));
  } finally {
    await runtime.disconnect();
  }
  return [...subjects.values()];
}

/** A cluster gives back what it was told; whatever else it would say stays unknown, as in every preview. */
const echo = {
  newResource: ({ inputs }: { readonly inputs: Record<string, unknown> }) => ({ id: undefined, state: inputs }),
  call: ({ token }: { readonly token: string }) => {
    throw new EngineError("failed", `${token} cannot be called before the engine runs`);
  },
};

type Answer = (error: unknown, response: RegisterResourceResponse) => void;

/** Keeps what is registered with a monitor, by URN. */
function record(monitor: MockMonitor, readProps: LoadedPolicies["readProps"]): ReadonlyMap<string, ResourceSubject> {
  const subjects = new Map<string, ResourceSubject>();
  const register = monitor.registerResource.bind(monitor);
  const registerOutputs = monitor.registerResourceOutputs.bind(monitor);
  monitor.registerResource = (request: RegisterResourceRequest, answer: Answer) =>
    register(request, (error: unknown, response: RegisterResourceResponse) => {
      if (!error) {
        subjects.set(response.getUrn(), {
          type: request.getType(),
          name: request.getName(),
          urn: response.getUrn(),
          ...readProps(request.getObject()?.toJavaScript() ?? {}),
          protect: request.getProtect() ?? false,
          provider: request.getProvider().split("::").slice(0, 4).join("::"),
        });
      }
      answer(error, response);
    });
  // Of the stack itself, its outputs are what can be judged.
  monitor.registerResourceOutputs = (
    request: RegisterResourceOutputsRequest,
    answer: (error: unknown, response: unknown) => void,
  ) => {
    const subject = subjects.get(request.getUrn());
    if (subject?.type === "pulumi:pulumi:Stack") {
      subjects.set(subject.urn, { ...subject, ...readProps(request.getOutputs()?.toJavaScript() ?? {}) });
    }
    registerOutputs(request, answer);
  };
  return subjects;
}
