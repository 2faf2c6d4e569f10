// The app and the worker start only on the schema they were built for, and only as a login that the policies bind.
import { afterAll, describe, expect, test } from "bun:test";
import { sql } from "kysely";
import { type DatabaseSettings, openDatabase } from "#platform/db/database.ts";
import { assertSchemaMatches, migrate } from "#platform/db/migrate.ts";
import { testDatabase } from "../../support/database.ts";
import { ownServer, query } from "../../support/server.ts";
import { migrations } from "./migrate/folder.ts";

const one = { "0001_one.sql": "select 1;" };
const two = { ...one, "0002_two.sql": "select 2;" };

const server = await ownServer();
const bareServer = await ownServer();
const current = await testDatabase();
const asApp = (settings: DatabaseSettings) => {
  const database = openDatabase({ ...settings, user: "appuser", password: "p" });
  afterAll(() => database.close());
  return database;
};

async function migrated(files: Record<string, string>) {
  const settings = server.database();
  const folder = await migrations(files);
  await migrate(settings, { appuserPassword: "p", appVersion: "1", createDatabase: true, folder });
  return asApp(settings);
}

describe("assertSchemaMatches", () => {
  test("lets a process go on that was built for the schema", async () => {
    expect(await assertSchemaMatches(current.database)).toEqual({ ahead: [] });
  });

  const three = { ...two, "0003_three.sql": "-- Serves: 0001 and later\nselect 3;" };

  test("lets it go on where the database is ahead by migrations alone that serve it, and names them", async () => {
    const database = await migrated({
      ...one,
      "0002_two.sql": "-- Serves: 0001 and later\nselect 2;",
      "0003_three.sql": "-- Serves: 0001 and later\nselect 3;",
    });
    expect(await assertSchemaMatches(database, await migrations(one))).toEqual({
      ahead: ["0002_two", "0003_three"],
    });
  });

  test.each([
    ["one of them says nothing about it", three],
    [
      "one of them serves later releases only",
      { ...two, "0002_two.sql": "-- Serves: none\nselect 2;" },
    ],
    [
      "one of them serves only the release after it",
      {
        ...one,
        "0002_two.sql": "-- Serves: 0001 and later\nselect 2;",
        "0003_three.sql": "-- Serves: 0002 and later\nselect 3;",
      },
    ],
  ])("refuses a database that is ahead when %s", async (_, there) => {
    const database = await migrated(there);
    expect(assertSchemaMatches(database, await migrations(one))).rejects.toThrow(
      "The database is newer than this WeftID",
    );
  });

  test("refuses as older a database whose log is from before it kept what a migration serves", async () => {
    const settings = server.database();
    const folder = await migrations(one);
    await migrate(settings, {
      appuserPassword: "p",
      appVersion: "1",
      createDatabase: true,
      folder,
    });
    await query(settings, "alter table schema_migration_log drop column compatible_from");
    expect(assertSchemaMatches(asApp(settings), await migrations(two))).rejects.toThrow(
      "it lacks 0002_two",
    );
  });

  test.each([
    [
      "older",
      one,
      two,
      "The database is older than this WeftID: it lacks 0002_two. Run weft migrate, then start again",
    ],
    [
      "newer",
      two,
      one,
      "The database is newer than this WeftID, which does not know 0002_two. Start the version that made it, or restore the backup from before the upgrade",
    ],
    ["empty", {}, one, "The database has not been set up. Run weft migrate, then start again"],
    [
      "of another build",
      one,
      { "0001_one.sql": "select 2;" },
      "The database was made by another build: 0001_one was applied with other contents than this WeftID has. Start the build that made it",
    ],
  ])("refuses a database that is %s", async (_, there, known, message) => {
    const database = await migrated(there);
    expect(assertSchemaMatches(database, await migrations(known))).rejects.toThrow(message);
  });

  test("counts a migration that failed as not applied", async () => {
    const database = await migrated(one);
    const settings = server.database();
    const folder = await migrations({ ...one, "0002_two.sql": "select x;" });
    const options = { appuserPassword: "p", appVersion: "1", createDatabase: true, folder };
    await migrate(settings, options).catch(() => undefined);
    expect(assertSchemaMatches(asApp(settings), folder)).rejects.toThrow("it lacks 0002_two");
    expect(await assertSchemaMatches(database, await migrations(one))).toEqual({ ahead: [] });
  });

  test("refuses a database that migrate has never seen", async () => {
    await migrated(one);
    const settings = server.database();
    await query({ ...settings, name: "postgres" }, `create database ${settings.name}`);
    expect(assertSchemaMatches(asApp(settings))).rejects.toThrow("has not been set up");
  });

  test("refuses a server without our roles", async () => {
    const settings = bareServer.database();
    await query({ ...settings, name: "postgres" }, `create database ${settings.name}`);
    await query(settings, "create role appuser login password 'p'");
    expect(assertSchemaMatches(asApp(settings))).rejects.toThrow("has not been set up");
  });

  test("refuses a login that row-level security does not bind", async () => {
    expect(assertSchemaMatches(current.open(current.superuser))).rejects.toThrow(
      "The database login postgres is not bound by row-level security",
    );
  });

  test("needs of the log four columns, and gets no more", async () => {
    const { database, aTenant } = current;
    const read = (columns: string) =>
      database.system((db) =>
        sql`select ${sql.raw(columns)} from public.schema_migration_log`.execute(db),
      );
    expect((await read("version, status, checksum, compatible_from")).rows).not.toBeEmpty();
    expect(read("error")).rejects.toMatchObject({ code: "42501" });
    const { scope } = await aTenant();
    const inTenant = scope.read((db) =>
      sql`select version from public.schema_migration_log`.execute(db),
    );
    expect(inTenant).rejects.toMatchObject({ code: "42501" });
  });
});
