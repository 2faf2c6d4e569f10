// Reads of the registry, and the one rule of who may use an application.
import { sql } from "kysely";
import { jsonArrayFrom } from "kysely/helpers/postgres";
import { z } from "zod";
import { groupsSent } from "#features/federation/index.ts";
import type { TenantDb } from "#platform/db/database.ts";
import { containing } from "#platform/db/expressions.ts";
import { decodeCursor, type Paging, toPage } from "#platform/http/input.ts";
import { LogoutEndpoint } from "#protocols/saml/metadata/logout-endpoint.ts";
import type { ApplicationId, GroupId, UserId } from "#src/ids.ts";
import { namesIn, Requested } from "./requested.ts";
import { applicationNotFound } from "./errors.ts";
import { AcsEndpoint, type ApplicationFilter, NameIdFormat } from "./schema.ts";

const summaryColumns = [
  "applications.id",
  "applications.kind",
  "applications.name",
  "applications.description",
  "applications.is_enabled as isEnabled",
  "applications.available_to_all as availableToAll",
  "applications.strength",
  "applications.created_at as createdAt",
] as const;

function summaries(db: TenantDb) {
  return db
    .selectFrom("applications")
    .select(summaryColumns)
    .select((eb) =>
      eb
        .selectFrom("application_grants")
        .whereRef("application_grants.application_id", "=", "applications.id")
        .select(({ fn }) => fn.countAll<number>().as("count"))
        .as("groupCount"),
    );
}

const asSummary = <T extends { groupCount: number | null }>(row: T) => ({
  ...row,
  groupCount: Number(row.groupCount),
});

/** Applications whose name contains `q`, newest first. */
export async function listApplications(db: TenantDb, { q, limit, cursor }: ApplicationFilter) {
  let query = summaries(db)
    .orderBy("applications.id", "desc")
    .limit(limit + 1);
  if (q) query = query.where("applications.name", "ilike", containing(q));
  if (cursor) {
    const [after] = decodeCursor(z.tuple([z.uuid()]), cursor);
    query = query.where("applications.id", "<", after as ApplicationId);
  }
  const rows = await query.execute();
  return toPage(rows.map(asSummary), limit, (row) => [row.id]);
}

function applicationsWithProvider(db: TenantDb) {
  return summaries(db)
    .innerJoin("saml_service_providers as sp", "sp.application_id", "applications.id")
    .select([
      "sp.entity_id as spEntityId",
      "sp.acs",
      "sp.signing_certificates as signingCertificates",
      "sp.signs_requests as signsRequests",
      "sp.name_id_format as nameIdFormat",
      "sp.slo",
      "sp.metadata_url as metadataUrl",
      "sp.updated_at as updatedAt",
      "applications.group_scope as groupScope",
      groupsSent().as("groupsSent"),
      "sp.sent_attributes as sentAttributes",
      "sp.requested_attributes as requestedAttributes",
    ]);
}
type ProviderRow = Awaited<
  ReturnType<ReturnType<typeof applicationsWithProvider>["executeTakeFirstOrThrow"]>
>;

function toApplication(row: ProviderRow) {
  const {
    spEntityId,
    acs,
    signingCertificates,
    signsRequests,
    nameIdFormat,
    slo,
    metadataUrl,
    updatedAt,
    sentAttributes,
    requestedAttributes,
    ...summary
  } = row;
  return {
    ...asSummary(summary),
    serviceProvider: {
      entityId: spEntityId,
      acs: z.array(AcsEndpoint).parse(acs),
      signingCertificates,
      signsRequests,
      nameIdFormat: NameIdFormat.parse(nameIdFormat),
      slo: z.array(LogoutEndpoint).parse(slo),
      metadataUrl,
      updatedAt,
      sentAttributes: namesIn(sentAttributes),
      requestedAttributes: z.array(Requested).parse(requestedAttributes),
    },
  };
}
export type FoundApplication = ReturnType<typeof toApplication>;

/** One application with what its metadata said. @throws {applicationNotFound} */
export async function findApplication(
  db: TenantDb,
  applicationId: ApplicationId,
): Promise<FoundApplication> {
  const row = await applicationsWithProvider(db)
    .where("applications.id", "=", applicationId)
    .executeTakeFirstOrThrow(() => applicationNotFound({ applicationId }));
  return toApplication(row);
}

/** The application that calls itself `entityId`, or null. */
export async function findApplicationByEntityId(
  db: TenantDb,
  entityId: string,
): Promise<FoundApplication | null> {
  const row = await applicationsWithProvider(db)
    .where("sp.entity_id", "=", entityId)
    .executeTakeFirst();
  return row ? toApplication(row) : null;
}

/** Locks the application until the transaction ends. @throws {applicationNotFound} */
export function lockApplication(db: TenantDb, applicationId: ApplicationId) {
  return db
    .selectFrom("applications")
    .select([
      "id",
      "name",
      "description",
      "is_enabled as isEnabled",
      "available_to_all as availableToAll",
    ])
    .where("id", "=", applicationId)
    .forUpdate()
    .executeTakeFirstOrThrow(() => applicationNotFound({ applicationId }));
}

/** Groups that may use the application, by name. @throws {applicationNotFound} */
export async function listGrants(
  db: TenantDb,
  applicationId: ApplicationId,
  { limit, cursor }: Paging,
) {
  await db
    .selectFrom("applications")
    .select("id")
    .where("id", "=", applicationId)
    .executeTakeFirstOrThrow(() => applicationNotFound({ applicationId }));
  let query = db
    .selectFrom("application_grants as grant")
    .innerJoin("groups", "groups.id", "grant.group_id")
    .where("grant.application_id", "=", applicationId)
    .select([
      "groups.id as groupId",
      "groups.name",
      "groups.name_key as nameKey",
      "grant.granted_at as grantedAt",
    ])
    .select((eb) =>
      eb
        .selectFrom("group_members")
        .whereRef("group_members.group_id", "=", "groups.id")
        .select(({ fn }) => fn.countAll<number>().as("count"))
        .as("memberCount"),
    )
    .orderBy("groups.name_key")
    .limit(limit + 1);
  if (cursor) {
    const [after] = decodeCursor(z.tuple([z.string()]), cursor);
    query = query.where("groups.name_key", ">", after);
  }
  const rows = await query.execute();
  return toPage(
    rows.map((row) => ({ ...row, memberCount: Number(row.memberCount) })),
    limit,
    (row) => [row.nameKey],
  );
}

/** Groups that may not use it yet, by name; at most 500, for the box that grants. */
export function listGroupsWithoutGrant(db: TenantDb, applicationId: ApplicationId) {
  return db
    .selectFrom("groups")
    .select(["id", "name"])
    .where(({ not, exists, selectFrom }) =>
      not(
        exists(
          selectFrom("application_grants")
            .select("group_id")
            .whereRef("application_grants.group_id", "=", "groups.id")
            .where("application_grants.application_id", "=", applicationId),
        ),
      ),
    )
    .orderBy("name_key")
    .limit(500)
    .execute();
}

export interface Access {
  readonly application: FoundApplication;
  /** The groups that let this person in; empty where everyone may. */
  readonly through: readonly { id: GroupId; name: string }[];
}

/**
 * Whether a person may use an application now: it is enabled, the person is active, and it is available to everyone or
 * granted to a group of theirs. The only place that decides it; asked again when an assertion is issued. One statement.
 */
export async function accessOf(
  db: TenantDb,
  userId: UserId,
  application: FoundApplication,
): Promise<Access | null> {
  if (!application.isEnabled) return null;
  const user = await db
    .selectFrom("users")
    .select("state")
    .select(({ selectFrom }) =>
      jsonArrayFrom(
        selectFrom("application_grants as grant")
          .innerJoin("group_members as member", "member.group_id", "grant.group_id")
          .innerJoin("groups", "groups.id", "grant.group_id")
          .where("grant.application_id", "=", application.id)
          .where("member.user_id", "=", userId)
          .select(["groups.id", "groups.name"])
          .orderBy("groups.name_key")
          .limit(1_000),
      ).as("through"),
    )
    .where("users.id", "=", userId)
    .executeTakeFirst();
  if (user?.state !== "active") return null;
  const { through } = user;
  return application.availableToAll || through.length > 0 ? { application, through } : null;
}

/** The tiles of a person's start page, by name: what `accessOf` would allow, in one query; at most 200. */
export function listMyApplications(db: TenantDb, userId: UserId) {
  return db
    .selectFrom("applications")
    .select(["applications.id", "applications.name", "applications.description"])
    .where("applications.is_enabled", "=", true)
    .where(({ or, eb, exists, selectFrom }) =>
      or([
        eb("applications.available_to_all", "=", true),
        exists(
          selectFrom("application_grants as grant")
            .innerJoin("group_members as member", "member.group_id", "grant.group_id")
            .select("grant.group_id")
            .whereRef("grant.application_id", "=", "applications.id")
            .where("member.user_id", "=", userId),
        ),
      ]),
    )
    .orderBy(sql`lower(applications.name)`)
    .limit(200)
    .execute();
}
