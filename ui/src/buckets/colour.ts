/** JSON in pieces with the kind of each, for colouring. Anything that is not a token stays plain. */
export interface Piece {
  text: string;
  kind: '' | 'k' | 's' | 'n';
}

/** More is shown without colours: each piece is an element. */
const MOST = 20_000;
const TOKEN = /("(?:[^"\\\n]|\\.)*")(\s*:)?|(-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?|\btrue\b|\bfalse\b|\bnull\b)/g;

export function coloured(text: string): Piece[] {
  if (text.length > MOST) return [{ text, kind: '' }];
  const pieces: Piece[] = [];
  let at = 0;
  const put = (piece: string, kind: Piece['kind']) => {
    if (piece !== '') pieces.push({ text: piece, kind });
  };
  for (const found of text.matchAll(TOKEN)) {
    put(text.slice(at, found.index), '');
    const [whole, string, colon, literal] = found;
    if (string !== undefined) {
      put(string, colon === undefined ? 's' : 'k');
      put(colon ?? '', '');
    } else put(literal ?? whole, 'n');
    at = found.index + whole.length;
  }
  put(text.slice(at), '');
  return pieces;
}
