// Where an address leads, and how a person comes in: the one place that decides it. Where an address leads goes by its domain and the
// tenant's settings alone, never by whether there is anybody: so that nothing that it causes tells who has an account.
import { type RawBuilder, sql } from "kysely";
import type { Policy } from "#features/policy/index.ts";
import type { TenantDb } from "#platform/db/database.ts";
import type { IdentityProviderId, UserId } from "#src/ids.ts";
import { domainOf } from "#platform/dns/domain.ts";

export interface Route {
  readonly id: IdentityProviderId;
  readonly name: string;
}

/**
 * The enabled provider that an address leads to: the one its domain is bound to, else the tenant's default; null: to the password. One
 * statement, whatever the address.
 */
export const routeOf = async (
  db: TenantDb,
  email: string,
  policy: Pick<Policy, "defaultIdentityProviderId">,
): Promise<Route | null> => (await routes(db, email, policy).executeTakeFirst()) ?? null;

const routes = (
  db: TenantDb,
  email: string,
  { defaultIdentityProviderId }: Pick<Policy, "defaultIdentityProviderId">,
  userId: UserId | null = null,
) =>
  db
    .selectFrom("identity_providers as p")
    .leftJoin("identity_provider_domains as d", (join) =>
      join.onRef("d.identity_provider_id", "=", "p.id").on("d.domain", "=", domainOf(email) ?? ""),
    )
    .select(["p.id", "p.name"])
    .where("p.state", "=", "enabled")
    .where((eb) =>
      eb.or([
        eb.and([
          eb.or([eb("d.domain", "is not", null), eb("p.id", "=", defaultIdentityProviderId)]),
          eb.not(said(userId, sql`true`)),
        ]),
        said(userId, sql`a.identity_provider_id = p.id`),
      ]),
    )
    .orderBy("d.domain", (by) => by.asc().nullsLast())
    .limit(1);

/** Whether an administrator said how this person comes in, of whom it may be said, and what. */
const said = (userId: UserId | null, what: RawBuilder<unknown>): RawBuilder<boolean> => sql`exists (
  select from provider_assignments as a join users as w on w.id = a.user_id
  where a.user_id = ${userId} and w.role <> 'super_admin' and ${what})`;

/** How a person comes in. */
export interface WayIn {
  /** The provider that an administrator has sent them to, else the one that their primary address leads to; null: to the password. */
  readonly route: Route | null;
  /** And nothing that they have here opens the door in its place. */
  readonly isOnlyWay: boolean;
}

/** Of a person, whichever of their addresses is typed. `email` takes the place of the primary address for nobody. */
export async function wayInOf(
  db: TenantDb,
  { userId, email = "" }: { userId: UserId | null; email?: string },
  policy: Pick<Policy, "defaultIdentityProviderId">,
): Promise<WayIn> {
  const primary = await db
    .selectFrom("user_emails")
    .select("email")
    .where("user_id", "=", userId)
    .where("is_primary", "=", true)
    .executeTakeFirst();
  return wayInFor(db, { userId, primaryEmail: primary?.email ?? email }, policy);
}

/**
 * The same where the primary address is known already: one statement. Without a person the planner leaves most of it out, which takes less time:
 * where that must tell nothing, ask by the id of somebody else, and believe only the answer about a person.
 */
export async function wayInFor(
  db: TenantDb,
  { userId, primaryEmail }: { userId: UserId | null; primaryEmail: string },
  policy: Pick<Policy, "defaultIdentityProviderId">,
): Promise<WayIn> {
  const row = await routes(db, primaryEmail, policy, userId)
    .select((eb) =>
      eb
        .selectFrom("users as u")
        // Left, so that somebody who is not linked costs as much as somebody who is.
        .leftJoin("federated_identities as f", (join) =>
          join.onRef("f.user_id", "=", "u.id").onRef("f.identity_provider_id", "=", "p.id"),
        )
        .select((of) =>
          of
            .and([of("u.role", "<>", "super_admin"), of("f.user_id", "is not", null)])
            .as("isOnlyWay"),
        )
        .where("u.id", "=", userId)
        .as("isOnlyWay"),
    )
    .executeTakeFirst();
  if (!row) return { route: null, isOnlyWay: false };
  const { isOnlyWay, ...route } = row;
  return { route, isOnlyWay: isOnlyWay === true };
}

/**
 * The provider by which alone a person comes in: the one that an administrator has sent them to, wherever their addresses lead, else the one
 * that their primary address leads to; where they are linked to it. Whichever of their addresses is typed: whoever is locked out there must not come in by a second one, nor by a password here. Null: they may come in
 * by what they have here. Super administrators keep theirs, so that a broken provider locks no tenant out. `email` is what was typed: for
 * nobody it takes the place of the primary address, so that the same two statements are made for everybody.
 */
export async function onlyProviderOf(
  db: TenantDb,
  { userId, email }: { userId: UserId | null; email: string },
  policy: Pick<Policy, "defaultIdentityProviderId">,
): Promise<Route | null> {
  const { route, isOnlyWay } = await wayInOf(db, { userId, email }, policy);
  return isOnlyWay ? route : null;
}

/** The enabled providers that the sign-in page names, to everybody alike, by name. At most 20. */
export function listOffered(db: TenantDb): Promise<Route[]> {
  return db
    .selectFrom("identity_providers")
    .select(["id", "name"])
    .where("state", "=", "enabled")
    .where("is_offered", "=", true)
    .orderBy(sql`lower(name)`)
    .orderBy("id")
    .limit(offeredMost)
    .execute();
}
const offeredMost = 20;

/** A provider that lets people in; null: there is none of this id, or it is not enabled. */
export async function findEnabled(
  db: TenantDb,
  providerId: IdentityProviderId,
): Promise<Route | null> {
  const row = await db
    .selectFrom("identity_providers")
    .select(["id", "name"])
    .where("id", "=", providerId)
    .where("state", "=", "enabled")
    .executeTakeFirst();
  return row ?? null;
}
