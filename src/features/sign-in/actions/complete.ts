// The end of a sign-in: its row is done, the person has a session, their browser is known, and they are told when it was not before.
import { sql } from "kysely";
import { deviceTokenOf, welcomeDevice } from "#features/devices/index.ts";
import { takeProviderValues } from "#features/attributes/index.ts";
import {
  type Asserted,
  linkPerson,
  onlyProviderOf,
  takeGroups,
} from "#features/identity-providers/index.ts";
import { notify } from "#features/notices/index.ts";
import { mailboxConfirmed } from "#features/one-time-links/index.ts";
import { findPolicy, meets, type Method, methodsText, strengthOf } from "#features/policy/index.ts";
import { type SessionCookie, startSession } from "#features/sessions/index.ts";
import type { TenantDb } from "#platform/db/database.ts";
import type { UserId } from "#src/ids.ts";
import { linkedMail, newDeviceMail } from "../emails.tsx";
import { signInExpired } from "../errors.ts";
import { forgivePerson } from "../person-limit.ts";
import { passTrial } from "../policy-for.ts";
import type { SignIn } from "../schema.ts";
import { texts } from "../texts.ts";
import { forgiveAccount } from "../second-step-limits.ts";
import { type Visit, visitor } from "../visit.ts";
import { type Person, rememberableDays, type Situation } from "./standing.ts";

/** What the browser gets, and where the person goes on. */
export interface Entry {
  readonly session: SessionCookie;
  readonly deviceToken: string;
  readonly returnTo: string;
  /** What the person reads there. */
  readonly notice: string | null;
}

export interface Ending {
  readonly person: Person;
  readonly methods: readonly Method[];
  readonly situation: Situation;
  readonly remember: boolean;
}

/** A sign-in that ends; without an id there was no row: a passkey at the first page needs none. */
export type Ended = Pick<
  SignIn,
  "email" | "returnTo" | "trialId" | "keepSignedIn" | "reauthenticate" | "federated"
> & {
  readonly id: string | null;
};

/** Starts the session in the place of the one this browser had. */
export async function completeSignIn(
  db: TenantDb,
  visit: Visit,
  signIn: Ended,
  { person, methods, situation, remember }: Ending,
): Promise<Entry> {
  const { now, origin, session, cookies } = visit;
  const { userId } = person;
  const actor = visitor(visit, userId);
  const { id, email, trialId, returnTo } = signIn;
  if (id !== null) await closeRow(db, id, { userId, methods });
  if (signIn.federated !== null) await keepLink(db, visit, { userId, email }, signIn.federated);
  const { wasHere, hasUnconfirmed } = await notePresence(db, visit, { person, situation, methods });
  if (hasUnconfirmed && methods.includes("email_code"))
    await mailboxConfirmed(db, { userId, email });
  const deviceId = situation.device?.id ?? null;
  await forgiveAccount(db, { userId, email, ip: origin.ip, deviceId });
  await forgivePerson(db, userId);
  const providerId = signIn.federated?.providerId ?? null;
  if (trialId !== null) await passTrial(db, { trialId, userId, methods, providerId }, now);
  const rememberDays = remember ? rememberableDays(situation, { methods, trialId }) : null;
  const token = deviceTokenOf(cookies);
  const device = await welcomeDevice(db, actor, { userId, token, origin, now, rememberDays });
  const isKept = signIn.keepSignedIn && situation.policy.keepSignedIn;
  const started = await startSession(db, actor, {
    userId,
    methods,
    origin,
    now,
    authenticatedAt: provenAt(signIn, methods, now),
    isKept,
    deviceId: device.deviceId,
    isNewDevice: device.isNew,
    provider: signIn.federated && providerOf(signIn.federated),
    replaces: session?.id ?? null,
  });
  // Everybody's first browser is new: who comes from an invitation knows that they are here.
  if (device.isNew && wasHere) await tellNewDevice(db, visit, { userId, methods });
  return { session: started, deviceToken: device.token, ...placeAfter(returnTo, methods) };
}

/** Who came in by the operator's link has no second step that lasts: without one the next sign-in asks for a mail that may not arrive. */
function placeAfter(
  returnTo: string,
  methods: readonly Method[],
): Pick<Entry, "returnTo" | "notice"> {
  const isRecovered = methods.includes("operator_link") && strengthOf(methods) === "baseline";
  if (!isRecovered) return { returnTo, notice: null };
  return { returnTo: returnTo === "/" ? "/security" : returnTo, notice: texts.setUpNow };
}

/** What was not proven here, in this sign-in. */
const elsewhere: readonly Method[] = [
  "provider",
  "provider_mfa",
  "provider_phishing_resistant",
  "remembered_device",
];

/**
 * When the person last proved who they are. Where all of it is the provider's word, that is when they proved it there: somebody at a desk
 * that was left comes in by the session there, and must not pass for fresh proof (platform/http/fresh.ts). Where the provider was told to
 * ask again it has just done so, whatever its clock says (protocols/saml, checkAuthn).
 */
function provenAt(
  { federated, reauthenticate }: Ended,
  methods: readonly Method[],
  now: Date,
): Date {
  const there = federated?.authenticatedAt ?? null;
  const isTheirWord = methods.every((method) => elsewhere.includes(method));
  if (there === null || reauthenticate || !isTheirWord) return now;
  return new Date(Math.min(Date.parse(there), now.getTime()));
}

const providerOf = ({ providerId, ...asserted }: Asserted) => ({
  id: providerId,
  nameId: asserted.nameId,
  nameIdFormat: asserted.nameIdFormat,
  nameQualifier: asserted.nameQualifier,
  spNameQualifier: asserted.spNameQualifier,
  sessionIndex: asserted.sessionIndex,
});

/**
 * A first sign-in by a provider makes the link, and the person is told: from now on it opens their account. Only here, when everything
 * that is asked for is proven; so it is with the groups and the attributes that the provider gives. @throws {signInExpired} when the subject, or the person,
 * belongs to another one by now
 */
async function keepLink(
  db: TenantDb,
  visit: Visit,
  { userId, email }: { userId: UserId; email: string },
  asserted: Asserted,
): Promise<void> {
  const { now, post } = visit;
  const { providerId, providerName, subject } = asserted;
  const actor = visitor(visit, userId);
  const { attributes: said, skipped } = asserted;
  const coming = { email, now, skipped };
  const isNew = await linkPerson(db, actor, { providerId, subject, userId }, coming);
  if (isNew === null) throw signInExpired();
  await takeGroups(db, actor, asserted, userId);
  await takeProviderValues(db, actor, { providerId, userId, said, now });
  if (!isNew) return;
  const only = await onlyProviderOf(db, { userId, email }, await findPolicy(db, now));
  const more = { provider: providerName, isOnlyWay: only?.id === providerId };
  await notify(db, post, actor, { happening: { userId, now }, template: linkedMail, more });
}

async function closeRow(
  db: TenantDb,
  id: string,
  { userId, methods }: { userId: UserId; methods: readonly Method[] },
): Promise<void> {
  await db
    .updateTable("sign_ins")
    .set({
      state: "done",
      user_id: userId,
      link_purpose: null,
      reset_cause: null,
      methods: [...methods],
      code_hash: null,
      code_expires_at: null,
      sealed_totp: null,
      federated: null,
    })
    .where("id", "=", id)
    .execute();
}

/** In the transaction of the sign-in: a thief cannot come in without the owner's mail being on its way. */
async function tellNewDevice(
  db: TenantDb,
  visit: Visit,
  { userId, methods }: { userId: UserId; methods: readonly Method[] },
): Promise<void> {
  const { post, now } = visit;
  const happening = { userId, now };
  const more = { methods: methodsText(methods) };
  await notify(db, post, visitor(visit, userId), { happening, template: newDeviceMail, more });
}

/** Several factors by an identity provider's word alone. */
const theirFactors: readonly Method[] = ["provider_mfa", "provider_phishing_resistant"];

/**
 * When the person was last here; answers whether they ever were before, and whether they have an address that its domain alone verified. Whoever has what is asked of them ends the days of grace, so that
 * the next demand has days of its own. What their provider names does not: it is not there when somebody comes by their password, who would have
 * new days after each of their sign-ins.
 */
async function notePresence(
  db: TenantDb,
  { now }: Visit,
  { person, situation, methods }: Pick<Ending, "person" | "situation" | "methods">,
): Promise<{ wasHere: boolean; hasUnconfirmed: boolean }> {
  const here = methods.filter((method) => !theirFactors.includes(method));
  const isAsked = !meets(strengthOf(here), situation.own);
  const { before, hasUnconfirmed } = await db
    .updateTable("users")
    .set({ last_sign_in_at: now, ...(isAsked ? {} : { strength_asked_at: null }) })
    .where("id", "=", person.userId)
    .returning([
      sql<Date | null>`old.last_sign_in_at`.as("before"),
      sql<boolean>`exists (select from user_emails as e where e.user_id = users.id and e.by_domain)`.as(
        "hasUnconfirmed",
      ),
    ])
    .executeTakeFirstOrThrow();
  return { wasHere: before !== null, hasUnconfirmed };
}
