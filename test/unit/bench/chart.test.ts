import { describe, expect, test } from "vitest";
import { barChart } from "../../../bench/chart.ts";

const chart = {
  title: "Time to Ready",
  subtitle: "4 users",
  unit: "s",
  groups: ["p50", "max"],
  series: [
    { name: "floor", values: [1, 2] },
    { name: "berth", values: [2, 4] },
  ],
};

/** Widths of the bars, without the legend's little squares. */
function widths(svg: string): number[] {
  return [...svg.matchAll(/<rect [^>]*width="([\d.]+)" height="18"/g)].map(([, width]) => Number(width));
}

describe("a chart of bars", () => {
  test("draws one bar a value, as long as the value is large", () => {
    const [a = 0, b = 0, c = 0, d = 0] = widths(barChart(chart));
    expect([b / a, c / a, d / a]).toEqual([2, 2, 4]);
  });

  test("fits its picture and names groups, series and values with their unit", () => {
    const svg = barChart(chart);
    expect(Math.max(...widths(svg))).toBeLessThanOrEqual(760);
    for (const text of ["Time to Ready", "4 users", "p50", "max", "floor", "berth", "1.00 s", "4.00 s"]) {
      expect(svg).toContain(`>${text}<`);
    }
  });

  test("leaves out what was not measured and stays a picture when all is zero", () => {
    const svg = barChart({ ...chart, series: [{ name: "floor", values: [undefined, 0] }] });
    expect(widths(svg)).toEqual([1]);
    expect(svg).not.toMatch(/NaN|Infinity|undefined/);
  });

  test("writes names as text, whatever is in them", () => {
    const svg = barChart({ ...chart, title: '<script>"&' });
    expect(svg).toContain("&lt;script&gt;&quot;&amp;");
    expect(svg).not.toContain("<script");
  });

  test("is the same for the same figures", () => {
    expect(barChart(chart)).toBe(barChart(chart));
  });
});
