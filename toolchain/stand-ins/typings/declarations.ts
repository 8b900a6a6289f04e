/**
 * Where each declaration of a generated file lies, as [start, end] by its name (`ec2.VpcTag`, `VpcTag`).
 *
 * The largest of these files has 5.7 MB: TypeScript takes 2 s and 200 MB for it. The generator's layout is regular, one
 * declaration from a line to the next line with a closing brace at the same depth, so lines are enough to find the few
 * that are wanted; only those are parsed.
 */
export type DeclarationIndex = Readonly<Record<string, readonly [start: number, end: number]>>;

const opening = /^( *)(?:export )?(?:declare )?(interface|namespace|const) (\w+)(?: extends [^{]+)?(?:: )? ?\{$/gm;

export function indexDeclarations(text: string): DeclarationIndex {
  const index: Record<string, readonly [number, number]> = {};
  let namespace: { readonly name: string; readonly end: number } | undefined;
  opening.lastIndex = 0;
  for (let match = opening.exec(text); match; match = opening.exec(text)) {
    const [, indent = "", kind, name = ""] = match;
    const end = closingOf(text, opening.lastIndex, indent);
    if (kind === "namespace") {
      namespace = { name, end };
      continue;
    }
    const inside = namespace !== undefined && match.index < namespace.end;
    index[inside ? `${namespace?.name}.${name}` : name] = [match.index, end];
    opening.lastIndex = end;
  }
  return index;
}

function closingOf(text: string, from: number, indent: string): number {
  const at = text.indexOf(`\n${indent}}`, from);
  if (at < 0) throw new Error("A declaration of the typings has no end: the layout of the generated files changed.");
  return at + indent.length + 2;
}
