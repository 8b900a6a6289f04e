import { describe, expect, test } from "vitest";
import { cacheFolder, checkout, stateFolder, stateLayout } from "../../../toolchain/paths.ts";

describe("the cache folder", () => {
  test.each([
    [{ BERTH_CACHE: "/own", XDG_CACHE_HOME: "/xdg", HOME: "/home/ada" }, "/own"],
    [{ XDG_CACHE_HOME: "/xdg", HOME: "/home/ada" }, "/xdg/berth"],
    [{ XDG_CACHE_HOME: "relative", HOME: "/home/ada" }, "/home/ada/.cache/berth"],
    [{ XDG_CACHE_HOME: "", HOME: "/home/ada" }, "/home/ada/.cache/berth"],
  ])("of %o is %s", (environment, folder) => {
    expect(cacheFolder(environment)).toBe(folder);
  });
});

test("the state lies in the checkout unless said", () => {
  expect(stateFolder({})).toBe(`${checkout}/.berth`);
  expect(stateFolder({ BERTH_STATE: "/state" })).toBe("/state");
  expect(stateLayout("/state")).toEqual({
    platform: "/state/platform",
    postgres: "/state/postgres",
    pulumi: "/state/pulumi",
    run: "/state/run",
  });
});
