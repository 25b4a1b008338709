/** What the Roles list shows: groups, filter and order. Pure, so that 10,000 roles can be measured and tested. */
import type { HatColour } from '../wire/HatColour';
import type { RoleView } from '../wire/RoleView';

export type Grouping = 'account' | 'source';

/** `twin`: another role of the same name in the group, which only its profile tells apart. */
export type Line =
  | { kind: 'head'; id: string; label: string; account: string | null; colour: HatColour | null; count: number; folded: boolean }
  | { kind: 'role'; id: string; group: string; role: RoleView; favourite: number | null; place: number; of: number; twin: boolean };

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
  const order = orderOf(roles);
  const shown = order.sorted.filter(matcher(options.filter));
  const out: Line[] = [];
  // Favourites keep the order of their numbers.
  const favourites = shown.filter((r) => r.favourite).sort((a, b) => rank(order, a) - rank(order, b));
  const place = new Map(roles.filter((r) => r.favourite).map((r, i) => [r.key, i + 1]));
  push(out, options.folded, { id: FAVOURITES, label: 'Favourites', account: null, colour: null }, favourites, place);

  const groups = new Map<string, RoleView[]>();
  for (const role of shown) {
    const id = groupOf(role, options.grouping);
    const group = groups.get(id);
    if (group) group.push(role);
    else groups.set(id, [role]);
  }
  const first = order.first[options.grouping];
  const inOrder = [...groups].sort(([a], [b]) => (first.get(a) ?? 0) - (first.get(b) ?? 0));
  for (const [id, group] of inOrder) {
    const [one] = group;
    if (!one) continue;
    const head =
      options.grouping === 'account'
        ? { id, label: one.account_name, account: one.account_id, colour: one.colour }
        : { id, label: one.source, account: null, colour: null };
    push(out, options.folded, head, group, new Map());
  }
  return out;
}

const byName = (a: RoleView, b: RoleView) =>
  collator.compare(a.account_name, b.account_name) || collator.compare(a.role_name, b.role_name);

const groupOf = (role: RoleView, grouping: Grouping) =>
  grouping === 'account' ? `${role.partition}:${role.account_id}` : role.source;

interface Order {
  /** By account and role name. */
  sorted: RoleView[];
  place: Map<RoleView, number>;
  /** Where a group is first met in the order of the sources. */
  first: Record<Grouping, Map<string, number>>;
}

const orders = new WeakMap<readonly RoleView[], Order>();

/** Sorting ten thousand names takes longer than a frame, so it is done once for each catalog. */
function orderOf(roles: readonly RoleView[]): Order {
  let order = orders.get(roles);
  if (order === undefined) {
    order = { sorted: [...roles].sort(byName), place: new Map(), first: { account: new Map(), source: new Map() } };
    for (const [i, role] of roles.entries()) {
      order.place.set(role, i);
      for (const grouping of ['account', 'source'] as const) {
        const id = groupOf(role, grouping);
        if (!order.first[grouping].has(id)) order.first[grouping].set(id, i);
      }
    }
    orders.set(roles, order);
  }
  return order;
}

const rank = (order: Order, role: RoleView) => order.place.get(role) ?? 0;

const nameOf = (role: RoleView) => `${role.account_id}/${role.role_name}`;

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
  const names = new Map<string, number>();
  for (const role of roles) names.set(nameOf(role), (names.get(nameOf(role)) ?? 0) + 1);
  roles.forEach((role, i) =>
    out.push({
      kind: 'role',
      id: `${head.id}/${role.key}`,
      group: head.id,
      role,
      favourite: places.get(role.key) ?? null,
      place: i + 1,
      of: roles.length,
      twin: (names.get(nameOf(role)) ?? 0) > 1
    })
  );
}
