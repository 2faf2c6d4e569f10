// Reads of people. Lists go by name without case and accents (`name_key`), page by page.
import { type RawBuilder, sql, type SqlBool } from "kysely";
import { z } from "zod";
import { secondsLater } from "#platform/clock.ts";
import type { TenantDb } from "#platform/db/database.ts";
import { decodeCursor, toPage } from "#platform/http/input.ts";
import type { Actor } from "#src/actor.ts";
import { UserId } from "#src/ids.ts";
import { userNotFound } from "./errors.ts";
import { allowedActions } from "./rules.ts";
import {
  EmailAddress,
  groupsShownMost,
  SignInMethod,
  type User,
  type UserDetail,
  type UserFilter,
  type UserList,
  type UserState,
} from "./schema.ts";

const Cursor = z.tuple([z.string(), UserId]);

/**
 * People whose names or addresses contain every word of `q`, by name.
 * Without `q` a page is read from the index; a search and a filter pass over one tenant's people, because under row-level
 * security only leakproof operators reach an index.
 */
export async function listUsers(
  db: TenantDb,
  { q, role, state, method, notSeenForDays, limit, cursor }: UserFilter,
  now: Date,
): Promise<UserList> {
  const after = cursor === undefined ? null : decodeCursor(Cursor, cursor);
  const rows = await people(db)
    .select("u.name_key as key")
    .where(personMatches(q))
    .$if(role !== undefined, (query) => query.where("u.role", "=", role ?? null))
    .$if(state !== undefined, (query) => query.where(stateOf, "=", state ?? null))
    .$if(method !== undefined, (query) => query.where(comesBy(method ?? "none")))
    .$if(notSeenForDays !== undefined, (query) =>
      query.where(isUnseenSince(secondsLater(now, -(notSeenForDays ?? 0) * 86_400))),
    )
    .$if(after !== null, (query) => query.where(isAfter(after ?? ["", ""])))
    .orderBy("u.name_key")
    .orderBy("u.id")
    .limit(limit + 1)
    .execute();
  const page = toPage(rows, limit, ({ key, id }) => [key, id]);
  return { items: page.items.map(toUser), next: page.next };
}

/** The state of the person `u` as everybody reads it: the database keeps anonymised people as deactivated ones. */
const stateOf = sql<UserState>`case when u.anonymised_at is null then u.state::text else 'anonymised' end`;

/** Whether the person `u` has something to sign in with; each by an index. */
const has: Readonly<Record<SignInMethod, RawBuilder<boolean>>> = {
  password: sql<boolean>`u.password_hash is not null`,
  passkey: sql<boolean>`exists (select from passkeys as k where k.user_id = u.id and k.suspended_at is null)`,
  app: sql<boolean>`exists (select from totp_authenticators as t where t.user_id = u.id and t.confirmed_at is not null)`,
  provider: sql<boolean>`exists (select from federated_identities as f where f.user_id = u.id)`,
};

const methodsOf = sql<SignInMethod[]>`array_remove(array[${sql.join(
  SignInMethod.options.map((method) => sql`case when ${has[method]} then ${sql.lit(method)} end`),
)}]::text[], null)`;

const comesBy = (method: SignInMethod | "none"): RawBuilder<boolean> =>
  method === "none" ? sql<boolean>`not (${sql.join(Object.values(has), sql` or `)})` : has[method];

/** Whether nobody has seen the person `u` since an instant at which they were here already. */
const isUnseenSince = (since: Date): RawBuilder<boolean> =>
  sql<boolean>`coalesce(u.last_seen_at, u.created_at) <= ${since}`;

/**
 * The primary address of the person `u`; everybody has one.
 * A sub-select, not a join: however the planner estimates, a page costs as many look-ups as it has rows.
 */
export const primaryEmail = sql<string>`(select e.email from user_emails as e where e.user_id = u.id and e.is_primary)`;

/** Whether the person `u` has every word of `q` in a name or an address; true for an empty `q`. */
export function personMatches(q: string): RawBuilder<SqlBool> {
  const words = q.split(/\s+/).filter((word) => word !== "");
  if (words.length === 0) return sql<SqlBool>`true`;
  // strpos takes the word as it is: there is no wildcard to escape.
  const conditions = words.map(
    (word) => sql<SqlBool>`(strpos(u.name_key, app.fold(${word})) > 0 or u.id in
      (select user_id from user_emails where strpos(email, ${word.toLowerCase()}) > 0))`,
  );
  return sql<SqlBool>`(${sql.join(conditions, sql` and `)})`;
}

/** Whether the person `u` comes after a place in the order by name. */
export const isAfter = ([key, id]: readonly [string, string]): RawBuilder<SqlBool> =>
  sql<SqlBool>`(u.name_key, u.id) > (${key}, ${id}::uuid)`;

/** The person behind an address, verified or not, or null. */
export async function findUserByEmail(db: TenantDb, email: string): Promise<User | null> {
  const address = EmailAddress.safeParse(email);
  if (!address.success) return null;
  const row = await people(db)
    .innerJoin("user_emails as sought", "sought.user_id", "u.id")
    .where("sought.email", "=", address.data)
    .executeTakeFirst();
  return row ? toUser(row) : null;
}

/** One person. @throws {userNotFound} */
export async function getUser(db: TenantDb, userId: UserId): Promise<User> {
  return toUser(
    await people(db)
      .where("u.id", "=", userId)
      .executeTakeFirstOrThrow(() => userNotFound({ userId })),
  );
}

/** One person with addresses and groups, and what `actor` may do about them. Three statements. @throws {userNotFound} */
export async function getUserDetail(
  db: TenantDb,
  actor: Actor,
  userId: UserId,
): Promise<UserDetail> {
  const row = await people(db)
    .select([
      "u.time_zone as timeZone",
      "u.deactivated_at as deactivatedAt",
      "u.password_reset_cause as passwordResetCause",
    ])
    .where("u.id", "=", userId)
    .executeTakeFirstOrThrow(() => userNotFound({ userId }));
  const user = toUser(row);
  return {
    ...user,
    timeZone: row.timeZone,
    deactivatedAt: row.deactivatedAt?.toISOString() ?? null,
    passwordResetCause: row.passwordResetCause,
    emails: await emailsOf(db, userId),
    groups: await groupsOf(db, userId),
    allowedActions: allowedActions(actor, user),
  };
}

/** A person's addresses, the primary one first. */
export async function emailsOf(db: TenantDb, userId: UserId): Promise<UserDetail["emails"]> {
  const rows = await db
    .selectFrom("user_emails")
    .select(["email", "is_primary as isPrimary", "verified_at as verifiedAt"])
    .where("user_id", "=", userId)
    .orderBy("is_primary", "desc")
    .orderBy("email")
    .limit(100)
    .execute();
  return rows.map(({ verifiedAt, ...row }) => ({
    ...row,
    verifiedAt: verifiedAt?.toISOString() ?? null,
  }));
}

function groupsOf(db: TenantDb, userId: UserId) {
  return db
    .selectFrom("group_members as m")
    .innerJoin("groups as g", "g.id", "m.group_id")
    .select(["g.id", "g.name"])
    .where("m.user_id", "=", userId)
    .orderBy("g.name_key")
    .limit(groupsShownMost)
    .execute();
}

/** The person's row, locked until the transaction ends. @throws {userNotFound} */
export function lockUser(db: TenantDb, userId: UserId) {
  return db
    .selectFrom("users as u")
    .innerJoin("user_emails as e", (join) =>
      join.onRef("e.user_id", "=", "u.id").on("e.is_primary", "=", true),
    )
    .select((row) => [
      "u.id",
      "u.first_name as firstName",
      "u.last_name as lastName",
      "e.email",
      "u.role",
      stateOf.as("state"),
      row("u.password_hash", "is not", null).$castTo<boolean>().as("hasPassword"),
      "u.last_sign_in_at as lastSignInAt",
    ])
    .where("u.id", "=", userId)
    .forUpdate("u")
    .executeTakeFirstOrThrow(() => userNotFound({ userId }));
}
export type LockedUser = Awaited<ReturnType<typeof lockUser>>;

/** Whether somebody comes in without a password of ours: by an identity provider that has brought them in, or is to, or with a passkey. */
export async function needsNoPassword(db: TenantDb, userId: UserId): Promise<boolean> {
  const way = await db
    .selectFrom("federated_identities")
    .select("user_id")
    .where("user_id", "=", userId)
    .union((eb) =>
      eb
        .selectFrom("provider_assignments")
        .select("user_id")
        .where("user_id", "=", userId)
        .where("identity_provider_id", "is not", null),
    )
    .union((eb) =>
      eb
        .selectFrom("passkeys")
        .select("user_id")
        .where("user_id", "=", userId)
        .where("suspended_at", "is", null),
    )
    .limit(1)
    .executeTakeFirst();
  return way !== undefined;
}

function people(db: TenantDb) {
  return db
    .selectFrom("users as u")
    .select([
      "u.id",
      "u.first_name as firstName",
      "u.last_name as lastName",
      primaryEmail.as("email"),
      "u.role",
      stateOf.as("state"),
      "u.created_at as createdAt",
      "u.last_sign_in_at as lastSignInAt",
      "u.last_seen_at as lastSeenAt",
      methodsOf.as("signInMethods"),
    ]);
}

type Row = Omit<User, "createdAt" | "lastSignInAt" | "lastSeenAt"> & {
  createdAt: Date;
  lastSignInAt: Date | null;
  lastSeenAt: Date | null;
};

const toUser = (row: Row): User => ({
  id: row.id,
  firstName: row.firstName,
  lastName: row.lastName,
  email: row.email,
  role: row.role,
  state: row.state,
  createdAt: row.createdAt.toISOString(),
  lastSignInAt: row.lastSignInAt?.toISOString() ?? null,
  lastSeenAt: row.lastSeenAt?.toISOString() ?? null,
  signInMethods: row.signInMethods,
});
