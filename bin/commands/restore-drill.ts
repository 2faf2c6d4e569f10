// Rehearses the restore of the newest backup.
import { drill, type Drilled } from "#src/operations/backup/drill.ts";
import { ageText } from "#src/operations/backup/texts.ts";
import {
  jsonArg,
  maintain,
  passphraseArg,
  placeArg,
  placeNamed,
  refuse,
  withPassphrase,
} from "../_maintain.ts";
import { exitCodes, strictCommand } from "../_strict.ts";

export const command = strictCommand({
  meta: {
    name: "restore-drill",
    description:
      "Restore the newest backup into a database that is thrown away afterwards, and look at it: rows, secrets, a signature (exit 0 green, 1 red or not possible, 78 wrong settings). The outcome is recorded and shows in the metrics",
  },
  args: {
    from: placeArg("local (BACKUP_PATH, the default) or s3 (the bucket of BACKUP_S3_…)"),
    name: { type: "string", description: "another backup than the newest" },
    "max-age": {
      type: "string",
      default: "48",
      description: "red when the backup is older than this many hours",
    },
    "passphrase-file": passphraseArg,
    json: jsonArg,
  },
  run: ({ args }) =>
    maintain(async (settings) => {
      const config = await withPassphrase(settings, args["passphrase-file"]);
      const hours = Number(args["max-age"]);
      if (!(hours > 0)) return refuse("--max-age must be a number of hours");
      const drilled = await drill({
        database: config.database,
        place: placeNamed(config, args.from),
        ...(args.name === undefined ? {} : { name: args.name }),
        keys: config.keys,
        appuserPassword: config.appuserPassword,
        version: config.version,
        maxAgeSeconds: hours * 3_600,
      });
      if (args.json) console.log(JSON.stringify(drilled, null, 2));
      else print(drilled);
      if (!drilled.passed) process.exitCode = exitCodes.refused;
    }),
});

function print({ passed, archive, ageSeconds, durationMs, checks }: Drilled): void {
  for (const { name, passed: isRight, says } of checks) {
    console.log(`${isRight ? "ok    " : "FAILED"} ${name.padEnd(9)} ${says}`);
  }
  const age = ageSeconds === null ? "" : `, ${ageText(ageSeconds)} old`;
  const seconds = (durationMs / 1000).toFixed(1);
  const title = archive === null ? "" : `: ${archive}${age}`;
  console.log(`${passed ? "GREEN" : "RED"}${title}, ${seconds} s`);
}
