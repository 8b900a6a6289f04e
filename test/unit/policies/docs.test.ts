import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { metaOf } from "../../../components/core/schema.ts";
import type { AnyRule } from "../../../policies/rule.ts";
import { rules } from "../../../policies/rules/index.ts";

const page = readFileSync(new URL("../../../docs/policies.md", import.meta.url), "utf8");
const [start, end] = ["<!-- rules:start -->", "<!-- rules:end -->"];

/** A rule's own values: what each is, and what it is by default. */
function valuesOf({ values }: AnyRule): string {
  const lines = Object.entries(values?.shape ?? {}).map(([name, schema]) => {
    const described = metaOf(schema).description;
    if (described === undefined) throw new Error(`Nothing is said of ${name}.`);
    const parsed = values?.safeParse({});
    const own: unknown = parsed?.success ? Object.entries(parsed.data).find(([key]) => key === name)?.[1] : undefined;
    return `\`${name}\`: ${described}${own === undefined ? "" : ` Default: \`${JSON.stringify(own)}\`.`}`;
  });
  return lines.join("<br>").replaceAll("|", "\\|");
}

function table(): string {
  const rows = rules.map((rule) => {
    const wants = rule.description.replaceAll("|", "\\|");
    return `| \`${rule.name}\` | ${wants} | ${rule.severity} | ${valuesOf(rule)} |`;
  });
  return ["| rule | what it wants, and why | level | values |", "| --- | --- | --- | --- |", ...rows].join("\n");
}

test("the page about policies has every rule, as it tells of itself", async () => {
  const [before, after] = [page.split(start)[0], page.split(end)[1]];
  await expect(`${before}${start}\n\n${table()}\n\n${end}${after}`).toMatchFileSnapshot("../../../docs/policies.md");
});
