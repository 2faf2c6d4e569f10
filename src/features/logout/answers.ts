// What the others said to a request of ours: kept for the page, and for whoever asked us.
import { record } from "#platform/audit/record.ts";
import type { TenantDb } from "#platform/db/database.ts";
import type { Actor } from "#src/actor.ts";
import type { LogoutId } from "#src/ids.ts";
import { applicationAnswered, providerAnswered } from "./events.ts";
import type { Peer } from "./peers.ts";
import { Outcome } from "./schema.ts";

interface Answer<Kind extends Peer["kind"]> {
  /** Of the request that is answered: only the browser and the other side have seen it. */
  readonly messageId: string;
  readonly outcome: Outcome;
  readonly peer: Extract<Peer, { kind: Kind }>;
}

const fromWorst: readonly Outcome[] = ["failed", "unconfirmed", "partly", "signed_out"];

/**
 * A later word may be a better one, never a worse one: who is signed out stays so. Asked once more, as a page, an application that signed
 * somebody out before knows no session any more and says that it failed.
 */
const isBetter = (said: Outcome, before: string | null): boolean =>
  before === null || fromWorst.indexOf(said) > fromWorst.indexOf(Outcome.parse(before));

/** Answers the sign-out that it belongs to; null: this application was asked no such thing. */
export async function noteApplicationAnswer(
  db: TenantDb,
  actor: Actor,
  { messageId, outcome, peer }: Answer<"application">,
): Promise<LogoutId | null> {
  const asked = await db
    .selectFrom("saml_session_participants as p")
    .innerJoin("sessions as s", "s.id", "p.session_id")
    .select(["p.session_id as sessionId", "s.user_id as userId", "p.logout_id as id", "p.outcome"])
    .where("p.logout_message_id", "=", messageId)
    .where("p.application_id", "=", peer.id)
    .forUpdate("p")
    .executeTakeFirst();
  if (!asked) return null;
  const { sessionId, userId } = asked;
  if (isBetter(outcome, asked.outcome)) {
    await db
      .updateTable("saml_session_participants")
      .set({ outcome })
      .where("logout_message_id", "=", messageId)
      .execute();
    const about = { applicationId: peer.id, application: peer.name };
    await record(db, actor, applicationAnswered, { sessionId, userId, ...about, outcome });
  }
  return asked.id;
}

/** Answers the sign-out that it belongs to; null: this provider was asked no such thing. */
export async function noteProviderAnswer(
  db: TenantDb,
  actor: Actor,
  { messageId, outcome, peer }: Answer<"provider">,
): Promise<LogoutId | null> {
  const asked = await db
    .selectFrom("logouts")
    .select(["id", "told_outcome as outcome"])
    .where("told_message_id", "=", messageId)
    .where("told_provider_id", "=", peer.id)
    .forUpdate()
    .executeTakeFirst();
  if (!asked) return null;
  if (!isBetter(outcome, asked.outcome)) return asked.id;
  await db
    .updateTable("logouts")
    .set({ told_outcome: outcome })
    .where("id", "=", asked.id)
    .execute();
  const about = { identityProviderId: peer.id, name: peer.name };
  await record(db, actor, providerAnswered, { ...about, outcome });
  return asked.id;
}
