import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { lineChart } from "../../support/cost-chart.ts";
import { chart, withTables } from "../../support/cost-docs.ts";

const page = readFileSync(new URL("../../../docs/costs.md", import.meta.url), "utf8");

describe("the page about costs", () => {
  test("has the tables that the model makes", async () => {
    await expect(withTables(page)).toMatchFileSnapshot("../../../docs/costs.md");
  });

  test("has the picture that the model makes", async () => {
    await expect(chart()).toMatchFileSnapshot("../../../docs/images/cost-per-user.svg");
  });

  test("needs the place of each table", () => {
    expect(() => withTables(page.replace("<!-- costs:packing:end -->", ""))).toThrow(
      "The page has no <!-- costs:packing:start --> … <!-- costs:packing:end -->",
    );
  });
});

describe("the picture", () => {
  const panel = {
    ...{ title: "A <b>", subtitle: "of & many" },
    limit: { users: 10, label: "ten" },
    lines: [{ name: "always", points: [[1, 3000] as const, [1000, 3] as const] }],
  };
  const svg = lineChart({ title: "Title", subtitle: "Sub", footnote: "Foot", panels: [panel] });

  test("draws from corner to corner on logarithmic scales", () => {
    expect(/<path [^>]*d="([^"]+)"/.exec(svg)?.[1]).toBe("M66 132L320 462");
    // Ten of a thousand users are a third of the way.
    expect(/class="limit" x1="([\d.]+)"/.exec(svg)?.[1]).toBe("150.7");
  });

  test("says what each line, axis and limit is, as text", () => {
    for (const text of [
      "Title",
      "Sub",
      "Foot",
      "A &lt;b&gt;",
      "of &amp; many",
      "ten",
      "users",
      "always: $3.00",
      "$1,000",
    ]) {
      expect(svg).toContain(`>${text}<`);
    }
  });

  test("refuses what is not on its scales", () => {
    const beyond = { ...panel, lines: [{ name: "x", points: [[2000, 5] as const] }] };
    expect(() => lineChart({ title: "", subtitle: "", footnote: "", panels: [beyond] })).toThrow(
      "2000 is not from 1 to 1000",
    );
  });
});
