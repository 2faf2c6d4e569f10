// The data folder of the local database: `cluster/` (PostgreSQL's own) and `password` (of its superuser). Both are built
// under another name and renamed into place together, so the data folder is either absent or complete, and is never deleted.

import { randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { chown, open, readdir, readFile, realpath, rename, rm, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import type { Binaries } from "./binaries.ts";
import { LocalError, systemCode } from "./local-error.ts";
import { handOver, spawnTied, type Owner, type Runner } from "./runner.ts";
import { lastWords, type ServerLog } from "./server-log.ts";
import { texts } from "./texts.ts";

export interface Cluster {
  /** Real path of PostgreSQL's own data folder. */
  readonly folder: string;
  readonly password: string;
}

const creationMaxSeconds = 120;

/** Removes what starts that were killed half-way have left beside `dataDir`. Call it under the lock. */
export async function removeHalfMade(dataDir: string): Promise<void> {
  const parent = dirname(dataDir);
  for (const name of await readdir(parent)) {
    if (!name.startsWith(`${basename(dataDir)}.`) || !name.includes(".new-")) continue;
    await removeContested(join(parent, name));
  }
}

/**
 * Removes a folder in which an initdb may be at work for a moment still, tidying up after its killed parent.
 * One that stays nevertheless is in nobody's way, since every attempt has a name of its own, and goes at the next start.
 */
async function removeContested(folder: string): Promise<void> {
  for (let attempt = 1; attempt <= 20 && existsSync(folder); attempt++) {
    if (attempt > 1) await Bun.sleep(50);
    try {
      await rm(folder, { recursive: true, force: true });
    } catch (error) {
      if (!["ENOTEMPTY", "ENOENT", "EEXIST"].includes(systemCode(error) ?? "")) throw error;
    }
  }
}

/**
 * Who owns the data in `dataDir`, or undefined when there is none yet (no folder, or an empty one).
 * @throws {LocalError} when the folder holds something else, or data of another PostgreSQL.
 */
export async function inspectDataDir(
  dataDir: string,
  majorVersion: string,
): Promise<Owner | undefined> {
  if (!existsSync(dataDir)) return undefined;
  const { uid, gid } = await stat(dataDir);
  const ourselves = process.geteuid?.();
  if (uid !== ourselves && ourselves !== 0) {
    throw new LocalError(texts.homeUnusable(dataDir, "it belongs to another user"));
  }
  if ((await readdir(dataDir)).length === 0) return undefined;
  const versionFile = join(dataDir, "cluster/PG_VERSION");
  if (!existsSync(versionFile)) throw new LocalError(texts.notADatabase(dataDir));
  const found = (await readFile(versionFile, "utf8")).trim();
  if (found !== majorVersion) {
    throw new LocalError(texts.versionMismatch(dataDir, found, majorVersion));
  }
  return { uid, gid };
}

/** Makes the files of `dataDir` belong to whom the runner needs. */
export async function adaptOwner(
  dataDir: string,
  owner: Owner,
  wanted: Owner | undefined,
): Promise<void> {
  if (wanted && wanted.uid !== owner.uid) await handOver(dataDir, wanted);
}

/**
 * Opens the files of a complete data folder.
 * @throws {LocalError} when the password is gone.
 */
export async function openCluster(dataDir: string): Promise<Cluster> {
  const passwordFile = join(dataDir, "password");
  if (!existsSync(passwordFile)) throw new LocalError(texts.passwordMissing(passwordFile));
  return {
    folder: await realpath(join(dataDir, "cluster")),
    password: (await readFile(passwordFile, "utf8")).trim(),
  };
}

/**
 * Creates the database in the empty folder `half` and moves it to `dataDir`. The same collation (C.UTF-8, built in) on every
 * platform; passwords only (SCRAM) for every connection.
 * @throws {LocalError} when initdb fails or takes more than two minutes.
 */
export async function createCluster(given: {
  binaries: Binaries;
  runner: Runner;
  half: string;
  dataDir: string;
  durable: boolean;
  log: ServerLog;
}): Promise<void> {
  const { binaries, runner, half, dataDir, durable, log } = given;
  try {
    const passwordFile = join(half, "password");
    await writePassword(passwordFile, runner.owner);
    const options = [
      `--pgdata=${join(half, "cluster")}`,
      "--username=postgres",
      `--pwfile=${passwordFile}`,
      "--auth=scram-sha-256",
      "--encoding=UTF8",
      "--locale=C",
      "--locale-provider=builtin",
      "--builtin-locale=C.UTF-8",
      "--no-instructions",
      ...(durable ? [] : ["--no-sync"]),
    ];
    await runInitdb(runner, [binaries.initdb, ...options], log);
    await rename(half, dataDir);
    if (durable) await syncFolder(dirname(dataDir));
  } finally {
    await rm(half, { recursive: true, force: true });
  }
}

async function writePassword(file: string, owner: Owner | undefined): Promise<void> {
  const handle = await open(file, "wx", 0o600);
  try {
    await handle.writeFile(randomBytes(24).toString("base64url"));
    await handle.sync();
  } finally {
    await handle.close();
  }
  if (owner) await chown(file, owner.uid, owner.gid);
}

async function runInitdb(runner: Runner, command: string[], log: ServerLog): Promise<void> {
  const child = spawnTied(runner, command, log.descriptor);
  child.ref();
  let isLate = false;
  const timer = setTimeout(() => {
    isLate = true;
    // Negative: its whole session, since it works through children of its own.
    process.kill(-child.processId, "SIGKILL");
  }, creationMaxSeconds * 1000);
  const exitCode = await child.exited;
  clearTimeout(timer);
  if (isLate) throw new LocalError(texts.creationTimedOut(creationMaxSeconds));
  if (exitCode !== 0) throw new LocalError(texts.creationFailed(lastWords(log)));
}

/** A rename is on the disk only when its folder is. */
export async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
