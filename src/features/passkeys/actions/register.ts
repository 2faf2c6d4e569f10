// Registering a passkey (WebAuthn Level 3 §7.1). The person has proved who they are before; that is the caller's part.
import { notify } from "#features/notices/index.ts";
import { findPolicy, type Policy } from "#features/policy/index.ts";
import { deviceName } from "#features/sessions/index.ts";
import { record } from "#platform/audit/record.ts";
import type { TenantDb } from "#platform/db/database.ts";
import type { Site } from "#platform/http/context.ts";
import { modelName } from "#protocols/webauthn/models.ts";
import {
  registrationOptions,
  type RegistrationOptions,
  relyingParty,
} from "#protocols/webauthn/options.ts";
import { AttestationJson } from "#protocols/webauthn/shapes.ts";
import {
  type AttestedFacts,
  claimedChallenge,
  judgeAttestation,
} from "#protocols/webauthn/verify.ts";
import type { PasskeyId, UserId } from "#src/ids.ts";
import { consumeChallenge, findRegistrationChallenge, issueChallenge } from "../challenges.ts";
import { passkeyAddedMail } from "../emails.tsx";
import { tooManyPasskeys } from "../errors.ts";
import { passkeyRefused, passkeyRegistered } from "../events.ts";
import { knownCredentials, listPasskeys } from "../queries.ts";
import { PasskeyName, passkeysMost, type RefusalCause } from "../schema.ts";
import { texts } from "../texts.ts";
import { type PasskeyVisit, parsedJson } from "./assert.ts";

interface ForPerson {
  readonly site: Site;
  readonly now: Date;
  readonly userId: UserId;
}

/**
 * Begins a registration: options for the browser's script, and the handle for its cookie (`givePasskeyHandle`).
 * @throws {tooManyPasskeys}
 */
export async function beginRegistration(
  db: TenantDb,
  { site, now, userId }: ForPerson,
): Promise<{ options: RegistrationOptions; handle: string }> {
  const present = await knownCredentials(db, userId, { suspendedToo: true });
  if (present.length >= passkeysMost) throw tooManyPasskeys();
  const purpose = { ceremony: "registration", userId } as const;
  const { challenge, handle } = await issueChallenge(db, purpose, now);
  return { options: await optionsFor(db, { site, now, userId, challenge }), handle };
}

/** The options of a registration that this browser has begun and not finished, or null: for a page that is loaded again. */
export async function pendingRegistration(
  db: TenantDb,
  { handle, ...person }: ForPerson & { handle: string | undefined },
): Promise<RegistrationOptions | null> {
  const { userId, now } = person;
  const challenge = await findRegistrationChallenge(db, { handle, userId, now });
  return challenge === null ? null : optionsFor(db, { ...person, challenge });
}

async function optionsFor(
  db: TenantDb,
  { site, now, userId, challenge }: ForPerson & { challenge: Buffer },
): Promise<RegistrationOptions> {
  const policy = await findPolicy(db, now);
  const person = await db
    .selectFrom("users as u")
    .innerJoin("user_emails as e", (join) =>
      join.onRef("e.user_id", "=", "u.id").on("e.is_primary", "=", true),
    )
    .select(["u.first_name as firstName", "u.last_name as lastName", "e.email"])
    .where("u.id", "=", userId)
    .executeTakeFirstOrThrow();
  return registrationOptions(relyingParty(site), {
    challenge,
    user: { id: userId, email: person.email, name: `${person.firstName} ${person.lastName}` },
    present: await knownCredentials(db, userId, { suspendedToo: true }),
    // Browsers hide the model of a security key unless they are asked for an attestation, and ask the person about that: only where
    // the tenant wants to know the model.
    attestation: policy.passkeyAaguids === null ? "none" : "direct",
  });
}

export interface PresentedAttestation {
  readonly handle: string | undefined;
  /** RegistrationResponseJSON as it came, parsed or as text. */
  readonly response: unknown;
  readonly userId: UserId;
  /** Blank, or no name (`PasskeyName`): it is named after its model, else after the browser's device. */
  readonly name: string | undefined;
}

export interface RegisteredPasskey<T> {
  readonly kind: "registered";
  readonly passkeyId: PasskeyId;
  readonly name: string;
  /** What `also` answered. */
  readonly value: T;
}

export interface RefusedRegistration {
  readonly kind: "refused";
  readonly cause: RefusalCause;
  /** What the person reads. */
  readonly text: string;
}

/**
 * Judges the answer and keeps the passkey, with its event and its notice; `also` does in the same transaction what follows from it. The
 * challenge is used up first, in a transaction of its own, whatever comes of it. A refusal is recorded (`passkey.refused`).
 *
 * A tenant's list of models is a rule for people who follow rules: the model is what the authenticator says of itself, in a statement
 * that is consistent but not traced to its maker (see `judgeAttestation`). It keeps wrong devices out, not forgers.
 * @throws {tooManyPasskeys}
 */
export async function finishRegistration<T>(
  visit: PasskeyVisit,
  presented: PresentedAttestation,
  also: (db: TenantDb, passkey: { passkeyId: PasskeyId; name: string }) => Promise<T>,
): Promise<RegisteredPasskey<T> | RefusedRegistration> {
  const { tenant, actor } = visit;
  const { userId } = presented;
  const judged = await judge(visit, presented);
  const outcome =
    typeof judged === "string"
      ? judged
      : await tenant.write((db) => keep(db, visit, { presented, attested: judged, also }));
  if (typeof outcome !== "string") return outcome;
  await tenant.write((db) =>
    record(db, actor, passkeyRefused, {
      userId,
      passkeyId: null,
      ceremony: "registration",
      cause: outcome,
    }),
  );
  return { kind: "refused", cause: outcome, text: refusalText(outcome) };
}

type Attested = AttestedFacts & { readonly transports: readonly string[] };

async function judge(
  { tenant, site, now }: PasskeyVisit,
  { handle, response, userId }: PresentedAttestation,
): Promise<Attested | RefusalCause> {
  const answer = AttestationJson.safeParse(parsedJson(response));
  if (!answer.success) return "malformed";
  const challenge = claimedChallenge(answer.data.response.clientDataJSON);
  const { waiting, policy } = await tenant.write(async (db) => ({
    waiting: await consumeChallenge(db, { handle, challenge, ceremony: "registration" }),
    policy: await findPolicy(db, now),
  }));
  if (!waiting) return "unknown_challenge";
  if (waiting.expiresAt <= now) return "expired_challenge";
  if (waiting.userId !== userId) return "wrong_person";
  const judged = await judgeAttestation(answer.data, {
    challenge: waiting.challenge,
    origin: site.origin,
    rpId: relyingParty(site).id,
  });
  if (judged.cause !== null) return judged.cause;
  if (!isAllowed(policy, judged.aaguid)) return "model_not_allowed";
  return { ...judged, transports: knownTransports(answer.data.response.transports ?? []) };
}

const isAllowed = ({ passkeyAaguids }: Policy, aaguid: string): boolean =>
  passkeyAaguids === null || passkeyAaguids.includes(aaguid);

const transports = ["ble", "hybrid", "internal", "nfc", "smart-card", "usb"];
const knownTransports = (given: readonly string[]) =>
  transports.filter((transport) => given.includes(transport));

interface Keeping<T> {
  readonly presented: PresentedAttestation;
  readonly attested: Attested;
  also(db: TenantDb, passkey: { passkeyId: PasskeyId; name: string }): Promise<T>;
}

async function keep<T>(
  db: TenantDb,
  { actor, post, now }: PasskeyVisit,
  { presented: { userId, name: wish = "" }, attested, also }: Keeping<T>,
): Promise<RegisteredPasskey<T> | RefusalCause> {
  // Of two registrations at once the second counts what the first one added.
  await db.selectFrom("users").select("id").where("id", "=", userId).forNoKeyUpdate().execute();
  const present = await listPasskeys(db, userId);
  if (present.length >= passkeysMost) throw tooManyPasskeys();
  const userAgent = "origin" in actor ? actor.origin.userAgent : "";
  const wished = PasskeyName.safeParse(wish);
  const name = wished.success
    ? wished.data
    : unused(
        modelName(attested.aaguid) ?? deviceName(userAgent),
        present.map((each) => each.name),
      );
  const row = await db
    .insertInto("passkeys")
    .values({
      user_id: userId,
      name,
      credential_id: attested.credentialId,
      public_key: attested.publicKey,
      sign_count: attested.signCount,
      aaguid: attested.aaguid,
      transports: [...attested.transports],
      backup_eligible: attested.isBackupEligible,
      backed_up: attested.isBackedUp,
      created_at: now,
    })
    .onConflict((on) => on.constraint("passkeys_credential_unique").doNothing())
    .returning("id")
    .executeTakeFirst();
  if (!row) return "already_registered";
  const { aaguid, isBackupEligible: isSyncable } = attested;
  const passkey = { passkeyId: row.id, name };
  await record(db, actor, passkeyRegistered, { userId, ...passkey, aaguid, isSyncable });
  const happening = { userId, now };
  await notify(db, post, actor, { happening, template: passkeyAddedMail, more: { name } });
  return { kind: "registered", ...passkey, value: await also(db, passkey) };
}

/** "Windows Hello", then "Windows Hello 2". */
function unused(name: string, taken: readonly string[]): string {
  const names = Array.from({ length: taken.length + 1 }, (_, at) =>
    at === 0 ? name : texts.numbered(name, at + 1),
  );
  return names.find((each) => !taken.includes(each)) ?? name;
}

const sentences: Readonly<Partial<Record<RefusalCause, string>>> = {
  unknown_challenge: texts.refusedAsVoid,
  expired_challenge: texts.refusedAsVoid,
  already_registered: texts.refusedAsPresent,
  model_not_allowed: texts.refusedAsModel,
  user_absent: texts.refusedAsUnverified,
  user_unverified: texts.refusedAsUnverified,
};

const refusalText = (cause: RefusalCause): string => sentences[cause] ?? texts.refusedOtherwise;
