/** Where the sessions' credentials went, as far as the program that keeps them knows. */
import { host } from '#host';
import { Read } from '../host/read.svelte';
import type { SessionUsesView } from '../wire/SessionUsesView';
import type { SessionView } from '../wire/SessionView';
import type { UseView } from '../wire/UseView';

class Uses extends Read<SessionUsesView[]> {
  constructor() {
    super([], () => host.call('session_uses'));
  }

  of(session: SessionView): SessionUsesView | null {
    return this.value.find((u) => u.session_id === session.id) ?? null;
  }
}

export const sessionUses = new Uses();

const times = (count: number) => (count === 1 ? '' : `, ${count.toLocaleString('en-GB')} times`);

/** What a use is called on a line of its own. */
export function label(use: UseView): string {
  const many = times(use.count);
  switch (use.kind) {
    case 'console':
      return `Console${use.what ? `, ${use.what}` : ''}${use.place ? ` in ${use.place}` : ''}${many}`;
    case 'console_link':
      return `Console link${many}`;
    case 'env':
      return `Exports for a shell${many}`;
    case 'process':
      return `Programs by credential_process${many}`;
    case 's3':
      return `hat s3${many}`;
    case 'exec':
    case 'terminal':
      return `${use.what ?? 'A command'} by hat exec${use.running > 0 ? (use.running === 1 ? ', running' : `, ${use.running} running`) : ', ended'}`;
  }
}
