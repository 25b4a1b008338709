/** Whether the sidebar shows in full or as a rail. */
import { place } from './view.svelte';

const RAIL_BELOW = '(max-width: 980px)';

class SidebarState {
  #narrow = $state(false);
  /** The person's choice, one for Buckets, which starts as a rail, and one for the rest. */
  #buckets = $state<boolean | null>(null);
  #rest = $state<boolean | null>(null);

  start(): void {
    const query = matchMedia(RAIL_BELOW);
    this.#narrow = query.matches;
    query.addEventListener('change', () => {
      this.#narrow = query.matches;
      this.#rest = null;
      this.#buckets = null;
    });
  }

  get collapsed(): boolean {
    if (place.view === 'buckets') return this.#buckets ?? true;
    return this.#rest ?? this.#narrow;
  }

  toggle(): void {
    const to = !this.collapsed;
    if (place.view === 'buckets') this.#buckets = to;
    else this.#rest = to;
  }
}

export const sidebar = new SidebarState();
