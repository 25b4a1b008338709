/** An object's properties, read and changed. */
import { host } from '#host';
import { messageOf } from '../../host/host';
import { sheets } from '../../shell/sheets.svelte';
import { toasts } from '../../shell/toasts.svelte';
import type { NameValue } from '../../wire/NameValue';
import type { ObjectHeaders } from '../../wire/ObjectHeaders';
import type { ObjectProperties } from '../../wire/ObjectProperties';
import type { RestoreTier } from '../../wire/RestoreTier';
import type { SessionView } from '../../wire/SessionView';
import { browser } from '../browser.svelte';
import { meantInProduction } from '../uploading.svelte';

export type HeaderName = Exclude<keyof ObjectHeaders, 'metadata' | 'redirect'>;

export const HEADERS: { name: HeaderName; label: string }[] = [
  { name: 'content_type', label: 'Content-Type' },
  { name: 'cache_control', label: 'Cache-Control' },
  { name: 'content_disposition', label: 'Content-Disposition' },
  { name: 'content_encoding', label: 'Content-Encoding' },
  { name: 'content_language', label: 'Content-Language' }
];

/** What an object can be put into; what is archived has to be restored first. */
export const CLASSES = ['STANDARD', 'INTELLIGENT_TIERING', 'STANDARD_IA', 'ONEZONE_IA', 'GLACIER_IR', 'GLACIER', 'DEEP_ARCHIVE'];

export class Properties {
  now = $state.raw<ObjectProperties | null>(null);
  headers = $state<Record<HeaderName, string>>({
    content_type: '',
    cache_control: '',
    content_disposition: '',
    content_encoding: '',
    content_language: ''
  });
  metadata = $state<NameValue[]>([]);
  tags = $state<NameValue[]>([]);
  storageClass = $state('STANDARD');
  days = $state('7');
  tier = $state<RestoreTier>('standard');
  busy = $state(false);
  error = $state<string | null>(null);

  constructor(
    readonly session: SessionView,
    readonly bucket: string,
    readonly key: string,
    readonly versionId: string | null
  ) {}

  /** A version of the past stays as it is. */
  get fixed(): boolean {
    return this.versionId !== null;
  }

  get archived(): boolean {
    return this.now?.archive.kind === 'archived' || this.now?.archive.kind === 'restoring';
  }

  async load(): Promise<void> {
    this.error = null;
    try {
      const now = await host.call('object_properties', this.#which);
      this.now = now;
      for (const { name } of HEADERS) this.headers[name] = now.headers[name] ?? '';
      this.metadata = now.headers.metadata.map((pair) => ({ ...pair }));
      this.tags = (now.tags ?? []).map((pair) => ({ ...pair }));
      this.storageClass = now.storage_class;
    } catch (error) {
      this.error = messageOf(error);
    }
  }

  get #which() {
    return { session_id: this.session.id, bucket: this.bucket, key: this.key, version_id: this.versionId };
  }

  get headersChanged(): boolean {
    const { now } = this;
    if (now === null) return false;
    return HEADERS.some(({ name }) => this.headers[name] !== (now.headers[name] ?? '')) || !same(this.metadata, now.headers.metadata);
  }

  get tagsChanged(): boolean {
    return this.now?.tags != null && !same(this.tags, this.now.tags);
  }

  get classChanged(): boolean {
    return this.now !== null && this.storageClass !== this.now.storage_class;
  }

  get changed(): boolean {
    return this.headersChanged || this.tagsChanged || this.classChanged;
  }

  async save(): Promise<void> {
    const { now } = this;
    if (this.busy || now === null || !this.changed || this.fixed) return;
    this.busy = true;
    this.error = null;
    try {
      if (!(await meantInProduction(this.session, 'Change the object'))) return;
      await host.call('change_object', {
        session_id: this.session.id,
        bucket: this.bucket,
        key: this.key,
        etag: now.etag,
        headers: this.headersChanged ? this.#headers(now) : null,
        tags: this.tagsChanged ? named(this.tags) : null,
        storage_class: this.classChanged ? this.storageClass : null
      });
      toasts.show('Changed', this.key.split('/').at(-1) ?? this.key);
      if (sheets.open?.props['properties'] === this) sheets.close();
      if (browser.bucket === this.bucket) browser.reload();
    } catch (error) {
      this.error = messageOf(error);
    } finally {
      this.busy = false;
    }
  }

  #headers(now: ObjectProperties): ObjectHeaders {
    const of = (name: HeaderName) => (this.headers[name] === '' ? null : this.headers[name]);
    return {
      content_type: of('content_type'),
      cache_control: of('cache_control'),
      content_disposition: of('content_disposition'),
      content_encoding: of('content_encoding'),
      content_language: of('content_language'),
      redirect: now.headers.redirect,
      metadata: named(this.metadata)
    };
  }

  async restore(): Promise<void> {
    const days = Math.round(Number(this.days));
    if (this.busy) return;
    if (!(days >= 1 && days <= 365)) {
      this.error = 'Between 1 and 365 days.';
      return;
    }
    this.busy = true;
    this.error = null;
    try {
      await host.call('restore_object', { ...this.#which, days, tier: this.tier });
      toasts.show('S3 restores it', 'This takes minutes to two days, by its class and speed');
      await this.load();
    } catch (error) {
      this.error = messageOf(error);
    } finally {
      this.busy = false;
    }
  }
}

const named = (pairs: NameValue[]) => pairs.map((p) => ({ name: p.name.trim(), value: p.value })).filter((p) => p.name !== '');

function same(a: NameValue[], b: NameValue[]): boolean {
  const text = (pairs: NameValue[]) => JSON.stringify(named(pairs).sort((x, y) => (x.name < y.name ? -1 : 1)).map((p) => [p.name, p.value]));
  return text(a) === text(b);
}
