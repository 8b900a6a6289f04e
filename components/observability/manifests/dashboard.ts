/** One line of a graph. */
export interface Query {
  /** PromQL. */
  readonly expr: string;
  /** What the line is called; labels as `{{label}}`. */
  readonly legend: string;
}

/** Unit ids of Grafana: https://github.com/grafana/grafana/blob/main/packages/grafana-data/src/valueFormats/categories.ts */
type Unit = "short" | "s" | "percent" | "reqps" | "ops" | "bytes";

/** What one panel shows. */
export interface Panel {
  /** A line over time, or one number. */
  readonly type: "timeseries" | "stat";
  readonly title: string;
  readonly description: string;
  readonly unit: Unit;
  readonly queries: readonly Query[];
  /** From which value a number is coloured orange. */
  readonly warnFrom?: number;
}

/** Panels under one heading. */
export interface Row {
  readonly title: string;
  readonly panels: readonly Panel[];
}

export interface DashboardSpec {
  /** Stays when the title changes: links and stars are by it. At most 40 characters. */
  readonly uid: string;
  readonly title: string;
  readonly tags: readonly string[];
  readonly rows: readonly Row[];
}

/** Grafana's grid is 24 wide: https://grafana.com/docs/grafana/latest/dashboards/build-dashboards/view-dashboard-json-model/ */
const gridWidth = 24;
const sizes = { timeseries: { w: 8, h: 8 }, stat: { w: 4, h: 4 } } as const;

/** A dashboard as Grafana's JSON model: panels row by row, left to right, each in the next free place. */
export function dashboardModel({ uid, title, tags, rows }: DashboardSpec) {
  let id = 0;
  let y = 0;
  const panels = rows.flatMap((row) => {
    id += 1;
    const heading = { id, type: "row", title: row.title, collapsed: false, gridPos: { x: 0, y, w: gridWidth, h: 1 } };
    y += 1;
    let x = 0;
    let height = 0;
    const inside = row.panels.map((panel) => {
      const size = sizes[panel.type];
      if (x + size.w > gridWidth) {
        y += height;
        x = 0;
        height = 0;
      }
      id += 1;
      const placed = panelModel(panel, id, { x, y, ...size });
      x += size.w;
      height = Math.max(height, size.h);
      return placed;
    });
    y += height;
    return [heading, ...inside];
  });
  return {
    uid,
    title,
    tags: [...tags],
    // Grafana 12's: older ones it takes and brings up to date, newer ones it refuses.
    schemaVersion: 41,
    editable: false,
    graphTooltip: 1,
    refresh: "1m",
    time: { from: "now-6h", to: "now" },
    timezone: "browser",
    templating: { list: [] },
    annotations: { list: [] },
    panels,
  };
}

/** The data source that the chart's Grafana has by default. */
const datasource = { type: "prometheus", uid: "prometheus" } as const;

function panelModel(panel: Panel, id: number, gridPos: Readonly<Record<"x" | "y" | "w" | "h", number>>) {
  const { type, title, description, unit, queries, warnFrom } = panel;
  const steps = [
    { color: "green", value: null },
    ...(warnFrom === undefined ? [] : [{ color: "orange", value: warnFrom }]),
  ];
  return {
    id,
    type,
    title,
    description,
    datasource,
    gridPos,
    fieldConfig: {
      defaults: {
        unit,
        min: 0,
        thresholds: { mode: "absolute", steps },
        ...(type === "timeseries" ? { custom: { fillOpacity: 10, showPoints: "never" } } : {}),
      },
      overrides: [],
    },
    options:
      type === "timeseries"
        ? { legend: { displayMode: "list", placement: "bottom" }, tooltip: { mode: "multi", sort: "desc" } }
        : { colorMode: "value", reduceOptions: { calcs: ["lastNotNull"], fields: "", values: false } },
    targets: queries.map(({ expr, legend }, index) => ({
      datasource,
      refId: String.fromCharCode("A".charCodeAt(0) + index),
      expr,
      legendFormat: legend,
      ...(type === "stat" ? { instant: true, range: false } : { instant: false, range: true }),
    })),
  };
}
