// What was done, and how it went: app.backup_runs, where the operator's checks and the figures look for it.
import type { Client } from "pg";

export interface BackupRun {
  readonly kind: "backup" | "drill" | "restore";
  readonly archive: string;
  readonly place: string;
  /** Null where the archive could not be read. */
  readonly takenAt: Date | null;
  readonly bytes: number | null;
  readonly startedAt: Date;
  readonly succeeded: boolean;
  readonly detail: Readonly<Record<string, unknown>>;
}

/** Writes it down, connected as the superuser. A database of before the table is left as it is. */
export async function recordRun(client: Client, run: BackupRun): Promise<void> {
  const { rows } = await client.query<{ there: boolean }>(
    "select to_regclass('app.backup_runs') is not null as there",
  );
  if (!rows[0]?.there) return;
  await client.query(
    `insert into app.backup_runs (kind, archive, place, taken_at, archive_bytes, started_at, finished_at, succeeded, detail)
     values ($1, $2, $3, $4, $5, $6, greatest($6::timestamptz, clock_timestamp()), $7, $8)`,
    [
      run.kind,
      run.archive,
      run.place,
      run.takenAt,
      run.bytes,
      run.startedAt,
      run.succeeded,
      JSON.stringify(run.detail),
    ],
  );
}
