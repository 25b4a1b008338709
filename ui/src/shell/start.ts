/** Joins the page to the program: first reads, then whatever the program says has changed. */
import { tick } from 'svelte';
import { host } from '#host';
import type { Topic } from '../host/host';
import { dropping } from '../buckets/dropping.svelte';
import { landed } from '../buckets/landing';
import { transfers } from '../buckets/transfers.svelte';
import { uploadPicked } from '../buckets/uploading.svelte';
import { catalog } from '../roles/catalog.svelte';
import { denials } from '../doctor/denials.svelte';
import { doctor } from '../doctor/doctor.svelte';
import { devices } from '../devices/devices.svelte';
import { discoveries } from '../discovery/discoveries.svelte';
import { endpoints } from '../endpoint/endpoints.svelte';
import { accessKeys } from '../keys/keys.svelte';
import { openedLinks } from '../links/opened.svelte';
import { writtenProfiles } from '../profiles/written.svelte';
import { roleList } from '../roles/list.svelte';
import { switching } from '../roles/switching.svelte';
import { renewals } from '../session/acts.svelte';
import { offerUndo } from '../session/back.svelte';
import { sessions } from '../session/sessions.svelte';
import { sessionUses } from '../session/uses.svelte';
import { portals } from '../signin/portals.svelte';
import { teams } from '../teams/teams.svelte';
import { terminals } from '../terminal/terminals.svelte';
import { clock } from '../time/clock.svelte';
import { focusList } from './panes';
import { notices } from './notices.svelte';
import { quitAsk } from './quit.svelte';
import { revisions } from './revisions.svelte';
import { sidebar } from './sidebar.svelte';
import { report, status } from './status.svelte';
import { isView, place } from './view.svelte';

const READ: Record<Topic, (() => Promise<void>)[]> = {
  catalog: [() => catalog.load(), () => teams.refresh(), () => writtenProfiles.load()],
  sessions: [() => sessions.load()],
  history: [async () => void (revisions.history += 1), () => denials.refresh()],
  settings: [() => catalog.load(), () => status.load(), () => devices.refresh(), () => accessKeys.refresh()],
  status: [() => status.load(), () => devices.refresh()],
  transfers: [() => transfers.load()],
  portals: [() => portals.load()],
  discoveries: [() => discoveries.refresh()],
  terminals: [() => terminals.load()],
  endpoints: [() => endpoints.load()],
  uses: [() => sessionUses.load()]
};

async function read(topics: readonly Topic[]): Promise<void> {
  const reads = new Set(topics.flatMap((t) => READ[t] ?? []));
  await Promise.all([...reads].map((r) => r().catch(report)));
}

export async function start(): Promise<void> {
  listen();
  sidebar.start();
  clock.start();
  // Time left is asked for again before it is drawn after a sleep.
  clock.onWake(() => void read(['sessions', 'history', 'portals']));
  await read(['catalog', 'sessions', 'status']);
  await tick();
  focusList();
  await host.call('ui_ready').catch(report);
  await read(['transfers', 'portals', 'terminals', 'endpoints', 'uses']);
  await denials.load();
}

function listen(): void {
  host.on('changed', ({ topics }) => void read(topics));
  host.on('transfer', (transfer) => {
    transfers.take(transfer);
    landed(transfer);
  });
  host.on('files_over', ({ count }) => (dropping.count = count));
  host.on('files_dropped', (picked) => void uploadPicked(picked));
  host.on('notice', ({ level, message }) => notices.show(level, message));
  host.on('quit_asked', () => (quitAsk.open = true));
  host.on('switched_back', offerUndo);
  host.on('link_opened', ({ link }) => openedLinks.take(link));
  host.on('navigate', (to) => void navigate(to));
}

async function navigate(to: { view: string; session_id?: string | null; role_key?: string | null; ask_mfa?: boolean }) {
  // A view that does not know the session yet would settle on another one.
  if (to.session_id && !sessions.byId(to.session_id)) await read(['sessions']);
  if (to.view === 'doctor' && to.role_key) return doctor.latestOf(to.role_key);
  if (isView(to.view)) place.go(to.view);
  if (to.session_id) {
    place.sessionId = to.session_id;
    if (to.ask_mfa) {
      await read(['sessions']);
      const session = sessions.byId(to.session_id);
      if (session) await renewals.run(session);
    }
  } else if (to.role_key) {
    if (!catalog.role(to.role_key)) await read(['catalog']);
    const role = catalog.role(to.role_key);
    if (!role) return;
    roleList.show(role.key);
    if (to.ask_mfa) await switching.run(role);
  }
}
