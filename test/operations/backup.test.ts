// Backup and restore on a real server: what comes back is what was there, row by row, and nothing is touched by what cannot be
// restored.
import { describe, expect, test } from "bun:test";
import { randomBytes } from "node:crypto";
import { statSync } from "node:fs";
import { readdir, readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Client } from "pg";
import type { DatabaseSettings } from "#platform/db/database.ts";
import { migrate } from "#platform/db/migrate.ts";
import { connected } from "#platform/db/migrate/connect.ts";
import { folderPlace } from "#src/operations/backup/folder.ts";
import type { RestoreOptions } from "#src/operations/backup/restore.ts";
import { testApp } from "../support/a-tenant.ts";
import { query } from "../support/server.ts";
import { backupBench, contents, refusal, tablesOf } from "./backup-bench.ts";
import { aFullTenant, leaveMail } from "./support.ts";

const house = await testApp();
const full = [await aFullTenant(house), await aFullTenant(house)];
for (const one of full) await leaveMail(one);
const bench = backupBench(house);
const { keys, appuserPassword, databases, backup, restore, aFolder, anotherDatabase, strays } =
  bench;

describe("a backup", () => {
  test("brings back every row of every table, into a database that was not there", async () => {
    const folder = await aFolder();
    const made = await backup(folder);
    const before = await contents(house.superuser);
    expect(before["app.users"]).toHaveLength(10);
    expect(made.rows).toBeGreaterThan(50);
    const target = anotherDatabase();
    const restored = await restore(join(folder, made.name), target);
    expect(restored).toMatchObject({ applied: [], kept: null });
    expect(await contents(target)).toEqual(before);
    expect(await strays()).toEqual([]);
  });

  test("brings back owners, rights and settings, and the next number of every sequence", async () => {
    const folder = await aFolder();
    const target = anotherDatabase();
    await restore(join(folder, (await backup(folder)).name), target);
    const state = (database: DatabaseSettings) =>
      query(
        database,
        `select (select string_agg(format('%s %s %s', oid::regclass, relowner::regrole, relacl), ';' order by relname)
                 from pg_class where relnamespace = 'app'::regnamespace) as objects,
                current_setting('timezone') as zone,
                has_database_privilege('appuser', current_database(), 'connect') as connects,
                has_database_privilege('public', current_database(), 'connect') as open,
                (select format('%s %s %s %s %s', encoding, datlocprovider, datcollate, datctype, datlocale)
                 from pg_database where datname = current_database()) as locale`,
      );
    expect(await state(target)).toEqual(await state(house.superuser));
    const sequences = (database: DatabaseSettings) =>
      query(
        database,
        "select schemaname, sequencename, last_value from pg_sequences order by 1, 2",
      );
    expect(await sequences(target)).toEqual(await sequences(house.superuser));
  });

  test("is one file that its owner alone can read, from the first byte, and holds nothing in the clear", async () => {
    const folder = await aFolder();
    const modes = new Set<number>();
    const made = await backup(folder, {
      onTable: () => {
        for (const name of new Bun.Glob("*").scanSync({ cwd: folder, dot: true })) {
          modes.add(statSync(join(folder, name)).mode & 0o777);
        }
      },
    });
    expect([...modes]).toEqual([0o600]);
    expect(await readdir(folder)).toEqual([made.name]);
    const path = join(folder, made.name);
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    const bytes = await readFile(path);
    expect(bytes.length).toBe(made.bytes);
    expect(bytes.subarray(0, 21).toString()).toBe("age-encryption.org/v1");
    for (const secret of ["manifest", "Lovelace", "argon2id", full[0]?.user.email ?? "?"]) {
      expect([secret, bytes.includes(secret)]).toEqual([secret, false]);
    }
  });

  test("shows one instant, whatever is written while it is made", async () => {
    const folder = await aFolder();
    const before = await contents(house.superuser);
    const tenant = full[0]?.tenant;
    let wrote = false;
    const made = await backup(folder, {
      onTable: () => {
        if (wrote) return;
        wrote = true;
        void tenant?.aUser();
      },
    });
    await Bun.sleep(100);
    expect((await contents(house.superuser))["app.users"]).not.toEqual(before["app.users"]);
    const target = anotherDatabase();
    await restore(join(folder, made.name), target);
    expect(await contents(target)).toEqual(before);
  });

  test("is refused while another one is being made", async () => {
    const folder = await aFolder();
    const outcome = await connected(house.superuser, async (client) => {
      await client.query("select pg_advisory_lock(8367193206)");
      return refusal(backup(folder));
    });
    expect(outcome).toContain("Another backup of this database is being made");
    expect(await readdir(folder)).toEqual([]);
  });
});

describe("keys", () => {
  const other = () => randomBytes(32).toString("base64");

  test("another SECRET_KEY opens nothing, and nothing is changed", async () => {
    const folder = await aFolder();
    const made = await backup(folder);
    const target = anotherDatabase();
    const wrong = { ...keys, current: other() };
    expect(await refusal(restore(join(folder, made.name), target, { keys: wrong }))).toContain(
      "No key that is set opens this archive",
    );
    expect(refusal(tablesOf(target))).resolves.toContain("does not exist");
  });

  test("the key it was made under may be SECRET_KEY_PREVIOUS by now", async () => {
    const folder = await aFolder();
    const made = await backup(folder);
    const target = anotherDatabase();
    const rotated = { ...keys, current: other(), previous: keys.current };
    expect((await restore(join(folder, made.name), target, { keys: rotated })).rows).toBe(
      made.rows,
    );
  });

  test("a passphrase opens it, and says nothing about the secrets in it: those need the SECRET_KEY", async () => {
    const folder = await aFolder();
    const passphrase = "correct horse battery staple";
    const made = await backup(folder, { keys: { ...keys, passphrase } });
    const path = join(folder, made.name);
    const target = anotherDatabase();
    expect(await refusal(restore(path, target))).toContain("No key that is set opens this archive");
    const lost = { current: other(), previous: null, passphrase };
    expect(await refusal(restore(path, target, { keys: lost }))).toContain(
      "made under another SECRET_KEY",
    );
    expect(refusal(tablesOf(target))).resolves.toContain("does not exist");
    expect((await restore(path, target, { keys: { ...keys, passphrase } })).rows).toBe(made.rows);
  });

  test("secrets that the present key does not open are counted, by kind, and the backup is made all the same", async () => {
    const folder = await aFolder();
    const made = await backup(folder, { keys: { ...keys, current: other() } });
    expect(made.unreadableSecrets).toBeGreaterThanOrEqual(8);
    const saml = made.secrets.find(({ title }) => title === "SAML signing keys");
    expect(saml).toMatchObject({ rows: 2, underOtherKeys: 2, opens: null });
    expect((await backup(folder)).unreadableSecrets).toBe(0);
  });
});

describe("a database with something in it", () => {
  test("is not touched unless somebody says so", async () => {
    const folder = await aFolder();
    const path = join(folder, (await backup(folder)).name);
    const target = anotherDatabase();
    await restore(path, target);
    const before = await contents(target);
    const asked: unknown[] = [];
    const mayReplace: RestoreOptions["mayReplace"] = (there) => {
      asked.push(there);
      return Promise.resolve(false);
    };
    expect(await refusal(restore(path, target, { mayReplace }))).toContain(
      "holds 2 tenants: nothing was changed",
    );
    expect(asked).toEqual([{ database: target.name, tenants: 2 }]);
    expect(await contents(target)).toEqual(before);
    expect(await strays()).toEqual([]);
  });

  test("stays beside the new one when it is replaced, and whoever is connected is cut off", async () => {
    const folder = await aFolder();
    const path = join(folder, (await backup(folder)).name);
    const target = anotherDatabase();
    await restore(path, target);
    const before = await contents(target);
    await query(target, "update app.tenants set name = 'changed since'");
    const idle = new Client({ ...target, database: target.name });
    idle.on("error", () => undefined);
    await idle.connect();
    const restored = await restore(path, target, { mayReplace: () => Promise.resolve(true) });
    if (restored.kept) databases.push(restored.kept);
    expect(refusal(idle.query("select 1"))).resolves.not.toBe("not refused");
    expect(await contents(target)).toEqual(before);
    expect(restored.kept).toStartWith(`${target.name.slice(0, 40)}_before_`);
    const kept = { ...target, name: restored.kept ?? "" };
    expect(await query(kept, "select distinct name from app.tenants")).toEqual([
      { name: "changed since" },
    ]);
  });

  test("is replaced without a question when it has a schema and no tenant yet", async () => {
    const folder = await aFolder();
    const path = join(folder, (await backup(folder)).name);
    const target = anotherDatabase();
    await migrate(target, { appuserPassword, appVersion: "1.2.3", createDatabase: true });
    expect((await restore(path, target)).kept).toBeNull();
    expect(await strays()).toEqual([]);
  });

  test("is refused when it is somebody else's", async () => {
    const folder = await aFolder();
    const path = join(folder, (await backup(folder)).name);
    const target = anotherDatabase();
    await query(bench.server, `create database ${target.name}`);
    await query(target, "create table public.invoices (id integer)");
    const mayReplace = () => Promise.resolve(true);
    expect(await refusal(restore(path, target, { mayReplace }))).toContain(
      "tables that are not ours",
    );
  });
});

describe("a backup of another release", () => {
  test("from before some of our migrations is brought to this schema", async () => {
    const folder = await aFolder();
    const old = anotherDatabase();
    await migrate(old, {
      appuserPassword,
      appVersion: "0.9",
      createDatabase: true,
      upTo: "0006_api_clients",
    });
    await query(old, "select app.create_tenant('elder', 'Elder')");
    const made = await backup(folder, { database: old });
    const target = anotherDatabase();
    const restored = await restore(join(folder, made.name), target);
    expect(restored.applied.length).toBeGreaterThan(0);
    expect(await query(target, "select subdomain from app.tenants")).toEqual([
      { subdomain: "elder" },
    ]);
    const versions = await query<{ app: string }>(
      target,
      "select app_version as app from schema_migration_log order by id",
    );
    expect(versions.map(({ app }) => app)).toEqual([
      ...Array<string>(6).fill("0.9"),
      ...Array<string>(restored.applied.length).fill("1.2.3"),
    ]);
  });

  test("that is newer is refused, by the names of what is not known", async () => {
    const folder = await aFolder();
    const newer = anotherDatabase();
    await migrate(newer, { appuserPassword, appVersion: "9", createDatabase: true });
    await query(
      newer,
      `insert into schema_migration_log (version, status, started_at, completed_at, checksum, duration_ms, app_version)
       values ('9999_later', 'success', now(), now(), 'x', 1, '9')`,
    );
    const made = await backup(folder, { database: newer, version: "9.0.0" });
    expect(await refusal(restore(join(folder, made.name), anotherDatabase()))).toContain(
      "made by WeftID 9.0.0, which is newer: it has 9999_later",
    );
  });
});

describe("a run that is stopped", () => {
  test("leaves no backup, and the next run removes what it left", async () => {
    const folder = await aFolder();
    await writeFile(join(folder, ".weft-20260101T000000Z-00000000.tar.zst.age.partial"), "half");
    const failing = backup(folder, {
      onTable: () => {
        throw new Error("stopped");
      },
    });
    expect(await refusal(failing)).toBe("stopped");
    expect(await readdir(folder)).toEqual([]);
    expect(await folderPlace(folder).list()).toEqual([]);
  });

  test("leaves what is in use as it was when it is a restore, and the next one removes the rest", async () => {
    const folder = await aFolder();
    const path = join(folder, (await backup(folder)).name);
    const target = anotherDatabase();
    await restore(path, target);
    const before = await contents(target);
    const stopped = restore(path, target, {
      mayReplace: () => Promise.resolve(true),
      onStep: ({ kind }) => {
        if (kind === "migrated") throw new Error("stopped");
      },
    });
    expect(await refusal(stopped)).toBe("stopped");
    expect(await contents(target)).toEqual(before);
    expect(await strays()).toEqual([]);
  });
});
