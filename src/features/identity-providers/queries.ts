// Reads of the connections: the list, one of them, and who would be left without a way in.
import { type RawBuilder, sql } from "kysely";
import { jsonArrayFrom } from "kysely/helpers/postgres";
import { z } from "zod";
import type { TenantDb } from "#platform/db/database.ts";
import { decodeCursor, type Paging, toPage } from "#platform/http/input.ts";
import { LogoutEndpoint } from "#protocols/saml/metadata/logout-endpoint.ts";
import { IdentityProviderId } from "#src/ids.ts";
import { claimsIn } from "./attribute-claims.ts";
import { providerNotFound } from "./errors.ts";
import { domainsMost } from "./schema.ts";

function summaries(db: TenantDb) {
  return db.selectFrom("identity_providers as p").select((eb) => [
    "p.id",
    "p.kind",
    "p.preset",
    "p.name",
    "p.state",
    "p.created_at as createdAt",
    eb
      .exists(
        eb
          .selectFrom("sign_in_policies as s")
          .select("s.default_identity_provider_id")
          .whereRef("s.default_identity_provider_id", "=", "p.id"),
      )
      .as("isDefault"),
    jsonArrayFrom(
      eb
        .selectFrom("identity_provider_domains as d")
        .whereRef("d.identity_provider_id", "=", "p.id")
        .select("d.domain")
        .orderBy("d.domain")
        .limit(domainsMost),
    ).as("domains"),
    eb
      .selectFrom("federated_identities as f")
      .whereRef("f.identity_provider_id", "=", "p.id")
      .select(({ fn }) => fn.countAll<number>().as("count"))
      .as("peopleCount"),
  ]);
}

type SummaryRow = Awaited<ReturnType<ReturnType<typeof summaries>["executeTakeFirstOrThrow"]>>;

const toSummary = <T extends Pick<SummaryRow, "domains" | "peopleCount" | "isDefault">>(
  row: T,
) => ({
  ...row,
  isDefault: row.isDefault === true,
  domains: row.domains.map(({ domain }) => domain),
  peopleCount: Number(row.peopleCount),
});

/** Connections, newest first. */
export async function listProviders(db: TenantDb, { limit, cursor }: Paging) {
  let query = summaries(db)
    .orderBy("p.id", "desc")
    .limit(limit + 1);
  if (cursor) {
    const [after] = decodeCursor(z.tuple([IdentityProviderId]), cursor);
    query = query.where("p.id", "<", after);
  }
  const rows = await query.execute();
  return toPage(rows.map(toSummary), limit, (row) => [row.id]);
}

/** The connections that are enabled, by name: what a default is chosen from. At most 200. */
export function listEnabledProviders(db: TenantDb) {
  return db
    .selectFrom("identity_providers")
    .select(["id", "name"])
    .where("state", "=", "enabled")
    .orderBy(sql`lower(name)`)
    .limit(200)
    .execute();
}

/** Every connection's name by its id; at most 1,000. */
export async function providerNames(db: TenantDb): Promise<ReadonlyMap<string, string>> {
  const rows = await db
    .selectFrom("identity_providers")
    .select(["id", "name"])
    .orderBy("id", "desc")
    .limit(1_000)
    .execute();
  return new Map(rows.map(({ id, name }) => [id, name]));
}

/** Whether a connection makes members of people whom nobody has added: now, or once it is enabled. */
export async function addsPeople(db: TenantDb): Promise<boolean> {
  const row = await db
    .selectFrom("identity_providers")
    .select("id")
    .where("creates_people", "=", true)
    .limit(1)
    .executeTakeFirst();
  return row !== undefined;
}

/** One connection with everything about it. @throws {providerNotFound} */
export async function findProvider(db: TenantDb, providerId: IdentityProviderId) {
  const row = await summaries(db)
    .select([
      "p.entity_id as entityId",
      "p.sso_redirect_url as ssoRedirectUrl",
      "p.sso_post_url as ssoPostUrl",
      "p.slo",
      "p.signing_certificates as signingCertificates",
      "p.metadata_url as metadataUrl",
      "p.described_at as describedAt",
      "p.email_attribute as emailAttribute",
      "p.first_name_attribute as firstNameAttribute",
      "p.last_name_attribute as lastNameAttribute",
      "p.subject_attribute as subjectAttribute",
      "p.creates_people as createsPeople",
      "p.trusts_second_step as trustsSecondStep",
      "p.speaks_for_all as speaksForAll",
      "p.is_offered as isOffered",
      "p.groups_attribute as groupsAttribute",
      "p.attribute_claims as attributeClaims",
      "p.logout",
    ])
    .where("p.id", "=", providerId)
    .executeTakeFirstOrThrow(() => providerNotFound({ providerId }));
  const {
    entityId,
    ssoRedirectUrl,
    ssoPostUrl,
    slo,
    signingCertificates,
    metadataUrl,
    describedAt,
    attributeClaims,
    ...rest
  } = row;
  return {
    ...toSummary(rest),
    attributeClaims: claimsIn(attributeClaims),
    provider:
      entityId === null
        ? null
        : {
            entityId,
            ssoRedirectUrl,
            ssoPostUrl,
            slo: z.array(LogoutEndpoint).parse(slo),
            signingCertificates,
            metadataUrl,
            describedAt,
          },
  };
}
export type FoundProvider = Awaited<ReturnType<typeof findProvider>>;

/** Locks the connection until the transaction ends. @throws {providerNotFound} */
export function lockProvider(db: TenantDb, providerId: IdentityProviderId) {
  return db
    .selectFrom("identity_providers")
    .select(["id", "name", "state"])
    .where("id", "=", providerId)
    .forUpdate()
    .executeTakeFirstOrThrow(() => providerNotFound({ providerId }));
}

export async function listDomains(db: TenantDb, providerId: IdentityProviderId) {
  const items = await db
    .selectFrom("identity_provider_domains as b")
    .leftJoin("organisation_domains as o", "o.domain", "b.domain")
    .select(["b.domain", "b.bound_at as boundAt", "o.proved_at as provedAt"])
    .where("b.identity_provider_id", "=", providerId)
    .orderBy("b.domain")
    .limit(domainsMost)
    .execute();
  return {
    items: items.map(({ provedAt, ...item }) => ({ ...item, isProved: provedAt !== null })),
  };
}

/** Whether the person `u` could come in without the connection: with a password, a passkey, or by another one that is enabled. */
const hasAnotherWay = (providerId: IdentityProviderId): RawBuilder<boolean> => sql<boolean>`(
  u.password_hash is not null
  or exists (select from passkeys as k where k.user_id = u.id and k.suspended_at is null)
  or exists (select from federated_identities as o join identity_providers as q on q.id = o.identity_provider_id
    where o.user_id = u.id and q.state = 'enabled' and q.id <> ${providerId})
  or exists (select from provider_assignments as a join identity_providers as q on q.id = a.identity_provider_id
    where a.user_id = u.id and q.state = 'enabled' and q.id <> ${providerId}))`;

/** Who comes by the connection, or was sent to it: their ids. */
export const peopleOf = (db: TenantDb, providerId: IdentityProviderId) =>
  db
    .selectFrom("federated_identities as f")
    .select("f.user_id as userId")
    .where("f.identity_provider_id", "=", providerId)
    .union((eb) =>
      eb
        .selectFrom("provider_assignments as a")
        .select("a.user_id as userId")
        .where("a.identity_provider_id", "=", providerId),
    );

const left = (db: TenantDb, providerId: IdentityProviderId) =>
  db
    .selectFrom(peopleOf(db, providerId).as("f"))
    .innerJoin("users as u", "u.id", "f.userId")
    .where("u.state", "=", "active")
    .where(sql<boolean>`not ${hasAnotherWay(providerId)}`);

/** Active people who have no way in without the connection: how many, and the first twenty by name. */
export async function findLeftOut(db: TenantDb, providerId: IdentityProviderId) {
  const { count } = await left(db, providerId)
    .select(({ fn }) => fn.countAll<string>().as("count"))
    .executeTakeFirstOrThrow();
  const people = await left(db, providerId)
    .select(["u.id", "u.first_name as firstName", "u.last_name as lastName"])
    .orderBy("u.name_key")
    .orderBy("u.id")
    .limit(20)
    .execute();
  return {
    count: Number(count),
    people: people.map(({ id, firstName, lastName }) => ({ id, name: `${firstName} ${lastName}` })),
  };
}
export type LeftOut = Awaited<ReturnType<typeof findLeftOut>>;
