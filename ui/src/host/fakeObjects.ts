/** Acts on objects in the fake worlds: what is deleted is not listed any more, until it is brought back. */
import type { ActDone } from '../wire/ActDone';
import type { BucketSetting } from '../wire/BucketSetting';
import type { ObjectProperties } from '../wire/ObjectProperties';
import type { VersionView } from '../wire/VersionView';
import type { Versioning } from '../wire/Versioning';
import type { FakeObject } from './fakeBuckets';
import type { Answers } from './fakeWorld';

type Own =
  | 'deletion' | 'delete_objects' | 'undo_delete' | 'act_progress' | 'stop_act' | 'rename_object' | 'new_folder' | 'copy_presigned'
  | 'object_properties' | 'change_object' | 'restore_object' | 'object_versions' | 'bring_back_version' | 'bucket_settings';

const done = (count: number, more: Partial<ActDone> = {}): ActDone => ({ count, failures: 0, failed: [], undo: null, stopped: false, broke: null, ...more });
const failure = (message: string) => Object.assign(new Error(message), { code: null });

export class FakeObjects {
  versioning: Versioning = 'enabled';
  /** Keys that S3 refuses to delete. */
  kept = new Set<string>();
  /** After so many acts of deleting, the session has ended. */
  breaksAfter = Infinity;
  /** What ends an act of deleting half-way. */
  broke: string | null = null;
  answers: Pick<Answers, Own>;
  #gone = new Map<string, Set<string>>();
  #made = new Map<string, FakeObject[]>();
  #undos = new Map<string, { bucket: string; keys: string[] }>();
  #changed = new Map<string, Partial<ObjectProperties>>();

  constructor(
    readonly all: (bucket: string) => FakeObject[],
    readonly ago: (minutes: number) => string
  ) {
    this.answers = {
      deletion: () => ({ versioning: this.versioning, mfa_delete: false }),
      delete_objects: ({ bucket, act, objects, prefixes, all_versions }) => {
        const below = this.of(bucket).filter((o) => prefixes.some((p) => o.key.startsWith(p)));
        const keys = [...objects.map((o) => o.key), ...below.map((o) => o.key)];
        if (this.breaksAfter-- <= 0) throw failure('The session has ended (ExpiredToken); renew it and try again.');
        const gone = keys.filter((key) => !this.kept.has(key));
        const failed = keys.filter((key) => this.kept.has(key)).map((key) => ({
          key, why: `s3:DeleteObject on s3://${bucket}/${key} was denied: the role’s permissions or the bucket policy do not allow it (request 8ZK3P0YQ2M5V7XWA).`
        }));
        if (objects.every((o) => o.version_id === null)) for (const key of gone) this.#of(bucket).add(key);
        const undoable = this.versioning === 'enabled' && !all_versions && gone.length > 0 && objects.every((o) => o.version_id === null);
        if (undoable) this.#undos.set(act, { bucket, keys: gone });
        return done(gone.length, { failures: failed.length, failed, undo: undoable ? act : null, broke: this.broke });
      },
      undo_delete: ({ act }) => {
        const undo = this.#undos.get(act);
        if (!undo) throw failure('This cannot be undone any more here. The versions list of the object brings it back.');
        this.#undos.delete(act);
        for (const key of undo.keys) this.#of(undo.bucket).delete(key);
        return done(undo.keys.length);
      },
      act_progress: () => ({ done: 0 }),
      stop_act: () => null,
      rename_object: ({ bucket, from, to_bucket, to, folder, replace }) => {
        const moving = this.of(bucket).filter((o) => (folder ? o.key.startsWith(from) : o.key === from));
        const there = this.of(to_bucket).find((o) => o.key === to);
        if (there && !replace) throw failure(`S3://${to_bucket}/${to} is there already, or was written or taken away meanwhile; nothing was replaced.`);
        for (const o of moving) {
          this.#of(bucket).add(o.key);
          this.#make(to_bucket, { ...o, key: to + o.key.slice(from.length) });
        }
        return done(moving.length);
      },
      new_folder: ({ bucket, prefix }) => {
        this.#make(bucket, { key: prefix, size: 0, modified: this.ago(0), cls: 'STANDARD' });
        return prefix;
      },
      copy_presigned: ({ put, seconds }) => {
        const left = Math.min(seconds, 2520);
        return {
          method: put ? 'PUT' : 'GET', expires_at: new Date(Date.now() + left * 1000).toISOString(), seconds: left,
          limited_by: left < seconds ? 'session' : 'asked', access_key_id: 'ASIAIOSFODNN7EXAMPLE'
        };
      },
      object_properties: ({ bucket, key }) => this.#properties(bucket, key),
      change_object: ({ bucket, key, headers, tags, storage_class }) => {
        const now = this.#properties(bucket, key);
        this.#changed.set(`${bucket}/${key}`, {
          headers: headers ?? now.headers, tags: tags ?? now.tags, storage_class: storage_class ?? now.storage_class
        });
        return null;
      },
      restore_object: ({ bucket, key }) => {
        this.#changed.set(`${bucket}/${key}`, { archive: { kind: 'restoring' } });
        return null;
      },
      object_versions: ({ bucket, key }) => this.#versions(bucket, key),
      bring_back_version: () => null,
      bucket_settings: ({ bucket }) => settings(bucket)
    };
  }

  /** What is there now. */
  of(bucket: string): FakeObject[] {
    const gone = this.#of(bucket);
    return [...this.all(bucket), ...(this.#made.get(bucket) ?? [])].filter((o) => !gone.has(o.key));
  }

  #of(bucket: string): Set<string> {
    const known = this.#gone.get(bucket) ?? new Set<string>();
    this.#gone.set(bucket, known);
    return known;
  }

  #make(bucket: string, object: FakeObject): void {
    this.#of(bucket).delete(object.key);
    this.#made.set(bucket, [...(this.#made.get(bucket) ?? []).filter((o) => o.key !== object.key), object]);
  }

  #properties(bucket: string, key: string): ObjectProperties {
    const object = this.of(bucket).find((o) => o.key === key);
    if (!object) throw failure(`S3://${bucket}/${key} does not exist.`);
    const cold = object.cls === 'GLACIER' || object.cls === 'DEEP_ARCHIVE';
    return {
      bucket, key, version_id: '3sL4kqtJlcpXroDTDmJ.rmSpXd3dIbrH', size: object.size, etag: '9b2cf535f27731c9', modified_at: object.modified,
      headers: {
        content_type: key.endsWith('.json') ? 'application/json' : 'application/octet-stream', cache_control: null, content_disposition: null,
        content_encoding: null, content_language: null, redirect: null, metadata: [{ name: 'origin', value: 'nightly export' }]
      },
      tags: [{ name: 'team', value: 'asi' }], tags_denied: null, storage_class: object.cls,
      archive: cold ? { kind: 'archived' } : { kind: 'readable' }, encryption: 'aws:kms',
      kms_key: 'arn:aws:kms:eu-west-1:081278057606:key/1234abcd-12ab-34cd-56ef-1234567890ab',
      checksum: { name: 'CRC64NVME', value: 'rosUhgp5mIg=' }, locked: null, legal_hold: false,
      ...this.#changed.get(`${bucket}/${key}`)
    };
  }

  #versions(bucket: string, key: string): VersionView[] {
    const object = this.all(bucket).find((o) => o.key === key);
    if (!object) return [];
    const gone = this.#of(bucket).has(key);
    const name = key.split('/').at(-1) ?? key;
    const version = (version_id: string, latest: boolean, minutes: number, size: number): VersionView => ({
      key, name, version_id, latest, marker: false, size, modified_at: this.ago(minutes), storage_class: object.cls, etag: '9b2cf535f27731c9'
    });
    const marker: VersionView = {
      key, name, version_id: 'mrk0kqtJlcpXroDTDmJ.rmSpXd3dIbrH', latest: true, marker: true, size: 0, modified_at: this.ago(0), storage_class: null, etag: null
    };
    return [...(gone ? [marker] : []), version('3sL4kqtJlcpXroDTDmJ.rmSpXd3dIbrH', !gone, 726, object.size), version('old1kqtJlcpXroDTDmJ.rmSpXd3dIbrH', false, 4000, object.size - 10)];
  }
}

function settings(bucket: string): BucketSetting[] {
  const fact = (name: string, value: string) => ({ name, value });
  const known = (kind: BucketSetting['kind'], ...facts: BucketSetting['facts']): BucketSetting => ({ kind, facts, document: null, refused: null });
  return [
    known('versioning', fact('Versions', 'Enabled'), fact('MFA delete', 'Disabled')),
    known('encryption', fact('By default', 'aws:kms'), fact('KMS key', 'arn:aws:kms:eu-west-1:081278057606:key/1234abcd'), fact('Bucket key', 'Yes')),
    known('ownership', fact('Owner of new objects', 'BucketOwnerEnforced')),
    known('public_access', fact('Public lists blocked', 'Yes'), fact('Public policies blocked', 'Yes')),
    {
      kind: 'policy', facts: [], refused: null,
      document: JSON.stringify({ Version: '2012-10-17', Statement: [{ Effect: 'Allow', Principal: { AWS: 'arn:aws:iam::081278057606:root' }, Action: 's3:*', Resource: `arn:aws:s3:::${bucket}/*` }] }, null, 2)
    },
    { kind: 'cors', facts: [], document: null, refused: `s3:GetBucketCORS on s3://${bucket} was denied: the role's permissions or the bucket policy do not allow it (request 8ZK3P0YQ2M5V7XWA)` },
    known('lifecycle', fact('Rules', 'None')),
    known('request_payment', fact('Who pays', 'BucketOwner'))
  ];
}
