// When this installation was last backed up, restored and rehearsed, and how it went (app.backup_runs): for the operator's checks
// and the figures. The rows are written by `weft backup`, `restore` and `restore-drill`, as the superuser.
import type { SystemDb } from "./db/database.ts";

export interface BackupRunFigure {
  readonly kind: "backup" | "restore" | "drill";
  readonly succeeded: boolean;
  readonly finishedAt: Date;
  /** The instant that the archive shows; null where it could not be read. */
  readonly takenAt: Date | null;
  readonly archive: string;
  readonly archiveBytes: number | null;
}

/** Of each kind the newest run that succeeded and the newest that did not: at most six rows. */
export async function lastBackupRuns(db: SystemDb): Promise<BackupRunFigure[]> {
  const rows = await db
    .selectFrom("backup_runs")
    .distinctOn(["kind", "succeeded"])
    .select([
      "kind",
      "succeeded",
      "finished_at as finishedAt",
      "taken_at as takenAt",
      "archive",
      "archive_bytes as bytes",
    ])
    .orderBy("kind")
    .orderBy("succeeded")
    .orderBy("finished_at", "desc")
    .execute();
  return rows.map(({ bytes, ...row }) => ({
    ...row,
    archiveBytes: bytes === null ? null : Number(bytes),
  }));
}
