// Writing attributes of a person: by whose word, what of it differs, one event.
import { sql } from "kysely";
import { record } from "#platform/audit/record.ts";
import type { TenantDb } from "#platform/db/database.ts";
import type { Actor } from "#src/actor.ts";
import type { IdentityProviderId, UserId } from "#src/ids.ts";
import { clearAsked } from "./completion.ts";
import { attributeLocked, attributeNotInUse } from "./errors.ts";
import { type AttributeAction, attributesChanged } from "./events.ts";
import { attributesOf, findAttributeSettings } from "./queries.ts";
import { type AttributeKey, attributeKeys } from "./registry.ts";
import type { AttributeChanges, AttributeSettings, AttributeSource } from "./schema.ts";
import { texts } from "./texts.ts";

/** In whose place a value is written: the person's own, an administrator's, or an identity provider's. */
export type WrittenAs =
  | "person"
  | "administrator"
  | { readonly identityProviderId: IdentityProviderId };

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
 * The person is locked and the caller may do it to them (`features/users`). A provider's word is taken for attributes that are in use and mirrored, and passed over for others.
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
  const allowed = takesWordOf(wanted, { as, settings, ...rules });
  if (allowed.length === 0) return {};

  const source = await sourceOf(db, actor, { userId, as });
  const identityProviderId = typeof as === "object" ? as.identityProviderId : null;
  const by = { source, identityProviderId, updatedBy: actor.kind === "user" ? actor.userId : null };
  await storeValues(db, { userId, wanted: allowed, by });
  const done = Object.fromEntries(allowed.map((change) => [change.key, actionOf(change)]));
  await record(db, actor, attributesChanged, {
    userId,
    source,
    ...(identityProviderId === null ? {} : { identityProviderId }),
    changes: done,
  });
  await clearAsked(db, { userId });
  return done;
}

interface Author {
  readonly source: AttributeSource;
  readonly identityProviderId: IdentityProviderId | null;
  readonly updatedBy: UserId | null;
}

async function storeValues(
  db: TenantDb,
  { userId, wanted, by }: { userId: UserId; wanted: readonly Wanted[]; by: Author },
): Promise<void> {
  const rows = wanted.flatMap(({ key, to }) =>
    to === null
      ? []
      : [
          {
            user_id: userId,
            key,
            value: to,
            source: by.source,
            identity_provider_id: by.identityProviderId,
            updated_by: by.updatedBy,
          },
        ],
  );
  if (rows.length > 0)
    await db
      .insertInto("user_attributes")
      .values(rows)
      .onConflict((on) =>
        on.constraint("user_attributes_pkey").doUpdateSet((eb) => ({
          value: eb.ref("excluded.value"),
          source: eb.ref("excluded.source"),
          identity_provider_id: eb.ref("excluded.identity_provider_id"),
          updated_by: eb.ref("excluded.updated_by"),
          updated_at: sql<Date>`now()`,
        })),
      )
      .execute();
  const cleared = wanted.filter(({ to }) => to === null).map(({ key }) => key);
  if (cleared.length > 0)
    await db
      .deleteFrom("user_attributes")
      .where("user_id", "=", userId)
      .where("key", "in", cleared)
      .execute();
}

interface Wanted {
  readonly key: AttributeKey;
  readonly from: string | null;
  readonly to: string | null;
}

const actionOf = ({ from, to }: Wanted): AttributeAction =>
  to === null ? "cleared" : from === null ? "added" : "updated";

/** What of it may be written in that place. @throws {attributeNotInUse} @throws {attributeLocked} */
function takesWordOf(
  wanted: readonly Wanted[],
  {
    as,
    settings,
    peopleEdit = true,
    fieldOf = (key) => key,
  }: Pick<AttributeWrite, "as" | "peopleEdit" | "fieldOf"> & { settings: AttributeSettings },
): readonly Wanted[] {
  const refused = (keys: readonly Wanted[], sentence: string) =>
    Object.fromEntries(keys.map(({ key }) => [fieldOf(key), sentence]));
  if (typeof as === "object")
    return wanted.filter(({ key }) => settings[key].enabled && settings[key].mirrorFromProvider);
  const unused = wanted.filter(({ key }) => !settings[key].enabled);
  if (unused.length > 0) throw attributeNotInUse({ errors: refused(unused, texts.notInUseField) });
  const locked = wanted.filter(({ key }) => !peopleEdit || settings[key].lockedForUsers);
  if (as === "person" && locked.length > 0)
    throw attributeLocked({ errors: refused(locked, texts.lockedField) });
  return wanted;
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
  if (typeof as === "object") return "idp";
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
