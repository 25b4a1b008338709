/** What the person sees of the catalog: filter, grouping, folds, and where they are in it. */
import { remembered } from '../settings/remembered.svelte';
import { catalog } from './catalog.svelte';
import { FAVOURITES, lines, type Grouping, type Line } from './listing';

class RoleList {
  filter = $state('');
  #grouping = remembered<Grouping>('roles.grouping', 'account');
  #folded = $state.raw<ReadonlySet<string>>(new Set());
  /** The line with the cursor: a head's ID or a role line's. */
  cursor = $state<string | null>(null);

  get grouping(): Grouping {
    return this.#grouping.value;
  }
  set grouping(to: Grouping) {
    this.#grouping.value = to;
  }

  lines = $derived(lines(catalog.roles, { filter: this.filter, grouping: this.#grouping.value, folded: this.#folded }));

  index = $derived(this.cursor === null ? -1 : this.lines.findIndex((l) => l.id === this.cursor));

  /** The role whose details show: the one under the cursor, else the last one that was. */
  #lastKey = $state<string | null>(null);
  selectedKey = $derived.by(() => {
    const line = this.lines[this.index];
    return line?.kind === 'role' ? line.role.key : this.#lastKey;
  });
  selected = $derived(catalog.role(this.selectedKey));

  moveTo(line: Line | undefined): void {
    if (!line) return;
    this.cursor = line.id;
    if (line.kind === 'role') this.#lastKey = line.role.key;
  }

  /** Puts the cursor on a role outside Favourites, unfolding what hides it. */
  show(key: string): void {
    const find = () => {
      const hits = this.lines.filter((l) => l.kind === 'role' && l.role.key === key);
      return hits.find((l) => l.kind === 'role' && l.group !== FAVOURITES) ?? hits[0];
    };
    if (!find()) {
      this.filter = '';
      this.#folded = new Set();
    }
    this.moveTo(find());
  }

  /** Moves by `by` lines, staying inside the list. */
  step(by: number): void {
    if (this.lines.length === 0) return;
    const from = this.index < 0 ? (by > 0 ? -1 : this.lines.length) : this.index;
    const to = Math.min(this.lines.length - 1, Math.max(0, from + by));
    this.moveTo(this.lines[to]);
  }

  fold(id: string, closed: boolean): void {
    const next = new Set(this.#folded);
    if (closed) next.add(id);
    else next.delete(id);
    this.#folded = next;
  }

  /** Left: fold, or go to the head. Right: unfold. */
  arrow(direction: 'left' | 'right'): void {
    const line = this.lines[this.index];
    if (!line) return;
    if (line.kind === 'head') this.fold(line.id, direction === 'left');
    else if (direction === 'left') this.moveTo(this.lines.find((l) => l.kind === 'head' && l.id === line.group));
  }

  /** Before the person has moved, the first role outside a fold is the one shown. */
  settle(): void {
    if (this.index >= 0) return;
    const keep = this.#lastKey;
    if (keep !== null && this.lines.some((l) => l.kind === 'role' && l.role.key === keep)) {
      this.cursor = this.lines.find((l) => l.kind === 'role' && l.role.key === keep)?.id ?? null;
      return;
    }
    this.moveTo(this.lines.find((l) => l.kind === 'role'));
  }
}

export const roleList = new RoleList();
