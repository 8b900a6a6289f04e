import { instance } from "@viz-js/viz";
import type { GraphPart, GraphSummary } from "./summary.ts";

/** Names and colours of the places where resources live, by provider. */
const places: Readonly<Record<string, { readonly name: string; readonly fill: string; readonly line: string }>> = {
  aws: { name: "AWS", fill: "#fff7ed", line: "#ea580c" },
  kubernetes: { name: "In the cluster", fill: "#eff6ff", line: "#2563eb" },
  cloudflare: { name: "Cloudflare", fill: "#faf5ff", line: "#9333ea" },
};
const elsewhere = { name: "Where pulumi runs", fill: "#f8fafc", line: "#64748b" };

const most = 5;

/** A stack's components as a picture: what each makes, and which needs which. */
export async function platformPicture(title: string, { parts, edges }: GraphSummary): Promise<string> {
  const viz = await instance();
  const svg = viz.renderString(
    {
      graphAttributes: {
        ...{ rankdir: "LR", bgcolor: "white", fontname: "Helvetica", nodesep: 0.2, ranksep: 0.6, pad: 0.3 },
        ...{ label: title, labelloc: "t", fontsize: 20, fontcolor: "#0f172a" },
      },
      nodeAttributes: { shape: "plain", fontname: "Helvetica" },
      edgeAttributes: { color: "#94a3b8", arrowsize: 0.6 },
      nodes: parts.map((part) => ({ name: part.id, attributes: { label: { html: box(part) } } })),
      edges: edges.map(({ from, to }) => ({ head: to, tail: from })),
    },
    { format: "svg" },
  );
  // The generator's comments name its version: the picture would change without any change of the program.
  const bare = svg.slice(svg.indexOf("<svg")).replaceAll(/<!--[\s\S]*?-->\n?/g, "");
  return `${bare.replace(/(<svg[^>]*>)/, `$1\n<title>${escapeText(title)}</title>`).trim()}\n`;
}

function box(part: GraphPart): string {
  const { fill, line, name } = places[part.provider] ?? elsewhere;
  const rows = part.kinds.slice(0, most).map(({ kind, count }) => row(`${count} × ${kind}`, 10, "#475569"));
  const more = part.kinds.slice(most).reduce((sum, { count }) => sum + count, 0);
  return [
    `<table cellborder="0" cellspacing="0" cellpadding="2" bgcolor="${fill}" color="${line}" border="1" style="rounded">`,
    row(`<b>${escapeText(part.title)}</b>`, 14, "#0f172a"),
    row(escapeText(name), 9, line),
    ...rows,
    ...(more > 0 ? [row(`and ${more} more`, 10, "#475569")] : []),
    ...(part.guarded > 0 ? [row(`${part.guarded} protected`, 10, "#b91c1c")] : []),
    "</table>",
  ].join("");
}

function row(html: string, size: number, colour: string): string {
  // Wide enough for any sans-serif font: whoever looks at the picture has another one than who drew it.
  const width = Math.ceil(html.replaceAll(/<[^>]*>|&[a-z]+;/g, "").length * size * 0.68);
  return `<tr><td align="left" width="${width}"><font point-size="${size}" color="${colour}">${html}</font></td></tr>`;
}

function escapeText(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
