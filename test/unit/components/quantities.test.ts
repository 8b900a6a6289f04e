import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { UserError } from "../../../components/core/errors.ts";
import {
  compareCpu,
  compareMemory,
  cpuBetween,
  cpuQuantity,
  formatCpu,
  formatMemory,
  memoryBetween,
  memoryQuantity,
  parseCpu,
  parseMemory,
} from "../../../components/core/quantities.ts";

describe("CPU quantities", () => {
  test.each([
    ["2", 2000],
    ["0.5", 500],
    ["500m", 500],
    ["1.25", 1250],
    ["0.001", 1],
    ["1500m", 1500],
  ])("%s is %i millicores", (quantity, millicores) => expect(parseCpu(quantity)).toBe(millicores));

  test.each(["", "0", "0m", "0.0", "-1", "1e3", "two", "2 ", "1.2345", "1Gi", "0.5m", ".5"])(
    "%j is none",
    (quantity) => {
      expect(cpuQuantity.safeParse(quantity).success).toBe(false);
      expect(() => parseCpu(quantity)).toThrow(UserError);
    },
  );

  test("are read back as they were written", () => {
    fc.assert(fc.property(fc.integer({ min: 1, max: 999_999 }), (cores) => parseCpu(formatCpu(cores)) === cores));
  });

  test("compare by what they mean", () => {
    expect(compareCpu("1000m", "1")).toBe(0);
    expect(compareCpu("0.5", "1")).toBeLessThan(0);
    expect(compareCpu("2", "1999m")).toBeGreaterThan(0);
  });
});

describe("memory quantities", () => {
  test.each([
    ["1024", 1024],
    ["256Mi", 268_435_456],
    ["4Gi", 4_294_967_296],
    ["20G", 20_000_000_000],
    ["1k", 1000],
    ["1Ti", 1_099_511_627_776],
  ])("%s is %i bytes", (quantity, bytes) => expect(parseMemory(quantity)).toBe(bytes));

  test.each(["", "0", "0Gi", "-1Gi", "1.5Gi", "20GB", "4gi", "Gi", "1 Gi", "999999999999999Ti", "1m"])(
    "%j is none",
    (quantity) => {
      expect(memoryQuantity.safeParse(quantity).success).toBe(false);
      expect(() => parseMemory(quantity)).toThrow(UserError);
    },
  );

  test("are read back as they were written", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER }), (bytes) => {
        // More than fifteen digits are no quantity of ours.
        fc.pre(/^\d{1,15}\D*$/.test(formatMemory(bytes)));
        expect(parseMemory(formatMemory(bytes))).toBe(bytes);
      }),
    );
    expect(formatMemory(parseMemory("2048Mi"))).toBe("2Gi");
  });

  test("compare by what they mean", () => {
    expect(compareMemory("1Gi", "1024Mi")).toBe(0);
    expect(compareMemory("1G", "1Gi")).toBeLessThan(0);
  });
});

describe("ranges", () => {
  test("include both ends, and say so when left", () => {
    const memory = memoryBetween("1Gi", "4Gi");
    expect(memory.safeParse("1024Mi").success).toBe(true);
    expect(memory.safeParse("4Gi").success).toBe(true);
    expect(memory.safeParse("5Gi").error?.issues.map(({ message }) => message)).toEqual(["must be from 1Gi to 4Gi"]);
    expect(cpuBetween("100m", "2").safeParse("50m").success).toBe(false);
  });

  test("leave it to the quantity to complain of what is none", () => {
    const { error } = memoryBetween("1Gi", "4Gi").safeParse("20GB");
    expect(error?.issues.map(({ message }) => message)).toEqual([expect.stringContaining('"256Mi"')]);
  });
});
