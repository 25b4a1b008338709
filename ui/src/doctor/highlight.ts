/** The pieces of a line of JSON, for colour only. Joined, they are the line. */
export interface Piece {
  text: string;
  /** `k` a key, `s` a string, `n` a number or word; empty for the rest. */
  kind: '' | 'k' | 's' | 'n';
}

const TOKEN = /("(?:[^"\\]|\\.)*"?)(\s*:)?|(-?\b\d[\d.eE+-]*|\btrue\b|\bfalse\b|\bnull\b)/g;

export function jsonPieces(line: string): Piece[] {
  const pieces: Piece[] = [];
  let from = 0;
  for (const hit of line.matchAll(TOKEN)) {
    const [whole, quoted, colon, word] = hit;
    if (hit.index > from) pieces.push({ text: line.slice(from, hit.index), kind: '' });
    if (quoted !== undefined) {
      pieces.push({ text: quoted, kind: colon === undefined ? 's' : 'k' });
      if (colon !== undefined) pieces.push({ text: colon, kind: '' });
    } else pieces.push({ text: word ?? '', kind: 'n' });
    from = hit.index + whole.length;
  }
  if (from < line.length) pieces.push({ text: line.slice(from), kind: '' });
  return pieces;
}
