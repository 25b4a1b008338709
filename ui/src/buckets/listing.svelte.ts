/** The rows of a long list: they are added page by page and never copied, as there may be a million. */
import type { FolderView } from '../wire/FolderView';
import type { ObjectView } from '../wire/ObjectView';
import type { VersionView } from '../wire/VersionView';

/** What a row of the table is. A version is one of the past: what is done to an object is not meant for it. */
export type S3Row =
  | { kind: 'folder'; folder: FolderView }
  | { kind: 'object'; object: ObjectView }
  | { kind: 'version'; version: VersionView };

/** Names a row among the others of its list. */
export function rowKey(row: S3Row): string {
  if (row.kind === 'folder') return row.folder.prefix;
  return row.kind === 'object' ? row.object.key : `${row.version.key}\n${row.version.version_id}`;
}

/** The key or prefix of a row. */
export function keyOf(row: S3Row): string {
  if (row.kind === 'folder') return row.folder.prefix;
  return row.kind === 'object' ? row.object.key : row.version.key;
}

export type Column = 'name' | 'size' | 'modified' | 'class';

export interface Sorting {
  by: Column;
  down: boolean;
}

/** As S3 gives them: by key. */
export const AS_READ: Sorting = { by: 'name', down: false };

/** A list this long is put in order again only so often while it grows. */
const SHORT = 20_000;
const PAUSE = 1000;

export class Listing {
  // Folders stand before the rest, whatever page brought them.
  #folders: S3Row[] = [];
  #rest: S3Row[] = [];
  #bytes = 0;
  /** Which rows are shown and how, where it is not all of them as they were read. */
  #order: number[] | null = null;
  #sorting = $state.raw<Sorting>(AS_READ);
  #filter = $state('');
  /** Counts the changes: who reads a row reads this, and is told. */
  #changes = $state(0);
  #late: ReturnType<typeof setTimeout> | undefined;
  #putAt = -Infinity;

  get sorting(): Sorting {
    return this.#sorting;
  }

  get filter(): string {
    return this.#filter;
  }

  /** Rows shown. */
  get count(): number {
    void this.#changes;
    return this.#order?.length ?? this.#folders.length + this.#rest.length;
  }

  /** Rows read, shown or not. */
  get read(): number {
    void this.#changes;
    return this.#folders.length + this.#rest.length;
  }

  get folders(): number {
    void this.#changes;
    return this.#folders.length;
  }

  /** Bytes of all that was read. */
  get bytes(): number {
    void this.#changes;
    return this.#bytes;
  }

  at(index: number): S3Row | undefined {
    void this.#changes;
    return this.#read(this.#order === null ? index : (this.#order[index] ?? -1));
  }

  slice(from: number, to: number): S3Row[] {
    const rows: S3Row[] = [];
    for (let i = Math.max(0, from); i < to; i += 1) {
      const row = this.at(i);
      if (!row) break;
      rows.push(row);
    }
    return rows;
  }

  /** Where a row is shown, or -1. It is looked for near `hint` first. */
  indexOf(key: string, hint = -1): number {
    const near = this.at(hint);
    if (near && rowKey(near) === key) return hint;
    const count = this.count;
    for (let i = 0; i < count; i += 1) {
      const row = this.at(i);
      if (row && rowKey(row) === key) return i;
    }
    return -1;
  }

  /** Takes a page's rows. */
  add(rows: Iterable<S3Row>): void {
    for (const row of rows) {
      if (row.kind === 'folder') this.#folders.push(row);
      else {
        this.#rest.push(row);
        this.#bytes += row.kind === 'object' ? row.object.size : row.version.size;
      }
    }
    this.#putInOrderSoon();
    this.#changes += 1;
  }

  /** Drops the rows for which `gone` says so. */
  drop(gone: (row: S3Row) => boolean): void {
    this.#folders = this.#folders.filter((row) => !gone(row));
    this.#rest = this.#rest.filter((row) => !gone(row));
    this.#bytes = this.#rest.reduce((sum, row) => sum + sizeOf(row), 0);
    this.#putInOrder();
    this.#changes += 1;
  }

  clear(): void {
    clearTimeout(this.#late);
    this.#late = undefined;
    this.#folders = [];
    this.#rest = [];
    this.#bytes = 0;
    this.#sorting = AS_READ;
    this.#filter = '';
    this.#order = null;
    this.#changes += 1;
  }

  sort(sorting: Sorting): void {
    this.#sorting = sorting;
    this.#putInOrder();
    this.#changes += 1;
  }

  /** Shows only the rows whose name contains `text`, whatever its case. */
  filterBy(text: string): void {
    this.#filter = text;
    this.#putInOrder();
    this.#changes += 1;
  }

  #read(index: number): S3Row | undefined {
    const folders = this.#folders.length;
    return index < folders ? this.#folders[index] : this.#rest[index - folders];
  }

  #putInOrderSoon(): void {
    const asRead = this.#sorting === AS_READ && this.#filter === '';
    if (asRead || this.#folders.length + this.#rest.length < SHORT || performance.now() - this.#putAt > PAUSE) {
      this.#putInOrder();
      return;
    }
    this.#late ??= setTimeout(() => {
      this.#putInOrder();
      this.#changes += 1;
    }, PAUSE);
  }

  #putInOrder(): void {
    clearTimeout(this.#late);
    this.#late = undefined;
    this.#order = orderOf(this.#folders, this.#rest, this.#sorting, this.#filter);
    this.#putAt = performance.now();
  }
}

function sizeOf(row: S3Row): number {
  if (row.kind === 'folder') return 0;
  return row.kind === 'object' ? row.object.size : row.version.size;
}

const nameOf = (row: S3Row) =>
  row.kind === 'folder' ? row.folder.name : row.kind === 'object' ? row.object.name : row.version.name;

/** What a column sorts by. */
function valueOf(row: S3Row, by: Column): string | number {
  if (by === 'name') return keyOf(row);
  if (by === 'size') return sizeOf(row);
  if (row.kind === 'folder') return '';
  const { modified_at, storage_class } = row.kind === 'object' ? row.object : row.version;
  return (by === 'modified' ? modified_at : storage_class) ?? '';
}

/** The rows shown, by their place in folders and then the rest; `null` for all of them as they were read. */
function orderOf(folders: S3Row[], rest: S3Row[], sorting: Sorting, filter: string): number[] | null {
  if (filter === '' && sorting.by === 'name' && !sorting.down) return null;
  const wanted = filter.toLowerCase();
  const shown = (rows: S3Row[], from: number) => {
    const indices: number[] = [];
    for (let i = 0; i < rows.length; i += 1) {
      const row = rows[i];
      if (row && (wanted === '' || nameOf(row).toLowerCase().includes(wanted))) indices.push(from + i);
    }
    if (sorting.by === 'name') return sorting.down ? indices.reverse() : indices;
    const values = rows.map((row) => valueOf(row, sorting.by));
    const way = sorting.down ? -1 : 1;
    return indices.sort((a, b) => {
      const x = values[a - from] ?? '';
      const y = values[b - from] ?? '';
      // Rows alike stay as S3 gave them.
      return x < y ? -way : x > y ? way : a - b;
    });
  };
  return [...shown(folders, 0), ...shown(rest, folders.length)];
}
