import { describe, expect, test } from "vitest";
import { createTerminal, formatDuration, formatSize, type Output } from "../../../toolchain/terminal.ts";

function collect(isTTY: boolean): { readonly output: Output; text: () => string } {
  const written: string[] = [];
  return { output: { isTTY, columns: 80, write: (text) => written.push(text) }, text: () => written.join("") };
}

const ESC = String.fromCharCode(27);

test.each([
  [40, "0.0 s"],
  [12_340, "12.3 s"],
  [59_949, "59.9 s"],
  [59_960, "1 min 0 s"],
  [185_000, "3 min 5 s"],
])("%d ms read as %s", (ms, text) => {
  expect(formatDuration(ms)).toBe(text);
});

test.each([
  [831, "831 B"],
  [1000, "1.0 kB"],
  [99_940, "99.9 kB"],
  [123_365_408, "123 MB"],
  [4_600_000_000, "4.6 GB"],
])("%d bytes read as %s", (bytes, text) => {
  expect(formatSize(bytes)).toBe(text);
});

describe("in a log", () => {
  test("a step leaves one plain line with its time and last note", async () => {
    const { output, text } = collect(false);
    const result = await createTerminal(output, {}).step("Build etcd", async (note) => {
      note("12 packages");
      return 7;
    });
    expect(result).toBe(7);
    expect(text()).toMatch(/^ {2}✓ Build etcd \d+\.\d s · 12 packages\n$/);
  });

  test("a failed step is marked and its error passed on", async () => {
    const { output, text } = collect(false);
    const failing = createTerminal(output, {}).step("Build etcd", () => Promise.reject(new Error("no Go")));
    await expect(failing).rejects.toThrow("no Go");
    expect(text()).toMatch(/^ {2}✗ Build etcd/);
  });

  test("columns are aligned, and trailing blanks left out", () => {
    const { output, text } = collect(false);
    createTerminal(output, {}).table([
      ["tool", "version", ""],
      ["kube-apiserver", "1.34.4", "there"],
      ["etcd", "3.6.8", ""],
    ]);
    expect(text()).toBe("  tool            version\n  kube-apiserver  1.34.4   there\n  etcd            3.6.8\n");
  });
});

describe("on a terminal", () => {
  test("colours are used, and coloured cells still align", () => {
    const { output, text } = collect(true);
    const terminal = createTerminal(output, {});
    terminal.table([
      ["a", "b"],
      [terminal.colors.green("long"), "x"],
      ["s", "y"],
    ]);
    const plain = text().replaceAll(new RegExp(`${ESC}\\[\\d+m`, "g"), "");
    expect(text()).toContain(`${ESC}[32m`);
    expect(plain).toBe("  a     b\n  long  x\n  s     y\n");
  });

  test("NO_COLOR is honoured", () => {
    const { output, text } = collect(true);
    createTerminal(output, { NO_COLOR: "1" }).heading("Tools");
    expect(text()).toBe("Tools\n");
  });

  test("the running step is drawn, and gives way to lines", async () => {
    const { output, text } = collect(true);
    const terminal = createTerminal(output, { NO_COLOR: "1" });
    await terminal.step("Start", async () => terminal.info("a line"));
    expect(
      text()
        .split(`\r${ESC}[2K`)
        .map((part) => part.replace(/\d+\.\d s/, "N s")),
    ).toEqual(["", "  … Start N s", "  a line\n", "  … Start N s", "  ✓ Start N s\n"]);
  });
});
