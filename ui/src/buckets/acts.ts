/** What can be done with rows and with the place that is open. The selection's bar, the menus and the keys draw from here. */
import type { Component } from 'svelte';
import { refusals } from './refusals.svelte';
import type { S3Row } from './listing.svelte';
import { browser } from './browser.svelte';
import { listActs, listPlaceActs } from './listActs';
import { objectActs, objectPlaceActs } from './objectActs';
import { selection } from './selection.svelte';
import { syncActs, syncPlaceActs } from './syncActs';
import { transferActs, transferPlaceActs } from './transferActs';

/** Something done with rows. */
export interface Act {
  id: string;
  label: string;
  icon: Component;
  /** As `Keys` takes them: `['Ctrl', 'L']`, `['Delete']`. The table performs them. */
  keys?: string[];
  /** It takes something away: drawn as such. */
  ending?: boolean;
  /** What S3 must allow for it, as `s3:DeleteObject`: disabled where this role was refused it in this bucket. */
  action?: string;
  /** Has a button in the selection's bar while there is room; the others stand in its menu. */
  inBar?: boolean;
  /** `true`, or why not. */
  enabled: (rows: S3Row[]) => true | string;
  run: (rows: S3Row[]) => void;
}

/** Something done with the bucket or prefix that is open, whatever is selected. */
export interface PlaceAct {
  id: string;
  label: string;
  icon: Component;
  keys?: string[];
  action?: string;
  /** Has a button in the header; the others stand in its menu. */
  inBar?: boolean;
  enabled: () => true | string;
  run: () => void;
}

// Functions, so that files which need each other are read whole before they are asked.
export const acts = (): Act[] => [...transferActs, ...syncActs, ...objectActs, ...listActs];

export const placeActs = (): PlaceAct[] => [...transferPlaceActs, ...syncPlaceActs, ...objectPlaceActs, ...listPlaceActs()];

/** `null` where it can be done, or else why not. */
export function whyNot(act: Act, rows: S3Row[]): string | null {
  const answer = act.enabled(rows);
  return (answer === true ? null : answer) ?? (act.action ? refusals.why(act.action, browser.bucket) : null);
}

export function whyNotHere(act: PlaceAct): string | null {
  const answer = act.enabled();
  return (answer === true ? null : answer) ?? (act.action ? refusals.why(act.action, browser.bucket) : null);
}

/** Performs the act whose keys these are. Returns whether there was one. */
export function actByKeys(keys: string[]): boolean {
  const same = (those: string[] | undefined) => those !== undefined && those.length === keys.length && those.every((k, i) => k === keys[i]);
  const act = acts().find((a) => same(a.keys));
  if (act) {
    if (selection.rows.length > 0 && whyNot(act, selection.rows) === null) act.run(selection.rows);
    return true;
  }
  const here = placeActs().find((a) => same(a.keys));
  if (here && whyNotHere(here) === null) here.run();
  return here !== undefined;
}
