/** Switching back in the fake program, and where its sessions are in use. */
import type { SessionUsesView } from '../wire/SessionUsesView';
import type { SessionView } from '../wire/SessionView';
import type { SwitchedBackView } from '../wire/SwitchedBackView';
import type { Commands, Topic } from './host';

type Names = 'switch_back' | 'undo_switch_back' | 'session_uses';
type Part = { [N in Names]: (request: Commands[N]['request']) => Commands[N]['reply'] };

interface World {
  sessions: () => SessionView[];
  keep: (sessions: SessionView[]) => void;
  changed: (...topics: Topic[]) => void;
  tell: (back: SwitchedBackView) => void;
}

export class FakeBack {
  uses: SessionUsesView[] = [];
  answers: Part;
  #aside = new Map<string, SessionView[]>();

  constructor(world: World) {
    this.answers = {
      session_uses: () => this.uses,
      switch_back: (r) => {
        const goes = (s: SessionView) => r.session_id === null || s.id === r.session_id;
        const gone = world.sessions().filter(goes);
        world.keep(world.sessions().filter((s) => !goes(s)));
        const lives = gone.filter((s) => s.seconds_left > 0);
        const undo = lives.length > 0 ? `undo-${lives[0]?.id}` : null;
        if (undo !== null) this.#aside.set(undo, lives);
        const back: SwitchedBackView = {
          undo,
          undo_s: undo === null ? 0 : 8,
          sessions: gone.map((s) => ({
            session_id: s.id, account_name: s.account_name, role_name: s.role_name, valid_until: s.seconds_left > 0 ? s.expires_at : null, undone: [],
            stays: this.uses.some((u) => u.session_id === s.id && u.uses.some((x) => x.kind === 'console')) ? ['the console sign-in, until it ends'] : []
          }))
        };
        if (undo !== null) queueMicrotask(() => world.tell(back));
        queueMicrotask(() => world.changed('sessions', 'history'));
        return back;
      },
      undo_switch_back: (r) => {
        const back = this.#aside.get(r.undo);
        if (!back) throw { message: 'It is too late to undo this; switch to the role again', code: 'no_such_session' };
        this.#aside.delete(r.undo);
        world.keep([...world.sessions(), ...back]);
        queueMicrotask(() => world.changed('sessions', 'history'));
        return { session_ids: back.map((s) => s.id), notes: [] };
      }
    };
  }
}
