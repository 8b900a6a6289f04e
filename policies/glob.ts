/**
 * Whether a text is what a pattern says, in which `*` stands for any characters but those in `butNot`, even none.
 *
 * Takes no longer than one is long times the other, however many `*` there are; a regular expression would. Each piece
 * between two `*` is taken where it first comes: as no `*` goes beyond a character of `butNot`, a later place never
 * serves better.
 */
export function matchesGlob(pattern: string, text: string, butNot = ""): boolean {
  const [start = "", ...pieces] = pattern.split("*");
  const end = pieces.pop();
  if (end === undefined) return text === start;
  if (text.length < start.length + end.length || !text.startsWith(start) || !text.endsWith(end)) return false;
  const spans = (from: number, to: number) =>
    ![...butNot].some((character) => text.slice(from, to).includes(character));
  const last = text.length - end.length;
  let at = start.length;
  for (const piece of pieces) {
    const found = text.indexOf(piece, at);
    if (found === -1 || found + piece.length > last || !spans(at, found)) return false;
    at = found + piece.length;
  }
  return spans(at, last);
}
