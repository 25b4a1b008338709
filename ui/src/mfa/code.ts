/** The six digits of an MFA code while they are typed. */
export interface CodeState {
  digits: string;
}

export const CODE_LENGTH = 6;
export const emptyCode: CodeState = { digits: '' };

/** Whatever was typed or pasted, its first six digits: `123 456` and `code: 123456` do as well. */
export function typed(text: string): CodeState {
  return { digits: text.replace(/\D/g, '').slice(0, CODE_LENGTH) };
}

export const isComplete = (code: CodeState) => code.digits.length === CODE_LENGTH;

/** What a code opens, and what that costs. */
export function codeServes(shared: boolean, device: string): string {
  return shared
    ? `This code serves every role of ${device} for 12 h. A session of a role lasts 1 h at most, a longer one takes a code of its own.`
    : 'This code serves this session alone.';
}

const WINDOW_S = 30;

/** Seconds until the device shows another code (RFC 6238 counts 30 s steps from the epoch). */
export function codeWindowLeft(wall: Date): number {
  return WINDOW_S - (Math.floor(wall.getTime() / 1000) % WINDOW_S);
}

export const codeWindowShare = (wall: Date) => codeWindowLeft(wall) / WINDOW_S;
