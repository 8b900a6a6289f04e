import { describe, expect, test } from "vitest";
import {
  firstState,
  nextState,
  type ViewerEvent,
  type ViewerState,
} from "../../../examples/viewer/src/viewer-state.ts";

const seen = (phase: string, message: string | null = null): ViewerEvent => ({
  type: "seen",
  workspace: { phase, message },
});

/** What is shown after these events. */
function shownAfter(...events: readonly ViewerEvent[]): ViewerState {
  return events.reduce(nextState, firstState);
}

const opened = (url: string): ViewerEvent => ({ type: "opened", url });

describe("the viewer", () => {
  test("says how far a workspace is, then opens it", () => {
    expect(shownAfter(seen("provisioning"))).toEqual({ name: "waiting", words: "Building your workspace", visit: 0 });
    expect(shownAfter(seen("provisioning"), seen("running"))).toEqual({ name: "opening", visit: 1 });
    expect(shownAfter(seen("running"), opened("https://a/1"))).toEqual({ name: "open", url: "https://a/1", visit: 1 });
  });

  test("leaves what is open alone while it runs", () => {
    const open = shownAfter(seen("running"), opened("https://a/1"));
    expect(nextState(open, seen("running"))).toBe(open);
  });

  test("opens it by itself, anew, when it comes back", () => {
    expect(
      shownAfter(seen("running"), opened("https://a/1"), seen("stopping"), seen("starting"), seen("running")),
    ).toEqual({
      name: "opening",
      visit: 2,
    });
  });

  test("opens it anew when the user asks, and takes no late URL for it", () => {
    const again = shownAfter(seen("running"), opened("https://a/1"), { type: "reconnect" });
    expect(again).toEqual({ name: "opening", visit: 2 });
    expect(shownAfter(seen("stopped"), opened("https://a/late"))).toMatchObject({ name: "asleep" });
  });

  test("says that it sleeps, and why it failed", () => {
    expect(shownAfter(seen("stopped"))).toMatchObject({ name: "asleep" });
    expect(shownAfter(seen("needs-attention", "its image cannot be pulled"))).toMatchObject({
      name: "failed",
      words: "its image cannot be pulled",
    });
    expect(shownAfter(seen("deleted"))).toMatchObject({ name: "failed", words: "You have no workspace any more." });
    expect(shownAfter({ type: "failed", words: "no answer" })).toMatchObject({ name: "failed", words: "no answer" });
  });
});
