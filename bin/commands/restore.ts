// Puts a backup in the place of the database.
import { createInterface } from "node:readline/promises";
import type { BackupConfig } from "#src/config/backup.ts";
import { readBackupFile } from "#src/operations/backup/folder.ts";
import {
  type ArchiveSource,
  restoreBackup,
  type RestoreStep,
} from "#src/operations/backup/restore.ts";
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
import { strictCommand } from "../_strict.ts";

export const command = strictCommand({
  meta: {
    name: "restore",
    description:
      "Restore a backup: check it to its end, load it beside the database in use, bring it to the schema of this version, and put it in that one's place (exit 0 restored, 1 refused or failed and nothing was changed, 78 wrong settings). A database with tenants in it is replaced only with --replace; it is kept under another name",
  },
  args: {
    file: {
      type: "positional",
      required: true,
      description: "a name of weft backup list, newest, or the path of a file",
    },
    from: placeArg("local (BACKUP_PATH, the default) or s3 (the bucket of BACKUP_S3_…)"),
    replace: { type: "boolean", description: "replace a database that holds tenants; asks first" },
    yes: { type: "boolean", description: "with --replace: do not ask" },
    "passphrase-file": passphraseArg,
    json: jsonArg,
  },
  run: ({ args }) =>
    maintain(async (settings) => {
      const config = await withPassphrase(settings, args["passphrase-file"]);
      const { name, title, source } = await findArchive(config, args.file, args.from);
      const isAsked = (args.replace ?? false) && !(args.yes ?? false);
      const restored = await restoreBackup({
        database: config.database,
        source,
        archive: { name, place: title },
        keys: config.keys,
        appuserPassword: config.appuserPassword,
        version: config.version,
        writeFile: storedFiles(config).writeFile,
        mayReplace: (there) => (isAsked ? confirm(there) : Promise.resolve(args.replace === true)),
        onStep: (step) => (args.json ? undefined : console.log(stepText(step))),
      });
      if (args.json) return console.log(JSON.stringify({ name, ...restored }, null, 2));
      console.log(
        `restored ${name} as of ${restored.takenAt}: ${restored.rows} rows, ${restored.files} files`,
      );
      if (restored.kept) {
        console.log(
          `the database it replaced is kept as ${restored.kept}. When it is not needed any more: drop database "${restored.kept}"`,
        );
      }
      console.log(
        "next: docker compose up -d, sign in, and look at the newest entries of the audit trail. Whatever was done after the backup is to be done again; sessions that were ended since are open again until weft session end-all",
      );
    }),
});

async function findArchive(
  config: BackupConfig,
  given: string,
  from: string | undefined,
): Promise<{ name: string; title: string; source: ArchiveSource }> {
  if (given.includes("/")) {
    return { name: given, title: "file", source: () => readBackupFile(given) };
  }
  const place = placeNamed(config, from);
  const name = given === "newest" ? (await place.list())[0]?.name : given;
  if (name === undefined) return refuse(`there is no backup in ${place.title}`);
  return { name, title: place.title, source: () => place.read(name) };
}

function stepText(step: RestoreStep): string {
  if (step.kind === "verified") {
    const { manifest, bytes } = step.verified;
    const age = ageText((Date.now() - new Date(manifest.takenAt).getTime()) / 1000);
    return `the archive is whole: ${sizeText(bytes)}, made ${age} ago by WeftID ${manifest.version}`;
  }
  if (step.kind === "loaded") return "loaded into a database of its own, every reference whole";
  return step.applied.length === 0
    ? "it is at the schema of this version"
    : `migrated: ${step.applied.join(", ")}`;
}

/** A name is typed, not a letter: this is the one command that takes people's work away. */
async function confirm(there: { database: string; tenants: number }): Promise<boolean> {
  if (!process.stdin.isTTY) {
    return refuse("--replace asks on a terminal, and there is none: add --yes if you are sure");
  }
  const prompt = createInterface({ input: process.stdin, output: process.stderr });
  const count = there.tenants === 1 ? "1 tenant" : `${there.tenants} tenants`;
  const answer = await prompt.question(
    `The database ${there.database} with ${count} will be replaced. Type its name to go on: `,
  );
  prompt.close();
  return answer.trim() === there.database;
}
