import { cell, sentence, tableOf } from "../schema-docs.ts";
import { importPathOf, type Options, type Page, shared } from "./pages.ts";
import type { Entry, Member } from "./read.ts";

/** What is said of a wrong spec: of each component the same, as `parseOrExplain` reads all of them. */
const ofMistakes =
  "What is wrong throws one `UserError` before anything is made: it names every wrong option, its value and the fix.";

/** Files of the reference, by name. */
export function renderPages(pages: readonly Page[], entries: readonly Entry[]): ReadonlyMap<string, string> {
  const renderer = new Renderer(entries, pages);
  return new Map([
    ["README.md", renderer.index()],
    ...pages.map((page) => [`${page.domain}.md`, renderer.page(page)] as const),
  ]);
}

class Renderer {
  readonly #entries: ReadonlyMap<string, Entry>;
  readonly #pages: readonly Page[];
  /** Where a name has a heading: `network.md#network`. */
  readonly #places: ReadonlyMap<string, { readonly domain: string; readonly anchor: string }>;

  constructor(entries: readonly Entry[], pages: readonly Page[]) {
    this.#entries = new Map(entries.map((entry) => [entry.name, entry]));
    this.#pages = pages;
    this.#places = new Map(
      pages.flatMap(({ domain, components, options, others }) =>
        [...components, ...options, ...others].map(
          ({ name }) => [name, { domain, anchor: name.toLowerCase() }] as const,
        ),
      ),
    );
  }

  index(): string {
    const rows = this.#pages.flatMap(({ domain, components, others }) => {
      const shown = components.length > 0 ? components : others;
      const links = shown.map(({ name }) => this.#link(name, ""));
      const from = domain === shared ? "`berth`" : `\`berth/${domain}\``;
      return [`| [${from}](${domain}.md) | ${links.join(", ")} |`];
    });
    return [
      "# Reference",
      "",
      "Every component, function and type of the package, made of the docstrings in `components/` by `npm run reference`.",
      "To choose among them and see them work together, begin with [components.md](../components.md).",
      "",
      "| import from | what |",
      "| --- | --- |",
      ...rows,
      "",
    ].join("\n");
  }

  page({ domain, components, options, others }: Page): string {
    const sections = [
      ...components.map((entry) => this.#component(entry, domain)),
      ...options.map((one) => this.#options(one)),
      ...others.map((entry) => this.#other(entry, domain)),
    ];
    const title = domain === shared ? "Shared by all" : `\`berth/${domain}\``;
    const source = domain === shared ? "components/" : `components/${domain}/`;
    return [`# ${title}`, `<!-- Made by \`npm run reference\` of the docstrings in ${source}. -->`, ...sections, ""]
      .join("\n\n")
      .replace(/\n{3,}/g, "\n\n")
      .replace(/\n+$/, "\n");
  }

  #component(entry: Entry, domain: string): string {
    const args = this.#entries.get(entry.args ?? "");
    const outputs = entry.members.filter(({ name }) => name !== "nodes");
    return [
      `## ${entry.name}`,
      `\`${entry.token}\`, in [${entry.file}](../../${entry.file})`,
      entry.about,
      exampleOf(entry),
      `### Arguments of ${entry.name}`,
      ...(args === undefined || args.about === "" ? [] : [args.about]),
      this.#members(args?.members ?? [], domain, "argument"),
      ...(outputs.length === 0 ? [] : [`### Outputs of ${entry.name}`, this.#members(outputs, domain, "output")]),
      this.#children(entry),
    ].join("\n\n");
  }

  #children({ members }: Entry): string {
    const nodes = members.find(({ name }) => name === "nodes");
    if (nodes === undefined) return "";
    const { about = "", members: children = [] } = this.#entries.get(nodes.type) ?? nodes;
    const list = children.map(({ name, type, about: of }) => `\`${name}\` (\`${type}\`${of === "" ? "" : `: ${of}`})`);
    return `Its children, at \`nodes\`: ${list.join(", ")}.${about === "" ? "" : ` ${about}`}`;
  }

  #options({ name, keys }: Options): string {
    return [`## ${name}`, ofMistakes, tableOf(keys, "option").join("\n")].join("\n\n");
  }

  #other(entry: Entry, domain: string): string {
    const type = entry.kind === "class" ? "" : `\`\`\`ts\n${declarationOf(entry)}\n\`\`\``;
    return [
      `## ${entry.name}`,
      `\`import ${entry.kind === "type" || entry.kind === "interface" ? "type " : ""}{ ${entry.name} } from "${importPathOf(entry)}"\`, in [${entry.file}](../../${entry.file})`,
      entry.about,
      ...(entry.kind === "interface" ? [] : [type]),
      exampleOf(entry),
      ...(entry.members.length === 0 ? [] : [this.#members(entry.members, domain, "member")]),
    ].join("\n\n");
  }

  #members(members: readonly Member[], domain: string, called: string): string {
    const rows = members.flatMap(withInner).map((member) => {
      const { name, optional, otherwise } = member;
      const fallback = otherwise === "" ? "" : ` Default: ${otherwise}.`;
      const about = `${member.about === "" ? "" : sentence(member.about)}${this.#changes(member)}${fallback}`.trim();
      return [`\`${name}\`${optional ? " (optional)" : ""}`, this.#typeOf(member, domain), cell(about)];
    });
    const columns = rows.some(([, , about]) => about !== "") ? [called, "type", "what it is"] : [called, "type"];
    return [columns, columns.map(() => "---"), ...rows.map((row) => row.slice(0, columns.length))]
      .map((row) => `| ${row.join(" | ")} |`)
      .join("\n");
  }

  /** Which children a `transform` changes. */
  #changes({ name, type, members }: Member): string {
    if (name !== "transform") return "";
    const children = this.#entries.get(type)?.members ?? members;
    const list = children.map((child) => `\`${child.name}\`${child.about === "" ? "" : ` (${lower(child.about)})`}`);
    return ` Of: ${list.join(", ")}.`;
  }

  #typeOf({ name, type }: Member, domain: string): string {
    if (name === "transform") return this.#link("Transform", domain, " by child");
    const linked = [...new Set(type.match(/\b[A-Z]\w+/g) ?? [])].filter((word) => this.#places.has(word));
    const [only] = linked;
    if (only === type) return this.#link(type, domain);
    if (type.startsWith("{")) return "an object";
    const seen = linked.length === 0 ? "" : ` (${linked.map((word) => this.#link(word, domain)).join(", ")})`;
    return `\`${type.replaceAll("|", "\\|")}\`${seen}`;
  }

  #link(name: string, domain: string, more = ""): string {
    const place = this.#places.get(name);
    if (place === undefined) return `\`${name}\`${more}`;
    return `[\`${name}\`](${place.domain === domain ? "" : `${place.domain}.md`}#${place.anchor})${more}`;
  }
}

/** A member, and those of the object that it is. */
function withInner(member: Member): readonly Member[] {
  const { name, members } = member;
  if (name === "transform" || !member.type.startsWith("{")) return [member];
  return [member, ...members.flatMap((inner) => withInner({ ...inner, name: `${name}.${inner.name}` }))];
}

function exampleOf(entry: Entry): string {
  if (entry.example === "") return "";
  const from = importPathOf(entry);
  const isCode = entry.kind === "class" || entry.kind === "function";
  const lines = isCode ? [`import { ${entry.name} } from "${from}";`, "", entry.example] : [entry.example];
  return `\`\`\`ts\n${lines.join("\n")}\n\`\`\``;
}

function declarationOf({ kind, name, type }: Entry): string {
  if (kind === "value") return `const ${name}: ${type};`;
  return kind === "type"
    ? `type ${name} = ${type.replace(/^\| /, "").replaceAll(" | {", "\n  | {")};`
    : `function ${type};`;
}

function lower(text: string): string {
  return `${text.charAt(0).toLowerCase()}${text.slice(1)}`.replace(/\.$/, "");
}
