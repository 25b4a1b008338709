/**
 * Documents, drawn page by page and read by ranges. Nothing of what they hold runs: there is no scripting here, no forms
 * and no links, only pixels.
 */
import {
  getDocument, GlobalWorkerOptions, PDFDataRangeTransport, RenderingCancelledException, VerbosityLevel
} from 'pdfjs-dist/legacy/build/pdf.mjs';
import workerUrl from 'pdfjs-dist/legacy/build/pdf.worker.min.mjs?url';

GlobalWorkerOptions.workerSrc = workerUrl;

/** What is read at once. */
const CHUNK = 128 * 1024;
/** Pixels of a picture within a document. */
const MOST_PIXELS = 64_000_000;
/** Bytes of what is painted on, four for each pixel. */
const MOST_CANVAS = 64 * 1024 * 1024;

// Fonts that documents name without holding them, and how writing of East Asia is encoded.
const files = {
  ...import.meta.glob<string>('/../node_modules/pdfjs-dist/standard_fonts/*.{pfb,ttf}', { query: '?url', import: 'default', eager: true }),
  ...import.meta.glob<string>('/../node_modules/pdfjs-dist/cmaps/*.bcmap', { query: '?url', import: 'default', eager: true })
};
const places = new Map(Object.entries(files).map(([path, url]) => [path.split('/').at(-1) ?? '', url]));

class Files {
  async fetch({ filename }: { kind: string; filename: string }): Promise<Uint8Array> {
    const place = places.get(filename);
    if (place === undefined) throw new Error(`there is no ${filename}`);
    const answer = await fetch(place);
    if (!answer.ok) throw new Error(`${filename} could not be read`);
    return new Uint8Array(await answer.arrayBuffer());
  }
}

class Ranges extends PDFDataRangeTransport {
  readonly #url: string;
  readonly #stop = new AbortController();
  readonly #failed: (why: Error) => void;

  constructor(url: string, size: number, failed: (why: Error) => void) {
    super(size, null);
    this.#url = url;
    this.#failed = failed;
  }

  override requestDataRange(begin: number, end: number): void {
    this.#fetch(begin, end).then(
      (bytes) => this.onDataRange(begin, bytes),
      (why: unknown) => this.#failed(why instanceof Error ? why : new Error(String(why)))
    );
  }

  async #fetch(begin: number, end: number): Promise<Uint8Array> {
    const answer = await fetch(this.#url, {
      headers: { Range: `bytes=${begin}-${end - 1}` }, signal: this.#stop.signal, credentials: 'omit', cache: 'no-store'
    });
    if (answer.status !== 206) throw new Error(`the range was answered with ${answer.status}`);
    return new Uint8Array(await answer.arrayBuffer());
  }

  override abort(): void {
    this.#stop.abort();
  }
}

export interface Document {
  pages: number;
  /** Paints a page so wide that it fills `width` pixels of the page. */
  paint(page: number, onto: HTMLCanvasElement, width: number): { done: Promise<void>; stop: () => void };
  close(): void;
}

export async function open(url: string, size: number): Promise<Document> {
  let failed: (why: Error) => void = () => undefined;
  const failure = new Promise<never>((_, reject) => (failed = reject));
  // Heard only while somebody waits.
  failure.catch(() => undefined);
  const ranges = new Ranges(url, size, (why) => failed(why));
  const task = getDocument({
    range: ranges, rangeChunkSize: CHUNK, disableAutoFetch: true, disableStream: true,
    enableXfa: false, useWasm: false, useWorkerFetch: false, useSystemFonts: false, maxImageSize: MOST_PIXELS,
    canvasMaxAreaInBytes: MOST_CANVAS, disableWorkerRendering: true, BinaryDataFactory: Files, verbosity: VerbosityLevel.ERRORS
  });
  const close = () => {
    ranges.abort();
    void task.destroy();
  };
  try {
    const document = await Promise.race([task.promise, failure]);
    return {
      pages: document.numPages,
      paint: (number, onto, width) => {
        let painting: { cancel(): void; promise: Promise<void> } | undefined;
        let stopped = false;
        const paint = async () => {
          const page = await document.getPage(number);
          const [left = 0, top = 0, right = 0, bottom = 0] = page.view;
          const across = page.rotate % 180 === 0 ? Math.abs(right - left) : Math.abs(bottom - top);
          const fine = Math.min(2, globalThis.devicePixelRatio || 1);
          let viewport = page.getViewport({ scale: (width * fine) / Math.max(1, across) });
          const much = (viewport.width * viewport.height * 4) / MOST_CANVAS;
          if (much > 1) viewport = page.getViewport({ scale: viewport.scale / Math.sqrt(much) });
          if (stopped) return;
          onto.width = Math.floor(viewport.width);
          onto.height = Math.floor(viewport.height);
          painting = page.render({ canvas: onto, viewport });
          await painting.promise;
        };
        const done = Promise.race([paint(), failure]).catch((why: unknown) => {
          if (!stopped || !(why instanceof RenderingCancelledException)) throw why;
        });
        return {
          done,
          stop: () => {
            stopped = true;
            painting?.cancel();
          }
        };
      },
      close
    };
  } catch (why) {
    close();
    throw why;
  }
}
