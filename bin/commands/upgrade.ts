// Upgrades: what would happen.
import { folderPlace } from "#src/operations/backup/folder.ts";
import { ageText, sizeText } from "#src/operations/backup/texts.ts";
import { checkUpgrade, type UpgradeReport } from "#src/operations/upgrade-check.ts";
import { jsonArg, maintain, placeArg, placeNamed } from "../_maintain.ts";
import { exitCodes, nounCommand, strictCommand } from "../_strict.ts";

/** The database belongs to another version or build. */
const exitImpossible = 2;

const check = strictCommand({
  meta: {
    name: "check",
    description:
      "Show what weft migrate of this version would do to this installation; changes nothing (exit 0 go ahead, or nothing to do; 1 read the cautions first; 2 not possible, or wrong usage; 78 wrong settings)",
  },
  args: { from: placeArg("where to look for the newest backup: local or s3"), json: jsonArg },
  run: ({ args }) =>
    maintain(async (config) => {
      const place =
        args.from === undefined ? folderPlace(config.folder) : placeNamed(config, args.from);
      const report = await checkUpgrade({ database: config.database, backups: await place.list() });
      if (args.json) console.log(JSON.stringify(report, null, 2));
      else print(report, config.version);
      if (report.refusal !== null) process.exitCode = exitImpossible;
      else if (report.cautions.length > 0) process.exitCode = exitCodes.refused;
    }),
});

export const command = nounCommand("upgrade", "Upgrades of this installation", { check });

function print(report: UpgradeReport, version: string): void {
  const { state, from, to, pending, cautions, refusal, newestBackup } = report;
  console.log(`this version: ${version}, schema ${to ?? "none"}`);
  console.log(`the database: schema ${from ?? "none"}, ${sizeText(report.databaseBytes)}`);
  console.log(
    newestBackup
      ? `the newest backup: ${newestBackup.name}, ${ageText(newestBackup.ageSeconds)} old`
      : "the newest backup: none",
  );
  if (refusal !== null) return console.error(refusal);
  if (state === "ahead")
    console.log("the database is ahead of this version, which it keeps serving: nothing to do");
  else if (pending.length === 0) console.log("nothing to do");
  for (const { version: name, servesRunning, statements } of pending) {
    console.log(
      `${name}: ${servesRunning ? "the version that runs now keeps serving" : "the version that runs now does NOT keep serving"}`,
    );
    for (const { line, text, table, rows, bytes, duration, blocks } of statements) {
      const size = table === null ? "" : ` [${table}: ${rows ?? 0} rows, ${sizeText(bytes ?? 0)}]`;
      console.log(`  line ${line}: ${duration}, blocks ${blocks}${size}: ${text}`);
    }
  }
  if (report.diskBytes > 0) {
    console.log(`free disk the database needs meanwhile: about ${sizeText(report.diskBytes)}`);
  }
  for (const caution of cautions) console.error(`CAUTION: ${caution}`);
}
