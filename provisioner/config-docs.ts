import { infoOf } from "./config.ts";
import { variables } from "./config-variables.ts";

/** The reference of all variables, as Markdown. */
export function renderConfiguration(): string {
  const rows = Object.entries(variables).map(([name, schema]) => {
    const info = infoOf(name);
    if (info === undefined) throw new Error(`${name} has nothing said about it`);
    const unset = schema.safeParse(undefined);
    const value = unset.success && unset.data !== undefined ? `\`${String(unset.data)}\`` : (info.otherwise ?? "none");
    const secret = info.secret ? " **Secret**: never shown or logged." : "";
    return { group: info.group, row: `| \`${name}\` | ${value} | ${info.about}${secret} ${info.fix} |` };
  });
  const groups = [...new Set(rows.map(({ group }) => group))];
  const tables = groups.map((group) => {
    const lines = rows.filter((row) => row.group === group).map(({ row }) => row);
    return [`## ${group}`, "", "| variable | default | what it is |", "| --- | --- | --- |", ...lines].join("\n");
  });
  return `${[introduction, ...tables].join("\n\n")}\n`;
}

const introduction = `# Configuration

The provisioner is configured by its environment. All of it is read and checked at the start: when something is wrong, the
start stops and names every wrong variable, its value and what to write instead. An empty variable counts as not set; a
\`BERTH_…\` that is not known is an error, so that a slip of the pen does not go unnoticed.`;
