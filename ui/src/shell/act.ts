/** What the keys of `keys.ts` do. */
import { tick } from 'svelte';
import { actByKeys } from '../buckets/acts';
import { browser } from '../buckets/browser.svelte';
import { preview } from '../buckets/preview.svelte';
import { transfers } from '../buckets/transfers.svelte';
import { doctor } from '../doctor/doctor.svelte';
import { historyDay } from '../history/day.svelte';
import ExportDialog from '../history/ExportDialog.svelte';
import { writeProfile } from '../profiles/write';
import { catalog } from '../roles/catalog.svelte';
import { roleList } from '../roles/list.svelte';
import { reloadSources } from '../roles/reload';
import { copyArn } from '../roles/roleActs';
import { switching } from '../roles/switching.svelte';
import { renewals, switchBack } from '../session/acts.svelte';
import { undoLast } from '../session/back.svelte';
import { opening } from '../session/console.svelte';
import { copyEnv } from '../session/env.svelte';
import { sessions } from '../session/sessions.svelte';
import { terminals } from '../terminal/terminals.svelte';
import type { SessionView } from '../wire/SessionView';
import { keySheet } from './keySheet.svelte';
import type { KeyAct } from './keys';
import { focusList, focusPane, leaveForm } from './panes';
import { SECTIONS } from './sections';
import { sheets } from './sheets.svelte';
import { sidebar } from './sidebar.svelte';
import { place, type View } from './view.svelte';

const shownSession = () => sessions.byId(place.sessionId) ?? sessions.all[0];
const shownRole = () => (place.adding ? undefined : roleList.selected);

/** Returns whether the key was used up. */
export function perform(act: KeyAct): boolean {
  switch (act.do) {
    case 'section':
      return then(SECTIONS[act.index], (s) => void goByKey(s.view));
    case 'favourite':
      return then(catalog.favourites[act.index], (role) => {
        const live = sessions.ofRole(role.key);
        if (live) place.openSession(live.id);
        else {
          place.go('roles');
          roleList.show(role.key);
          void switching.run(role);
        }
      });
    case 'settings':
      return did(() => void goByKey('settings'));
    case 'sidebar':
      return did(() => sidebar.toggle());
    case 'filter':
      return then(document.querySelector<HTMLInputElement>('[data-filter]'), (field) => {
        field.focus();
        field.select();
      });
    case 'add-role':
      return did(() => place.addRole());
    case 'copy-env':
      return then(sessionToCopy(), (s) => void copyEnv(s));
    case 'next-pane':
      return did(() => focusPane(1));
    case 'previous-pane':
      return did(() => focusPane(-1));
    case 'keys':
      return did(() => (keySheet.open = true));
    case 'escape':
      return escape();
    case 'undo':
      return undoLast();
    default:
      return performInView(act);
  }
}

function performInView(act: KeyAct): boolean {
  switch (act.do) {
    case 'switch':
      return then(shownRole(), (role) => void switching.run(role));
    case 'star':
      return then(shownRole(), (role) => void catalog.setFavourite(role, !role.favourite));
    case 'copy-arn':
      return then(shownRole(), (role) => void copyArn(role));
    case 'reload':
      return did(() => void reloadSources());
    case 'renew':
      return then(shownSession(), renewOrSwitch);
    case 'switch-back':
      return then(shownSession(), (s) => void switchBack(s));
    case 'browse-s3':
      return then(shownSession(), browse);
    case 'console':
      return then(shownSession(), (s) => void (sessions.left(s) > 0 && opening.open(s)));
    case 'terminal':
      return then(shownSession(), (s) => void (sessions.left(s) > 0 && terminals.open(s)));
    case 'write-profile':
      return then(shownSession(), (s) => void (sessions.left(s) > 0 && writeProfile(s)));
    case 'next-session':
      return beside(1);
    case 'previous-session':
      return beside(-1);
    case 'up':
      return did(() => browser.up());
    case 'download':
      return did(() => actByKeys(['Ctrl', 'D']));
    case 'upload':
      return did(() => actByKeys(['Ctrl', 'U']));
    case 'transfers':
      return did(() => (transfers.open = !transfers.open));
    case 'previous-day':
      return did(() => historyDay.step(-1));
    case 'next-day':
      return did(() => historyDay.step(1));
    case 'today':
      return did(() => historyDay.today());
    case 'export-history':
      return did(() => sheets.show(ExportDialog, {}));
    case 'check':
      return doctor.pick(act.number);
    case 'copy-cure':
      return doctor.copyCure();
    case 'copy-message':
      return doctor.copyMessage();
    case 'check-again':
      return doctor.checkAgain();
    default:
      return false;
  }
}

/** Goes to a view and gives its list the keys. */
async function goByKey(view: View): Promise<void> {
  place.go(view);
  await tick();
  focusList();
}

/** The session on the page; elsewhere the selected role's, else the one that lasts longest. */
function sessionToCopy() {
  if (place.view === 'sessions' || place.view === 'buckets') {
    const shown = place.view === 'buckets' ? browser.session : shownSession();
    return shown && sessions.left(shown) > 0 ? shown : undefined;
  }
  const role = shownRole();
  return (role && sessions.ofRole(role.key)) ?? sessions.live.at(-1);
}

function renewOrSwitch(session: SessionView): void {
  const role = catalog.role(session.role_key);
  if (sessions.left(session) > 0) void renewals.run(session);
  else if (role) void switching.run(role);
}

/** An ended one has nothing to browse, and another's buckets are not what was asked for. */
function browse(session: SessionView): void {
  if (sessions.left(session) === 0) return;
  place.sessionId = session.id;
  place.go('buckets');
}

function beside(by: number): boolean {
  const all = sessions.all;
  const at = all.findIndex((s) => s.id === shownSession()?.id);
  return then(all[(at + by + all.length) % all.length], (s) => place.openSession(s.id));
}

function escape(): boolean {
  const field = document.activeElement;
  if (field instanceof HTMLInputElement && field.dataset.filter !== undefined && field.value !== '') {
    field.value = '';
    field.dispatchEvent(new Event('input', { bubbles: true }));
    return true;
  }
  if (place.view === 'buckets' && preview.uncover()) return true;
  if (place.view === 'doctor' && doctor.close()) return true;
  if (place.adding) return did(() => void leaveForm());
  return false;
}

function did(what: () => unknown): true {
  what();
  return true;
}

function then<T>(value: T | null | undefined, what: (value: T) => void): boolean {
  if (value === null || value === undefined) return false;
  what(value);
  return true;
}
