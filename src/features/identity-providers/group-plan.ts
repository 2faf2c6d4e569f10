// What a provider's word on groups changes: decided from facts alone, for the sign-in and for the page that tries a connection out.
import type { GroupId } from "#src/ids.ts";

export interface NamedGroup {
  readonly id: GroupId;
  readonly name: string;
}

export interface GroupSettings {
  /** Everybody who comes by it is in this one. */
  readonly baseGroup: NamedGroup | null;
  /** The claim that names groups. */
  readonly groupsAttribute: string | null;
  /** What becomes of what it gave when the claim is absent. */
  readonly groupsUnsaid: "keep" | "remove";
  /** Makes a group for each value that stands for none. Only below a base group. */
  readonly createsGroups: boolean;
}

export interface GroupFacts {
  readonly settings: GroupSettings;
  /** What this provider has given the person. */
  readonly given: readonly NamedGroup[];
  /** The groups that the values of the claim stand for. */
  readonly mapped: readonly (NamedGroup & { readonly value: string })[];
}

export interface Said {
  /** Null: nothing that counts. */
  readonly groups: readonly string[] | null;
  /** More names came than are taken, or none that can be: what the person has is left alone. */
  readonly groupsUnusable: number;
}

export interface GroupPlan {
  readonly add: readonly NamedGroup[];
  readonly remove: readonly NamedGroup[];
  /** Values for which a group is to be made. */
  readonly create: readonly string[];
  /** Values that stand for no group, and get none. */
  readonly ignored: readonly string[];
}

export function planGroups(
  { settings, given, mapped }: GroupFacts,
  { groups, groupsUnusable }: Said,
): GroupPlan {
  const { baseGroup, groupsAttribute, groupsUnsaid, createsGroups } = settings;
  const values = groupsAttribute === null ? [] : (groups ?? []);
  const known = new Set(mapped.map(({ value }) => value));
  const unknown = values.filter((value) => !known.has(value));
  const isKept =
    groupsAttribute !== null && groups === null && (groupsUnusable > 0 || groupsUnsaid === "keep");
  const wanted = new Map<GroupId, NamedGroup>();
  for (const group of [
    ...(baseGroup === null ? [] : [baseGroup]),
    ...mapped.filter(({ value }) => values.includes(value)),
    ...(isKept ? given : []),
  ])
    wanted.set(group.id, { id: group.id, name: group.name });
  const has = new Set(given.map(({ id }) => id));
  const makes = createsGroups && baseGroup !== null;
  return {
    add: [...wanted.values()].filter(({ id }) => !has.has(id)),
    remove: given.filter(({ id }) => !wanted.has(id)),
    create: makes ? unknown : [],
    ignored: makes ? [] : unknown,
  };
}
