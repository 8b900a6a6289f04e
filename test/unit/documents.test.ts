import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { describe, expect, test } from "vitest";
import { alertGroups } from "../../components/observability/manifests/alerts.ts";
import { planDatabaseAlarms } from "../../components/observability/plan.ts";
import { parseDatabaseAlarmsSpec, parseMonitoringSpec } from "../../components/observability/spec.ts";
import { checkout } from "../../toolchain/paths.ts";

/** Every page that the checkout brings: what was installed, built or made by a run is not read. */
const documents = pagesBelow(checkout);

function pagesBelow(folder: string): readonly string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return /^(\..*|node_modules|dist)$/.test(entry.name) ? [] : pagesBelow(path);
    return entry.name.endsWith(".md") ? [path] : [];
  });
}

/** Without what stands in code, where a link is none. */
const textOf = (file: string) => readFileSync(file, "utf8").replace(/```[\s\S]*?```/g, "");

/** Anchors of a document's headings, as GitHub makes them. */
const anchorsOf = (file: string) =>
  [...textOf(file).matchAll(/^#{1,6} +(.+)$/gm)].map(([, heading = ""]) =>
    heading
      .toLowerCase()
      .replace(/[^\p{Letter}\p{Number} _-]/gu, "")
      .replaceAll(" ", "-"),
  );

/** Links of a document that lead nowhere. */
const deadLinksOf = (file: string) =>
  [...textOf(file).matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, link = ""]) => link)
    .filter((link) => !/^[a-z]+:/.test(link))
    .filter((link) => {
      const [path = "", anchor] = link.split("#");
      const target = path === "" ? file : resolve(dirname(file), path);
      if (!existsSync(target)) return true;
      return anchor !== undefined && (statSync(target).isDirectory() || !anchorsOf(target).includes(anchor));
    });

describe("The documents", () => {
  test.each(documents.map((file) => relative(checkout, file)))("%s links only to what is there", (file) => {
    expect(deadLinksOf(join(checkout, file))).toEqual([]);
  });

  test("have a runbook for each alert, where the alert leads", () => {
    const spec = parseMonitoringSpec({ tunnel: true, targets: { tunnel: { namespace: "berth-tunnel" } } });
    const links = alertGroups(spec).flatMap(({ rules }) => rules.map(({ annotations }) => annotations.runbook_url));
    expect(links.length).toBeGreaterThan(0);
    expect(
      links.filter((link) => !anchorsOf(join(checkout, "docs", "operations.md")).includes(link.split("#")[1] ?? "")),
    ).toEqual([]);
  });

  test("have one for what CloudWatch says of the database", () => {
    const alarms = planDatabaseAlarms(parseDatabaseAlarmsSpec({}), "database", "topic");
    const links = Object.values(alarms).map(({ alarmDescription }) => / (\S+)#(\S+)$/.exec(alarmDescription)?.slice(1));
    expect(links).toEqual(links.map(() => ["docs/operations.md", "database"]));
    expect(anchorsOf(join(checkout, "docs", "operations.md"))).toContain("database");
  });
});
