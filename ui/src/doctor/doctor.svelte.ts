/** The denial that Doctor is open on, what it makes of it, and what the person does with that. */
import { host } from '#host';
import { messageOf } from '../host/host';
import { Latest } from '../host/latest';
import { clipboard } from '../session/env.svelte';
import { report } from '../shell/status.svelte';
import { toasts } from '../shell/toasts.svelte';
import { place } from '../shell/view.svelte';
import type { DenialView } from '../wire/DenialView';
import type { DiagnosisView } from '../wire/DiagnosisView';
import type { GivenPolicies } from '../wire/GivenPolicies';
import type { HistoryRow } from '../wire/HistoryRow';
import { errorParts } from '../history/errorParts';
import { historyQuery } from '../history/query';
import { catalog } from '../roles/catalog.svelte';
import type { RoleView } from '../wire/RoleView';
import { cureText, FORMATS, type Format } from './cures';
import { denials } from './denials.svelte';
import { firstToShow } from './words';

export type DoctorPage = 'denials' | 'error' | 'policy' | 'compose';

export const NOTHING_GIVEN: GivenPolicies = { identity: null, trust: null, permissions: null, bucket_policy: null, scp: null };

/** What a denial was about, as far as the view knows that it happened in. */
export interface Around {
  role_key?: string | null;
  bucket?: string | null;
  key?: string | null;
}

/** What is looked into. */
interface Asked {
  role_key: string | null;
  place: string | null;
  denial: DenialView | null;
  text: string | null;
  /** When it was denied, where that is known. */
  at: string | null;
}

class Doctor {
  page = $state<DoctorPage>('denials');
  asked = $state.raw<Asked | null>(null);
  view = $state.raw<DiagnosisView | null>(null);
  busy = $state(false);
  error = $state<string | null>(null);
  picked = $state<number | null>(null);
  format = $state<Format>('json');
  given = $state.raw<GivenPolicies>(NOTHING_GIVEN);
  #latest = new Latest();
  #turn = 0;

  shown = $derived(this.view?.placements.find((p) => p.number === this.picked) ?? null);
  /** The cure that is shown: of the check, or of what stands in the way elsewhere. */
  cure = $derived(this.shown?.cure ?? this.view?.elsewhere.find((e) => e.cure !== null)?.cure ?? null);
  /** A format that this cure does not come in gives way to JSON. */
  shownFormat = $derived<Format>(this.cure && cureText(this.cure, this.format) !== null ? this.format : 'json');

  /** A row of the history that says that something was denied. */
  row(row: HistoryRow): Promise<void> {
    denials.look(row.id);
    return this.#ask({ role_key: roleOf(row)?.key ?? null, place: null, denial: denialOf(row), text: null, at: row.at });
  }

  /** The last denial of a role, such as the tray had; without one the list of denials. */
  async latestOf(roleKey: string): Promise<void> {
    place.go('doctor');
    this.close();
    this.page = 'denials';
    await denials.load();
    const role = catalog.role(roleKey);
    const row = denials.rows.find((r) => role !== undefined && r.arn === role.arn && (r.profile === null || r.profile === role.profile));
    if (row) await this.row(row);
  }

  /** A denial that a view shows. The history knows when it was; the row is found by AWS's request ID. */
  async denial(denial: DenialView, { role_key = null, bucket = null, key = null }: Around = {}): Promise<void> {
    place.go('doctor');
    const row = denial.request_id === null ? null : await rowOf(denial.request_id);
    if (row) denials.look(row.id);
    const where = bucket === null ? null : `s3://${bucket}/${key ?? ''}`;
    await this.#ask({ role_key, place: where, denial: $state.snapshot(denial), text: null, at: row?.at ?? null });
  }

  /** Words of another program; `around` what the view knows that shows them. */
  text(text: string, { role_key = null, bucket = null, key = null }: Around = {}): Promise<void> {
    const where = bucket === null ? null : `s3://${bucket}/${key ?? ''}`;
    return this.#ask({ role_key, place: where, denial: null, text, at: null });
  }

  /** Policies that the person has: the diagnosis is made anew with them. */
  async complete(given: GivenPolicies): Promise<void> {
    this.given = given;
    // What most needs doing may be another check now.
    this.picked = null;
    await this.#look();
  }

  /** Back to where no denial is chosen. Returns whether one was. */
  close(): boolean {
    if (this.asked === null) return false;
    this.asked = null;
    this.view = null;
    this.error = null;
    this.busy = false;
    return true;
  }

  checkAgain(): boolean {
    if (this.asked === null) return false;
    void this.#look(true);
    return true;
  }

  pick(number: number): boolean {
    if (!this.view?.placements.some((p) => p.number === number)) return false;
    this.picked = number;
    return true;
  }

  copyCure(): boolean {
    const text = this.cure && cureText(this.cure, this.shownFormat);
    if (!text) return false;
    const name = FORMATS.find((f) => f.value === this.shownFormat)?.label ?? '';
    void copy(text, `Copied ${this.shownFormat === 'cli' ? 'the command' : name}`);
    return true;
  }

  copyMessage(): boolean {
    if (!this.cure?.message) return false;
    void copy(this.cure.message, 'Copied the message');
    return true;
  }

  async #ask(asked: Asked): Promise<void> {
    place.go('doctor');
    this.asked = asked;
    this.view = null;
    this.picked = null;
    this.given = NOTHING_GIVEN;
    await this.#look();
  }

  /** `again`: a refused switch is tried once more, rather than what AWS said of it looked into. */
  async #look(again = false): Promise<void> {
    const { asked } = this;
    if (!asked) return;
    const { role_key, place: where, denial, text } = asked;
    const turn = ++this.#turn;
    this.busy = true;
    this.error = null;
    try {
      const read = await this.#latest.of(() => host.call('diagnose', { role_key, place: where, denial, text, again, given: this.given }));
      if (!read || this.asked !== asked) return;
      this.view = read.value;
      if (!this.shown) this.picked = firstToShow(read.value.placements);
      this.busy = false;
    } catch (error) {
      if (this.asked !== asked || this.#turn !== turn) return;
      this.error = messageOf(error);
      this.busy = false;
    }
  }
}

/** The role of the catalog that a row is about. */
function roleOf(row: HistoryRow): RoleView | undefined {
  const same = catalog.roles.filter((r) => r.arn === row.arn);
  return same.find((r) => r.profile === row.profile) ?? same[0];
}

/** What AWS said, as the history keeps it. */
function denialOf(row: HistoryRow): DenialView {
  const { code, message } = errorParts(row.error ?? '');
  const switched = row.event === 'switch' || row.event === 'renew';
  return {
    summary: '', code, message, request_id: row.request_id, action: switched ? 'sts:AssumeRole' : '', resource: switched ? row.arn : null,
    longest_duration: null
  };
}

async function rowOf(requestId: string): Promise<HistoryRow | null> {
  const query = historyQuery({ text: requestId, outcome: 'denied', limit: 1 });
  const page = await host.call('history', { query }).catch(() => null);
  return page?.rows[0] ?? null;
}

async function copy(text: string, said: string): Promise<void> {
  try {
    await clipboard.copy(text);
    toasts.show(said);
  } catch (error) {
    report(error);
  }
}

export const doctor = new Doctor();
