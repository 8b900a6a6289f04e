import { describe, expect, test } from "vitest";
import { installationSelector, workspaceLabels, workspaceSelector } from "../../../components/core/labels.ts";
import { foundationNames, placementOn } from "../../../components/platform/names.ts";
import { flattenFoundation, planFoundation } from "../../../components/platform/plan.ts";
import { parseFoundationSpec } from "../../../components/platform/spec.ts";

/** Whether a selector of equalities picks an object with these labels. */
const picks = (selector: string, labels: Readonly<Record<string, string>>) =>
  selector.split(",").every((term) => {
    const [key = "", value] = term.split("=");
    return labels[key] === value;
  });

describe("selectors", () => {
  const labels = workspaceLabels({ id: "ws-a", owner: "alice", blueprint: "home", installation: "one" });

  test("pick what the labels mark, and nothing of another workspace or installation", () => {
    expect(picks(installationSelector("one"), labels)).toBe(true);
    expect(picks(workspaceSelector("one", "ws-a"), labels)).toBe(true);
    expect(picks(installationSelector("two"), labels)).toBe(false);
    expect(picks(workspaceSelector("two", "ws-a"), labels)).toBe(false);
    expect(picks(workspaceSelector("one", "ws-b"), labels)).toBe(false);
  });
});

describe("a foundation", () => {
  const named = (name: string) => parseFoundationSpec({ installation: "x", name, storage: { provisioner: "p" } });
  const objects = (name: string) =>
    flattenFoundation(planFoundation(named(name))).map(
      ({ kind, metadata }) => `${kind} ${"namespace" in metadata ? metadata.namespace : ""}/${metadata.name}`,
    );

  test("shares no object with a foundation of another name", () => {
    expect(new Set([...objects("one"), ...objects("two")]).size).toBe(objects("one").length * 2);
  });

  test("is called berth where nothing is said", () => {
    const spec = parseFoundationSpec({ installation: "x", storage: { provisioner: "p" } });
    expect(foundationNames(spec).engineUser).toBe("system:serviceaccount:berth-system:berth-engine");
    expect(placementOn(spec)).toEqual({
      storageClassName: "berth-workspace",
      priorityClassName: "berth-workspace",
      router: { namespace: "berth-system", podLabels: { "berth.dev/component": "router" } },
    });
  });

  test("runs workspaces on the nodes of a pool where there is one, and bears its taint", () => {
    const spec = parseFoundationSpec({ installation: "x", storage: { provisioner: "p" } });
    expect(placementOn(spec, "workspaces")).toEqual({
      ...placementOn(spec),
      nodeSelector: { "berth.dev/pool": "workspaces" },
      tolerations: [{ key: "berth.dev/pool", operator: "Equal", value: "workspaces", effect: "NoSchedule" }],
    });
  });

  test("names every wrong field at once", () => {
    expect(() => parseFoundationSpec({ installation: "Prod", storage: { volumeBindingMode: "Later" } })).toThrow(
      [
        `spec.installation: found "Prod". Must be one DNS label: a-z, 0-9 and '-', at most 63 characters.`,
        "spec.storage.provisioner: missing. Write a text.",
        'spec.storage.volumeBindingMode: found "Later". Write "WaitForFirstConsumer" or "Immediate".',
      ].join("\n"),
    );
  });
});
