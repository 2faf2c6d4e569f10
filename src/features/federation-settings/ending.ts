// Keys whose certificates come to their end: the same rows for the page, for the job that prepares the next key, and for the mail.
import { type RawBuilder, sql } from "kysely";
import { secondsLater } from "#platform/clock.ts";
import type { TenantDb } from "#platform/db/database.ts";
import type { EndingKey } from "./schema.ts";

const day = 86_400;
/** Days before the end at which super administrators are told, besides the day the next key was prepared. */
export const stages = [14, 7, 1, 0] as const;

export interface FoundKey extends EndingKey {
  /** Of the key that signs. */
  readonly keyId: string;
}

interface Which {
  /** Certificates that end until then. */
  readonly until: Date;
  readonly limit: number;
  /** Of connections that are in use alone. */
  readonly inUse?: boolean;
  /** Narrows them: `k` is the key that signs, `n` the prepared one. */
  readonly where?: RawBuilder<unknown>;
}

/** The keys that sign now, of both kinds of connections, the first one to end first. One statement; each kind by its index. */
export async function findEnding(
  db: TenantDb,
  { until, limit, inUse = false, where = sql`true` }: Which,
): Promise<FoundKey[]> {
  const { rows } = await sql<FoundKey>`
    (select 'application' as kind, c.id, c.name, c.is_enabled as "isEnabled", k.id as "keyId",
       k.expires_at as "expiresAt", n.created_at as "preparedAt"
     from saml_keys as k
     join applications as c on c.id = k.application_id
     left join saml_keys as n on n.application_id = k.application_id and n.state = 'next'
     where k.state = 'active' and k.expires_at <= ${until} and ${where} and (not ${inUse}::boolean or c.is_enabled)
     order by k.expires_at limit ${limit})
    union all
    (select 'identity_provider', c.id, c.name, c.state = 'enabled', k.id, k.expires_at, n.created_at
     from identity_provider_keys as k
     join identity_providers as c on c.id = k.identity_provider_id
     left join identity_provider_keys as n on n.identity_provider_id = k.identity_provider_id and n.state = 'next'
     where k.state = 'active' and k.expires_at <= ${until} and ${where} and (not ${inUse}::boolean or c.state = 'enabled')
     order by k.expires_at limit ${limit})
    order by "expiresAt", id limit ${limit}`.execute(db);
  return rows;
}

/** Those without a prepared successor. */
export const unprepared = sql`n.id is null`;

/** The stage that the days left have come to; null: none yet. */
const stageAt = (now: Date): RawBuilder<number | null> =>
  sql`case ${sql.join(
    stages
      .toReversed()
      .map(
        (left) => sql`when k.expires_at <= ${secondsLater(now, left * day)} then ${sql.lit(left)}`,
      ),
    sql` `,
  )} end`;

/** Those that super administrators have not been told of: prepared by itself, or another stage nearer to the end. */
export const untold = (now: Date): RawBuilder<unknown> => sql`
  (n.is_news or coalesce(k.told_days, 99) > coalesce(${stageAt(now)}, 99))`;

/** Marks keys as told. Four statements at most, whatever their number. */
export async function markTold(db: TenantDb, keys: readonly FoundKey[], now: Date): Promise<void> {
  const idsOf = (kind: FoundKey["kind"]) => keys.filter((key) => key.kind === kind);
  const tables = [
    ["saml_keys", "application_id", idsOf("application")],
    ["identity_provider_keys", "identity_provider_id", idsOf("identity_provider")],
  ] as const;
  for (const [table, connection, told] of tables) {
    if (told.length === 0) continue;
    await sql`
      update ${sql.table(table)} as k set told_days = coalesce(${stageAt(now)}, k.told_days)
      where k.id = any(${told.map(({ keyId }) => keyId)}::uuid[])`.execute(db);
    await sql`
      update ${sql.table(table)} as k set is_news = false
      where k.state = 'next' and k.${sql.ref(connection)} = any(${told.map(({ id }) => id)}::uuid[])`.execute(
      db,
    );
  }
}
