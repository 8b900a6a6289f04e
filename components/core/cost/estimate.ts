/** One line of an estimate: so many of something, at a price each. */
export interface CostItem {
  /** What is paid for: "NAT gateway". */
  readonly item: string;
  /** Class of the component that makes it, or `Workspace`. */
  readonly component: string;
  readonly quantity: number;
  /** What `quantity` counts: "hours", "GB", "keys". */
  readonly unit: string;
  /** US dollars of one unit. */
  readonly unitPrice: number;
  /** US dollars a month, in whole cents. */
  readonly monthlyUsd: number;
  /** How the quantity or the price comes about, where that is not plain. */
  readonly note?: string;
}

/** What something costs a month. Taxes, support plans and discounts are not in it. */
export interface Estimate {
  readonly currency: "USD";
  readonly items: readonly CostItem[];
  /** The sum of the items as they are shown. */
  readonly monthlyUsd: number;
}

/** Hours of a month, as AWS' own calculator counts them: 365 × 24 / 12. https://docs.aws.amazon.com/pricing-calculator/latest/userguide/pricing-assumptions.html */
export const hoursPerMonth = 730;

/** One item, rounded to cents: the only place where money is rounded. */
export function costItem(item: Omit<CostItem, "monthlyUsd">): CostItem {
  const { note, ...others } = item;
  const monthlyUsd = Math.round(item.quantity * item.unitPrice * 100) / 100;
  return { ...others, monthlyUsd, ...(note === undefined ? {} : { note }) };
}

/** An estimate of items, without those of which there is nothing. */
export function estimateOf(items: readonly CostItem[]): Estimate {
  const shown = items.filter(({ quantity }) => quantity > 0);
  return { currency: "USD", items: shown, monthlyUsd: sumOf(shown) };
}

/** The items' sum, in cents, so that no sum of many is off by one. */
export function sumOf(items: readonly CostItem[]): number {
  return items.reduce((cents, { monthlyUsd }) => cents + Math.round(monthlyUsd * 100), 0) / 100;
}

/** "$1,234.50"; US dollars as people write them. */
export function formatUsd(usd: number): string {
  return usd.toLocaleString("en-US", { style: "currency", currency: "USD" });
}
