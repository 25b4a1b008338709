/** What is in the objects of the fake worlds, as the program would show it. */
import type { HexView } from '../wire/HexView';
import type { PreviewRequest } from '../wire/PreviewRequest';
import type { PreviewView } from '../wire/PreviewView';
import type { ShownView } from '../wire/ShownView';
import type { Commands } from './host';
import { objectsOf, type FakeObject } from './fakeBuckets';

type Answers = { [N in 'preview' | 'preview_more' | 'close_preview']: (request: Commands[N]['request']) => Commands[N]['reply'] | Promise<Commands[N]['reply']> };

/** 8 by 8 pixels, one colour. */
const PNG = 'data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAgAAAAICAIAAABLbSncAAAAEElEQVR4nGOQC9yHFTEMLQkAErg4ARSpFDcAAAAASUVORK5CYII=';
const SVG = `data:image/svg+xml,${encodeURIComponent('<svg xmlns="http://www.w3.org/2000/svg" width="80" height="40"><rect width="80" height="40" fill="teal"/><script>window.pwned=1</script></svg>')}`;

/** One of each kind that a preview knows. */
export function previewObjects(ago: (minutes: number) => string): FakeObject[] {
  const o = (key: string, size: number, cls = 'STANDARD', text?: string): FakeObject => ({ key, size, modified: ago(300), cls, text });
  return [
    o('costs.csv', 48_200), o('usage.parquet', 1.2e9), o('chart.png', 1900), o('chart.svg', 700), o('invoice.pdf', 5000),
    o('call.mp3', 2.1e6), o('tour.mp4', 48e6), o('dump.bin', 20_000), o('nothing.txt', 0), o('old.json', 900, 'DEEP_ARCHIVE'),
    o('page.html', 60, 'STANDARD', '<h1>Hello</h1><script>window.pwned=1</script>\n'), o('notes.txt.gz', 400)
  ];
}

function table(rows: number, total: number | null, typed: boolean): ShownView {
  const names = ['day', 'account', 'service', 'usage', 'cost'];
  const types = ['date', 'string', 'string', 'double', 'decimal'];
  return {
    kind: 'table',
    columns: names.map((name, i) => ({ name, of: typed ? (types[i] ?? null) : null, numeric: i > 2 })),
    rows: Array.from({ length: rows }, (_, i) => [
      `2026-06-${String(1 + (i % 28)).padStart(2, '0')}`, '222233334444', i % 3 === 0 ? 'AmazonS3' : 'AmazonEC2',
      (i * 1.5).toFixed(2), i % 7 === 0 ? null : (i * 0.07).toFixed(4)
    ]),
    total_rows: total,
    notes: [],
    truncated: total === null || total > rows
  };
}

function hexOf(from: number, to: number, size: number): HexView {
  const lines = Array.from({ length: (to - from) / 16 }, (_, i) => ({
    offset: (from + i * 16).toString(16).padStart(8, '0'),
    bytes: '7f 45 4c 46 02 01 01 00  00 00 00 00 00 00 00 00',
    ascii: '.ELF............'
  }));
  return { lines, next: to < size ? to : null, notes: [] };
}

function shownOf(object: FakeObject): ShownView {
  const text = (value: string, language: 'plain' | 'columns' | 'json', notes: string[] = []): ShownView => ({
    kind: 'text', text: value, language, notes, truncated: false
  });
  const media = (kind: 'image' | 'audio' | 'video' | 'pdf', url: string, mime: string): ShownView => ({ kind: 'media', media: kind, url, mime });
  if (object.cls === 'DEEP_ARCHIVE' || object.cls === 'GLACIER') {
    return { kind: 'unreadable', message: 'The object is archived in Glacier Deep Archive. Restore it to see what is in it.' };
  }
  if (object.size === 0) return { kind: 'empty' };
  switch (object.key.split('.').at(-1)) {
    case 'csv': return table(500, null, false);
    case 'parquet': return table(200, 48_211_930, true);
    case 'png': return media('image', PNG, 'image/png');
    case 'svg': return media('image', SVG, 'image/svg+xml');
    case 'pdf': return media('pdf', 'http://127.0.0.1:9/invoice.pdf', 'application/pdf');
    case 'mp3': return media('audio', 'http://127.0.0.1:9/call.mp3', 'audio/mpeg');
    case 'mp4': return media('video', 'http://127.0.0.1:9/tour.mp4', 'video/mp4');
    case 'gz': return text('Packed lines\n', 'plain', ['Unpacked from gzip.']);
    case 'json': return text(object.text ?? '{}', 'json');
    case 'html': return text(object.text ?? '', 'columns');
  }
  return object.text === undefined ? { kind: 'hex', ...hexOf(0, 4096, object.size) } : text(object.text, 'plain');
}

export class FakePreviews {
  #size = 0;
  /** Held back while set: as when the network is slow. */
  hold: Promise<void> | null = null;
  readonly answers: Answers;

  constructor(ago: (minutes: number) => string, gone: () => Error) {
    this.answers = {
      preview: async (r) => {
        await this.hold;
        const object = objectsOf(r.bucket, ago).find((o) => o.key === r.key);
        if (!object) throw gone();
        this.#size = object.size;
        return this.#view(r, object);
      },
      preview_more: (r) => hexOf(r.offset, Math.min(r.offset + 16_384, this.#size - (this.#size % 16)), this.#size - (this.#size % 16)),
      close_preview: () => null
    };
  }

  #view(r: PreviewRequest, object: FakeObject): PreviewView {
    const json = r.key.endsWith('.json');
    return {
      key: r.key, size: object.size, content_type: json ? 'application/json' : 'binary/octet-stream', etag: '9b2cf535f27731c9',
      version_id: r.version_id ?? '3sL4kqtJlcpXro', modified_at: object.modified, storage_class: object.cls,
      encryption: json ? 'SSE-KMS, stuzio-px' : 'SSE-S3', metadata: json ? [['team', 'data']] : [], shown: shownOf(object)
    };
  }
}
