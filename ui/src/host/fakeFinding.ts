/** What the fake host remembers of buckets, and what it finds in them. */
import type { ObjectView } from '../wire/ObjectView';
import type { PlaceNote } from '../wire/PlaceNote';
import type { PlacesView } from '../wire/PlacesView';
import type { VersionView } from '../wire/VersionView';
import type { Answers } from './fakeWorld';
import { objectsOf, type FakeObject } from './fakeBuckets';

type Own = 'places' | 'note_place' | 'locate' | 'object_head' | 'versions' | 'walk_start' | 'walk_next' | 'walk_stop';

const failure = (message: string, code: string | null = null) => Object.assign(new Error(message), { code });
/** So many keys a step: a search comes in pieces. */
const STEP = 1000;

interface Walk {
  keys: FakeObject[];
  at: number;
  bytes: number;
  prefix: string;
  text: string | null;
}

export class FakeFinding {
  places: PlacesView;
  /** While set, walks stand still: tests look at what is there meanwhile. */
  held = false;
  walks = new Map<string, Walk>();
  answers: Pick<Answers, Own>;
  #made = 0;
  #ago: (minutes: number) => string;

  constructor(spec: boolean, ago: (minutes: number) => string) {
    this.#ago = ago;
    this.places = {
      bookmarks: spec
        ? [
            { name: 'asi releases', bucket: 'acme-asi-production', prefix: 'releases/', for_all: true },
            { name: 'project-x exports', bucket: 'com.stuzio.project-x', prefix: 'exports/2026-06/', for_all: false }
          ]
        : [],
      shared: [],
      refused: [],
      payers: []
    };
    this.answers = {
      places: () => this.places,
      note_place: ({ note }) => this.#note(note),
      locate: ({ text }) => locate(text.trim()),
      object_head: ({ bucket, key }) => {
        const object = objectsOf(bucket, ago).find((o) => o.key === key);
        if (!object) throw failure(`s3://${bucket}/${key} does not exist.`, 'not_found');
        return view(object, key.slice(0, key.lastIndexOf('/') + 1));
      },
      versions: ({ bucket, prefix }) => this.#versions(bucket, prefix),
      walk_start: ({ bucket, prefix, text }) => {
        this.#made += 1;
        const id = `walk-${this.#made}`;
        const keys = objectsOf(bucket, ago).filter((o) => o.key.startsWith(prefix));
        this.walks.set(id, { keys, at: 0, bytes: 0, prefix, text });
        return id;
      },
      walk_next: async ({ id }) => {
        while (this.held) await new Promise((go) => setTimeout(go, 20));
        const walk = this.walks.get(id);
        if (!walk) throw failure('This search has ended. Start it again.');
        const read = walk.keys.slice(walk.at, walk.at + STEP);
        walk.at += read.length;
        walk.bytes += read.reduce((sum, o) => sum + o.size, 0);
        const found = read.filter((o) => walk.text !== null && o.key.slice(walk.prefix.length).toLowerCase().includes(walk.text.toLowerCase()));
        const done = walk.at === walk.keys.length;
        if (done) this.walks.delete(id);
        return { found: found.map((o) => view(o, walk.prefix)), read: walk.at, bytes: walk.bytes, done };
      },
      walk_stop: ({ id }) => {
        this.walks.delete(id);
        return null;
      }
    };
  }

  #note(note: PlaceNote): PlacesView {
    const p = this.places;
    const at = this.#ago(0);
    if (note.kind === 'bookmark' || note.kind === 'unbookmark') {
      const { bucket, prefix } = note.kind === 'bookmark' ? note.bookmark : note;
      const others = p.bookmarks.filter((b) => b.bucket !== bucket || b.prefix !== prefix);
      const bookmarks = note.kind === 'bookmark' ? [...others, note.bookmark] : others;
      this.places = { ...p, bookmarks: bookmarks.sort((a, b) => (a.name < b.name ? -1 : 1)) };
    } else if (note.kind === 'used' || note.kind === 'forget') {
      const others = p.shared.filter((s) => s.bucket !== note.bucket);
      this.places = { ...p, shared: note.kind === 'used' ? [{ bucket: note.bucket, at }, ...others] : others };
    } else if (note.kind === 'pays') {
      const others = p.payers.filter((b) => b !== note.bucket);
      this.places = { ...p, payers: note.on ? [...others, note.bucket] : others };
    } else {
      const others = p.refused.filter((r) => r.action !== note.action || r.bucket !== note.bucket);
      const refused = note.kind === 'refused' ? [{ action: note.action, bucket: note.bucket, why: note.why, at }, ...others] : others;
      this.places = { ...p, refused };
    }
    return this.places;
  }

  #versions(bucket: string, prefix: string): ReturnType<Answers['versions']> {
    const below = objectsOf(bucket, this.#ago).filter((o) => o.key.startsWith(prefix));
    const here = below.filter((o) => !o.key.slice(prefix.length).includes('/'));
    const folders = new Set(below.filter((o) => !here.includes(o)).map((o) => prefix + o.key.slice(prefix.length).split('/')[0] + '/'));
    const versions: VersionView[] = here.flatMap((o) => {
      const { key, name, size, modified_at, storage_class, etag } = view(o, prefix);
      const one = { key, name, size, modified_at, storage_class, etag, marker: false };
      return [
        { ...one, version_id: '3sL4kqtJlcpXro', latest: true },
        { ...one, version_id: 'QUpfdndhfd8438', latest: false, size: Math.round(size * 0.9), modified_at: this.#ago(60 * 24 * 20) }
      ];
    });
    if (here.length > 0) {
      versions.push({
        key: `${prefix}removed.csv`, name: 'removed.csv', version_id: 'UIORUnfndfiufd', latest: true, marker: true, size: 0,
        modified_at: this.#ago(1000), storage_class: null, etag: null
      });
    }
    return {
      region: 'eu-west-1', versions, next: null,
      folders: [...folders].map((p) => ({ prefix: p, name: p.slice(prefix.length) }))
    };
  }
}

const view = (o: FakeObject, prefix: string): ObjectView => ({
  key: o.key, name: o.key.slice(prefix.length), size: o.size, modified_at: o.modified, storage_class: o.cls, etag: '9b2cf535f27731c9'
});

/** Enough of what the program knows of addresses. */
function locate(text: string): { bucket: string; key: string } {
  const console = /^https:\/\/[^/]*console\.aws\.amazon\.com\/s3\/(?:buckets|object)\/([^?/]+)(?:\?(.*))?$/.exec(text);
  if (console) return { bucket: console[1] ?? '', key: new URLSearchParams(console[2] ?? '').get('prefix') ?? '' };
  const [bucket = '', ...rest] = text.replace(/^s3:\/\//, '').replace(/^arn:aws:s3:::/, '').split('/');
  if (!/^[a-z0-9][a-z0-9.-]{2,62}$/.test(bucket)) {
    throw failure(`"${text}" names no place in S3; write s3://bucket/key, or paste a bucket's address or ARN.`);
  }
  return { bucket, key: rest.join('/') };
}
