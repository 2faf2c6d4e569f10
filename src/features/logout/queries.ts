// Reads of sessions and their participants, as signing out needs them.
import { type OrderByItemBuilder, sql } from "kysely";
import { z } from "zod";
import type { TenantDb } from "#platform/db/database.ts";
import type { LogoutRequest } from "#protocols/saml/logout-messages.ts";
import { meansSame } from "#protocols/saml/logout-checks.ts";
import { LogoutEndpoint } from "#protocols/saml/metadata/logout-endpoint.ts";
import { nameIdFormats } from "#protocols/saml/name-id.ts";
import type { NameId } from "#protocols/saml/values.ts";
import type { ApplicationId, SessionId, UserId } from "#src/ids.ts";
import type { Peer } from "./peers.ts";
import { Outcome } from "./schema.ts";

/** Sessions that one request can name. */
const sessionsMost = 200;

export interface NamedSession {
  readonly sessionId: SessionId;
  readonly userId: UserId;
  readonly hasEnded: boolean;
}

/**
 * The sessions that a request of a peer means, those that have ended included: by what this very peer was told, or told us. Another's
 * index or name finds nothing.
 */
export async function namedSessions(
  db: TenantDb,
  peer: Peer,
  { nameId, sessionIndexes }: Pick<LogoutRequest, "nameId" | "sessionIndexes">,
): Promise<NamedSession[]> {
  const rows =
    peer.kind === "application"
      ? await toldTo(db, peer.id, { nameId, sessionIndexes })
      : await toldBy(db, peer, { nameId, sessionIndexes });
  const found = rows.filter((row) => meansSame(nameId, nameOf(row)));
  return [...new Map(found.map((row) => [row.sessionId, row])).values()].map(
    ({ sessionId, userId, endedAt }) => ({ sessionId, userId, hasEnded: endedAt !== null }),
  );
}

/** However many have ended: those that a request can still end must not be beyond the measure. */
const liveFirst = (by: OrderByItemBuilder) => by.desc().nullsFirst();

function toldTo(
  db: TenantDb,
  applicationId: ApplicationId,
  { nameId, sessionIndexes }: Pick<LogoutRequest, "nameId" | "sessionIndexes">,
) {
  return db
    .selectFrom("saml_session_participants as p")
    .innerJoin("sessions as s", "s.id", "p.session_id")
    .select([
      "s.id as sessionId",
      "s.user_id as userId",
      "s.ended_at as endedAt",
      "p.name_id as value",
      "p.name_id_format as format",
      "p.name_qualifier as nameQualifier",
      "p.sp_name_qualifier as spNameQualifier",
    ])
    .where("p.application_id", "=", applicationId)
    .where("p.name_id", "=", nameId.value)
    .$if(sessionIndexes.length > 0, (query) =>
      query.where("p.session_index", "in", [...sessionIndexes]),
    )
    .orderBy("s.ended_at", liveFirst)
    .orderBy("p.issued_at", "desc")
    .limit(sessionsMost)
    .execute();
}

function toldBy(
  db: TenantDb,
  peer: Extract<Peer, { kind: "provider" }>,
  { nameId, sessionIndexes }: Pick<LogoutRequest, "nameId" | "sessionIndexes">,
) {
  return (
    db
      .selectFrom("sessions as s")
      .select([
        "s.id as sessionId",
        "s.user_id as userId",
        "s.ended_at as endedAt",
        sql<string>`s.provider_name_id`.as("value"),
        "s.provider_name_id_format as format",
        "s.provider_name_qualifier as nameQualifier",
        "s.provider_sp_name_qualifier as spNameQualifier",
      ])
      .where("s.identity_provider_id", "=", peer.id)
      .where("s.provider_name_id", "=", nameId.value)
      // A provider that gave no index with its word means such a session by the name alone.
      .$if(sessionIndexes.length > 0, (query) =>
        query.where(({ eb, or }) =>
          or([
            eb("s.provider_session_index", "is", null),
            eb("s.provider_session_index", "in", [...sessionIndexes]),
          ]),
        ),
      )
      .orderBy("s.ended_at", liveFirst)
      .orderBy("s.id", "desc")
      .limit(sessionsMost)
      .execute()
  );
}

interface NameRow {
  readonly value: string;
  readonly format: string | null;
  readonly nameQualifier: string | null;
  readonly spNameQualifier: string | null;
}

/** A stored name as messages say it. */
export const nameOf = ({ value, format, nameQualifier, spNameQualifier }: NameRow): NameId => ({
  value,
  format: format ?? nameIdFormats.unspecified,
  nameQualifier: nameQualifier ?? undefined,
  spNameQualifier: spNameQualifier ?? undefined,
});

/** Applications of one session that are told. */
const participantsMost = 50;

/**
 * The applications that a session has signed in to, by name: what each was told last, how far telling it has come, and all that telling
 * it takes. One statement.
 */
export async function participantsOf(
  db: TenantDb,
  sessionId: SessionId,
  except: ApplicationId | null,
) {
  const rows = await db
    .selectFrom("saml_session_participants as p")
    .innerJoin("applications as a", "a.id", "p.application_id")
    .innerJoin("saml_service_providers as sp", "sp.application_id", "p.application_id")
    .innerJoin("saml_keys as k", (join) =>
      join.onRef("k.application_id", "=", "p.application_id").on("k.state", "=", "active"),
    )
    .distinctOn("p.application_id")
    .select([
      "p.application_id as applicationId",
      "a.name as application",
      "p.name_id as value",
      "p.name_id_format as format",
      "p.name_qualifier as nameQualifier",
      "p.sp_name_qualifier as spNameQualifier",
      "p.session_index as sessionIndex",
      "p.logout_message_id as messageId",
      "p.asked_at as askedAt",
      "p.outcome",
      "a.is_enabled as isEnabled",
      "sp.entity_id as entityId",
      "sp.signing_certificates as signingCertificates",
      "sp.slo",
      "k.id as keyId",
      "k.certificate",
      sql<Buffer>`k.sealed_key`.as("sealedKey"),
    ])
    .where("p.session_id", "=", sessionId)
    .$if(except !== null, (query) => query.where("p.application_id", "<>", except))
    .orderBy("p.application_id")
    .orderBy("p.issued_at", "desc")
    .limit(participantsMost)
    .execute();
  return rows
    .map(({ outcome, slo, ...row }) => ({
      ...row,
      outcome: Outcome.nullable().parse(outcome),
      slo: z.array(LogoutEndpoint).parse(slo),
    }))
    .sort((one, other) => one.application.localeCompare(other.application, "en"));
}
export type Participant = Awaited<ReturnType<typeof participantsOf>>[number];

/** Whether an application other than `except` may still be signed in by these sessions. */
export async function hasOthers(
  db: TenantDb,
  sessionIds: readonly SessionId[],
  except: ApplicationId | null,
): Promise<boolean> {
  if (sessionIds.length === 0) return false;
  const other = await db
    .selectFrom("saml_session_participants as p")
    .select("p.application_id")
    .where("p.session_id", "in", [...sessionIds])
    .$if(except !== null, (query) => query.where("p.application_id", "<>", except))
    // Of several names it was told the last one: one answer is enough for it.
    .where(({ not, exists, selectFrom }) =>
      not(
        exists(
          selectFrom("saml_session_participants as q")
            .select("q.application_id")
            .whereRef("q.session_id", "=", "p.session_id")
            .whereRef("q.application_id", "=", "p.application_id")
            .where("q.outcome", "=", "signed_out"),
        ),
      ),
    )
    .limit(1)
    .executeTakeFirst();
  return other !== undefined;
}

/** What the provider that a session came from has to hear; null where it came by none, or gave no name. */
export async function providerSessionOf(db: TenantDb, sessionId: SessionId) {
  const row = await db
    .selectFrom("sessions")
    .select([
      "user_id as userId",
      "identity_provider_id as providerId",
      "provider_name_id as value",
      "provider_name_id_format as format",
      "provider_name_qualifier as nameQualifier",
      "provider_sp_name_qualifier as spNameQualifier",
      "provider_session_index as sessionIndex",
    ])
    .where("id", "=", sessionId)
    .executeTakeFirst();
  if (!row || row.providerId === null || row.value === null) return null;
  const { userId, providerId, sessionIndex, value } = row;
  return { userId, providerId, sessionIndex, nameId: nameOf({ ...row, value }) };
}
export type ProviderSession = NonNullable<Awaited<ReturnType<typeof providerSessionOf>>>;
