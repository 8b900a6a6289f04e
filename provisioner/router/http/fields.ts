/** Most bytes of a request's or an answer's head: what browsers send at most is half of it. */
export const mostHeadBytes = 32 * 1024;
/** Most header fields of one. */
export const mostFields = 100;

/** What is known of a field by its name alone. */
export interface FieldName {
  /** The name in lower case: names are written in many ways and mean the same. */
  readonly lower: string;
  /** What a reader of heads does with it; 0: nothing. */
  readonly kind: number;
  /** Whether a request's field of that name goes on to the workspace as it came. */
  readonly toWorkspace: boolean;
  /** Whether an answer's field of that name goes on to the browser as it came. */
  readonly toBrowser: boolean;
}

/** Where a field stands in the text of its head. */
export interface Span {
  readonly name: FieldName;
  /** Where its line begins, its value begins and ends without blanks around it, and the next line begins. */
  readonly from: number;
  readonly value: number;
  readonly valueEnd: number;
  readonly to: number;
}

/** The fields of a head, in the order in which they came. */
export class Fields {
  readonly text: string;
  readonly spans: readonly Span[];

  constructor(text: string, spans: readonly Span[]) {
    this.text = text;
    this.spans = spans;
  }

  valueOf({ value, valueEnd }: Span): string {
    return this.text.slice(value, valueEnd);
  }

  /** The value of the first field of a name, which is in lower case. */
  get(lower: string): string | undefined {
    for (const span of this.spans) if (span.name.lower === lower) return this.valueOf(span);
    return undefined;
  }

  /** Names and values as they are, for those who look at all. */
  *[Symbol.iterator](): Generator<readonly [string, string]> {
    for (const span of this.spans) yield [span.name.lower, this.valueOf(span)];
  }
}

/** What may stand in a field's line: no controls but the tab. Bytes above ASCII pass as they are. */
const fieldLines = /^(?:[!#$%&'*+\-.^_`|~0-9A-Za-z]+:[\t\x20-\x7e\x80-\xff]*\r\n)*$/;

/**
 * Reads the lines of fields from `from` to the text's end, each byte one character; null when two programs could read them
 * in two ways, `too-many` when there are. `nameOf` tells what is known of a name.
 */
export function readFields(text: string, from: number, nameOf: NameOf): Fields | null | "too-many" {
  if (!fieldLines.test(text.slice(from))) return null;
  const spans: Span[] = [];
  for (let at = from; at < text.length; ) {
    const colon = text.indexOf(":", at);
    const end = text.indexOf("\r\n", colon);
    let [value, valueEnd] = [colon + 1, end];
    while (value < valueEnd && isBlank(text.charCodeAt(value))) value += 1;
    while (valueEnd > value && isBlank(text.charCodeAt(valueEnd - 1))) valueEnd -= 1;
    const to = end + 2;
    if (spans.push({ name: nameOf(text.slice(at, colon)), from: at, value, valueEnd, to }) > mostFields)
      return "too-many";
    at = to;
  }
  return new Fields(text, spans);
}

export type NameOf = (name: string) => FieldName;

/** Most names that are remembered: those that browsers and programs send are a few hundred. */
const mostKnown = 2000;

/** Remembers what is known of names, as they are written. */
export function rememberNames(know: (lower: string) => Omit<FieldName, "lower">): NameOf {
  const known = new Map<string, FieldName>();
  return (name) => {
    const found = known.get(name);
    if (found !== undefined) return found;
    const lower = name.toLowerCase();
    const made = { lower, ...know(lower) };
    if (known.size < mostKnown) known.set(name, made);
    return made;
  };
}

/** Blanks and tabs, and nothing else that some reader takes for one. */
function isBlank(code: number): boolean {
  return code === 32 || code === 9;
}

/** The parts of a list in a field, without blanks around them. */
export function listed(value: string): readonly string[] {
  return value.split(",").map((part) => part.replace(/^[ \t]+|[ \t]+$/g, ""));
}
