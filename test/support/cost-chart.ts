/** One panel of a chart of lines: what a user costs a month, by how many users there are. */
export interface Panel {
  readonly title: string;
  readonly subtitle: string;
  readonly lines: readonly Line[];
  /** Where the panel's nodes end, with what to say there. */
  readonly limit: { readonly users: number; readonly label: string };
}

export interface Line {
  readonly name: string;
  readonly points: readonly (readonly [users: number, usd: number])[];
}

export interface LineChart {
  readonly title: string;
  readonly subtitle: string;
  readonly footnote: string;
  readonly panels: readonly Panel[];
}

const panelWidth = 420;
const plot = { left: 54, right: 112, top: 132, height: 330 };
const width = (panels: number) => panels * panelWidth + 24;
const height = plot.top + plot.height + 84;
const users = { least: 1, most: 1000, ticks: [1, 3, 10, 30, 100, 300, 1000] } as const;
const usd = { least: 3, most: 3000, ticks: [3, 10, 30, 100, 300, 1000, 3000] } as const;
const colours = ["#3b8fd0", "#2f9d7a", "#d1852c", "#c8504a"];

/** Lines on two logarithmic scales, as SVG, readable on a light and on a dark page. */
export function lineChart({ title, subtitle, footnote, panels }: LineChart): string {
  const wide = width(panels.length);
  return `${[
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${wide} ${height}" width="${wide}" height="${height}" role="img" aria-label="${escapeText(title)}">`,
    "<style>text{font:12px system-ui,-apple-system,'Segoe UI',sans-serif;fill:#24292f}.title{font-size:17px;font-weight:600}.panel{font-size:14px;font-weight:600}",
    ".soft{fill:#57606a}.grid{stroke:#d0d7de;stroke-width:1}.limit{stroke:#57606a;stroke-width:1;stroke-dasharray:3 4}.line{fill:none;stroke-width:2.5;stroke-linejoin:round}.end{font-weight:600}",
    "@media(prefers-color-scheme:dark){text{fill:#e6edf3}.soft{fill:#9198a1}.grid{stroke:#30363d}.limit{stroke:#9198a1}}</style>",
    `<text class="title" x="16" y="28">${escapeText(title)}</text>`,
    `<text class="soft" x="16" y="49">${escapeText(subtitle)}</text>`,
    ...panels.flatMap((panel, index) => panelOf(panel, 12 + index * panelWidth)),
    `<text class="soft" x="16" y="${height - 14}">${escapeText(footnote)}</text>`,
    "</svg>",
  ].join("\n")}\n`;
}

function panelOf({ title, subtitle, lines, limit }: Panel, left: number): readonly string[] {
  const from = left + plot.left;
  const to = left + panelWidth - plot.right;
  const x = (value: number) => round(from + (to - from) * along(value, users));
  const y = (value: number) => round(plot.top + plot.height * (1 - along(value, usd)));
  const bottom = plot.top + plot.height;
  return [
    `<text class="panel" x="${from}" y="${plot.top - 48}">${escapeText(title)}</text>`,
    `<text class="soft" x="${from}" y="${plot.top - 30}">${escapeText(subtitle)}</text>`,
    ...usd.ticks.flatMap((tick) => [
      `<line class="grid" x1="${from}" x2="${to}" y1="${y(tick)}" y2="${y(tick)}"/>`,
      `<text class="soft" x="${from - 8}" y="${y(tick) + 4}" text-anchor="end">$${tick.toLocaleString("en-US")}</text>`,
    ]),
    ...users.ticks.map(
      (tick) =>
        `<text class="soft" x="${x(tick)}" y="${bottom + 20}" text-anchor="middle">${tick.toLocaleString("en-US")}</text>`,
    ),
    `<text class="soft" x="${(from + to) / 2}" y="${bottom + 40}" text-anchor="middle">users</text>`,
    `<line class="limit" x1="${x(limit.users)}" x2="${x(limit.users)}" y1="${plot.top}" y2="${bottom}"/>`,
    `<text class="soft" x="${x(limit.users) + 6}" y="${plot.top + 16}">${escapeText(limit.label)}</text>`,
    ...lines.flatMap(({ name, points }, index) => {
      const path = points.map(([count, cost], at) => `${at === 0 ? "M" : "L"}${x(count)} ${y(cost)}`).join("");
      const [, last = 0] = points.at(-1) ?? [];
      const colour = colours[index % colours.length];
      return [
        `<path class="line" stroke="${colour}" d="${path}"/>`,
        `<text class="end" style="fill:${colour}" x="${to + 8}" y="${y(last) + 4}">${escapeText(`${name}: ${money(last)}`)}</text>`,
      ];
    }),
  ];
}

function along(value: number, { least, most }: { readonly least: number; readonly most: number }): number {
  const share = Math.log(value / least) / Math.log(most / least);
  if (share < -1e-9 || share > 1 + 1e-9) throw new Error(`${value} is not from ${least} to ${most}`);
  return share;
}

function money(usd: number): string {
  return `$${usd < 100 ? usd.toFixed(2) : usd.toFixed(0)}`;
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}

function escapeText(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");
}
