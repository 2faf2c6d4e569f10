// What another primary address would change: who knows the person by it, and where it leads at sign-in.
import { listMyApplications } from "#features/applications/index.ts";
import { onlyProviderOf, routeOf, wordOn } from "#features/identity-providers/index.ts";
import { findPolicy } from "#features/policy/index.ts";
import type { TenantDb } from "#platform/db/database.ts";
import { nameIdFormats } from "#protocols/saml/name-id.ts";
import type { UserId } from "#src/ids.ts";
import type { Impact } from "./schema.ts";

interface Change {
  readonly userId: UserId;
  readonly from: string;
  readonly to: string;
}

/** At most 200 applications: those the person may open, first those that call them by the address. */
export async function impactOf(
  db: TenantDb,
  { userId, from, to }: Change,
  now: Date,
): Promise<Impact> {
  const policy = await findPolicy(db, now);
  const [before, after] = [await routeOf(db, from, policy), await routeOf(db, to, policy)];
  const signIn =
    before?.id === after?.id ? null : { from: before?.name ?? null, to: after?.name ?? null };
  return { applications: await applicationsOf(db, userId), signIn };
}

/** Every assertion tells the address (applications/attributes.ts): which call the person by it is what they differ in. */
async function applicationsOf(db: TenantDb, userId: UserId): Promise<Impact["applications"]> {
  const applications = await listMyApplications(db, userId);
  if (applications.length === 0) return [];
  const byAddress = await db
    .selectFrom("saml_service_providers")
    .select("application_id as id")
    .where(
      "application_id",
      "in",
      applications.map(({ id }) => id),
    )
    .where("name_id_format", "=", nameIdFormats.emailAddress)
    .execute();
  const called = new Set<string>(byAddress.map(({ id }) => id));
  const told = applications.map(({ id, name }) => ({
    id,
    name,
    identifiedBy: called.has(id) ? ("name_id" as const) : ("attribute" as const),
  }));
  return [
    ...told.filter(({ identifiedBy }) => identifiedBy === "name_id"),
    ...told.filter(({ identifiedBy }) => identifiedBy === "attribute"),
  ];
}

export const isNone = ({ applications, signIn }: Impact): boolean =>
  applications.length === 0 && signIn === null;

/**
 * Whether the person comes in by one provider alone and the new primary address would not lead there: they would be rid of a provider that
 * may lock them out.
 */
export async function leavesProvider(
  db: TenantDb,
  { userId, from, to }: Change,
  now: Date,
): Promise<boolean> {
  const policy = await findPolicy(db, now);
  const only = await onlyProviderOf(db, { userId, email: from }, policy);
  // Whom an administrator has sent there comes in by it under any address.
  if (only === null || (await wordOn(db, userId)) !== undefined) return false;
  return (await routeOf(db, to, policy))?.id !== only.id;
}
