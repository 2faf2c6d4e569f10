// Where an address leads: the one function that decides it. It goes by the address's domain and the tenant's settings alone, never by
// whether there is anybody: so that nothing that it causes tells who has an account.
import type { Policy } from "#features/policy/index.ts";
import type { TenantDb } from "#platform/db/database.ts";
import type { IdentityProviderId, UserId } from "#src/ids.ts";
import { domainOf } from "./domain.ts";

export interface Route {
  readonly id: IdentityProviderId;
  readonly name: string;
}

/**
 * The enabled provider that an address leads to: the one its domain is bound to, else the tenant's default; null: to the password. One
 * statement, whatever the address.
 */
export async function routeOf(
  db: TenantDb,
  email: string,
  { defaultIdentityProviderId }: Pick<Policy, "defaultIdentityProviderId">,
): Promise<Route | null> {
  const row = await db
    .selectFrom("identity_providers as p")
    .leftJoin("identity_provider_domains as d", (join) =>
      join.onRef("d.identity_provider_id", "=", "p.id").on("d.domain", "=", domainOf(email) ?? ""),
    )
    .select(["p.id", "p.name"])
    .where("p.state", "=", "enabled")
    .where((eb) =>
      eb.or([eb("d.domain", "is not", null), eb("p.id", "=", defaultIdentityProviderId)]),
    )
    .orderBy("d.domain", (by) => by.asc().nullsLast())
    .limit(1)
    .executeTakeFirst();
  return row ?? null;
}

/**
 * The provider by which alone a person comes in: the one that their primary address leads to, where they are linked to it. Whichever of
 * their addresses is typed: whoever is locked out there must not come in by a second one, nor by a password here. Null: they may come in
 * by what they have here. Super administrators keep theirs, so that a broken provider locks no tenant out. `email` is what was typed: for
 * nobody it takes the place of the primary address, so that the same three statements are made for everybody.
 */
export async function onlyProviderOf(
  db: TenantDb,
  { userId, email }: { userId: UserId | null; email: string },
  policy: Pick<Policy, "defaultIdentityProviderId">,
): Promise<Route | null> {
  const primary = await db
    .selectFrom("user_emails")
    .select("email")
    .where("user_id", "=", userId)
    .where("is_primary", "=", true)
    .executeTakeFirst();
  const route = await routeOf(db, primary?.email ?? email, policy);
  const linked = await db
    .selectFrom("federated_identities as f")
    .innerJoin("users as u", "u.id", "f.user_id")
    .select("f.user_id")
    .where("f.user_id", "=", userId)
    .where("f.identity_provider_id", "=", route?.id ?? null)
    .where("u.role", "<>", "super_admin")
    .limit(1)
    .executeTakeFirst();
  return linked === undefined ? null : route;
}
