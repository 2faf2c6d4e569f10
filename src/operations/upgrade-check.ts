// What `weft migrate` of this release would do to this installation: which statements wait for whom, how long about, how much disk,
// whether the release that runs now keeps working, and whether there is a backup to go back to. Reads only.
import type { Client } from "pg";
import type { DatabaseSettings } from "#platform/db/database.ts";
import { effectsOf, type StatementEffect } from "#platform/db/migrate/classify.ts";
import { compareSchema, type SchemaState } from "#platform/db/migrate/compare.ts";
import { connected } from "#platform/db/migrate/connect.ts";
import { type MigrationFile, readMigrations, sqlFolder } from "#platform/db/migrate/files.ts";
import { readAttempts } from "#platform/db/migrate/log.ts";
import type { StoredBackup } from "./backup/place.ts";
import { upgradeTexts as texts } from "./upgrade-texts.ts";

/** About how long a statement takes here: below a second, a minute, an hour, or more. `unknown` is not recognised. */
export type DurationClass = "instant" | "seconds" | "minutes" | "hours" | "unknown";

export interface PlannedStatement extends StatementEffect {
  /** As the database estimates it; null where no table is concerned, or it is not there yet. */
  readonly rows: number | null;
  readonly bytes: number | null;
  readonly duration: DurationClass;
  /** Disk that it takes while it runs. */
  readonly diskBytes: number;
}

export interface PlannedMigration {
  readonly version: string;
  readonly path: string;
  /** Whether the release that runs on the database now goes on working beside it. */
  readonly servesRunning: boolean;
  readonly statements: readonly PlannedStatement[];
}

export interface UpgradeReport {
  readonly state: SchemaState;
  /** The newest migration of the database and of this release; null: none. */
  readonly from: string | null;
  readonly to: string | null;
  readonly pending: readonly PlannedMigration[];
  readonly servesRunning: boolean;
  readonly databaseBytes: number;
  readonly diskBytes: number;
  readonly newestBackup: { readonly name: string; readonly ageSeconds: number } | null;
  readonly deadJobs: number;
  /** What to think of before it is done. */
  readonly cautions: readonly string[];
  /** Why it cannot be done; null: it can. */
  readonly refusal: string | null;
}

export interface UpgradeOptions {
  /** As the superuser. */
  readonly database: DatabaseSettings;
  readonly backups: readonly StoredBackup[];
  readonly folder?: string;
  readonly now?: Date;
}

const backupMaxAgeSeconds = 86_400;

export async function checkUpgrade(options: UpgradeOptions): Promise<UpgradeReport> {
  const { folder = sqlFolder, now = new Date() } = options;
  const files = await readMigrations(folder);
  return connected(
    options.database,
    async (client) => {
      await client.query("set default_transaction_read_only = on");
      const applied = (await readAttempts(client)).filter(({ status }) => status === "success");
      const comparison = compareSchema(files, applied);
      const from =
        applied
          .map(({ version }) => version)
          .toSorted()
          .at(-1) ?? null;
      const sizes = await readSizes(client);
      const pending = files
        .filter(({ version }) => comparison.pending.includes(version))
        .map((file) => plan(file, sizes, from));
      const [newest] = options.backups;
      const isServed = pending.every(({ servesRunning }) => servesRunning);
      const report = {
        state: comparison.state,
        from,
        to: files.at(-1)?.version ?? null,
        pending,
        servesRunning: isServed,
        databaseBytes: await databaseSize(client),
        diskBytes: Math.max(
          0,
          ...pending.flatMap(({ statements }) => statements.map(({ diskBytes }) => diskBytes)),
        ),
        newestBackup: newest
          ? {
              name: newest.name,
              ageSeconds: Math.round((now.getTime() - newest.takenAt.getTime()) / 1000),
            }
          : null,
        deadJobs: await countDeadJobs(client),
      };
      return { ...report, cautions: cautionsOf(report), refusal: refusalOf(comparison.state) };
    },
    "weft upgrade check",
  );
}

interface Size {
  readonly rows: number;
  /** The table alone, and with its indexes and TOAST. */
  readonly tableBytes: number;
  readonly totalBytes: number;
}

async function readSizes(client: Client): Promise<ReadonlyMap<string, Size>> {
  const { rows } = await client.query<Size & { name: string }>(
    `select n.nspname || '.' || c.relname as name,
            greatest(c.reltuples, coalesce(s.n_live_tup, 0))::float8 as rows,
            pg_table_size(c.oid)::float8 as "tableBytes", pg_total_relation_size(c.oid)::float8 as "totalBytes"
     from pg_class c join pg_namespace n on n.oid = c.relnamespace
     left join pg_stat_all_tables s on s.relid = c.oid
     where n.nspname in ('app', 'public') and c.relkind in ('r', 'p')`,
  );
  return new Map(rows.map(({ name, ...size }) => [name, size]));
}

function plan(
  file: MigrationFile,
  sizes: ReadonlyMap<string, Size>,
  from: string | null,
): PlannedMigration {
  const { version, path, compatibleFrom } = file;
  const statements = effectsOf(file.text).map((effect): PlannedStatement => {
    const size = effect.table === null ? undefined : sizes.get(effect.table);
    return {
      ...effect,
      rows: size ? Math.max(0, Math.round(size.rows)) : null,
      bytes: size?.totalBytes ?? null,
      duration: durationOf(effect, size),
      diskBytes: diskOf(effect, size),
    };
  });
  // An empty database has nobody to serve.
  const servesRunning =
    from === null || (compatibleFrom !== null && compatibleFrom <= from.slice(0, 4));
  return { version, path, servesRunning, statements };
}

/** Bytes a second on a small server with a slow disk: what is promised is rather less than more. */
const pace = { scan: 50_000_000, index: 15_000_000, rewrite: 8_000_000 } as const;

function durationOf({ effort }: StatementEffect, size: Size | undefined): DurationClass {
  if (effort === "unknown") return "unknown";
  if (effort === "instant" || !size) return "instant";
  const seconds = (effort === "rewrite" ? size.totalBytes : size.tableBytes) / pace[effort];
  if (seconds < 1) return "instant";
  if (seconds < 60) return "seconds";
  return seconds < 3_600 ? "minutes" : "hours";
}

/** A rewrite keeps the old table until it is committed; an index is at most about as large as what it is on. Both are logged, too. */
function diskOf({ effort }: StatementEffect, size: Size | undefined): number {
  if (!size) return 0;
  if (effort === "rewrite") return 2 * size.totalBytes;
  return effort === "index" ? 2 * size.tableBytes : 0;
}

async function databaseSize(client: Client): Promise<number> {
  const { rows } = await client.query<{ bytes: number }>(
    "select pg_database_size(current_database())::float8 as bytes",
  );
  return rows[0]?.bytes ?? 0;
}

async function countDeadJobs(client: Client): Promise<number> {
  const { rows: tables } = await client.query<{ there: boolean }>(
    "select to_regclass('app.jobs') is not null as there",
  );
  if (!tables[0]?.there) return 0;
  const { rows } = await client.query<{ count: number }>(
    "select count(*)::int as count from app.jobs where dead_at is not null",
  );
  return rows[0]?.count ?? 0;
}

function refusalOf(state: SchemaState): string | null {
  if (state === "newer") return texts.newer;
  return state === "diverged" || state === "changed" ? texts.otherBuild : null;
}

function cautionsOf(report: Omit<UpgradeReport, "cautions" | "refusal">): string[] {
  const { pending, servesRunning, newestBackup, deadJobs, from } = report;
  const cautions: string[] = [];
  if (from !== null && pending.length > 0) {
    if (newestBackup === null) cautions.push(texts.noBackup);
    else if (newestBackup.ageSeconds > backupMaxAgeSeconds)
      cautions.push(texts.oldBackup(newestBackup.ageSeconds));
    if (!servesRunning) {
      const names = pending.filter((file) => !file.servesRunning).map(({ version }) => version);
      cautions.push(texts.doesNotServe(names));
    }
    for (const { path, statements } of pending) {
      for (const { line, table, blocks, duration } of statements) {
        if (duration === "unknown") cautions.push(texts.unknown(path, line));
        else if (duration !== "instant" && blocks !== "nothing") {
          cautions.push(texts.blocks(path, line, table ?? "", blocks, duration));
        }
      }
    }
  }
  if (deadJobs > 0) cautions.push(texts.deadJobs(deadJobs));
  return cautions;
}
