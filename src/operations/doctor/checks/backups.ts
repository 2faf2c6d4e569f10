// Is there a backup, and was it ever seen to come back?
import { type BackupRunFigure, lastBackupRuns } from "#platform/backup-runs.ts";
import { type Check, type Finding, ok, warn } from "../check.ts";
import { texts } from "../texts.ts";

const dayMs = 86_400_000;
/** A nightly backup has failed twice; a weekly or monthly drill was left out. */
const backupMaxDays = 2;
const drillMaxDays = 35;

const backupLine = "docker compose run --rm -T migrate weft backup";
const drillLine = "docker compose run --rm -T migrate weft restore-drill";

export const backups: Check = {
  name: "backups",
  title: "Backups and the restore drill",
  settings: ["POSTGRES_"],
  needsDatabase: true,
  async run({ services: { database, clock } }) {
    const runs = await database.system(lastBackupRuns);
    const now = clock.now().getTime();
    const daysOf = (run: BackupRunFigure) => Math.floor((now - run.finishedAt.getTime()) / dayMs);
    const newest = (kind: BackupRunFigure["kind"], succeeded: boolean) =>
      runs.find((run) => run.kind === kind && run.succeeded === succeeded);
    const backup = newest("backup", true);
    if (!backup) return warn(texts.noBackup, backupLine);
    const findings: Finding[] = [];
    if (daysOf(backup) >= backupMaxDays)
      findings.push(warn(texts.backupOld(daysOf(backup)), backupLine));
    const [green, red] = [newest("drill", true), newest("drill", false)];
    if (red && (!green || red.finishedAt > green.finishedAt))
      findings.push(warn(texts.drillRed(daysOf(red)), drillLine));
    else if (!green) findings.push(warn(texts.noDrill, drillLine));
    else if (daysOf(green) >= drillMaxDays)
      findings.push(warn(texts.drillOld(daysOf(green)), drillLine));
    return findings.length > 0 ? findings : ok(texts.backupsFine(daysOf(backup)));
  },
};
