import { plain } from './plain';

const LONG = 30;

/** The pieces between which a line may break, over and above spaces. Joined, they are the text. */
export function breakable(text: string): string[] {
  const pieces: string[] = [];
  for (const word of plain(text).split(/(?<=\s)/)) {
    const [first = '', ...rest] = pieceWord(word);
    const last = pieces.at(-1);
    // Beside a space a line may break anyway.
    if (last !== undefined && /\s$/.test(last)) pieces[pieces.length - 1] = last + first;
    else pieces.push(first);
    pieces.push(...rest);
  }
  return pieces;
}

function pieceWord(word: string): string[] {
  // `arn:aws:iam::` says little alone and stays together.
  const arn = /^(arn:[^:]*:[^:]*:[^:]*:)(.+)$/s.exec(word);
  if (arn) return [arn[1] ?? '', ...pieceAt(arn[2] ?? '')];
  return word.length > LONG ? pieceAt(word) : [word];
}

const pieceAt = (text: string) => text.split(/(?<=[:/])(?![:/])/);
