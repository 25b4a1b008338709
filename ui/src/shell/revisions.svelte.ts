/** Counters that views watch to read again what the program says has changed. */
class Revisions {
  history = $state(0);
}

export const revisions = new Revisions();
