/** Most names that are remembered: those that browsers and programs send are a few hundred. */
const mostKnown = 2000;
const known = new Map<string, string>();

/**
 * A field's name in lower case: the same string each time, which is found in sets and maps the faster. Names are written
 * in many ways and mean the same.
 */
export function lowerName(name: string): string {
  const found = known.get(name);
  if (found !== undefined) return found;
  const lower = name.toLowerCase();
  if (known.size < mostKnown) known.set(name, lower);
  return lower;
}

/** Remembers what a question about a name was answered: for as many names as are worth it. */
export function rememberNames<Answer>(ask: (lower: string) => Answer): (lower: string) => Answer {
  const answers = new Map<string, Answer>();
  return (lower) => {
    const found = answers.get(lower);
    if (found !== undefined) return found;
    const answer = ask(lower);
    if (answers.size < mostKnown) answers.set(lower, answer);
    return answer;
  };
}
