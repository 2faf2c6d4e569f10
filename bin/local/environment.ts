// The environment of the local installation: what `start` runs with, and what other commands use while it runs.
import { existsSync } from "node:fs";
import { readFile, rm, writeFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { z } from "zod";
import { findRunningPostgres, type PostgresAddress } from "./embedded-postgres.ts";
import { type LocalHome, openHome } from "./home.ts";

/** Settings in the words of the environment. */
export type Environment = Readonly<Record<string, string>>;

export const repository = dirname(dirname(import.meta.dir));

const Choices = z.object({
  PORT: z.string(),
  INTERNAL_PORT: z.string(),
  HOST: z.string(),
  BASE_DOMAIN: z.string(),
});
/** What whoever starts it may choose. */
export type Choices = z.infer<typeof Choices>;

const choicesFile = (folder: string) => join(folder, "running.json");

/** The runtime's settings: production code with IS_DEV and the mailbox, nothing else. */
export const environmentOf = (
  home: LocalHome,
  postgres: PostgresAddress,
  choices: Choices,
): Environment => ({
  POSTGRES_HOST: postgres.host,
  POSTGRES_PORT: String(postgres.port),
  POSTGRES_DB: "appdb",
  POSTGRES_USER: "appuser",
  POSTGRES_PASSWORD: home.secrets.APPUSER_PASSWORD,
  SECRET_KEY: home.secrets.SECRET_KEY,
  IS_DEV: "true",
  ENABLE_OPENAPI_DOCS: "true",
  EMAIL_BACKEND: "mailbox",
  MAILBOX_PATH: join(home.folder, "mail"),
  FROM_EMAIL: "no-reply@weft.test",
  STORAGE_BACKEND: "local",
  LOCAL_STORAGE_PATH: join(home.folder, "storage"),
  ...choices,
});

/** Tells other commands how this installation runs; forgotten again by the function it answers. */
export async function announce(home: LocalHome, choices: Choices): Promise<() => Promise<void>> {
  await writeFile(choicesFile(home.folder), JSON.stringify(choices), { mode: 0o600 });
  return () => rm(choicesFile(home.folder), { force: true });
}

/** The environment of the installation that runs from `weftHome` at this moment, or null. Makes nothing. */
export async function runningEnvironment(
  weftHome: string | undefined,
  { asSuperuser = false }: { asSuperuser?: boolean } = {},
): Promise<Environment | null> {
  const folder = weftHome?.trim() ? resolve(weftHome) : join(repository, ".weft");
  if (!existsSync(choicesFile(folder))) return null;
  const home = await openHome(folder, repository);
  const postgres = await findRunningPostgres(home.dataDir);
  if (!postgres) return null;
  const choices = Choices.parse(JSON.parse(await readFile(choicesFile(folder), "utf8")));
  return {
    ...environmentOf(home, postgres, choices),
    // For the work on the whole database: the runtime's settings never hold these.
    ...(asSuperuser
      ? {
          POSTGRES_USER: postgres.user,
          POSTGRES_PASSWORD: postgres.password,
          APPUSER_PASSWORD: home.secrets.APPUSER_PASSWORD,
          BACKUP_PATH: join(home.folder, "backups"),
        }
      : {}),
  };
}
