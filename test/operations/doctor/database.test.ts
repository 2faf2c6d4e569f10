// The database as a careless hand, a restored dump or a wrong version leaves it, on a server whose roles the test may spoil.
import { afterAll, describe, expect, test } from "bun:test";
import { openDatabase, type DatabaseSettings } from "#platform/db/database.ts";
import { migrate } from "#platform/db/migrate.ts";
import { runDoctor } from "#src/operations/doctor/index.ts";
import { ownServer, query } from "../../support/server.ts";
import { testServices } from "../../support/services.ts";
import { examine, over, sqlOf } from "./support.ts";

const server = await ownServer({ max_connections: "40" });
const superuser = server.database();
const run = () =>
  migrate(superuser, { appuserPassword: "p", appVersion: "test", createDatabase: true });
await run();
const settings: DatabaseSettings = { ...superuser, user: "appuser", password: "p", poolSize: 3 };
const database = openDatabase(settings);
afterAll(() => database.close());
const services = over(testServices(database), settings);
const spoil = (sql: string) => query(superuser, sql);

describe("roles and grants", () => {
  test("are right after a migration", async () => {
    expect(await examine(services, "roles")).toMatchObject({ state: "ok" });
  });

  const byMigrate: readonly (readonly [harm: string, words: string])[] = [
    [
      "alter role appuser createdb createrole",
      "appuser has what it must not have: createrole, createdb",
    ],
    ["alter role appuser inherit", "appuser has what it must not have: inherit"],
    [
      "alter role app_tenant bypassrls login",
      "app_tenant has what it must not have: bypassrls, login",
    ],
    ["alter role appuser reset search_path", "search path"],
    ["grant app_tenant to appuser with inherit true", "become app_tenant"],
    ["grant app_tenant to appuser with admin true", "become app_tenant"],
    ["reassign owned by app_owner to postgres", "instead of app_owner"],
    [`alter database ${superuser.name} reset timezone`, "time zone"],
    [`grant connect on database ${superuser.name} to public`, "Every role of the server"],
  ];
  test.each(byMigrate)("%s is named, and migrate repairs it", async (harm, words) => {
    await spoil(harm);
    const report = await examine(services, "roles");
    expect(report.state).toBe("fail");
    const found = report.findings.find(({ says }) => says.includes(words));
    expect([report.findings, found?.repair]).toEqual([
      report.findings,
      "docker compose run --rm migrate",
    ]);
    await run();
    expect(await examine(services, "roles")).toMatchObject({ state: "ok" });
  });

  test("a lost membership is named although nothing else works then", async () => {
    await spoil("revoke app_system from appuser");
    expect((await examine(services, "roles")).findings[0]?.says).toContain("become app_system");
    await run();
  });

  const byLine: readonly (readonly [harm: string, words: string])[] = [
    ["grant app_owner to appuser", "appuser is a member of app_owner"],
    ["grant pg_read_all_data to app_tenant", "app_tenant is a member of pg_read_all_data"],
    ["create role intruder login in role app_tenant", "intruder is a member of app_tenant"],
    ["grant select, delete on app.users to appuser", "appuser may delete, select on app.users"],
    ["grant select on app.mails to public", "public may select on app.mails"],
    ["grant select on app.users to app_system", "app_system may select on app.users"],
  ];
  test.each(byLine)("%s is named, and the line repairs it", async (harm, words) => {
    await spoil(harm);
    const report = await examine(services, "roles");
    const found = report.findings.find(({ says }) => says.includes(words));
    expect([words, found?.state]).toEqual([words, "fail"]);
    await spoil(sqlOf(found?.repair));
    expect(await examine(services, "roles")).toMatchObject({ state: "ok" });
  });

  test("a superuser as the runtime is named", async () => {
    const report = await examine(over(services, superuser), "roles");
    expect(report.findings[0]).toMatchObject({
      state: "fail",
      repair: expect.stringContaining("POSTGRES_USER=appuser"),
    });
  });
});

describe("the database", () => {
  const at = (change: Partial<DatabaseSettings>) =>
    examine(over(services, { ...settings, ...change }), "database");

  test("answers with its version", async () => {
    expect(await at({})).toMatchObject({
      state: "ok",
      findings: [{ says: expect.stringMatching(/^PostgreSQL 18/) }],
    });
  });

  test.each([
    ["another password", { password: "other" }, "does not let appuser in", "migrate"],
    ["no such database", { name: "nowhere" }, "no database nowhere", "migrate"],
    ["nobody there", { port: 1 }, "127.0.0.1:1 does not answer", "POSTGRES_HOST="],
    ["no such host", { host: "db.invalid" }, "db.invalid", "POSTGRES_HOST="],
  ])("with %s says so", async (_, change, words, repair) => {
    const { state, findings } = await at(change);
    expect(state).toBe("fail");
    expect(findings[0]?.says).toContain(words);
    expect(findings[0]?.repair).toContain(repair);
  });

  test("when it is away, is named once, and every other check still runs", async () => {
    const gone = over(services, { ...settings, port: 1 });
    const { ok, checks } = await runDoctor(gone);
    expect(ok).toBe(false);
    const states = Object.fromEntries(checks.map(({ name, state }) => [name, state]));
    expect(states).toMatchObject({
      configuration: "ok",
      database: "fail",
      migrations: "skipped",
      roles: "skipped",
      isolation: "skipped",
      clock: "skipped",
      connections: "skipped",
      workers: "skipped",
      cache: "skipped",
      mail: "fail",
      disk: expect.stringMatching(/ok|warn/),
    });
    const skipped = checks.find(({ name }) => name === "roles");
    expect(skipped?.findings[0]?.says).toContain("database does not answer");
  }, 120_000);
});

describe("migrations", () => {
  test("are told which side is ahead, and which line goes on", async () => {
    expect(await examine(services, "migrations")).toMatchObject({ state: "ok" });
    const [last] = await query<{ version: string }>(
      superuser,
      "select max(version) as version from public.schema_migration_log",
    );
    await spoil(
      `update public.schema_migration_log set version = '9999_future' where version = '${last?.version}'`,
    );
    const diverged = await examine(services, "migrations");
    expect(diverged.findings[0]).toMatchObject({
      state: "fail",
      repair: expect.stringContaining("WEFT_VERSION="),
    });
    await spoil("delete from public.schema_migration_log where version = '9999_future'");
    const older = await examine(services, "migrations");
    expect(older.findings[0]?.says).toContain(`older than this WeftID: it lacks ${last?.version}`);
    expect(older.findings[0]?.repair).toBe("docker compose run --rm migrate");
    await spoil(
      `insert into public.schema_migration_log (version, status, started_at, completed_at, checksum, duration_ms, app_version)
       select '${last?.version}', 'success', now(), now(), encode(sha256(convert_to('x', 'UTF8')), 'hex'), 1, 'test'`,
    );
    expect((await examine(services, "migrations")).findings[0]?.says).toContain("another build");
  });
});

describe("the clock", () => {
  const shifted = (by: { seconds?: number; minutes?: number }) => {
    const moved = testServices(database);
    moved.clock.advance(by);
    return examine(over(moved, settings), "clock");
  };

  test.each([
    [0, "ok"],
    [5, "warn"],
    [-5, "warn"],
    [600, "fail"],
    [-600, "fail"],
  ])("%p seconds off is %s", async (seconds, state) => {
    const report = await shifted({ seconds });
    expect(report.state).toBe(state as never);
    if (state === "ok") return;
    expect(report.findings[0]?.says).toContain(seconds > 0 ? "ahead" : "behind");
    expect(report.findings[0]?.repair).toBe("sudo timedatectl set-ntp true");
  });
});

describe("connections", () => {
  const withPool = (poolSize: number) =>
    examine(over(services, { ...settings, poolSize }), "connections");

  test("are counted over all processes, and a pool that fits is named", async () => {
    expect(await withPool(3)).toMatchObject({ state: "ok" });
    const report = await withPool(30);
    expect(report.state).toBe("warn");
    const fits = Number(/^POSTGRES_POOL_SIZE=(\d+) /.exec(report.findings[0]?.repair ?? "")?.[1]);
    expect(await withPool(fits)).toMatchObject({ state: "ok" });
  });
});

describe("workers", () => {
  test("that are not there, jobs that are dead or late, and schedules that failed are named", async () => {
    const before = await examine(services, "workers");
    expect(before.findings).toMatchObject([
      { state: "fail", repair: "docker compose up -d worker" },
    ]);
    await spoil("insert into app.workers (id) values ('host-12345678')");
    expect(await examine(services, "workers")).toMatchObject({ state: "ok" });
    await spoil("select app.create_tenant('acme', 'Acme')");
    const [dead] = await query<{ id: string }>(
      superuser,
      `insert into app.jobs (tenant_id, name, payload, dead_at, attempts, last_error)
       select id, 'mail.deliver', '{}', now(), 6, 'gone' from app.tenants returning id`,
    );
    await spoil(
      `insert into app.jobs (tenant_id, name, payload, run_at) select id, 'mail.deliver', '{"a":1}', now() - interval '1 hour' from app.tenants`,
    );
    const report = await examine(services, "workers");
    expect(report.findings.map(({ state }) => state)).toEqual(["warn", "warn"]);
    expect(report.findings[0]?.says).toContain("60 minutes");
    expect(report.findings[1]).toMatchObject({
      says: "One job is out of tries: mail.deliver 1",
      repair: `docker compose exec app weft job retry ${dead?.id}`,
    });
  });
});

describe("backups", () => {
  const run = (kind: string, succeeded: boolean, days: number) =>
    spoil(
      `insert into app.backup_runs (kind, archive, place, started_at, finished_at, succeeded)
       values ('${kind}', 'a', 'b', now() - interval '${days} days', now() - interval '${days} days', ${succeeded})`,
    );
  const says = async () =>
    (await examine(services, "backups")).findings.map((finding) => finding.says);

  test("that were never made, are old, or do not come back, are named", async () => {
    expect(await examine(services, "backups")).toMatchObject({
      state: "warn",
      findings: [{ repair: "docker compose run --rm -T migrate weft backup" }],
    });
    await run("backup", true, 3);
    expect(await says()).toEqual([
      "The last backup was made 3 days ago",
      "The restore of a backup was never rehearsed",
    ]);
    await run("backup", true, 0);
    await run("drill", true, 40);
    expect(await says()).toEqual(["The restore of a backup was last rehearsed 40 days ago"]);
    await run("drill", false, 1);
    expect(await says()).toEqual(["The last restore drill was red, yesterday"]);
    await run("drill", true, 0);
    expect(await examine(services, "backups")).toMatchObject({ state: "ok" });
  });
});
