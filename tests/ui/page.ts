/** What every test of the page starts from. */
import { expect, type Page } from '@playwright/test';
import type { FakeControl } from '../../ui/src/host/fake';

declare global {
  interface Window {
    fake: FakeControl;
  }
}

/** The moment that the design's pages show. */
export const NOW = new Date('2026-06-11T14:20:12+02:00');

export type World = 'spec' | 'quiet' | 'empty' | 'many' | 'hostile' | 'problems' | 'portals';

/** Opens the page in a world, with the clock standing at `NOW` and running on. Fails on any error of the page's own. */
export async function open(page: Page, world: World = 'spec', theme: 'light' | 'dark' = 'light'): Promise<string[]> {
  const faults: string[] = [];
  page.on('pageerror', (error) => faults.push(String(error)));
  page.on('console', (message) => {
    if (message.type() === 'error') faults.push(message.text());
  });
  // The app freezes the prototype before any script of the page runs.
  await page.addInitScript(() => Object.freeze(Object.prototype));
  await page.clock.install({ time: NOW });
  await page.emulateMedia({ colorScheme: theme });
  await page.goto(`/?fake=${world}`);
  await expect.poll(() => page.evaluate(() => window.fake?.calls.some((c) => c.name === 'ui_ready'))).toBe(true);
  return faults;
}

export const nav = (page: Page, view: string) => page.getByTestId(`nav-${view}`).click();

export const roleRow = (page: Page, key: string) => page.locator(`[data-testid="role-row"][data-key="${key}"]`);

/** The requests of one command so far. */
export function calls(page: Page, name: string): Promise<unknown[]> {
  return page.evaluate((n) => window.fake.calls.filter((c) => c.name === n).map((c) => c.request), name);
}

export const bucketRow = (page: Page, name: string) => page.locator(`[data-testid="bucket-row"][data-name="${name}"]`);
export const objectRow = (page: Page, key: string) => page.locator(`[data-testid="object-row"][data-key="${key}"]`);
