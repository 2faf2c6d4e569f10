// The folder of everything that a local start keeps (`WEFT_HOME`, else `.weft` in the repository), and its secrets.

import { randomBytes, randomUUID } from "node:crypto";
import { accessSync, constants, existsSync } from "node:fs";
import { chmod, link, mkdir, open, readFile, rename, rm } from "node:fs/promises";
import { join, resolve } from "node:path";
import { z } from "zod";
import { syncFolder } from "./cluster.ts";
import { LocalError, reasonOf, systemCode } from "./local-error.ts";
import { texts } from "./texts.ts";

export interface LocalHome {
  /** Absolute. */
  readonly folder: string;
  /** Where `startPostgres` keeps the database. */
  readonly dataDir: string;
  readonly secrets: LocalSecrets;
}

export type LocalSecrets = z.infer<typeof LocalSecrets>;
const LocalSecrets = z.object({
  /** 32 random bytes in base64: every key of the application is derived from it. */
  SECRET_KEY: z.base64().refine((key) => Buffer.from(key, "base64").length === 32),
  /** Password of the application's database role. */
  APPUSER_PASSWORD: z.string().min(16),
});

/**
 * The home folder, made when it is not there (for its owner alone), with the secrets made the first time.
 * @param weftHome the value of WEFT_HOME; blank or undefined = `.weft` in `repository`
 * @throws {LocalError} when the folder cannot be used, or the secrets of existing data are missing or damaged.
 */
export async function openHome(
  weftHome: string | undefined,
  repository: string,
): Promise<LocalHome> {
  const folder = weftHome?.trim() ? resolve(weftHome) : join(resolve(repository), ".weft");
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    accessSync(folder, constants.R_OK | constants.W_OK | constants.X_OK);
  } catch (cause) {
    throw new LocalError(texts.homeUnusable(folder, reasonOf(cause)), { cause });
  }
  const dataDir = join(folder, "postgres");
  const file = join(folder, "secrets.json");
  if (!existsSync(file)) {
    // New keys beside old data would look like a working start and leave every stored secret unreadable.
    if (existsSync(dataDir)) throw new LocalError(texts.secretsMissing(file, dataDir));
    await createSecrets(folder, file);
  }
  return { folder, dataDir, secrets: await readSecrets(file) };
}

async function readSecrets(file: string): Promise<LocalSecrets> {
  const content = await readFile(file, "utf8");
  // A copy put back by hand is often readable by everyone.
  await chmod(file, 0o600);
  try {
    return LocalSecrets.parse(JSON.parse(content));
  } catch (cause) {
    throw new LocalError(texts.secretsDamaged(file), { cause });
  }
}

/** Leaves all secrets or none, whenever it is interrupted; of two processes at once the first wins. */
async function createSecrets(folder: string, file: string): Promise<void> {
  const secrets: LocalSecrets = {
    SECRET_KEY: randomBytes(32).toString("base64"),
    APPUSER_PASSWORD: randomBytes(24).toString("base64url"),
  };
  const half = `${file}.new-${randomUUID()}`;
  const handle = await open(half, "wx", 0o600);
  try {
    await handle.writeFile(`${JSON.stringify(secrets, null, 2)}\n`);
    await handle.sync();
  } finally {
    await handle.close();
  }
  await putInPlace(half, file);
  await syncFolder(folder);
}

async function putInPlace(half: string, file: string): Promise<void> {
  try {
    // Unlike a rename, a link does not replace what another process has just put there and may be using.
    await link(half, file);
  } catch (error) {
    const code = systemCode(error);
    if (code !== "EEXIST" && code !== "EPERM" && code !== "ENOTSUP") throw error;
    // A file system without hard links.
    if (code !== "EEXIST") await rename(half, file);
  }
  await rm(half, { force: true });
}
