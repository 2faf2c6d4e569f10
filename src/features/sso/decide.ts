// What happens next to a waiting request: one function, asked once, in the transaction that shows the page or issues the answer.
import { sql } from "kysely";
import {
  type Access,
  accessOf,
  findApplication,
  type FoundApplication,
} from "#features/applications/index.ts";
import type { SessionFacts } from "#platform/http/context.ts";
import type { TenantDb } from "#platform/db/database.ts";
import { statusCodes, type StatusCode } from "#protocols/saml/constants.ts";
import type { SamlErrorCode } from "#protocols/saml/errors.ts";
import { nameIdFormats } from "#protocols/saml/name-id.ts";
import { type Asked, contextFor, isAskedFor, leastWay, meansOf, type SignInWay } from "./demand.ts";
import { acsRefused } from "./errors.ts";
import { type Person, persistentId, personFor, releasedKinds } from "./person.ts";
import type { Waiting } from "./waiting.ts";

/** A status response (Core §3.2.2.2): who is at fault, and why. */
export interface Status {
  readonly code: typeof statusCodes.requester | typeof statusCodes.responder;
  readonly subCode: StatusCode;
}

export type Decision =
  | { readonly kind: "answer"; readonly status: Status }
  | { readonly kind: "sign-in"; readonly again: boolean }
  /** Signed in anew for this, and still not as the application asks. `way`: the least that would do. */
  | { readonly kind: "too-weak"; readonly way: SignInWay }
  | { readonly kind: "denied" }
  /** Something is asked of the person first (`SessionFacts.detour`); the request waits. */
  | { readonly kind: "detour"; readonly to: string }
  | { readonly kind: "ask"; readonly ready: Ready }
  | { readonly kind: "issue"; readonly ready: Ready };

/** Everything that an assertion needs besides keys and the clock. */
export interface Ready {
  readonly access: Access;
  readonly person: Person;
  readonly session: SessionFacts;
  readonly context: string;
  readonly released: readonly string[];
}

const requester = (subCode: StatusCode): Decision => ({
  kind: "answer",
  status: { code: statusCodes.requester, subCode },
});
const responder = (subCode: StatusCode): Decision => ({
  kind: "answer",
  status: { code: statusCodes.responder, subCode },
});

const failures: Partial<Record<SamlErrorCode, StatusCode>> = {
  invalid_name_id_policy: statusCodes.invalidNameIdPolicy,
  subject_of_another: statusCodes.unknownPrincipal,
};

export interface Deciding {
  /** What `requireAcs` answered in this transaction. */
  readonly application: FoundApplication;
  readonly session: SessionFacts | null;
  readonly now: Date;
}

/** Read top to bottom: the first line that applies decides. */
export async function decide(
  db: TenantDb,
  waiting: Waiting,
  { application, session, now }: Deciding,
): Promise<Decision> {
  if (waiting.failure)
    return requester(failures[waiting.failure] ?? statusCodes.requestUnsupported);
  const asked: Asked = { strength: application.strength, authnContext: waiting.authnContext };
  // Nobody has to sign in for a refusal (Core §3.3.2.2.1).
  if (leastWay(asked) === null) return responder(statusCodes.noAuthnContext);
  // IsPassive: no page of ours may appear (Core §3.4.1).
  if (!session)
    return waiting.isPassive ? responder(statusCodes.noPassive) : { kind: "sign-in", again: false };
  // ForceAuthn: a sign-in that is older than the request does not count (Core §3.4.1).
  if (waiting.forceAuthn && session.authenticatedAt <= waiting.receivedAt) {
    return waiting.isPassive ? responder(statusCodes.noPassive) : { kind: "sign-in", again: true };
  }
  const context = contextFor(session.methods, waiting.authnContext);
  if (context === undefined || !isAskedFor(session.methods, asked)) {
    const way = leastWay(asked, await meansOf(db, session.userId, now));
    return way ? stepUp(waiting, session, way) : responder(statusCodes.noAuthnContext);
  }
  const access = await accessOf(db, session.userId, application);
  if (!access) return { kind: "denied" };
  // What is asked of them first may be what the application is to be told.
  if (session.detour !== null)
    return waiting.isPassive
      ? responder(statusCodes.noPassive)
      : { kind: "detour", to: session.detour };
  const person = await personFor(db, session.userId, access);
  // A response about anybody but the person whom the request names is forbidden (Core §3.4.1).
  if (!(await isNamed(db, person, waiting))) return responder(statusCodes.unknownPrincipal);
  const released = releasedKinds(person, waiting, application);
  const ready = { access, person, session, context, released };
  if (await hasConsent(db, ready, waiting)) return { kind: "issue", ready };
  return waiting.isPassive ? responder(statusCodes.noPassive) : { kind: "ask", ready };
}

/**
 * A session that is not what the application asks for never gets in. Who has not tried yet signs in anew, and is led there to what is
 * asked (`demandOf`); who has, and went on without it, is told so instead of being sent round in a circle.
 */
function stepUp(waiting: Waiting, session: SessionFacts, way: SignInWay): Decision {
  if (waiting.isPassive) return responder(statusCodes.noPassive);
  return session.authenticatedAt > waiting.receivedAt
    ? { kind: "too-weak", way }
    : { kind: "sign-in", again: true };
}

/** The application, while it still answers at the request's address: one that has left the metadata may be somebody else's. @throws {acsRefused} */
export async function requireAcs(db: TenantDb, waiting: Waiting): Promise<FoundApplication> {
  const application = await findApplication(db, waiting.applicationId);
  const { acs } = application.serviceProvider;
  if (!acs.some(({ url }) => url === waiting.acsUrl)) throw acsRefused();
  return application;
}

/**
 * Whether the request names this person, or nobody. An address is read in any case of letters; a persistent identifier is the one made
 * for this application (Core §8.3.7); without a format it may be either. A transient one names nobody after its sign-on.
 */
async function isNamed(
  db: TenantDb,
  { userId, email }: Person,
  { subject, applicationId }: Waiting,
): Promise<boolean> {
  if (subject === null) return true;
  const { nameId, format } = subject;
  const isAny = format === nameIdFormats.unspecified;
  if ((isAny || format === nameIdFormats.emailAddress) && nameId.toLowerCase() === email)
    return true;
  if (!isAny && format !== nameIdFormats.persistent) return false;
  return (await persistentId(db, userId, applicationId)) === nameId;
}

/** Whether the person agreed before to all that would be released now. */
async function hasConsent(
  db: TenantDb,
  { person, released }: Ready,
  { applicationId }: Waiting,
): Promise<boolean> {
  const given = await db
    .selectFrom("consents")
    .select("released")
    .where("user_id", "=", person.userId)
    .where("application_id", "=", applicationId)
    .executeTakeFirst();
  return given !== undefined && released.every((kind) => given.released.includes(kind));
}

/** Remembers that the person agreed to this set, beside what they agreed to before: nobody is asked twice for the same. */
export async function giveConsent(
  db: TenantDb,
  { person, released }: Ready,
  { applicationId }: Waiting,
  now: Date,
) {
  await db
    .insertInto("consents")
    .values({
      user_id: person.userId,
      application_id: applicationId,
      released: [...released],
      given_at: now,
    })
    .onConflict((on) =>
      on.constraint("consents_pkey").doUpdateSet(({ ref }) => ({
        released: sql<string[]>`(
          select array_agg(distinct kind order by kind)
          from unnest(${ref("consents.released")} || ${ref("excluded.released")}) as kind)`,
        given_at: now,
      })),
    )
    .execute();
}
