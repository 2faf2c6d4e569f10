// Archives that are cut off, changed or reordered, disks that are full: nothing in use is touched, nothing looks whole that is not.
import { afterAll, describe, expect, test } from "bun:test";
import { mkdtempSync } from "node:fs";
import { readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readBackupFile } from "#src/operations/backup/folder.ts";
import { verifyArchive } from "#src/operations/backup/restore.ts";
import { testApp } from "../support/a-tenant.ts";
import { query } from "../support/server.ts";
import { backupBench, refusal, tablesOf } from "./backup-bench.ts";
import { aFullTenant } from "./support.ts";

const house = await testApp();
await aFullTenant(house);
const { keys, server, backup, restore, aFolder, anotherDatabase, strays } = backupBench(house);

describe("an archive that is not whole", () => {
  const damaged: [string, (bytes: Buffer) => Buffer][] = [
    ["is cut off in the middle", (bytes) => bytes.subarray(0, bytes.length >> 1)],
    ["lacks its last byte", (bytes) => bytes.subarray(0, -1)],
    ["has a byte more", (bytes) => Buffer.concat([bytes, Buffer.of(0)])],
    [
      "has a byte changed",
      (bytes) => {
        const copy = Buffer.from(bytes);
        copy[copy.length - 1000] = (copy[copy.length - 1000] ?? 0) ^ 1;
        return copy;
      },
    ],
    ["is something else", () => Buffer.from("PGDMP, or whatever")],
    ["is empty", () => Buffer.alloc(0)],
  ];

  test.each(damaged)("is refused before anything is touched: %s", async (_, damage) => {
    const folder = await aFolder();
    const path = join(folder, (await backup(folder)).name);
    await writeFile(path, damage(await readFile(path)));
    const target = anotherDatabase();
    expect(await refusal(restore(path, target))).toMatch(/damaged|not a backup/);
    expect(refusal(tablesOf(target))).resolves.toContain("does not exist");
    expect(await strays()).toEqual([]);
  });

  test("is refused when its pieces are in another order, or one is missing", async () => {
    // Large enough for several pieces of 64 KiB behind compression.
    const noise = await house.asSuperuser<{ tenant: string }>(
      "select id as tenant from app.tenants limit 1",
    );
    await house.asSuperuser(
      `insert into app.groups (tenant_id, name, description)
       select $1, 'noise ' || i, (select string_agg(md5(random()::text || i || j), '') from generate_series(1, 60) j)
       from generate_series(1, 400) i`,
      [noise[0]?.tenant],
    );
    const folder = await aFolder();
    const path = join(folder, (await backup(folder)).name);
    await house.asSuperuser("delete from app.groups where name like 'noise %'");
    const bytes = await readFile(path);
    const sealed = 64 * 1024 + 16;
    const start = bytes.indexOf("\n--- ");
    const begin = bytes.indexOf("\n", start + 1) + 1 + 16;
    expect(bytes.length - begin).toBeGreaterThan(3 * sealed);
    const piece = (at: number) => bytes.subarray(begin + at * sealed, begin + (at + 1) * sealed);
    const head = bytes.subarray(0, begin);
    const tail = bytes.subarray(begin + 3 * sealed);
    const target = anotherDatabase();
    for (const pieces of [
      [piece(0), piece(2), piece(1)],
      [piece(0), piece(2)],
      [piece(0), piece(1), piece(1), piece(2)],
    ]) {
      await writeFile(path, Buffer.concat([head, ...pieces, tail]));
      expect(await refusal(restore(path, target))).toContain("damaged");
    }
    await writeFile(path, Buffer.concat([head, piece(0), piece(1), piece(2), tail]));
    const source = () => readBackupFile(path);
    expect((await verifyArchive(source, keys)).totals.rows["app.groups"]).toBeGreaterThan(400);
  });

  test("is refused where it cannot be read at all", async () => {
    expect(await refusal(restore("/nowhere/weft.age", anotherDatabase()))).toContain(
      "cannot be read",
    );
  });
});

describe("a disk that is full", () => {
  const folder = mkdtempSync(join(tmpdir(), "weft-test-full-"));
  const isMounted =
    Bun.spawnSync(["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", folder]).exitCode === 0;
  afterAll(async () => {
    if (isMounted) Bun.spawnSync(["umount", folder]);
    await rm(folder, { recursive: true, force: true });
  });

  test.skipIf(!isMounted)(
    "keeps nothing of a backup, and the message says how much it takes",
    async () => {
      // Chance does not compress: half a megabyte of it.
      const [tenant] = await house.asSuperuser<{ id: string }>(
        "select id from app.tenants limit 1",
      );
      await house.asSuperuser(
        `insert into app.limits (tenant_id, name, key, window_at, hits, expires_at)
       select $1, 'noise', uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid()), now(), 1, now()
       from generate_series(1, 8000)`,
        [tenant?.id],
      );
      const elsewhere = await aFolder();
      const fits = await backup(elsewhere);
      const message = await refusal(backup(folder));
      await house.asSuperuser("delete from app.limits where name = 'noise'");
      expect(message).toMatch(
        /^The backup does not fit: it takes (\d+) KB, and \S+ has 6\d\.\d KB free/,
      );
      const needed = Number(/takes (\d+) KB/.exec(message)?.[1]) * 1000;
      expect(Math.abs(needed - fits.bytes)).toBeLessThan(fits.bytes / 10);
      expect(await readdir(folder)).toEqual([]);
      expect((await backup(folder)).bytes).toBeLessThan(65_536);
    },
  );
});

describe("a folder that cannot be written", () => {
  test("is an error with its reason", async () => {
    const folder = await aFolder();
    await writeFile(join(folder, "file"), "");
    expect(await refusal(backup(join(folder, "file", "below")))).toMatch(/ENOTDIR|EEXIST/);
  });
});

describe("a login that row-level security binds", () => {
  const login = `bound_${process.pid}`;
  afterAll(() => query(server, `drop owned by ${login} cascade; drop role ${login}`));

  test("makes no backup, which would be an empty one, and restores none", async () => {
    await query(server, `create role ${login} login createrole createdb password 'p'`);
    await query(house.superuser, `grant app_owner to ${login} with inherit true`);
    await query(house.superuser, `grant select on public.schema_migration_log to ${login}`);
    await query(house.superuser, `grant connect on database ${house.superuser.name} to ${login}`);
    const bound = { ...house.superuser, user: login, password: "p" };
    const folder = await aFolder();
    expect(await refusal(backup(folder, { database: bound }))).toContain("would see no row");
    expect(await readdir(folder)).toEqual([]);
    const path = join(folder, (await backup(folder)).name);
    const target = { ...anotherDatabase(), user: login, password: "p" };
    expect(await refusal(restore(path, target))).toContain("is no superuser");
    await query(house.superuser, `drop owned by ${login} cascade`);
  });
});
