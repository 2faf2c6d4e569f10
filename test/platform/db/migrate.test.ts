// Migrations: applied once, in order, by one runner; what fails stays visible and leaves nothing behind (sql/README.md).
import { describe, expect, test } from "bun:test";
import { Client } from "pg";
import type { DatabaseSettings } from "#platform/db/database.ts";
import { migrate, type MigrateOptions, migrationStatus } from "#platform/db/migrate.ts";
import { SchemaMismatchError } from "#platform/db/migrate/compare.ts";
import { readMigrations } from "#platform/db/migrate/files.ts";
import { ownServer, query } from "../../support/server.ts";
import { migrations } from "./migrate/folder.ts";

const server = await ownServer();
const options = { appuserPassword: "p", appVersion: "1.2.3", createDatabase: true };

const run = (
  settings: DatabaseSettings,
  files: Record<string, string>,
  more?: Partial<MigrateOptions>,
) => migrations(files).then((folder) => migrate(settings, { ...options, folder, ...more }));

interface Row {
  version: string;
  status: string;
  error: string | null;
}
const log = (settings: DatabaseSettings) =>
  query<Row>(settings, "select version, status, error from schema_migration_log order by id");

const one = { "0001_one.sql": "create table public.one (id integer primary key);" };
const two = { ...one, "0002_two.sql": "create table public.two (id integer);" };

describe("migrate", () => {
  test("brings an empty database to the schema of this release, then finds nothing to do", async () => {
    const settings = server.database();
    const versions = (await readMigrations()).map(({ version }) => version);
    const newest = versions.at(-1) ?? null;
    const first = await migrate(settings, options);
    expect(first.applied.map(({ version }) => version)).toEqual(versions);
    expect(await migrate(settings, options)).toEqual({ applied: [], version: newest, ahead: [] });
    const rows = await query(
      settings,
      "SELECT version, status, started_at, completed_at FROM schema_migration_log ORDER BY id",
    );
    expect(rows).toEqual(
      versions.map((version) => ({
        version,
        status: "success",
        started_at: expect.any(Date),
        completed_at: expect.any(Date),
      })),
    );
  });

  test("keeps with each attempt the hash of the file, how long it took and which version ran it", async () => {
    const settings = server.database();
    await run(settings, { "0001_one.sql": "select pg_sleep(0.05);" });
    expect(
      await query(
        settings,
        "select checksum, duration_ms, app_version, error, completed_at > started_at as later from schema_migration_log",
      ),
    ).toEqual([
      {
        checksum: new Bun.CryptoHasher("sha256").update("select pg_sleep(0.05);").digest("hex"),
        duration_ms: expect.any(Number),
        app_version: "1.2.3",
        error: null,
        later: true,
      },
    ]);
    const [row] = await query<{ ms: number }>(
      settings,
      "select duration_ms as ms from schema_migration_log",
    );
    expect(row?.ms).toBeWithin(50, 5_000);
  });

  test("applies what a newer release adds", async () => {
    const settings = server.database();
    await run(settings, one);
    expect(await run(settings, two)).toMatchObject({ applied: [{ version: "0002_two" }] });
  });

  test("does not make a database that nobody asked for", async () => {
    const attempt = run(server.database(), one, { createDatabase: false });
    expect(attempt).rejects.toMatchObject({ code: "3D000" });
  });

  test("tells of each file as it is applied", async () => {
    const events: unknown[] = [];
    await run(server.database(), two, { onProgress: (event) => events.push(event) });
    expect(events).toEqual([
      { kind: "applied", version: "0001_one", durationMs: expect.any(Number) },
      { kind: "applied", version: "0002_two", durationMs: expect.any(Number) },
    ]);
  });
});

describe("a database that does not fit", () => {
  const touched = async (settings: DatabaseSettings) => [
    await query(settings, "select * from schema_migration_log order by id"),
    await query(
      settings,
      "select relname from pg_class where relnamespace = 'public'::regnamespace order by 1",
    ),
  ];

  test.each([
    ["is newer", two, one, "newer", /newer than this WeftID, which does not know 0002_two/],
    [
      "was made by another build",
      one,
      { "0001_one.sql": "select 1;", "0002_two.sql": "select 2;" },
      "changed",
      /another build: 0001_one/,
    ],
    [
      "is on another line",
      two,
      { ...one, "0003_three.sql": "select 3;" },
      "diverged",
      /lacks 0003_three and has 0002_two/,
    ],
  ] as const)("is refused untouched when it %s", async (_, before, now, state, message) => {
    const settings = server.database();
    await run(settings, before);
    const untouched = await touched(settings);
    const refusal = await run(settings, now).then(
      () => undefined,
      (error: unknown) => error,
    );
    expect(refusal).toBeInstanceOf(SchemaMismatchError);
    expect(refusal).toMatchObject({
      comparison: { state },
      message: expect.stringMatching(message),
    });
    expect(await touched(settings)).toEqual(untouched);
  });

  test("is refused a file that comes before one it has", async () => {
    const settings = server.database();
    const later = { "0002_two.sql": two["0002_two.sql"] };
    await run(settings, later);
    expect(run(settings, two)).rejects.toThrow("0001_one comes before 0002_two");
  });
});

describe("a database that is ahead by what serves this release", () => {
  const ahead = { ...one, "0002_two.sql": "-- Serves: 0001 and later\nselect 2;" };

  test("is left alone but for the password", async () => {
    const settings = server.database();
    await run(settings, ahead);
    await query(settings, `alter database ${settings.name} set timezone = 'Europe/Stockholm'`);
    const before = await log(settings);
    const again = await run(settings, one, { appuserPassword: "another" });
    expect(again).toEqual({ applied: [], version: "0001_one", ahead: ["0002_two"] });
    expect(await log(settings)).toEqual(before);
    const [zone] = await query<{ now: string }>(
      settings,
      "select current_setting('timezone') as now",
    );
    expect(zone?.now).toBe("Europe/Stockholm");
    const asAppuser = { ...settings, user: "appuser", password: "another" };
    expect(await query(asAppuser, "select 1 as one")).toEqual([{ one: 1 }]);
  });

  test("keeps with each migration which releases it serves", async () => {
    const settings = server.database();
    await run(settings, ahead);
    expect(
      await query(
        settings,
        "select version, compatible_from from schema_migration_log order by id",
      ),
    ).toEqual([
      { version: "0001_one", compatible_from: null },
      { version: "0002_two", compatible_from: "0001" },
    ]);
  });

  test("gets the column where its log is older than that", async () => {
    const settings = server.database();
    await run(settings, one);
    await query(settings, "alter table schema_migration_log drop column compatible_from");
    expect((await migrationStatus(settings, await migrations(ahead))).state).toBe("older");
    expect((await run(settings, ahead)).applied).toHaveLength(1);
    const [row] = await query<{ from: string }>(
      settings,
      "select compatible_from as from from schema_migration_log where version = '0002_two'",
    );
    expect(row?.from).toBe("0001");
  });

  test("waits for nobody who reads the log", async () => {
    const settings = server.database();
    await run(settings, one);
    const reader = new Client({ ...settings, database: settings.name });
    await reader.connect();
    await reader.query("begin; select * from schema_migration_log");
    expect((await run(settings, ahead, { lockWaitSeconds: 1 })).applied).toHaveLength(1);
    await reader.end();
  });
});

describe("a run up to a version", () => {
  test("stops there, and the next one goes on", async () => {
    const settings = server.database();
    expect((await run(settings, two, { upTo: "0001_one" })).version).toBe("0001_one");
    expect((await run(settings, two)).applied.map(({ version }) => version)).toEqual(["0002_two"]);
  });
});

describe("files that are no migrations", () => {
  test.each([
    [
      "a word of whom they serve that nobody understands",
      { "0002_two.sql": "-- Serves: previous" },
      "0002_two.sql has a line",
    ],
    [
      "a service to themselves",
      { "0002_two.sql": "-- Serves: 0002 and later" },
      "0002_two.sql says that it serves",
    ],
    ["another name", { "readme.txt": "" }, "readme.txt is not a migration's name"],
    [
      "a number that is taken",
      { ...one, "0001_uno.sql": "" },
      "0001_one.sql and 0001_uno.sql have the same number",
    ],
    [
      "a transaction of their own",
      { "0001_one.sql": "select 1; -- x\n commit; select 2" },
      "0001_one.sql begins or ends a transaction",
    ],
  ])("are refused: %s", (_, files, message) => {
    expect(run(server.database(), files)).rejects.toThrow(message);
  });
});

describe("two runners", () => {
  test("apply each file once: the second waits, then finds nothing to do", async () => {
    const settings = server.database();
    await run(settings, {});
    const slow = {
      "0001_one.sql": `${one["0001_one.sql"]} select pg_sleep(0.3);`,
      "0002_two.sql": two["0002_two.sql"],
    };
    const folder = await migrations(slow);
    const events: unknown[] = [];
    const start = () =>
      migrate(settings, { ...options, folder, onProgress: ({ kind }) => events.push(kind) });
    const applied = (await Promise.all([start(), start(), start()])).map(
      (result) => result.applied.length,
    );
    expect(applied.filter((count) => count > 0)).toEqual([2]);
    expect(events.filter((kind) => kind === "applied")).toHaveLength(2);
    expect(events.filter((kind) => kind === "waiting")).toHaveLength(2);
    expect((await log(settings)).map(({ status }) => status)).toEqual(["success", "success"]);
  });

  test("do not wait for ever", async () => {
    const settings = server.database();
    await run(settings, one);
    const holder = new Client({ ...settings, database: settings.name });
    await holder.connect();
    await holder.query("select pg_advisory_lock(8367193205)");
    const attempt = run(settings, two, { runnerWaitSeconds: 0.2 });
    expect(
      await attempt.then(
        () => "",
        (error: Error) => error.message,
      ),
    ).toContain("Another migration has been running");
    await holder.end();
  });
});

describe("migrationStatus", () => {
  test("says of each file whether it is applied, and what has failed", async () => {
    const settings = server.database();
    await run(settings, one);
    await run(settings, { ...one, "0002_two.sql": "select x;" }).catch(() => undefined);
    const status = await migrationStatus(settings, await migrations(two));
    expect(status).toMatchObject({
      state: "older",
      migrations: [
        { version: "0001_one", state: "applied", attempt: { appVersion: "1.2.3" } },
        { version: "0002_two", state: "pending", attempt: null },
      ],
      failures: [
        { version: "0002_two", status: "failed", error: expect.stringContaining("42703") },
      ],
    });
  });

  test("reads a database that no runner has seen, and writes nothing there", async () => {
    const settings = { ...server.database(), name: "postgres" };
    const status = await migrationStatus(settings, await migrations(one));
    expect(status).toEqual({
      state: "empty",
      migrations: [{ version: "0001_one", state: "pending", attempt: null }],
      failures: [],
    });
    expect(
      await query(settings, "select from pg_tables where tablename = 'schema_migration_log'"),
    ).toEqual([]);
  });
});
