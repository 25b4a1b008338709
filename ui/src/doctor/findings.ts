import type { LintFinding } from '../wire/LintFinding';

/** The lines of a policy, each with the worst that was found on it. */
export function linesFound(text: string, findings: readonly LintFinding[]): { text: string; found: 'error' | 'warning' | null }[] {
  const worst = new Map<number, 'error' | 'warning'>();
  for (const { line, severity } of findings) {
    if (severity === 'note' || worst.get(line) === 'error') continue;
    worst.set(line, severity);
  }
  return text.split(/\r?\n/).map((line, i) => ({ text: line, found: worst.get(i + 1) ?? null }));
}
