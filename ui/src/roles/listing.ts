/** What the Roles list shows: groups, filter and order. Pure, so that 10,000 roles can be measured and tested. */
import type { HatColour } from '../wire/HatColour';
import type { RoleView } from '../wire/RoleView';

export type Grouping = 'account' | 'source';

export type Line =
  | { kind: 'head'; id: string; label: string; account: string | null; colour: HatColour | null; count: number; folded: boolean }
  | { kind: 'role'; id: string; group: string; role: RoleView; favourite: number | null; place: number; of: number };

/** Every word of the filter has to be somewhere in a role's names, IDs or ARN. */
export function matcher(filter: string): (role: RoleView) => boolean {
  const words = filter.toLowerCase().split(/\s+/).filter(Boolean);
  if (words.length === 0) return () => true;
  return (role) => {
    const text = haystack(role);
    return words.every((w) => text.includes(w));
  };
}

const haystacks = new WeakMap<RoleView, string>();

function haystack(role: RoleView): string {
  let text = haystacks.get(role);
  if (text === undefined) {
    text = [role.account_name, role.account_id, role.role_name, role.profile ?? '', role.arn ?? '']
      .join('\n')
      .toLowerCase();
    haystacks.set(role, text);
  }
  return text;
}

const collator = new Intl.Collator('en', { numeric: true, sensitivity: 'base' });

export const FAVOURITES = 'favourites';

export interface ListingOptions {
  filter: string;
  grouping: Grouping;
  folded: ReadonlySet<string>;
}

/** The list's lines from top to bottom. Favourites come first and again in their group. */
export function lines(roles: readonly RoleView[], options: ListingOptions): Line[] {
  const matches = matcher(options.filter);
  const shown = roles.filter(matches);
  const out: Line[] = [];
  const favourites = shown.filter((r) => r.favourite);
  const place = new Map(roles.filter((r) => r.favourite).map((r, i) => [r.key, i + 1]));
  push(out, options.folded, { id: FAVOURITES, label: 'Favourites', account: null, colour: null }, favourites, place);

  const groups = new Map<string, RoleView[]>();
  for (const role of shown) {
    const id = options.grouping === 'account' ? `${role.partition}:${role.account_id}` : role.source;
    const group = groups.get(id);
    if (group) group.push(role);
    else groups.set(id, [role]);
  }
  for (const [id, group] of groups) {
    const first = group[0];
    if (!first) continue;
    const head =
      options.grouping === 'account'
        ? { id, label: first.account_name, account: first.account_id, colour: first.colour }
        : { id, label: first.source, account: null, colour: null };
    push(out, options.folded, head, group.sort(byName), new Map());
  }
  return out;
}

const byName = (a: RoleView, b: RoleView) =>
  collator.compare(a.account_name, b.account_name) || collator.compare(a.role_name, b.role_name);

function push(
  out: Line[],
  folded: ReadonlySet<string>,
  head: { id: string; label: string; account: string | null; colour: HatColour | null },
  roles: RoleView[],
  places: Map<string, number>
): void {
  if (roles.length === 0) return;
  const closed = folded.has(head.id);
  out.push({ kind: 'head', ...head, count: roles.length, folded: closed });
  if (closed) return;
  roles.forEach((role, i) =>
    out.push({
      kind: 'role',
      id: `${head.id}/${role.key}`,
      group: head.id,
      role,
      favourite: places.get(role.key) ?? null,
      place: i + 1,
      of: roles.length
    })
  );
}
