// What `weft upgrade check` says.
import type { Blocks } from "#platform/db/migrate/classify.ts";
import { defineTexts } from "#platform/texts.ts";
import { ageText } from "./backup/texts.ts";

export const upgradeTexts = defineTexts("upgrade", {
  newer:
    "The database is newer than this version, and does not serve it: run the version that made it",
  otherBuild: "The database was made by another build: run the build that made it",
  noBackup: "There is no backup: make one with weft backup before you go on",
  oldBackup: (seconds: number) =>
    `The newest backup is ${ageText(seconds)} old: make one with weft backup before you go on`,
  doesNotServe: (versions: readonly string[]) =>
    `The version that runs now does not work beside ${versions.join(", ")}: stop app and worker before you migrate (docker compose stop app worker), and expect to go back only by the backup`,
  unknown: (path: string, line: number) =>
    `${path}:${line}: nothing is known about this statement; read it`,
  blocks: (path: string, line: number, table: string, blocks: Blocks, duration: string) =>
    `${path}:${line}: ${blocks === "writes" ? "nobody writes to" : "nobody reads or writes"} ${table} for ${duration}`,
  deadJobs: (count: number) =>
    count === 1
      ? "One job has failed for good: see weft job list"
      : `${count} jobs have failed for good: see weft job list`,
});
