// Reads of sign-ins in progress, and of the person who claims to be someone.
import { sql } from "kysely";
import { z } from "zod";
import { isPresented, type Presented } from "#features/devices/index.ts";
import { Asserted } from "#features/identity-providers/index.ts";
import { Method } from "#features/policy/index.ts";
import { hashToken } from "#platform/crypto/token.ts";
import type { TenantDb } from "#platform/db/database.ts";
import type { UserId } from "#src/ids.ts";
import { Errand, type SignIn, type SignInState } from "./schema.ts";

const columns = [
  "id",
  "state",
  "email",
  "user_id as userId",
  "link_purpose as linkPurpose",
  "reset_cause as resetCause",
  "methods",
  "mailbox_proven as mailboxProven",
  "return_to as returnTo",
  "trial_id as trialId",
  "keep_signed_in as keepSignedIn",
  "reauthenticate",
  "sealed_totp as sealedTotp",
  "identity_provider_id as identityProviderId",
  "federated",
  "code_hash as codeHash",
  "code_expires_at as codeExpiresAt",
  "code_tries as codeTries",
  "code_sends as codeSends",
  "expires_at as expiresAt",
] as const;

const rows = (db: TenantDb) => db.selectFrom("sign_ins").select(columns);
const byToken = (db: TenantDb, token: string) =>
  rows(db).where("token_hash", "=", hashToken(token));

/** One column: what a provider said, or, until it has, what it was asked for. */
const Federated = z.union([z.strictObject({ errand: Errand }), Asserted]);
const toFederated = (value: unknown): Pick<SignIn, "federated" | "errand"> => {
  const known = value === null ? null : Federated.parse(value);
  if (known === null) return { federated: null, errand: null };
  return "errand" in known
    ? { federated: null, errand: known.errand }
    : { federated: known, errand: null };
};

type Row = Awaited<ReturnType<ReturnType<typeof rows>["execute"]>>[number];
const toSignIn = (row: Row | undefined): SignIn | null =>
  row
    ? {
        ...row,
        methods: row.methods.map((method) => Method.parse(method)),
        ...toFederated(row.federated),
      }
    : null;

/** The sign-in a browser's handle stands for, finished and expired ones too; null when there is none. */
export async function findSignIn(db: TenantDb, token: string | undefined): Promise<SignIn | null> {
  if (token === undefined) return null;
  return toSignIn(await byToken(db, token).executeTakeFirst());
}

/** The same, locked until the transaction ends: two tries of one sign-in are judged one after the other. */
export async function lockSignIn(db: TenantDb, token: string | undefined): Promise<SignIn | null> {
  if (token === undefined) return null;
  return toSignIn(await byToken(db, token).forUpdate().executeTakeFirst());
}

/** A sign-in by its id, locked: for the job that mails its code. */
export async function lockSignInById(db: TenantDb, id: string): Promise<SignIn | null> {
  return toSignIn(await rows(db).where("id", "=", id).forUpdate().executeTakeFirst());
}

/** Whether a sign-in is at one of these steps and still in time. */
export function isAt<S extends SignInState>(
  signIn: SignIn | null,
  states: readonly S[],
  now: Date,
): signIn is SignIn & { state: S } {
  return (
    signIn !== null && states.some((state) => state === signIn.state) && signIn.expiresAt > now
  );
}

const person = (db: TenantDb) =>
  db
    .selectFrom("users as u")
    .select([
      "u.id as userId",
      "u.first_name as firstName",
      "u.last_name as lastName",
      "u.role",
      "u.state",
      "u.password_hash as passwordHash",
      "u.second_step as secondStep",
      "u.password_reset_cause as resetCause",
      "u.strength_asked_at as strengthAskedAt",
      "u.time_zone as zone",
    ])
    .select((eb) =>
      eb
        .exists(
          eb
            .selectFrom("user_emails as other")
            .select("other.id")
            .whereRef("other.user_id", "=", "u.id")
            .where("other.is_primary", "=", false)
            .where("other.verified_at", "is not", null),
        )
        .$castTo<boolean>()
        .as("hasSeveralAddresses"),
    );

const byEmail = (db: TenantDb, email: string) =>
  person(db)
    .innerJoin("user_emails as e", "e.user_id", "u.id")
    .where("e.email", "=", email)
    .where("e.verified_at", "is not", null);

/** Who a verified address belongs to; null when nobody. */
export async function findByEmail(db: TenantDb, email: string) {
  return (await byEmail(db, email).executeTakeFirst()) ?? null;
}

/**
 * Whose row is read for an address: its owner's, or that of whoever stands in for the owner of an address that is nobody's: who has the next
 * one in the order of addresses, else the first of all. Both are looked for whatever is found.
 */
const nearest = (email: string) =>
  sql<{ user_id: UserId; is_owner: boolean }>`(
    (
      select user_id, email = ${email} and verified_at is not null as is_owner, 0 as place
      from user_emails where email >= ${email} order by email limit 1
    )
    union all
    (select user_id, false, 1 from user_emails order by email limit 1)
    order by place limit 1
  )`.as("nearest");

/**
 * Who claims to be in, by a verified address, with the measure of their password, and the browser's device where they have signed in with it.
 * One statement that finds one row for everybody, and plans and reads as much: for nobody somebody stands in, of whom nothing leaves here but
 * the id in `asked`, by which what is asked next about a person costs as much too.
 */
export async function findClaimed(db: TenantDb, email: string, presented: Presented) {
  const row = await person(db)
    .innerJoin(nearest(email), "nearest.user_id", "u.id")
    .leftJoin("devices as d", (join) =>
      join.onRef("d.user_id", "=", "u.id").on(isPresented(presented)),
    )
    .select([
      "nearest.is_owner as isOwner",
      "d.id as deviceId",
      "u.password_length as length",
      "u.password_score as score",
      "u.breach_mac as mac",
    ])
    .select((eb) =>
      eb
        .selectFrom("user_emails as own")
        .select("own.email")
        .whereRef("own.user_id", "=", "u.id")
        .where("own.is_primary", "=", true)
        .as("primaryEmail"),
    )
    .executeTakeFirst();
  if (!row?.isOwner) {
    const asked = { userId: row?.userId ?? null, primaryEmail: email };
    return { claimed: null, asked, measured: null, deviceId: null };
  }
  const { isOwner: _, deviceId, primaryEmail, length, score, mac, ...claimed } = row;
  const asked = { userId: claimed.userId, primaryEmail: primaryEmail ?? email };
  return { claimed, asked, measured: { length, score, mac }, deviceId };
}
export type Claimed = NonNullable<Awaited<ReturnType<typeof findByEmail>>>;

/** Whose address it is, confirmed by its mailbox (or by who vouches for it) or not, locked until the transaction ends; null when nobody's. */
export async function lockOwner(db: TenantDb, email: string) {
  const row = await db
    .selectFrom("user_emails as e")
    .innerJoin("users as u", "u.id", "e.user_id")
    .select(["u.id as userId", "u.role"])
    .select((eb) =>
      eb
        .and([eb("e.verified_at", "is not", null), eb("e.by_domain", "=", false)])
        .$castTo<boolean>()
        .as("isConfirmed"),
    )
    .where("e.email", "=", email)
    .forNoKeyUpdate("u")
    .executeTakeFirst();
  return row ?? null;
}

/** Who comes in as a provider's subject, and which subject somebody comes in as; null when nobody, or as none. */
export async function findLinked(db: TenantDb, { providerId, subject }: Asserted) {
  const row = await db
    .selectFrom("federated_identities")
    .select("user_id as userId")
    .where("identity_provider_id", "=", providerId)
    .where("subject", "=", subject)
    .executeTakeFirst();
  return row?.userId ?? null;
}

/** Whether a person comes in by this provider already, as whomever. */
export async function hasSubject(db: TenantDb, { providerId }: Asserted, userId: UserId) {
  const row = await db
    .selectFrom("federated_identities")
    .select("subject")
    .where("identity_provider_id", "=", providerId)
    .where("user_id", "=", userId)
    .executeTakeFirst();
  return row !== undefined;
}

/** The primary address of a person: where codes go when they came in by something else than an address of theirs. */
export async function primaryEmail(db: TenantDb, userId: UserId): Promise<string> {
  const { email } = await db
    .selectFrom("user_emails")
    .select("email")
    .where("user_id", "=", userId)
    .where("is_primary", "=", true)
    .executeTakeFirstOrThrow();
  return email;
}

/** A person by id. */
export async function findPerson(db: TenantDb, userId: UserId): Promise<Claimed | null> {
  return (await person(db).where("u.id", "=", userId).executeTakeFirst()) ?? null;
}

/** A person by id, locked until the transaction ends, so that what is decided here still holds at its commit. */
export async function lockPerson(db: TenantDb, userId: UserId) {
  const row = await person(db).where("u.id", "=", userId).forNoKeyUpdate().executeTakeFirst();
  return row ?? null;
}
