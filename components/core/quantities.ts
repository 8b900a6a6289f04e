import { z } from "zod";
import { UserError } from "./errors.ts";

/** Units of Kubernetes' memory and storage quantities, in bytes. */
const byteUnits = {
  "": 1,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
} as const;
type ByteUnit = keyof typeof byteUnits;

const cpuPattern = /^(?:(\d{1,6})m|(\d{1,4})(?:\.(\d{1,3}))?)$/;
const memoryPattern = /^(\d{1,15})(k|M|G|T|Ki|Mi|Gi|Ti)?$/;

/** Millicores of a CPU quantity ("500m" → 500, "2" → 2000, "0.5" → 500). Throws a `UserError` when it is none. */
export function parseCpu(quantity: string): number {
  const cores = readCpu(quantity);
  if (cores === null) throw new UserError({ option: "cpu", value: quantity, fix: cpuFix });
  return cores;
}

/** Bytes of a memory or storage quantity ("4Gi" → 4294967296). Throws a `UserError` when it is none. */
export function parseMemory(quantity: string): number {
  const bytes = readMemory(quantity);
  if (bytes === null) throw new UserError({ option: "memory", value: quantity, fix: memoryFix });
  return bytes;
}

/** Millicores as Kubernetes itself writes them: whole cores without a unit, else millicores. */
export function formatCpu(millicores: number): string {
  return millicores % 1000 === 0 ? String(millicores / 1000) : `${millicores}m`;
}

/** Bytes in the largest binary unit that loses nothing, as Kubernetes itself writes them. */
export function formatMemory(bytes: number): string {
  const unit = (["Ti", "Gi", "Mi", "Ki"] as const).find((candidate) => bytes % byteUnits[candidate] === 0);
  return unit === undefined || bytes === 0 ? String(bytes) : `${bytes / byteUnits[unit]}${unit}`;
}

/** Negative when `a` is less than `b`, 0 when they mean the same, positive when it is more. */
export function compareCpu(a: string, b: string): number {
  return parseCpu(a) - parseCpu(b);
}

/** Negative when `a` is less than `b`, 0 when they mean the same, positive when it is more. */
export function compareMemory(a: string, b: string): number {
  return parseMemory(a) - parseMemory(b);
}

const cpuFix = 'Write CPU as a Kubernetes quantity above zero: "2", "0.5" or "500m".';
const memoryFix = 'Write memory or storage as a Kubernetes quantity above zero: "256Mi", "4Gi" or "20G".';

// Each check ends the parsing of its value, so that what compares several of them sees quantities only.

/** A CPU quantity above zero: "2", "0.5", "500m". */
export const cpuQuantity = z
  .string()
  .regex(cpuPattern, { error: cpuFix, abort: true })
  .refine((value) => readCpu(value) !== null, { error: cpuFix, abort: true });

/** A memory or storage quantity above zero: "256Mi", "4Gi", "20G". */
export const memoryQuantity = z
  .string()
  .regex(memoryPattern, { error: memoryFix, abort: true })
  .refine((value) => readMemory(value) !== null, { error: memoryFix, abort: true });

/** A CPU quantity from `least` to `most`, both included. */
export function cpuBetween(least: string, most: string) {
  return within(cpuQuantity, readCpu, parseCpu(least), parseCpu(most), `must be from ${least} to ${most} CPUs`).meta({
    "x-least": least,
    "x-most": most,
  });
}

/** A memory or storage quantity from `least` to `most`, both included. */
export function memoryBetween(least: string, most: string) {
  const message = `must be from ${least} to ${most}`;
  return within(memoryQuantity, readMemory, parseMemory(least), parseMemory(most), message).meta({
    "x-least": least,
    "x-most": most,
  });
}

function within(
  schema: z.ZodString,
  read: (quantity: string) => number | null,
  least: number,
  most: number,
  message: string,
): z.ZodString {
  // What is no quantity at all is the schema's own complaint, not the range's.
  return schema.refine(
    (value) => {
      const amount = read(value);
      return amount === null || (amount >= least && amount <= most);
    },
    { error: message, abort: true },
  );
}

function readCpu(quantity: string): number | null {
  const match = cpuPattern.exec(quantity);
  if (match === null) return null;
  const [, millis, whole, fraction] = match;
  const cores = millis === undefined ? Number(whole) * 1000 + Number((fraction ?? "").padEnd(3, "0")) : Number(millis);
  return cores > 0 ? cores : null;
}

function readMemory(quantity: string): number | null {
  const match = memoryPattern.exec(quantity);
  if (match === null) return null;
  const bytes = Number(match[1]) * byteUnits[isByteUnit(match[2]) ? match[2] : ""];
  return bytes > 0 && Number.isSafeInteger(bytes) ? bytes : null;
}

function isByteUnit(unit: string | undefined): unit is ByteUnit {
  return unit !== undefined && unit in byteUnits;
}
