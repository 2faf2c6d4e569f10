// `weft upgrade check`: what a migration would do here, with the sizes of this installation.
import { afterAll, describe, expect, test } from "bun:test";
import { cp, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readMigrations, sqlFolder } from "#platform/db/migrate/files.ts";
import { checkUpgrade } from "#src/operations/upgrade-check.ts";
import { bareDatabase, testDatabase } from "../support/database.ts";

const { superuser, asSuperuser, aTenant } = await testDatabase();
const newest = (await readMigrations()).at(-1)?.version ?? "";
const number = newest.slice(0, 4);
const now = new Date("2026-11-26T12:00:00Z");
const backup = (hours: number) => ({
  name: "weft-x",
  bytes: 1,
  takenAt: new Date(now.getTime() - hours * 3_600_000),
});

/** The sql/ of a next release with this migration on top. */
async function release(text: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "weft-test-upgrade-"));
  afterAll(() => rm(folder, { recursive: true, force: true }));
  await cp(sqlFolder, folder, { recursive: true });
  await writeFile(join(folder, "migrations/9000_next.sql"), text);
  return folder;
}

const check = async (text: string | null, backups = [backup(1)]) =>
  checkUpgrade({
    database: superuser,
    backups,
    now,
    ...(text === null ? {} : { folder: await release(text) }),
  });

describe("checkUpgrade", () => {
  test("finds nothing to do where the schema is this release's", async () => {
    expect(await check(null, [])).toMatchObject({
      state: "current",
      from: newest,
      to: newest,
      pending: [],
      cautions: [],
      refusal: null,
      newestBackup: null,
    });
  });

  test("calls an expansion harmless", async () => {
    const report = await check(
      `-- Serves: ${number} and later\nalter table app.users add column nickname text;\ncreate index users_nick on app.users (nickname);`,
    );
    expect(report).toMatchObject({
      state: "older",
      servesRunning: true,
      cautions: [],
      refusal: null,
    });
    expect(report.pending).toEqual([
      {
        version: "9000_next",
        path: "sql/migrations/9000_next.sql",
        servesRunning: true,
        statements: [
          expect.objectContaining({
            line: 2,
            table: "app.users",
            duration: "instant",
            blocks: "everything",
          }),
          expect.objectContaining({
            line: 3,
            table: "app.users",
            duration: "instant",
            blocks: "writes",
          }),
        ],
      },
    ]);
  });

  test("warns of what the running version does not survive", async () => {
    const { servesRunning, cautions } = await check("alter table app.users drop column theme;");
    expect(servesRunning).toBe(false);
    expect(cautions).toEqual([expect.stringContaining("does not work beside 9000_next")]);
  });

  test("warns when what serves does so only from a later version on than the one that runs", async () => {
    const { servesRunning } = await check("-- Serves: 8999 and later\nselect 1;");
    expect(servesRunning).toBe(false);
  });

  test("says how long a large table is blocked, and how much disk it takes", async () => {
    const tenant = await aTenant();
    await asSuperuser(
      `insert into app.limits (tenant_id, name, key, window_at, hits, expires_at)
       select $1, 'noise', decode(repeat(md5(i::text), 8), 'hex') , now(), 1, now() from generate_series(1, 60000) i`,
      [tenant.id],
    );
    await asSuperuser("analyze app.limits");
    const report = await check(
      `-- Serves: none\nalter table app.limits add column id uuid default uuidv7();\ncreate index on app.limits (hits);\ncreate index on app.users (role);`,
    );
    await asSuperuser("delete from app.limits");
    const [rewrite, index, small] = report.pending[0]?.statements ?? [];
    expect(rewrite).toMatchObject({ duration: "seconds", blocks: "everything" });
    // PostgreSQL's own estimate: what was counted late is in it twice.
    expect([60_000, 120_000]).toContain(rewrite?.rows ?? 0);
    expect(index).toMatchObject({ table: "app.limits", blocks: "writes" });
    expect(small).toMatchObject({ table: "app.users", duration: "instant" });
    expect(report.diskBytes).toBe(2 * (rewrite?.bytes ?? 0));
    expect(report.cautions).toContain(
      "sql/migrations/9000_next.sql:2: nobody reads or writes app.limits for seconds",
    );
  });

  test("warns of a statement it does not know", async () => {
    const { cautions } = await check(
      `-- Serves: ${number} and later\ndo $$ begin perform 1; end $$;`,
    );
    expect(cautions).toEqual([expect.stringContaining("9000_next.sql:2: nothing is known")]);
  });

  test.each([
    ["no backup", [], "There is no backup"],
    ["an old one", [backup(49)], "The newest backup is 2 days old"],
  ])("warns of %s", async (_, backups, says) => {
    const { cautions } = await check(`-- Serves: ${number} and later\nselect 1;`, backups);
    expect(cautions).toEqual([expect.stringContaining(says)]);
  });

  test("warns of jobs that have failed for good", async () => {
    const tenant = await aTenant();
    await asSuperuser(
      "insert into app.jobs (tenant_id, name, payload, dead_at) values ($1, 'x.y', '{}', now())",
      [tenant.id],
    );
    const { deadJobs, cautions } = await check(null);
    expect(deadJobs).toBe(1);
    expect(cautions).toEqual([expect.stringContaining("weft job list")]);
    await asSuperuser("delete from app.jobs");
  });

  test("needs no backup for a database that is empty", async () => {
    const report = await checkUpgrade({ database: await bareDatabase(), backups: [], now });
    expect(report).toMatchObject({
      state: "empty",
      from: null,
      to: newest,
      cautions: [],
      refusal: null,
    });
    expect(report.pending.length).toBeGreaterThan(5);
  });

  test("refuses a database that this release cannot have", async () => {
    await asSuperuser(
      `insert into public.schema_migration_log (version, status, started_at, completed_at, checksum, duration_ms, app_version)
       values ('9999_later', 'success', now(), now(), 'x', 1, '9')`,
    );
    const { refusal } = await check(null);
    await asSuperuser("delete from public.schema_migration_log where version = '9999_later'");
    expect(refusal).toContain("newer than this version");
  });
});
