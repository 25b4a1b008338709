/** Objects of every kind that a preview shows. */
import { expect, type Page } from '@playwright/test';
import { bucketRow, nav, objectRow } from './page';

/** A document of two pages, each with a word in a font that it does not hold. */
export function pdf(): Buffer {
  const objects = ['<< /Type /Catalog /Pages 2 0 R >>', '<< /Type /Pages /Kids [3 0 R 4 0 R] /Count 2 >>'];
  const content = (word: string) => `0.1 0.4 0.8 rg 20 20 60 40 re f BT /F1 24 Tf 20 80 Td (${word}) Tj ET`;
  for (const at of [5, 6]) {
    objects.push(
      `<< /Type /Page /Parent 2 0 R /MediaBox [0 0 200 120] /Contents ${at} 0 R /Resources << /Font << /F1 7 0 R >> >> >>`
    );
  }
  for (const word of ['Invoice', 'Second']) {
    objects.push(`<< /Length ${content(word).length} >>\nstream\n${content(word)}\nendstream`);
  }
  objects.push('<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>');
  let text = '%PDF-1.4\n';
  const places = objects.map((object, i) => {
    const at = text.length;
    text += `${i + 1} 0 obj\n${object}\nendobj\n`;
    return at;
  });
  const end = text.length;
  text += `xref\n0 ${objects.length + 1}\n0000000000 65535 f \n`;
  for (const at of places) text += `${String(at).padStart(10, '0')} 00000 n \n`;
  text += `trailer << /Size ${objects.length + 1} /Root 1 0 R >>\nstartxref\n${end}\n%%EOF\n`;
  // As large as the fake world says.
  return Buffer.concat([Buffer.from(text), Buffer.alloc(5000 - text.length, '\n')]);
}

/** Answers for the program's own server: ranges of a document, and nothing that could be played. */
export async function serve(page: Page): Promise<string[]> {
  const ranges: string[] = [];
  const document = pdf();
  await page.route('http://127.0.0.1:9/**', async (route) => {
    if (!route.request().url().endsWith('.pdf')) return route.abort();
    const range = /^bytes=(\d+)-(\d+)$/.exec(route.request().headers()['range'] ?? '');
    ranges.push(range?.[0] ?? 'whole');
    const headers = { 'access-control-allow-origin': '*', 'access-control-allow-headers': 'range', 'content-type': 'application/pdf' };
    if (!range) return route.fulfill({ status: 200, headers, body: document });
    const [from, to] = [Number(range[1]), Math.min(Number(range[2]), document.length - 1)];
    return route.fulfill({
      status: 206, headers: { ...headers, 'content-range': `bytes ${from}-${to}/${document.length}` }, body: document.subarray(from, to + 1)
    });
  });
  return ranges;
}

export const BUCKET = 'acme-billing-exports';

export async function openBucket(page: Page): Promise<void> {
  await nav(page, 'buckets');
  await bucketRow(page, BUCKET).click();
  await expect(objectRow(page, 'costs.csv')).toBeVisible();
}

/** What stands there once an object of each kind is shown. */
export const kinds: Record<string, (page: Page) => Promise<void>> = {
  'costs.csv': (page) => expect(page.getByTestId('preview-count')).toHaveText('The first 500 rows'),
  'usage.parquet': (page) => expect(page.getByTestId('preview-count')).toHaveText('The first 200 of 48,211,930 rows'),
  'chart.png': (page) => expect(page.getByTestId('preview-pixels')).toHaveText('8 × 8 pixels'),
  'chart.svg': (page) => expect(page.getByTestId('preview-pixels')).toHaveText('80 × 40 pixels'),
  'invoice.pdf': (page) => expect(page.getByTestId('preview-pdf')).toHaveAttribute('data-painted', 'true', { timeout: 30_000 }),
  'call.mp3': (page) => expect(page.getByTestId('preview-audio').or(page.getByTestId('preview-broken'))).toBeVisible(),
  'tour.mp4': (page) => expect(page.getByTestId('preview-video').or(page.getByTestId('preview-broken'))).toBeVisible(),
  'dump.bin': (page) => expect(page.getByTestId('preview-hex')).toContainText('00000ff0'),
  'nothing.txt': (page) => expect(page.getByTestId('preview-empty')).toBeVisible(),
  'old.json': (page) => expect(page.getByTestId('preview-unreadable')).toContainText('Restore it'),
  'page.html': (page) => expect(page.getByTestId('preview-text')).toContainText('<script>window.pwned=1</script>'),
  'notes.txt.gz': (page) => expect(page.getByTestId('preview-note')).toHaveText('Unpacked from gzip.')
};

export async function show(page: Page, key: string): Promise<void> {
  await objectRow(page, key).click();
  await kinds[key]?.(page);
}
