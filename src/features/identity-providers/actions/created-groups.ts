// Groups that a provider's claim makes as it comes. A group of that name which is there already is not joined: what somebody else's system
// calls a group must not put people into one of ours that happens to have its name.
import { sql } from "kysely";
import { headOf } from "#platform/audit/record.ts";
import type { TenantDb } from "#platform/db/database.ts";
import type { Actor } from "#src/actor.ts";
import type { IdentityProviderId } from "#src/ids.ts";
import { groupMade } from "../events.ts";
import type { NamedGroup } from "../group-plan.ts";
import { texts } from "../group-texts.ts";

/** Values of one provider that stand for a group, made or mapped: a provider that names a new group each time ends here. */
export const providerGroupsMost = 1_000;

interface Wish {
  readonly provider: { readonly id: IdentityProviderId; readonly name: string };
  /** Below it; without one nothing is made. */
  readonly baseGroup: NamedGroup | null;
  readonly values: readonly string[];
}

interface Made {
  readonly groups: readonly NamedGroup[];
  /** Values for which there is no room, or whose names are taken twice over. */
  readonly leftOut: number;
}

/**
 * Makes a group for each value, and notes that it stands for it. Another sign-in that makes the same ones at the same moment is waited
 * for, and its groups are taken: values are written in one order.
 */
export async function createGroups(
  db: TenantDb,
  actor: Actor,
  { provider, baseGroup, values }: Wish,
): Promise<Made> {
  if (baseGroup === null || values.length === 0) return { groups: [], leftOut: 0 };
  const { count } = await db
    .selectFrom("provider_groups")
    .select(({ fn }) => fn.countAll<string>().as("count"))
    .where("identity_provider_id", "=", provider.id)
    .executeTakeFirstOrThrow();
  const room = Math.max(0, providerGroupsMost - Number(count));
  const sorted = values.toSorted().slice(0, room);
  const description = texts.madeBy(provider.name, baseGroup.name);
  const made = await insert(db, sorted, (value) => ({ name: value, description }));
  const there = await standing(db, provider.id, sorted);
  const open = sorted.filter((value) => !made.has(value) && !there.has(value));
  const others = await insert(db, open, (value) => ({
    name: texts.madeName(value, provider.name).slice(0, 200),
    description,
  }));
  const fresh = new Map([...made, ...others]);
  await note(db, actor, provider, fresh);
  const late = open.filter((value) => !others.has(value));
  const meanwhile = late.length === 0 ? new Map() : await standing(db, provider.id, late);
  const groups = [...fresh.values(), ...there.values(), ...meanwhile.values()];
  return { groups, leftOut: values.length - groups.length };
}

type ByValue = ReadonlyMap<string, NamedGroup>;

/** Groups whose names are free, by the value that each is for. */
async function insert(
  db: TenantDb,
  values: readonly string[],
  toRow: (value: string) => { name: string; description: string },
): Promise<ByValue> {
  if (values.length === 0) return new Map();
  const valueOf = new Map(values.map((value) => [toRow(value).name, value]));
  const rows = await db
    .insertInto("groups")
    .values(values.map(toRow))
    .onConflict((on) => on.constraint("groups_name_unique").doNothing())
    .returning(["id", "name"])
    .execute();
  return new Map(rows.map((row) => [valueOf.get(row.name) ?? row.name, row]));
}

/** What another sign-in has made for these values by now. */
async function standing(
  db: TenantDb,
  providerId: IdentityProviderId,
  values: readonly string[],
): Promise<ByValue> {
  const rows = await db
    .selectFrom("provider_groups as v")
    .innerJoin("groups as g", "g.id", "v.group_id")
    .select(["v.value", "g.id", "g.name"])
    .where("v.identity_provider_id", "=", providerId)
    .where(sql<boolean>`v.value = any(${[...values]}::text[])`)
    .execute();
  return new Map(rows.map(({ value, id, name }) => [value, { id, name }]));
}

/** Each is an event of its own, written in one statement. */
async function note(
  db: TenantDb,
  actor: Actor,
  provider: Wish["provider"],
  made: ByValue,
): Promise<void> {
  if (made.size === 0) return;
  const groups = [...made];
  await db
    .insertInto("provider_groups")
    .values(
      groups.map(([value, { id }]) => ({
        identity_provider_id: provider.id,
        value,
        group_id: id,
        is_created: true,
      })),
    )
    .onConflict((on) => on.constraint("provider_groups_value_unique").doNothing())
    .execute();
  await db
    .insertInto("audit_events")
    .values(
      groups.map(([value, { id, name }]) => ({
        ...headOf(actor, groupMade),
        data: JSON.stringify(
          groupMade.data.parse({ identityProviderId: provider.id, groupId: id, name, value }),
        ),
      })),
    )
    .execute();
}
