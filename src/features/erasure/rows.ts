// Everything but the audit trail that says who somebody was, read as a table: test/features/erasure holds it against the catalogue, so that
// a new table that refers to people must be in one of the lists.
import { createHash } from "node:crypto";
import { type RawBuilder, sql } from "kysely";
import type { TenantDb } from "#platform/db/database.ts";
import type { UserId } from "#src/ids.ts";

/** Rows that are the person's own. */
export const ownRows = [
  { table: "backup_codes", column: "user_id" },
  { table: "totp_authenticators", column: "user_id" },
  { table: "passkeys", column: "user_id" },
  { table: "passkey_challenges", column: "user_id" },
  { table: "sessions", column: "user_id" },
  { table: "devices", column: "user_id" },
  { table: "sign_ins", column: "user_id" },
  { table: "user_tokens", column: "user_id" },
  { table: "pending_emails", column: "user_id" },
  { table: "federated_identities", column: "user_id" },
  { table: "provider_assignments", column: "user_id" },
  { table: "identity_provider_requests", column: "started_by" },
  // Random, 122 bits: the same one is never made for anybody else (SAML Core §8.3.7), so nothing has to be kept of it.
  { table: "saml_persistent_ids", column: "user_id" },
  { table: "consents", column: "user_id" },
  { table: "user_attributes", column: "user_id" },
  { table: "user_provider_attributes", column: "user_id" },
  { table: "group_members", column: "user_id" },
  { table: "reactivation_requests", column: "user_id" },
  { table: "factor_resets", column: "user_id" },
] as const;

/** Everybody has a primary address (features/users): theirs is replaced by one that leads nowhere. */
export const replacedRows = [{ table: "user_emails", column: "user_id" }] as const;

/** An id of the person in what is somebody else's: it leads to nobody any more, so it stays. */
export const keptIds = [
  { table: "api_clients", column: "created_by" },
  { table: "factor_resets", column: "requested_by" },
  { table: "factor_resets", column: "decided_by" },
  { table: "reactivation_requests", column: "decided_by" },
  { table: "policy_trials", column: "started_by" },
  { table: "user_attributes", column: "updated_by" },
  { table: "organisation_domains", column: "added_by" },
] as const;

/** Whose rows they are; `addresses` in lower case, as they are stored. */
export interface Erased {
  readonly userId: UserId;
  readonly addresses: readonly string[];
}

/** Removes all of it. As many statements for somebody of twenty years as for somebody of a day. */
export async function eraseRows(db: TenantDb, erased: Erased): Promise<void> {
  await eraseMessages(db, erased.userId);
  if (erased.addresses.length > 0) await eraseAddresses(db, erased.addresses);
  await eraseLogouts(db, erased.userId);
  await eraseCounters(db, erased);
  for (const { table, column } of ownRows)
    await sql`delete from ${sql.table(table)} where ${sql.ref(column)} = ${erased.userId}`.execute(
      db,
    );
}

/** Messages to the person, sent or not. */
async function eraseMessages(db: TenantDb, userId: UserId): Promise<void> {
  await sql`
    with gone as (delete from mails where user_id = ${userId} returning id::text)
    delete from jobs where payload ->> 'mailId' in (select id from gone)`.execute(db);
}

/**
 * What was typed or asserted before anybody knew whose it was, and what a mail server or a job had to say of an address. The whole address
 * counts: `a@example.com` is within `anna@example.com`, whose rows are not theirs.
 */
async function eraseAddresses(db: TenantDb, addresses: readonly string[]): Promise<void> {
  const theirs = sql`any(${addresses}::text[])`;
  const isValueIn = (json: RawBuilder<unknown>) => sql`exists (
    select from unnest(${addresses}::text[]) as address where strpos(lower(${json}::text), to_jsonb(address)::text) > 0)`;
  const isSaidIn = (text: RawBuilder<unknown>) =>
    sql`lower(${text}) ~ any(${addresses.map(wholeAddress)}::text[])`;
  await sql`delete from jobs where ${isValueIn(sql`payload`)}`.execute(db);
  await sql`update jobs set last_error = null where ${isSaidIn(sql`last_error`)}`.execute(db);
  await sql`update mails set error = null where ${isSaidIn(sql`error`)}`.execute(db);
  await sql`delete from sign_ins where email = ${theirs} or ${isValueIn(sql`federated`)}`.execute(
    db,
  );
  await sql`delete from identity_provider_requests where ${isValueIn(sql`outcome`)}`.execute(db);
  await sql`delete from sso_requests where lower(subject) = ${theirs}`.execute(db);
}

/**
 * A pattern of PostgreSQL for an address in a sentence: neither the end of a longer one nor the beginning, but at the end of a sentence, in
 * quotes and in brackets.
 */
const wholeAddress = (address: string): string =>
  `(?<![[:alnum:]._%+~-])${address.replaceAll(/[^a-z0-9]/g, String.raw`\$&`)}(?![.-]?[[:alnum:]])`;

/** Sign-outs on their way: what an application or a provider said of them may name somebody. What applications were told goes with the sessions. */
async function eraseLogouts(db: TenantDb, userId: UserId): Promise<void> {
  await sql`delete from logouts
    where session_ids && array(select id from sessions where user_id = ${userId})`.execute(db);
}

/** Counters of tries, by what they count and by what administrators read of them. Those of a network fade within the hour. */
async function eraseCounters(db: TenantDb, { userId, addresses }: Erased): Promise<void> {
  const keys = [userId, ...addresses].map((key) => createHash("sha256").update(key).digest());
  await sql`delete from limits
    where key = any(${keys}::bytea[]) or split_part(about, ' ', 1) = any(${addresses}::text[])`.execute(
    db,
  );
}
