// Migrations that fail: nothing of the file is kept, the attempt is, and the operator learns where and why.
import { describe, expect, test } from "bun:test";
import { Client } from "pg";
import type { DatabaseSettings } from "#platform/db/database.ts";
import { migrate, type MigrateOptions } from "#platform/db/migrate.ts";
import { MigrationError } from "#platform/db/migrate/failure.ts";
import { ownServer, query } from "../../../support/server.ts";
import { migrations } from "./folder.ts";

const checkout = `${import.meta.dir}/../../../..`;
const server = await ownServer();
const options = { appuserPassword: "p", appVersion: "1.2.3", createDatabase: true };

const run = (
  settings: DatabaseSettings,
  files: Record<string, string>,
  more?: Partial<MigrateOptions>,
) => migrations(files).then((folder) => migrate(settings, { ...options, folder, ...more }));

const log = (settings: DatabaseSettings) =>
  query<{ version: string; status: string; error: string | null }>(
    settings,
    "select version, status, error from schema_migration_log order by id",
  );

async function failureOf(attempt: Promise<unknown>): Promise<MigrationError> {
  const error = await attempt.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof MigrationError)) throw error;
  return error;
}

const one = { "0001_one.sql": "create table public.one (id integer primary key);" };
const two = { ...one, "0002_two.sql": "create table public.two (id integer);" };

describe("a migration that fails", () => {
  const broken = {
    ...one,
    "0002_two.sql":
      "-- Why.\ncreate table public.two (id integer);\n\nalter table public.three\n  add column x text;\n",
    "0003_three.sql": "create table public.three (id integer);",
  };

  test("leaves nothing of itself, stops the run, and keeps the files before it", async () => {
    const settings = server.database();
    await failureOf(run(settings, broken));
    const rows = await query(
      settings,
      "select relname from pg_class where relnamespace = 'public'::regnamespace and relname in ('one', 'two', 'three')",
    );
    expect(rows).toEqual([{ relname: "one" }]);
    expect((await log(settings)).map(({ version, status }) => [version, status])).toEqual([
      ["0001_one", "success"],
      ["0002_two", "failed"],
    ]);
  });

  test("names file, line, statement and the database's words, in the log too", async () => {
    const settings = server.database();
    const failure = await failureOf(run(settings, broken));
    expect(failure).toMatchObject({
      version: "0002_two",
      file: "sql/migrations/0002_two.sql",
      line: 4,
      statement: "alter table public.three\n  add column x text",
      code: "42P01",
    });
    expect(failure.message).toBe(
      [
        'sql/migrations/0002_two.sql failed at line 4: relation "public.three" does not exist (42P01)',
        ">    4 | alter table public.three",
        "     5 |   add column x text;",
        "Nothing of this file was kept. The migrations before it are applied",
      ].join("\n"),
    );
    expect((await log(settings))[1]?.error).toBe(failure.message);
  });

  test("stays in the log as it was when a later attempt succeeds", async () => {
    const settings = server.database();
    await failureOf(run(settings, broken));
    const before = await query(settings, "select * from schema_migration_log order by id");
    await run(settings, two);
    const after = await query(settings, "select * from schema_migration_log order by id");
    expect(after.slice(0, 2)).toEqual(before);
    expect(after[2]).toMatchObject({ version: "0002_two", status: "success", error: null });
  });

  test.each([
    ["of syntax", "select 1;\nselect 'ä', '𝕏',\n  x from;", 3, "42601"],
    [
      "without a position",
      "create table public.t (id integer);\n/* ; */ insert into public.one values (1), (1);\nselect 2;",
      2,
      "23505",
    ],
    [
      "in a block",
      "select 1;\ndo $$\nbegin\n  insert into public.one values (1), (1);\nend $$;",
      2,
      "23505",
    ],
    [
      "in a function's body",
      "create function public.f() returns int language plpgsql as $$\nbegin\n  retrn 1;\nend $$;",
      3,
      "42601",
    ],
    [
      "at commit",
      "create table public.c (id integer primary key, o integer references public.c deferrable initially deferred);\ninsert into public.c values (1, 2);",
      null,
      "23503",
    ],
  ])("tells the place of an error %s", async (_, text, line, code) => {
    const failure = await failureOf(run(server.database(), { ...one, "0002_two.sql": text }));
    expect(failure).toMatchObject({ line, code });
  });

  test("is also one that waits too long for a lock", async () => {
    const settings = server.database();
    await run(settings, one);
    const holder = new Client({ ...settings, database: settings.name });
    await holder.connect();
    await holder.query("begin; lock table public.one");
    const slow = { ...one, "0002_two.sql": "alter table public.one add column x text;" };
    const failure = await failureOf(run(settings, slow, { lockWaitSeconds: 0.2 }));
    await holder.end();
    expect(failure).toMatchObject({ line: 1, code: "55P03" });
  });

  test("leaves nothing when the connection is lost half-way, and can be run again", async () => {
    const settings = server.database();
    const cut = {
      ...one,
      "0002_two.sql":
        "create table public.two (id integer);\nselect pg_terminate_backend(pg_backend_pid());",
    };
    expect((await failureOf(run(settings, cut))).file).toBe("sql/migrations/0002_two.sql");
    expect(await run(settings, two)).toMatchObject({ applied: [{ version: "0002_two" }] });
  });

  test("does not hold up the next run when its process is killed", async () => {
    const settings = server.database();
    await run(settings, one);
    const folder = await migrations({
      ...one,
      "0002_two.sql": "create table public.two (id integer); select pg_sleep(60);",
    });
    const script = `
      import { migrate } from "#platform/db/migrate.ts";
      await migrate(${JSON.stringify(settings)}, ${JSON.stringify({ ...options, folder })});`;
    const child = Bun.spawn([process.execPath, "-e", script], { cwd: checkout });
    const isAsleep = () =>
      query(settings, "select from pg_stat_activity where wait_event = 'PgSleep'");
    while ((await isAsleep()).length === 0) await Bun.sleep(20);
    child.kill("SIGKILL");
    expect(await run(settings, two)).toMatchObject({ applied: [{ version: "0002_two" }] });
    expect((await log(settings)).map(({ status }) => status)).toEqual(["success", "success"]);
  });
});
