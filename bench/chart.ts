/** One thing that is compared, with a colour of its own. */
export interface Series {
  readonly name: string;
  /** One value per group; what is missing is left out. */
  readonly values: readonly (number | undefined)[];
}

export interface BarChart {
  readonly title: string;
  /** A line under the title: what was measured, and where. */
  readonly subtitle: string;
  readonly unit: string;
  readonly groups: readonly string[];
  readonly series: readonly Series[];
}

const width = 760;
const barHeight = 18;
const barGap = 4;
const groupGap = 22;
const labelWidth = 150;
const valueWidth = 90;
const top = 92;
const colours = ["#8a94a6", "#2f7d6d", "#c46a3d", "#6b5ca5"];

/** A chart of horizontal bars as SVG, readable on a light and on a dark page. */
export function barChart({ title, subtitle, unit, groups, series }: BarChart): string {
  const groupHeight = series.length * (barHeight + barGap) + groupGap;
  const height = top + groups.length * groupHeight;
  const largest = Math.max(0, ...series.flatMap(({ values }) => values.map((value) => value ?? 0)));
  const scale = largest > 0 ? (width - labelWidth - valueWidth) / largest : 0;

  const legend = series.map(({ name }, index) => {
    const x = labelWidth + index * 190;
    return `<rect x="${x}" y="58" width="12" height="12" rx="2" fill="${colour(index)}"/><text x="${x + 18}" y="68">${escapeText(name)}</text>`;
  });
  const bars = groups.flatMap((group, row) => {
    const y = top + row * groupHeight;
    const middle = y + (series.length * (barHeight + barGap) - barGap) / 2 + 4;
    return [
      `<text x="${labelWidth - 12}" y="${round(middle)}" text-anchor="end">${escapeText(group)}</text>`,
      ...series.flatMap(({ values }, index) => {
        const value = values[row];
        if (value === undefined) return [];
        const barY = y + index * (barHeight + barGap);
        const length = Math.max(1, round(value * scale));
        return [
          `<rect x="${labelWidth}" y="${barY}" width="${length}" height="${barHeight}" rx="2" fill="${colour(index)}"/>`,
          `<text x="${labelWidth + length + 8}" y="${barY + 13}">${escapeText(`${format(value)} ${unit}`)}</text>`,
        ];
      }),
    ];
  });

  return `${[
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="${escapeText(title)}">`,
    "<style>text{font:13px system-ui,sans-serif;fill:#24292f}.title{font-size:17px;font-weight:600}.subtitle{fill:#57606a}",
    "@media(prefers-color-scheme:dark){text{fill:#e6edf3}.subtitle{fill:#8b949e}}</style>",
    `<text class="title" x="12" y="26">${escapeText(title)}</text>`,
    `<text class="subtitle" x="12" y="46">${escapeText(subtitle)}</text>`,
    ...legend,
    ...bars,
    "</svg>",
  ].join("\n")}\n`;
}

function colour(index: number): string {
  return colours[index % colours.length] ?? "#000000";
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}

/** Three digits that count, whatever the size. */
function format(value: number): string {
  return value >= 100 ? value.toFixed(0) : value >= 10 ? value.toFixed(1) : value.toFixed(2);
}

function escapeText(text: string): string {
  const entities: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };
  return text.replace(/[&<>"]/g, (character) => entities[character] ?? character);
}
