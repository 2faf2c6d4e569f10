// Writing attributes of a person: by whose word, what of it differs, one event.
import { record } from "#platform/audit/record.ts";
import type { TenantDb } from "#platform/db/database.ts";
import type { Actor } from "#src/actor.ts";
import type { UserId } from "#src/ids.ts";
import { clearAsked } from "./completion.ts";
import { attributeLocked, attributeNotInUse } from "./errors.ts";
import { type AttributeAction, attributesChanged } from "./events.ts";
import { attributesOf, findAttributeSettings } from "./queries.ts";
import { type AttributeKey, attributeKeys } from "./registry.ts";
import type { AttributeChanges, AttributeSettings, AttributeSource } from "./schema.ts";
import { storeValues } from "./store.ts";
import { texts } from "./texts.ts";

/** In whose place a value is written; an identity provider's word comes by `takeProviderValues`. */
export type WrittenAs = "person" | "administrator";

export interface AttributeWrite {
  readonly userId: UserId;
  /** Values to keep (`readValue`); null clears, what is absent stays. */
  readonly changes: AttributeChanges;
  readonly as: WrittenAs;
  /** Whether people edit their own profile here; true unless told otherwise. */
  readonly peopleEdit?: boolean;
  /** The field of the form that holds an attribute, for refusals; its key unless told otherwise. */
  readonly fieldOf?: (key: AttributeKey) => string;
}

/**
 * Changes what is known of a person, as far as it differs, and records which attributes that are, not what they say. Whose values they
 * are stays with those that are the same: saving a form confirms nothing. Answers what was done, by key.
 *
 * The person is locked and the caller may do it to them (`features/users`).
 * @throws {attributeNotInUse} @throws {attributeLocked} naming the fields
 */
export async function writeAttributes(
  db: TenantDb,
  actor: Actor,
  { userId, changes, as, ...rules }: AttributeWrite,
): Promise<Partial<Record<AttributeKey, AttributeAction>>> {
  const settings = await findAttributeSettings(db);
  const before = new Map((await attributesOf(db, userId)).map(({ key, value }) => [key, value]));
  const wanted = attributeKeys.flatMap((key) => {
    const to = changes[key];
    const from = before.get(key) ?? null;
    return to === undefined || to === from ? [] : [{ key, from, to }];
  });
  assertTakesWordOf(wanted, { as, settings, ...rules });
  if (wanted.length === 0) return {};

  const source = await sourceOf(db, actor, { userId, as });
  const updatedBy = actor.kind === "user" ? actor.userId : null;
  const by = { source, identityProviderId: null, updatedBy };
  await storeValues(db, { userId, changes: wanted, by });
  const done = Object.fromEntries(wanted.map((change) => [change.key, actionOf(change)]));
  await record(db, actor, attributesChanged, {
    userId,
    source,
    changes: done,
  });
  await clearAsked(db, { userId });
  return done;
}

interface Wanted {
  readonly key: AttributeKey;
  readonly from: string | null;
  readonly to: string | null;
}

const actionOf = ({ from, to }: Wanted): AttributeAction =>
  to === null ? "cleared" : from === null ? "added" : "updated";

/** Whether it may be written in that place. @throws {attributeNotInUse} @throws {attributeLocked} */
function assertTakesWordOf(
  wanted: readonly Wanted[],
  {
    as,
    settings,
    peopleEdit = true,
    fieldOf = (key) => key,
  }: Pick<AttributeWrite, "as" | "peopleEdit" | "fieldOf"> & { settings: AttributeSettings },
): void {
  const refused = (keys: readonly Wanted[], sentence: string) =>
    Object.fromEntries(keys.map(({ key }) => [fieldOf(key), sentence]));
  const unused = wanted.filter(({ key }) => !settings[key].enabled);
  if (unused.length > 0) throw attributeNotInUse({ errors: refused(unused, texts.notInUseField) });
  const locked = wanted.filter(({ key }) => !peopleEdit || settings[key].lockedForUsers);
  if (as === "person" && locked.length > 0)
    throw attributeLocked({ errors: refused(locked, texts.lockedField) });
}

/**
 * Whose word a value is. Nobody vouches for themselves: what administrators write into their own profile, by whatever page or by a client
 * that they made, is their own word. As an administrator's it would be signed for applications, with whatever department they like.
 */
async function sourceOf(
  db: TenantDb,
  actor: Actor,
  { userId, as }: Pick<AttributeWrite, "userId" | "as">,
): Promise<AttributeSource> {
  if (as === "person") return "self";
  if (actor.kind === "user") return actor.userId === userId ? "self" : "admin";
  if (actor.kind !== "client") return "admin";
  const own = await db
    .selectFrom("api_clients")
    .select("id")
    .where("id", "=", actor.clientId)
    .where("created_by", "=", userId)
    .executeTakeFirst();
  return own ? "self" : "admin";
}
