// Proving who one is by a passkey: options for the browser, judging its answer, and using the passkey (WebAuthn Level 3 §7.2).
import { record } from "#platform/audit/record.ts";
import { equalBytes } from "#platform/crypto/token.ts";
import type { TenantDb } from "#platform/db/database.ts";
import type { Handling, Site } from "#platform/http/context.ts";
import { type Post } from "#platform/mail/queue.ts";
import { notify } from "#features/notices/index.ts";
import {
  assertionOptions,
  type AssertionOptions,
  relyingParty,
  userHandle,
} from "#protocols/webauthn/options.ts";
import { AssertionJson } from "#protocols/webauthn/shapes.ts";
import { claimedChallenge, judgeAssertion } from "#protocols/webauthn/verify.ts";
import type { Actor } from "#src/actor.ts";
import type { PasskeyId, UserId } from "#src/ids.ts";
import { consumeChallenge, issueChallenge } from "../challenges.ts";
import { passkeySuspendedMail } from "../emails.tsx";
import { passkeyRefused, passkeySuspended } from "../events.ts";
import { knownCredentials } from "../queries.ts";
import type { AssertionCeremony, Ceremony, RefusalCause } from "../schema.ts";

/** What a ceremony is judged with. `actor` is who acts: a visitor while nobody is signed in. */
export type PasskeyVisit = Pick<Handling<unknown, unknown>, "tenant" | "site" | "now" | "post"> & {
  readonly actor: Actor;
};

export interface AssertionStart {
  readonly site: Site;
  readonly now: Date;
  readonly ceremony: AssertionCeremony;
  /** Whom the answer must be of, where that is known already; null: of anybody. */
  readonly userId: UserId | null;
}

/**
 * Begins an assertion: options for the browser's script, and the handle for its cookie (`givePasskeyHandle`). At "sign_in" no
 * credential is listed even when a person is named, so that the options say nothing about any account; at "proof" the person is known
 * to themself, and their own are listed.
 */
export async function beginAssertion(
  db: TenantDb,
  { site, now, ceremony, userId }: AssertionStart,
): Promise<{ options: AssertionOptions; handle: string }> {
  const allowed =
    ceremony === "proof" && userId !== null
      ? await knownCredentials(db, userId, { suspendedToo: false })
      : [];
  const { challenge, handle } = await issueChallenge(db, { ceremony, userId }, now);
  return { options: assertionOptions(relyingParty(site), { challenge, allowed }), handle };
}

export interface PresentedAssertion {
  /** What the browser's cookie says (`passkeyHandle`). */
  readonly handle: string | undefined;
  /** AuthenticationResponseJSON as it came, parsed or as text. */
  readonly response: unknown;
  readonly ceremony: AssertionCeremony;
  /** Whose it must be; null: whoever it names is the one who signs in. */
  readonly userId: UserId | null;
}

/** A right answer, not yet used: `usePasskey` does that in the transaction that lets the person in. */
export interface VerifiedPasskey {
  readonly kind: "verified";
  readonly userId: UserId;
  readonly passkeyId: PasskeyId;
  readonly signCount: number;
  readonly isBackedUp: boolean;
  readonly ceremony: AssertionCeremony;
  readonly actor: Actor;
  readonly post: Post;
}

export interface RefusedPasskey {
  readonly kind: "refused";
  readonly cause: RefusalCause;
  /** Whose passkey was presented, as far as it is known. For the audit trail alone: the person reads one text for every cause. */
  readonly userId: UserId | null;
}

/**
 * Judges an answer. The challenge is used up first, in a transaction of its own, whatever comes of it; the signature is checked outside
 * of any. A refusal is recorded here (`passkey.refused`). Limits are the caller's, before this: each call may cost a signature check.
 * Says nothing about the person's state: whether they are active is the caller's question.
 */
export async function verifyPasskey(
  visit: PasskeyVisit,
  presented: PresentedAssertion,
): Promise<VerifiedPasskey | RefusedPasskey> {
  const { tenant, actor } = visit;
  const outcome = await judge(visit, presented);
  if (outcome.kind === "verified") return outcome;
  const { passkeyId, ...refused } = outcome;
  const { cause, userId } = refused;
  const { ceremony } = presented;
  await tenant.write((db) =>
    record(db, actor, passkeyRefused, { userId, passkeyId, ceremony, cause }),
  );
  return refused;
}

type Judgement = VerifiedPasskey | (RefusedPasskey & { readonly passkeyId: PasskeyId | null });

async function judge(
  { tenant, site, now, actor, post }: PasskeyVisit,
  { handle, response, ceremony, userId }: PresentedAssertion,
): Promise<Judgement> {
  const answer = AssertionJson.safeParse(parsedJson(response));
  if (!answer.success) return refusal("malformed", userId);
  const { id, response: parts } = answer.data;
  const challenge = claimedChallenge(parts.clientDataJSON);
  const { waiting, passkey } = await tenant.write(async (db) => ({
    waiting: await consumeChallenge(db, { handle, challenge, ceremony }),
    passkey: await findByCredential(db, Buffer.from(id, "base64url")),
  }));
  if (!waiting) return refusal("unknown_challenge", userId);
  if (waiting.expiresAt <= now) return refusal("expired_challenge", userId);
  if (waiting.userId !== null && waiting.userId !== (userId ?? passkey?.userId))
    return refusal("wrong_person", userId);
  if (!passkey) return refusal("unknown_passkey", userId);
  const refuse = (cause: RefusalCause): Judgement => ({
    kind: "refused",
    cause,
    userId: userId ?? passkey.userId,
    passkeyId: passkey.id,
  });
  if (userId !== null && passkey.userId !== userId) return refuse("passkey_of_another");
  const cause = userHandleProblem(parts.userHandle ?? null, { userId, owner: passkey.userId });
  if (cause !== null) return refuse(cause);
  const judged = await judgeAssertion(answer.data, {
    challenge: waiting.challenge,
    origin: site.origin,
    rpId: relyingParty(site).id,
    publicKey: passkey.publicKey,
  });
  if (judged.cause !== null) return refuse(judged.cause);
  // §7.2: it is fixed when the credential is made. A copy that says otherwise would escape the counter.
  if (judged.isBackupEligible !== passkey.isBackupEligible) return refuse("eligibility_changed");
  if (passkey.suspendedAt !== null) return refuse("suspended");
  return {
    kind: "verified",
    userId: passkey.userId,
    passkeyId: passkey.id,
    signCount: judged.signCount,
    isBackedUp: judged.isBackedUp,
    ceremony,
    actor,
    post,
  };
}

const refusal = (cause: RefusalCause, userId: UserId | null): Judgement => ({
  kind: "refused",
  cause,
  userId,
  passkeyId: null,
});

/** §7.2 step 6: who is not known yet is whom the user handle names; where one is there, it names the owner. */
function userHandleProblem(
  given: string | null,
  { userId, owner }: { userId: UserId | null; owner: UserId },
): RefusalCause | null {
  const isMissing = given === null || given === "";
  if (isMissing) return userId === null ? "wrong_user_handle" : null;
  const isOwners = equalBytes(Buffer.from(given, "base64url"), userHandle(owner));
  return isOwners ? null : "wrong_user_handle";
}

/** A form's hidden field holds the answer as text. */
export function parsedJson(response: unknown): unknown {
  if (typeof response !== "string") return response;
  try {
    return JSON.parse(response);
  } catch {
    return null;
  }
}

async function findByCredential(db: TenantDb, credentialId: Buffer) {
  const row = await db
    .selectFrom("passkeys")
    .select([
      "id",
      "user_id as userId",
      "public_key as publicKey",
      "backup_eligible as isBackupEligible",
      "suspended_at as suspendedAt",
    ])
    .where("credential_id", "=", credentialId)
    .executeTakeFirst();
  return row ?? null;
}

/**
 * Uses a verified passkey, in the transaction that lets the person in or makes their change; its row is locked. False: it is gone or
 * suspended by now, or its counter did not grow though it cannot be copied openly. Then there are two of it (§6.1.1): it is suspended,
 * recorded and told by mail, and the row stays as evidence. Return the refusal, do not throw it, or that is rolled back.
 */
export async function usePasskey(
  db: TenantDb,
  verified: VerifiedPasskey,
  now: Date,
): Promise<boolean> {
  const { userId, passkeyId, signCount, isBackedUp } = verified;
  const row = await db
    .selectFrom("passkeys")
    .select(["name", "sign_count", "backup_eligible", "suspended_at"])
    .where("id", "=", passkeyId)
    .where("user_id", "=", userId)
    .forUpdate()
    .executeTakeFirst();
  if (!row) return refuseUse(db, verified, "unknown_passkey");
  if (row.suspended_at !== null) return refuseUse(db, verified, "suspended");
  const before = Number(row.sign_count);
  // Authenticators without a counter always say 0. Synced passkeys are on many devices, whose counters say nothing.
  const isCounting = before > 0 || signCount > 0;
  if (!row.backup_eligible && isCounting && signCount <= before) {
    await suspend(db, verified, { name: row.name, counterBefore: before, now });
    return refuseUse(db, verified, "clone_suspected");
  }
  await db
    .updateTable("passkeys")
    .set({ sign_count: signCount, backed_up: isBackedUp, last_used_at: now })
    .where("id", "=", passkeyId)
    .execute();
  return true;
}

async function refuseUse(
  db: TenantDb,
  { actor, userId, passkeyId, ceremony }: VerifiedPasskey & { ceremony: Ceremony },
  cause: RefusalCause,
): Promise<false> {
  await record(db, actor, passkeyRefused, { userId, passkeyId, ceremony, cause });
  return false;
}

async function suspend(
  db: TenantDb,
  { userId, passkeyId, signCount, actor, post }: VerifiedPasskey,
  { name, counterBefore, now }: { name: string; counterBefore: number; now: Date },
): Promise<void> {
  await db.updateTable("passkeys").set({ suspended_at: now }).where("id", "=", passkeyId).execute();
  const what = { userId, passkeyId, name, counter: signCount, counterBefore };
  await record(db, actor, passkeySuspended, what);
  const happening = { userId, now };
  await notify(db, post, actor, { happening, template: passkeySuspendedMail, more: { name } });
}
