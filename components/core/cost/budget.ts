import { type Estimate, formatUsd } from "./estimate.ts";

/** Lines of an estimate that a message shows; the smaller ones are summed up. */
const shownLines = 8;

/**
 * What to tell whoever asked for something that costs more than it may; `undefined` when it does not. The message shows
 * the sum, largest item first.
 */
export function overBudget(estimate: Estimate, budgetUsd: number): { readonly message: string } | undefined {
  const { monthlyUsd } = estimate;
  if (monthlyUsd <= budgetUsd) return undefined;
  const over = formatUsd(Math.round((monthlyUsd - budgetUsd) * 100) / 100);
  const head = `This costs ${formatUsd(monthlyUsd)} a month, ${over} above the budget of ${formatUsd(budgetUsd)}:`;
  return { message: [head, ...sumLines(estimate)].join("\n") };
}

/** The items as lines, largest first, and their sum. */
export function sumLines(estimate: Estimate): readonly string[] {
  const items = [...estimate.items].sort((a, b) => b.monthlyUsd - a.monthlyUsd);
  const rest = items.slice(shownLines);
  const lines = [
    ...items.slice(0, shownLines).map(({ item, monthlyUsd }) => [item, monthlyUsd] as const),
    ...(rest.length === 0
      ? []
      : [
          [
            `${rest.length} smaller items`,
            rest.reduce((cents, item) => cents + Math.round(item.monthlyUsd * 100), 0) / 100,
          ] as const,
        ]),
    ["together", estimate.monthlyUsd] as const,
  ].map(([label, usd]) => [label, formatUsd(usd)] as const);
  const width = Math.max(...lines.map(([, usd]) => usd.length));
  return lines.map(([label, usd]) => `  ${usd.padStart(width)}  ${label}`);
}
