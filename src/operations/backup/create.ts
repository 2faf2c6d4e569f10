// Makes one backup and lets old ones go.
import type { Client } from "pg";
import { createKeyring } from "#platform/crypto/keyring.ts";
import type { DatabaseSettings } from "#platform/db/database.ts";
import { connected } from "#platform/db/migrate/connect.ts";
import { writeArchive } from "./archive.ts";
import { type BackupKeys, keyCheckOf, writingKey } from "./keys.ts";
import { type BackupPlace, BusyError, newBackupName } from "./place.ts";
import { recordRun } from "./record.ts";
import { expired, type Keep } from "./retention.ts";
import { requireUnbound } from "./rights.ts";
import { checkSecrets, type SecretsOfKind } from "./secrets.ts";
import { type FileReader, takeSnapshot } from "./snapshot.ts";
import { texts } from "./texts.ts";

export interface BackupOptions {
  /** As the superuser. */
  readonly database: DatabaseSettings;
  readonly place: BackupPlace;
  readonly keys: BackupKeys;
  readonly version: string;
  readonly keep: Keep | "all";
  readonly readFile: FileReader;
  readonly now?: () => Date;
  readonly onTable?: (name: string, rows: number) => void;
}

export interface BackupMade {
  readonly name: string;
  readonly place: string;
  readonly bytes: number;
  readonly takenAt: string;
  readonly durationMs: number;
  readonly tables: number;
  readonly rows: number;
  readonly files: number;
  readonly missingFiles: readonly string[];
  readonly secrets: readonly SecretsOfKind[];
  /** Secrets that the keys of this installation do not open: the backup holds them, and nobody can read them. */
  readonly unreadableSecrets: number;
  /** Older ones that were removed. */
  readonly removed: readonly string[];
}

/** Any number would do; it must be the same in every release. */
const backupLock = 8_367_193_206;

/**
 * Makes a backup. What `list` shows is whole; a run that fails or is killed leaves nothing there.
 * @throws {NoSpaceError} with how much it needed
 */
export function makeBackup(options: BackupOptions): Promise<BackupMade> {
  return connected(
    options.database,
    (client) => whileAlone(client, () => make(client, options)),
    "weft backup",
  );
}

async function whileAlone<T>(client: Client, body: () => Promise<T>): Promise<T> {
  await client.query("set client_connection_check_interval = '5s'");
  const { rows } = await client.query<{ got: boolean }>("select pg_try_advisory_lock($1) as got", [
    backupLock,
  ]);
  if (!rows[0]?.got) throw new BusyError(texts.anotherBackup);
  return body();
}

async function make(client: Client, options: BackupOptions): Promise<BackupMade> {
  const { place, keys, version, keep, now = () => new Date() } = options;
  const startedAt = now();
  await requireUnbound(client);
  const ring = createKeyring(keys);
  const secrets = await checkSecrets(client, ring);
  await place.sweep();
  const name = newBackupName(startedAt);
  const writer = await place.create(name);
  let bytes = 0;
  const write = async (chunk: Uint8Array) => {
    bytes += chunk.length;
    await writer.write(chunk);
  };
  let taken: Awaited<ReturnType<typeof takeSnapshot>>;
  try {
    const { readFile, onTable } = options;
    taken = await writeArchive(write, writingKey(keys), (archive) =>
      takeSnapshot(client, archive, {
        version,
        keyCheck: keyCheckOf(ring),
        readFile,
        ...(onTable ? { onTable } : {}),
      }),
    );
  } catch (error) {
    await writer.abort();
    throw error;
  }
  await writer.commit();
  const removed = await removeExpired(place, keep, now());
  const { manifest, totals } = taken;
  const made: BackupMade = {
    name,
    place: place.title,
    bytes,
    takenAt: manifest.takenAt,
    durationMs: now().getTime() - startedAt.getTime(),
    tables: manifest.tables.length,
    rows: Object.values(totals.rows).reduce((sum, count) => sum + count, 0),
    files: totals.files,
    missingFiles: totals.missingFiles,
    secrets,
    unreadableSecrets: unreadable(secrets),
    removed,
  };
  await recordRun(client, {
    kind: "backup",
    archive: name,
    place: place.title,
    takenAt: new Date(manifest.takenAt),
    bytes,
    startedAt,
    succeeded: made.unreadableSecrets === 0,
    detail: { tables: made.tables, rows: made.rows, files: made.files },
  });
  return made;
}

const unreadable = (secrets: readonly SecretsOfKind[]): number =>
  secrets.reduce(
    (sum, { underOtherKeys, opens }) => sum + underOtherKeys + (opens === false ? 1 : 0),
    0,
  );

async function removeExpired(place: BackupPlace, keep: Keep | "all", now: Date): Promise<string[]> {
  const names = expired(await place.list(), keep, now).map(({ name }) => name);
  for (const name of names) await place.remove(name);
  return names;
}
