// Ways into a sign-in: an e-mail address, or a link from a mail.
import { deviceTokenOf, findDeviceByEmail, isTrustedDevice } from "#features/devices/index.ts";
import { routeOf } from "#features/identity-providers/index.ts";
import type { FoundLink } from "#features/one-time-links/index.ts";
import type { Method } from "#features/policy/index.ts";
import { secondsLater } from "#platform/clock.ts";
import { hashToken, randomToken } from "#platform/crypto/token.ts";
import type { TenantDb } from "#platform/db/database.ts";
import type { IdentityProviderId, PolicyTrialId } from "#src/ids.ts";
import { countProofMail, countStart, type Wait } from "../limits.ts";
import { mailProofCode } from "../jobs.ts";
import { mayTry, policyFor } from "../policy-for.ts";
import { findSignIn } from "../queries.ts";
import { codeSeconds, type EmailInput, signInSeconds } from "../schema.ts";
import { handleOf, type Visit, visitor } from "../visit.ts";

interface Begun {
  readonly now: Date;
  /** The handle this browser had before: its sign-in is dropped, so that one browser has one. */
  readonly replaces: string | undefined;
}

interface Refused {
  readonly wait: NonNullable<Wait>;
  /** A link to a new password gets around it: who comes by one need not prove the mailbox again. */
  readonly hasWayOut: boolean;
}

/**
 * Starts a sign-in for an address that somebody typed. The address is not looked up, so known and unknown ones cannot differ here; only
 * a browser that says it was here before is asked whether the owner of the address signed in with it.
 */
export async function beginWithAddress(
  db: TenantDb,
  visit: Visit,
  input: EmailInput,
): Promise<{ handle: string; state: FirstState } | Refused> {
  const { now, origin, session, cookies } = visit;
  const { email, return_to: returnTo, keep } = input;
  const attempt = { db, actor: visitor(visit), now };
  const device = await findDeviceByEmail(db, { email, token: deviceTokenOf(cookies), now });
  const deviceId = device?.id ?? null;
  const wait = await countStart(attempt, { email, ip: origin.ip, deviceId });
  if (wait !== null) return { wait, hasWayOut: false };
  const trialId = await trialOf(db, visit, input.trial);
  const policy = await policyFor(db, { trialId }, now);
  const route = await routeOf(db, email, policy);
  const isProvided = route !== null && input.local === undefined;
  // A trial is to show that the mail arrives, to whoever tries it.
  const isSpared = trialId === null && isTrustedDevice(device, now);
  const isProven = !policy.emailProofFirst || isSpared;
  const state: FirstState = isProvided ? "provider" : isProven ? "password" : "email_proof";
  const tooMany =
    state === "email_proof" ? await countProofMail(attempt, { email, deviceId }) : null;
  if (tooMany !== null) return { wait: tooMany, hasWayOut: true };
  const handle = await beginSignIn(db, {
    email,
    returnTo,
    now,
    replaces: handleOf(visit),
    state,
    providerId: isProvided ? route.id : null,
    trialId,
    keep: keep && policy.keepSignedIn,
    // Somebody who is signed in and signs in once more wants to, or must, prove it anew.
    reauthenticate: input.reauthenticate !== undefined || session !== null,
  });
  return { handle, state };
}

/** The trial this sign-in is to be judged by: of the administrator who has a session in this browser, or none. */
export async function trialOf(
  db: TenantDb,
  { session, now }: Visit,
  trialId: PolicyTrialId | undefined,
): Promise<PolicyTrialId | null> {
  if (trialId === undefined) return null;
  return (await mayTry(db, { trialId, userId: session?.userId ?? null }, now)) ? trialId : null;
}

/** Where an address that was typed leads at first. */
export type FirstState = "email_proof" | "password" | "provider";

interface NewSignIn extends Begun {
  readonly email: string;
  readonly returnTo: string;
  readonly state?: FirstState;
  readonly providerId?: IdentityProviderId | null;
  readonly trialId?: PolicyTrialId | null;
  readonly keep?: boolean;
  readonly reauthenticate?: boolean;
  /** What the link before it has proven. */
  readonly methods?: readonly Method[];
  readonly mailboxProven?: boolean;
}

/** Starts a sign-in at the password, before it at the mailbox, or at an identity provider. Answers the new handle. */
export async function beginSignIn(db: TenantDb, wish: NewSignIn): Promise<string> {
  const { email, returnTo, now, replaces, state = "password", trialId = null } = wish;
  if (replaces !== undefined) await dropSignIn(db, replaces);
  const { token, hash } = randomToken();
  const { id } = await db
    .insertInto("sign_ins")
    .values({
      token_hash: hash,
      state,
      email,
      identity_provider_id: wish.providerId ?? null,
      return_to: returnTo,
      trial_id: trialId,
      keep_signed_in: wish.keep ?? false,
      reauthenticate: wish.reauthenticate ?? false,
      methods: [...(wish.methods ?? [])],
      mailbox_proven: wish.mailboxProven ?? false,
      created_at: now,
      expires_at: secondsLater(now, signInSeconds),
      ...(state === "email_proof"
        ? { code_expires_at: secondsLater(now, codeSeconds), code_sends: 1 }
        : {}),
    })
    .returning("id")
    .executeTakeFirstOrThrow();
  if (state === "email_proof") await mailProofCode.with({ signInId: id }).enqueue(db);
  return token;
}

/**
 * Starts at choosing a new password, for someone who used a link from their mail. What this browser was waiting for goes on
 * waiting: an application that sent the person here is reached in the end.
 */
export async function beginNewPassword(
  db: TenantDb,
  {
    link,
    purpose,
    now,
    replaces,
  }: Begun & { link: FoundLink; purpose: "invitation" | "password_reset" },
): Promise<string> {
  const earlier = await findSignIn(db, replaces);
  if (replaces !== undefined) await dropSignIn(db, replaces);
  const { token, hash } = randomToken();
  await db
    .insertInto("sign_ins")
    .values({
      token_hash: hash,
      state: "new_password",
      link_purpose: purpose,
      email: link.email,
      user_id: link.userId,
      methods: link.byOperator ? ["operator_link"] : [],
      mailbox_proven: true,
      return_to: earlier?.returnTo ?? "/",
      keep_signed_in: earlier?.keepSignedIn ?? false,
      reauthenticate: earlier?.reauthenticate ?? false,
      created_at: now,
      expires_at: secondsLater(now, signInSeconds),
    })
    .execute();
  return token;
}

/** Forgets a sign-in in progress. */
export async function dropSignIn(db: TenantDb, token: string): Promise<void> {
  await db.deleteFrom("sign_ins").where("token_hash", "=", hashToken(token)).execute();
}
