// The rehearsal of a restore: the newest backup into a database of its own, which is looked at and thrown away. Green means that
// this backup, with the keys that are set, would bring the installation back.
import type { Client } from "pg";
import { createKeyring } from "#platform/crypto/keyring.ts";
import { placeIn, sealedColumns } from "#platform/crypto/sealed-columns.ts";
import type { DatabaseSettings } from "#platform/db/database.ts";
import { migrate } from "#platform/db/migrate.ts";
import { connected } from "#platform/db/migrate/connect.ts";
import { loadSigningKey } from "#protocols/saml/keys.ts";
import { readArchive } from "./archive.ts";
import { type BackupKeys, readingKeys } from "./keys.ts";
import { countRows, loadArchive } from "./load.ts";
import { type BackupPlace, BusyError, type StoredBackup } from "./place.ts";
import { recordRun } from "./record.ts";
import { createScratch } from "./scratch.ts";
import { checkSecrets } from "./secrets.ts";
import { signTestAssertion } from "./test-assertion.ts";
import { ageText, texts } from "./texts.ts";

export interface DrillOptions {
  /** As the superuser: the database in use, beside which the drill happens and in which its outcome is recorded. */
  readonly database: DatabaseSettings;
  readonly place: BackupPlace;
  /** The newest unless named. */
  readonly name?: string;
  readonly keys: BackupKeys;
  readonly appuserPassword: string;
  readonly version: string;
  /** A newest backup that is older than this is red. */
  readonly maxAgeSeconds?: number;
  readonly now?: () => Date;
}

export interface DrillCheck {
  readonly name: "age" | "load" | "migrate" | "rows" | "files" | "secrets" | "assertion";
  readonly passed: boolean;
  readonly says: string;
}

export interface Drilled {
  readonly passed: boolean;
  /** Null: there is none. */
  readonly archive: string | null;
  readonly place: string;
  readonly takenAt: string | null;
  readonly ageSeconds: number | null;
  readonly durationMs: number;
  readonly checks: readonly DrillCheck[];
}

const defaultMaxAgeSeconds = 2 * 86_400;
/** Any number would do; it must be the same in every release. */
const drillLock = 8_367_193_207;

/** Rehearses and records the outcome; a backup that cannot be restored is an outcome, too. */
export function drill(options: DrillOptions): Promise<Drilled> {
  return connected(
    options.database,
    async (client) => {
      const { rows } = await client.query<{ got: boolean }>(
        "select pg_try_advisory_lock($1) as got",
        [drillLock],
      );
      if (!rows[0]?.got) throw new BusyError(texts.anotherDrill);
      return rehearse(client, options);
    },
    "weft restore-drill",
  );
}

async function rehearse(client: Client, options: DrillOptions): Promise<Drilled> {
  const { place, now = () => new Date(), maxAgeSeconds = defaultMaxAgeSeconds } = options;
  const startedAt = now();
  const backups = await place.list();
  const backup = options.name ? backups.find(({ name }) => name === options.name) : backups[0];
  const checks: DrillCheck[] = [];
  if (!backup) {
    checks.push({
      name: "age",
      passed: false,
      says: texts.noBackup(options.name ?? null, place.title),
    });
  } else {
    const age = (startedAt.getTime() - backup.takenAt.getTime()) / 1000;
    checks.push({ name: "age", passed: age <= maxAgeSeconds, says: texts.madeAgo(ageText(age)) });
    checks.push(...(await checksOf(options, backup)));
  }
  const drilled: Drilled = {
    passed: checks.every(({ passed }) => passed),
    archive: backup?.name ?? null,
    place: place.title,
    takenAt: backup?.takenAt.toISOString() ?? null,
    ageSeconds: backup ? Math.round((startedAt.getTime() - backup.takenAt.getTime()) / 1000) : null,
    durationMs: now().getTime() - startedAt.getTime(),
    checks,
  };
  await recordRun(client, {
    kind: "drill",
    archive: backup?.name ?? "",
    place: place.title,
    takenAt: backup?.takenAt ?? null,
    bytes: backup?.bytes ?? null,
    startedAt,
    succeeded: drilled.passed,
    detail: { checks },
  });
  return drilled;
}

/** Loads, migrates and looks; the database goes whatever comes. */
async function checksOf(options: DrillOptions, backup: StoredBackup): Promise<DrillCheck[]> {
  const { keys, appuserPassword, version: appVersion, place } = options;
  const scratch = await createScratch("drill", options.database);
  const checks: DrillCheck[] = [];
  try {
    const entries = readArchive(await place.read(backup.name), readingKeys(keys));
    const loading = { appuserPassword, appVersion, writeFile: null };
    const { totals } = await loadArchive(entries, scratch.settings, keys, loading);
    checks.push({ name: "load", passed: true, says: texts.loaded });
    const { applied } = await migrate(scratch.settings, { appuserPassword, appVersion });
    checks.push({ name: "migrate", passed: true, says: texts.migrated(applied.length) });
    await connected(scratch.settings, async (client) => {
      checks.push(await rowsCheck(client, totals.rows));
      checks.push(filesCheck(totals));
      checks.push(await secretsCheck(client, keys));
      checks.push(await assertionCheck(client, keys));
    });
  } catch (error) {
    const name = checks.length === 0 ? "load" : "migrate";
    checks.push({
      name,
      passed: false,
      says: error instanceof Error ? error.message : String(error),
    });
  } finally {
    await scratch.drop();
  }
  return checks;
}

/** Of every table the rows that the backup counted; a migration may have moved those of a table that is gone since. */
async function rowsCheck(client: Client, expected: Record<string, number>): Promise<DrillCheck> {
  const { rows } = await client.query<{ name: string }>(
    "select name from unnest($1::text[]) as name where to_regclass(name) is not null",
    [Object.keys(expected)],
  );
  // The log of migrations grows with those of this release.
  const names = rows
    .map(({ name }) => name)
    .filter((name) => name !== "public.schema_migration_log");
  const counts = await countRows(client, names);
  const wrong = names.filter((name) => counts[name] !== expected[name]);
  const sum = names.reduce((total, name) => total + (counts[name] ?? 0), 0);
  return {
    name: "rows",
    passed: wrong.length === 0,
    says: wrong.length === 0 ? texts.rowsRight(sum, names.length) : texts.rowsWrong(wrong),
  };
}

const filesCheck = ({
  files,
  missingFiles,
}: {
  files: number;
  missingFiles: string[];
}): DrillCheck => ({
  name: "files",
  passed: missingFiles.length === 0,
  says:
    missingFiles.length === 0 ? texts.filesRight(files) : texts.filesMissing(missingFiles.length),
});

async function secretsCheck(client: Client, keys: BackupKeys): Promise<DrillCheck> {
  const kinds = await checkSecrets(client, createKeyring(keys));
  const wrong = kinds.filter(({ underOtherKeys, opens }) => underOtherKeys > 0 || opens === false);
  const opened = kinds.filter(({ opens }) => opens === true).map(({ title }) => title);
  return {
    name: "secrets",
    passed: wrong.length === 0,
    says:
      wrong.length > 0
        ? texts.secretsWrong(wrong.map(({ title }) => title))
        : texts.secretsOpen(opened),
  };
}

interface KeyRow {
  readonly tenant: string;
  readonly id: string;
  readonly sealed: Buffer;
  readonly certificate: string;
}

/** Signs as single sign-on would, and has the signature checked by the certificate that applications were given. */
async function assertionCheck(client: Client, keys: BackupKeys): Promise<DrillCheck> {
  const { rows } = await client.query<KeyRow>(
    `select tenant_id as tenant, id, sealed_key as sealed, certificate from app.saml_keys
     where state = 'active' order by id desc limit 1`,
  );
  const [row] = rows;
  const column = sealedColumns.find(({ table }) => table === "saml_keys");
  if (!row || !column) return { name: "assertion", passed: true, says: texts.noSigningKey };
  try {
    const place = placeIn(column, row.tenant, row.id);
    const opened = createKeyring(keys).open(column.purpose, place, row.sealed);
    const key = loadSigningKey({
      privateKeyPem: opened.toString(),
      certificatePem: row.certificate,
    });
    const isRight = await signTestAssertion(key, row.certificate);
    return { name: "assertion", passed: isRight, says: isRight ? texts.signed : texts.notVerified };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return { name: "assertion", passed: false, says: texts.notSigned(reason) };
  }
}
