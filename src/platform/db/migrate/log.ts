// public.schema_migration_log: one row an attempt, never rewritten. A failed attempt stays; a later success is a new row.
import type { Client } from "pg";
import type { MigrationFile } from "./files.ts";

export interface Attempt {
  readonly version: string;
  readonly status: "success" | "failed";
  readonly startedAt: Date;
  readonly completedAt: Date;
  readonly checksum: string;
  readonly durationMs: number;
  readonly appVersion: string;
  readonly error: string | null;
  /** As in MigrationFile. */
  readonly compatibleFrom: string | null;
}

/**
 * The table lives in `public` under the name and with the first five columns that operators know from the documentation.
 * The runtime reads of it what it needs to recognise its schema, nothing more.
 */
const definition = `
  create table if not exists public.schema_migration_log (
    id           bigint generated always as identity primary key,
    version      text not null,
    status       text not null constraint schema_migration_log_status check (status in ('success', 'failed')),
    started_at   timestamptz not null,
    completed_at timestamptz not null,
    checksum     text not null,
    duration_ms  integer not null,
    app_version  text not null,
    error        text,
    compatible_from text,
    constraint schema_migration_log_error check ((status = 'failed') = (error is not null))
  );
  do $$ begin
    -- Even "if not exists" would wait for whoever reads the table, such as a dump.
    if not exists (select from pg_attribute
                   where attrelid = 'public.schema_migration_log'::regclass and attname = 'compatible_from') then
      alter table public.schema_migration_log add column compatible_from text;
    end if;
  end $$;
  create unique index if not exists schema_migration_log_success
    on public.schema_migration_log (version) where status = 'success';
  grant usage on schema public to app_system;
  grant select (version, status, checksum, compatible_from) on public.schema_migration_log to app_system`;

export async function createLog(client: Client): Promise<void> {
  await client.query(definition);
}

/** Every attempt, oldest first; none where there is no log yet. */
export async function readAttempts(client: Client): Promise<Attempt[]> {
  const { rows: columns } = await client.query<{ name: string }>(
    `select attname as name from pg_attribute
     where attrelid = to_regclass('public.schema_migration_log') and attnum > 0 and not attisdropped`,
  );
  if (columns.length === 0) return [];
  // A log of before that column was there.
  const isKept = columns.some(({ name }) => name === "compatible_from");
  const { rows } = await client.query<Attempt>(
    `select version, status, started_at as "startedAt", completed_at as "completedAt", checksum,
            duration_ms as "durationMs", app_version as "appVersion", error,
            ${isKept ? "compatible_from" : "null::text"} as "compatibleFrom"
     from public.schema_migration_log order by id`,
  );
  return rows;
}

export async function recordAttempt(
  client: Client,
  file: MigrationFile,
  attempt: { startedAt: Date; appVersion: string; error: string | null },
): Promise<Attempt> {
  const { rows } = await client.query<Attempt>(
    `insert into public.schema_migration_log
       (version, status, started_at, completed_at, checksum, duration_ms, app_version, error, compatible_from)
     select $1, $2, $3, now_, $4, extract(epoch from now_ - $3) * 1000, $5, $6, $7
     from (select greatest(clock_timestamp(), $3::timestamptz)) as clock (now_)
     returning version, status, started_at as "startedAt", completed_at as "completedAt", checksum,
               duration_ms as "durationMs", app_version as "appVersion", error,
               compatible_from as "compatibleFrom"`,
    [
      file.version,
      attempt.error === null ? "success" : "failed",
      attempt.startedAt,
      file.checksum,
      attempt.appVersion,
      attempt.error,
      file.compatibleFrom,
    ],
  );
  const [row] = rows;
  if (!row) throw new Error("the migration log did not take the attempt");
  return row;
}
