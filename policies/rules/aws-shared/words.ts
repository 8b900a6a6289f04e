import { isUnknown } from "../../rule.ts";

/** A value as a message shows it: `"Disabled"`, `2`, `not set`. */
export function shown(value: unknown): string {
  if (value === undefined) return "not set";
  if (isUnknown(value)) return "not known yet";
  return JSON.stringify(value);
}

/** Whether a switch is on: AWS' provider writes some as text. */
export function isOn(value: unknown): boolean {
  return value === true || value === "true";
}
