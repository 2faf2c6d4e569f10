// Databases beside the one in use: where a backup is loaded and looked at before anything else is touched.
import { createHash, randomBytes } from "node:crypto";
import type { Client } from "pg";
import type { DatabaseSettings } from "#platform/db/database.ts";
import { connected } from "#platform/db/migrate/connect.ts";
import { requireSuperuser } from "./rights.ts";

export type ScratchKind = "restore" | "drill";

/** The database that exists on every server; one cannot create or rename a database from within it. */
const maintenance = (settings: DatabaseSettings): DatabaseSettings => ({
  ...settings,
  name: "postgres",
});

export const onServer = <T>(
  settings: DatabaseSettings,
  body: (client: Client) => Promise<T>,
): Promise<T> => connected(maintenance(settings), body, "weft restore");

/** Begins every scratch database of one database: two installations may share a server. At most 63 characters with what follows. */
const prefixOf = (kind: ScratchKind, { name }: DatabaseSettings): string =>
  `weft_${kind}_${createHash("sha256").update(name).digest("hex").slice(0, 8)}_`;

export interface Scratch {
  readonly settings: DatabaseSettings;
  drop(): Promise<void>;
}

/** Makes one, like the database it stands beside where that is there. Those that killed runs of its kind have left go first. */
export async function createScratch(
  kind: ScratchKind,
  settings: DatabaseSettings,
): Promise<Scratch> {
  const name = `${prefixOf(kind, settings)}${randomBytes(6).toString("hex")}`;
  await onServer(settings, async (client) => {
    await requireSuperuser(client);
    await dropLeftovers(client, kind, settings);
    const like = await propertiesOf(client, settings.name);
    await client.query(
      `create database ${client.escapeIdentifier(name)} template template0 ${like}`,
    );
  });
  const drop = () => onServer(settings, (client) => dropDatabase(client, name));
  return { settings: { ...settings, name }, drop };
}

async function dropLeftovers(client: Client, kind: ScratchKind, settings: DatabaseSettings) {
  const { rows } = await client.query<{ name: string }>(
    "select datname as name from pg_database where starts_with(datname, $1)",
    [prefixOf(kind, settings)],
  );
  for (const { name } of rows) await dropDatabase(client, name);
}

async function dropDatabase(client: Client, name: string): Promise<void> {
  await client.query(`drop database if exists ${client.escapeIdentifier(name)} with (force)`);
}

/** Encoding and collation as of the database of that name; none where there is no such database. */
async function propertiesOf(client: Client, name: string): Promise<string> {
  const { rows } = await client.query<{
    encoding: string;
    provider: string;
    collation: string;
    ctype: string;
    locale: string | null;
  }>(
    `select pg_encoding_to_char(encoding) as encoding, datlocprovider as provider,
            datcollate as collation, datctype as ctype, datlocale as locale
     from pg_database where datname = $1`,
    [name],
  );
  const [row] = rows;
  if (!row) return "";
  const literal = (value: string) => client.escapeLiteral(value);
  const common = `encoding ${literal(row.encoding)} lc_collate ${literal(row.collation)} lc_ctype ${literal(row.ctype)}`;
  const locale = literal(row.locale ?? "");
  if (row.provider === "b") return `${common} locale_provider builtin builtin_locale ${locale}`;
  if (row.provider === "i") return `${common} locale_provider icu icu_locale ${locale}`;
  return `${common} locale_provider libc`;
}

export interface Swapped {
  /** The database that was in use, under its new name; null where there was none. */
  readonly replaced: string | null;
}

/**
 * Puts the scratch database in the place of the one in use, in one transaction; that one stays under another name. Whoever is
 * connected to it is cut off, and finds the new one when it connects again.
 */
export function swapIn(scratch: Scratch, settings: DatabaseSettings, now: Date): Promise<Swapped> {
  const { name } = settings;
  const mark = now
    .toISOString()
    .replace(/[-:]|\.\d+Z/g, "")
    .toLowerCase();
  const kept = `${name.slice(0, 40)}_before_${mark}`;
  return onServer(settings, async (client) => {
    const id = (database: string) => client.escapeIdentifier(database);
    const { rowCount } = await client.query("select from pg_database where datname = $1", [name]);
    if (!rowCount) {
      await client.query(`alter database ${id(scratch.settings.name)} rename to ${id(name)}`);
      return { replaced: null };
    }
    // Nobody may come back between being cut off and the new name.
    await client.query(`alter database ${id(name)} with allow_connections false`);
    try {
      await cutOff(client, [name, scratch.settings.name]);
      await client.query("begin");
      await client.query(`alter database ${id(name)} rename to ${id(kept)}`);
      await client.query(`alter database ${id(scratch.settings.name)} rename to ${id(name)}`);
      await client.query(`alter database ${id(kept)} with allow_connections true`);
      await client.query("commit");
    } catch (error) {
      await client.query("rollback").catch(() => undefined); // the first error is the telling one
      await client.query(`alter database ${id(name)} with allow_connections true`);
      throw error;
    }
    return { replaced: kept };
  });
}

const cutOffMaxMs = 10_000;

async function cutOff(client: Client, names: readonly string[]): Promise<void> {
  for (const giveUpAt = Date.now() + cutOffMaxMs; Date.now() < giveUpAt; await Bun.sleep(100)) {
    const { rowCount } = await client.query(
      "select pg_terminate_backend(pid) from pg_stat_activity where datname = any ($1)",
      [names],
    );
    if (!rowCount) return;
  }
  // The rename says who is still there.
}

/** Removes a database that has been replaced. */
export const dropReplaced = (settings: DatabaseSettings, name: string): Promise<void> =>
  onServer(settings, (client) => dropDatabase(client, name));
