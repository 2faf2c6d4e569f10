// Makes a backup, lists those there are, checks whether one is whole.
import type { BackupConfig } from "#src/config/backup.ts";
import { type BackupMade, makeBackup } from "#src/operations/backup/create.ts";
import { verifyArchive } from "#src/operations/backup/restore.ts";
import { parseKeep } from "#src/operations/backup/retention.ts";
import { ageText, sizeText } from "#src/operations/backup/texts.ts";
import {
  jsonArg,
  maintain,
  passphraseArg,
  placeArg,
  placeNamed,
  refuse,
  storedFiles,
  withPassphrase,
} from "../_maintain.ts";
import { printOne, printRows } from "../_operate.ts";
import { exitCodes, strictCommand } from "../_strict.ts";

/** The backup is there, but something in it cannot be used. */
const exitFlawed = 3;

export const command = strictCommand({
  meta: {
    name: "backup",
    description:
      "Back up database and files into one encrypted archive (exit 0 made, 1 not made, 3 made but with secrets that no key opens or files that are missing, 78 wrong settings). `weft backup list` shows the backups there are; `weft backup verify NAME` reads one to its end (exit 0 whole, 1 not)",
  },
  args: {
    action: {
      type: "positional",
      required: false,
      description: "list or verify; makes a backup without it",
    },
    name: { type: "positional", required: false, description: "for verify: which; or newest" },
    to: placeArg("local (BACKUP_PATH, the default) or s3 (the bucket of BACKUP_S3_…)"),
    from: placeArg("for list and verify: local or s3"),
    keep: {
      type: "string",
      description: "which backups stay, instead of BACKUP_KEEP: 7d 4w 6m, a number, or all",
    },
    "passphrase-file": passphraseArg,
    json: jsonArg,
  },
  run: ({ args }) =>
    maintain(async (settings) => {
      const config = await withPassphrase(settings, args["passphrase-file"]);
      const json = args.json ?? false;
      if (args.action === undefined) return create(config, args.to, args.keep, json);
      if (args.action === "list") return list(config, args.from, json);
      if (args.action !== "verify")
        return refuse(`unexpected "${args.action}": list and verify are known`);
      return verify(config, args.from, args.name, json);
    }),
});

async function create(
  config: BackupConfig,
  to: string | undefined,
  keepText: string | undefined,
  json: boolean,
): Promise<void> {
  const keep = keepText === undefined ? config.keep : parseKeep(keepText);
  if (keep === null) return refuse("--keep must be such as 7d 4w 6m, a number of backups, or all");
  const made = await makeBackup({
    database: config.database,
    place: placeNamed(config, to),
    keys: config.keys,
    version: config.version,
    keep,
    readFile: storedFiles(config).readFile,
  });
  if (json) console.log(JSON.stringify(made, null, 2));
  else print(made);
  for (const warning of warningsOf(made)) console.error(`WARNING: ${warning}`);
  if (warningsOf(made).length > 0) process.exitCode = exitFlawed;
}

function print(made: BackupMade): void {
  const seconds = (made.durationMs / 1000).toFixed(1);
  console.log(
    `${made.name} in ${made.place}: ${sizeText(made.bytes)}, ${made.rows} rows of ${made.tables} tables, ${made.files} files, ${seconds} s`,
  );
  for (const name of made.removed) console.log(`removed ${name}`);
}

function warningsOf({ secrets, unreadableSecrets, missingFiles }: BackupMade): string[] {
  const kinds = secrets
    .filter(({ underOtherKeys, opens }) => underOtherKeys > 0 || opens === false)
    .map(({ title, underOtherKeys }) => `${title} (${Math.max(1, underOtherKeys)})`);
  return [
    ...(unreadableSecrets > 0
      ? [
          `neither SECRET_KEY nor SECRET_KEY_PREVIOUS opens ${kinds.join(", ")}. A restore of this backup will not bring them back. Set SECRET_KEY_PREVIOUS to the key they were made under, and run weft rotate-key`,
        ]
      : []),
    ...(missingFiles.length > 0
      ? [
          `${missingFiles.length} stored files are missing or damaged and not in the backup: ${missingFiles.slice(0, 5).join(", ")}`,
        ]
      : []),
  ];
}

async function list(config: BackupConfig, from: string | undefined, json: boolean): Promise<void> {
  const backups = await placeNamed(config, from).list();
  if (json) return console.log(JSON.stringify(backups, null, 2));
  printRows(
    backups.map(({ name, bytes, takenAt }) => ({
      name,
      size: sizeText(bytes),
      taken: takenAt,
      age: ageText((Date.now() - takenAt.getTime()) / 1000),
    })),
    false,
  );
}

async function verify(
  config: BackupConfig,
  from: string | undefined,
  name: string | undefined,
  json: boolean,
): Promise<void> {
  const place = placeNamed(config, from);
  const which = name === undefined || name === "newest" ? (await place.list())[0]?.name : name;
  if (which === undefined) return refuse(`there is no backup in ${place.title}`);
  const { manifest, totals, bytes } = await verifyArchive(() => place.read(which), config.keys);
  printOne(
    {
      name: which,
      whole: true,
      takenAt: manifest.takenAt,
      version: manifest.version,
      migration: manifest.migrations.at(-1)?.version ?? null,
      bytes,
      rows: Object.values(totals.rows).reduce((sum, count) => sum + count, 0),
      files: totals.files,
      missingFiles: totals.missingFiles.length,
    },
    json,
  );
  if (process.exitCode === undefined) process.exitCode = exitCodes.done;
}
