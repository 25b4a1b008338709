/** The forms in which a cure can be copied. */
import type { CureView } from '../wire/CureView';

export type Format = 'json' | 'cli' | 'terraform' | 'cloudformation';

export const FORMATS: { value: Format; label: string }[] = [
  { value: 'json', label: 'JSON' },
  { value: 'cli', label: 'AWS CLI' },
  { value: 'terraform', label: 'Terraform' },
  { value: 'cloudformation', label: 'CloudFormation' }
];

/** `null` where the cure does not come in that form. */
export function cureText(cure: CureView, format: Format): string | null {
  return format === 'json' ? (cure.document ?? cure.statement) : cure[format];
}

/** The lines to show; of a whole document those that are new are marked. */
export function cureLines(cure: CureView, format: Format): { text: string; added: boolean }[] {
  const from = cure.added_from ?? 0;
  const to = cure.added_to ?? -1;
  const marked = format === 'json' && cure.document !== null;
  return (cureText(cure, format) ?? '')
    .trimEnd()
    .split('\n')
    .map((text, i) => ({ text, added: marked && i + 1 >= from && i + 1 <= to }));
}
