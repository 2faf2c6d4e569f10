// The applications that a session has signed in to, and by which names: what each must hear to end its own session (SAML Profiles §4.4).
import type { TenantDb } from "#platform/db/database.ts";
import { randomToken } from "#platform/crypto/token.ts";
import type { ApplicationId, SessionId, UserId } from "#src/ids.ts";

/** A name as it was said, with who made it and for whom. */
export interface SaidName {
  readonly value: string;
  readonly format: string;
  readonly nameQualifier: string | null;
  readonly spNameQualifier: string | null;
}

export interface NewParticipant {
  readonly sessionId: SessionId;
  readonly applicationId: ApplicationId;
  readonly name: SaidName;
  readonly expiresAt: Date;
  readonly now: Date;
}

/**
 * Whether a session still lives, and goes on living until this transaction ends: whoever ends it waits for that, and then finds the
 * participants noted here. Ask it in the transaction that tells an application of the session. The request that began it may have
 * waited long for its body, and a session that has ended meanwhile would get an assertion that no sign-out hears of.
 */
export async function holdSession(db: TenantDb, sessionId: SessionId): Promise<boolean> {
  const live = await db
    .selectFrom("sessions")
    .select("id")
    .where("id", "=", sessionId)
    .where("ended_at", "is", null)
    .forShare()
    .executeTakeFirst();
  return live !== undefined;
}

/**
 * Notes what an application is told now, and answers the index that the assertion carries: one for a session at an application, random,
 * so that whoever knows ids of ours can still not name a session, and two applications cannot compare.
 */
export async function rememberParticipant(
  db: TenantDb,
  { sessionId, applicationId, name, expiresAt, now }: NewParticipant,
): Promise<string> {
  const { index } = await db
    .insertInto("saml_session_participants")
    .values({
      session_id: sessionId,
      application_id: applicationId,
      name_id: name.value,
      name_id_format: name.format,
      name_qualifier: name.nameQualifier,
      sp_name_qualifier: name.spNameQualifier,
      session_index: ({ fn, selectFrom, val }) =>
        fn.coalesce(
          selectFrom("saml_session_participants")
            .select("session_index")
            .where("session_id", "=", sessionId)
            .where("application_id", "=", applicationId)
            .limit(1),
          val(`_${randomToken().token}`),
        ),
      issued_at: now,
      expires_at: expiresAt,
    })
    .onConflict((on) =>
      on.constraint("saml_session_participants_pkey").doUpdateSet(({ ref }) => ({
        issued_at: ref("excluded.issued_at"),
        expires_at: ref("excluded.expires_at"),
      })),
    )
    .returning("session_index as index")
    .executeTakeFirstOrThrow();
  return index;
}

/**
 * A person who signs in anew in the same browser goes on where they were: the applications of the session that is replaced are this
 * one's, so that signing out there or here still ends all of it.
 */
export async function carryParticipants(
  db: TenantDb,
  { from, to, userId }: { from: SessionId; to: SessionId; userId: UserId },
): Promise<void> {
  await db
    .updateTable("saml_session_participants")
    .set({ session_id: to })
    .where("session_id", "=", from)
    .where("session_id", "in", (query) =>
      query
        .selectFrom("sessions")
        .select("id")
        .where("id", "=", from)
        .where("user_id", "=", userId),
    )
    .execute();
}
