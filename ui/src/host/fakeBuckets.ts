/** Buckets and objects of the fake worlds. */
import type { BucketView } from '../wire/BucketView';
import type { ObjectPage } from '../wire/ObjectPage';
import type { ObjectView } from '../wire/ObjectView';
import { previewObjects } from './fakePreviews';

export interface FakeObject {
  key: string;
  size: number;
  modified: string;
  cls: string;
  text?: string;
}

const GB = 1e9;
const MB = 1e6;

export const JSON_TEXT = `{
  "version": 14,
  "table": "asi_events",
  "partition": "event_date",
  "columns": [
    { "name": "event_id",
      "type": "uuid" },
    { "name": "tenant",
      "type": "string" },
    { "name": "occurred_at",
      "type": "timestamp" },
    { "name": "amount_minor",
      "type": "int64" }
  ]
}
`;

export function bucketNames(): BucketView[] {
  const names = [
    'acme-asi-logs', 'acme-asi-production', 'acme-billing-exports', 'acme-cloudtrail', 'acme-rds-snapshots',
    'acme-static-assets', 'com.stuzio.project-x'
  ];
  return names.map((name) => ({ name, region: 'eu-west-1', created_at: '2024-03-12T09:00:00Z' }));
}

export function objectsOf(bucket: string, ago: (minutes: number) => string): FakeObject[] {
  if (bucket === 'acme-billing-exports') return previewObjects(ago);
  if (bucket === 'acme-cloudtrail') return trail(ago);
  if (bucket === 'acme-static-assets') return hostile(ago);
  if (bucket !== 'com.stuzio.project-x') return [];
  const at = 'exports/2026-06/';
  const o = (name: string, size: number, minutes: number, cls = 'STANDARD', text?: string): FakeObject => ({
    key: at + name, size, modified: ago(minutes), cls, text
  });
  const DAY = 1440;
  return [
    { key: 'README.md', size: 2100, modified: ago(90 * DAY), cls: 'STANDARD', text: '# Project X\n\nExports land here every night.\n' },
    o('daily/a.csv', 10, DAY), o('manifests/m.json', 10, DAY), o('raw/r.bin', 10, DAY),
    o('asi-events-2026-06-07.parquet', 1.22 * GB, 3 * DAY + 726),
    o('asi-events-2026-06-08.parquet', 1.81 * GB, 2 * DAY + 727),
    o('asi-events-2026-06-09.parquet', 1.79 * GB, DAY + 726),
    o('asi-events-2026-06-10.parquet', 1.84 * GB, 726),
    o('audit-trail-2026-05.jsonl.gz', 7.4 * GB, 10 * DAY + 620, 'DEEP_ARCHIVE'),
    o('customers-delta-2026-06-09.csv.gz', 209 * MB, DAY + 710, 'STANDARD_IA'),
    o('customers-delta-2026-06-10.csv.gz', 214 * MB, 709, 'STANDARD_IA'),
    o('invoices-0610.zip', 612 * MB, 675),
    o('ledger-reconciliation.xlsx', 4.2 * MB, 308),
    o('rds-snapshot-acme-prod-0609.tar.zst', 48.6 * GB, DAY + 520, 'GLACIER_IR'),
    o('schema-v13.json', 37_900, 38 * DAY, 'STANDARD', JSON_TEXT),
    o('schema-v14.json', 38_400, 3 * DAY + 174, 'STANDARD', JSON_TEXT)
  ];
}

/** Enough for several pages. */
function trail(ago: (minutes: number) => string): FakeObject[] {
  return Array.from({ length: 2500 }, (_, i) => ({
    key: `trail-${String(i).padStart(5, '0')}.json.gz`, size: 1000 + i, modified: ago(i), cls: 'STANDARD'
  }));
}

function hostile(ago: (minutes: number) => string): FakeObject[] {
  const keys = ['<img src=x onerror="window.pwned=1">.txt', '../../x', 'a\u0000b', '\u202Egpj.exe', '=HYPERLINK("x")', 'a//b'];
  return keys.map((key) => ({ key, size: 5, modified: ago(5), cls: 'STANDARD', text: '<script>window.pwned=1</script>' }));
}

const PAGE = 1000;

/** One page below a prefix, folders by `/`, as ListObjectsV2 gives it. */
export function pageOf(all: FakeObject[], bucket: string, prefix: string, next: string | null): ObjectPage {
  const below = all.filter((o) => o.key.startsWith(prefix)).sort((a, b) => (a.key < b.key ? -1 : 1));
  const folders = new Set<string>();
  const objects: ObjectView[] = [];
  for (const o of below) {
    const rest = o.key.slice(prefix.length);
    const cut = rest.indexOf('/');
    if (cut >= 0) folders.add(prefix + rest.slice(0, cut + 1));
    else
      objects.push({
        key: o.key, name: rest, size: o.size, modified_at: o.modified, storage_class: o.cls, etag: '9b2cf535f27731c9'
      });
  }
  const from = next === null ? 0 : Number(next);
  return {
    bucket,
    region: 'eu-west-1',
    prefix,
    folders: from === 0 ? [...folders].map((p) => ({ prefix: p, name: p.slice(prefix.length) })) : [],
    objects: objects.slice(from, from + PAGE),
    next: from + PAGE < objects.length ? String(from + PAGE) : null
  };
}
