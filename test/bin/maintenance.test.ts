// Backup, restore, drill, upgrade check and key rotation as an operator runs them: processes with an environment.
import { afterAll, describe, expect, test } from "bun:test";
import { randomBytes } from "node:crypto";
import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { testApp } from "../support/a-tenant.ts";
import { query } from "../support/server.ts";
import { converse, interrupt } from "../deploy/terminal.ts";
import { aFullTenant } from "../operations/support.ts";

const checkout = join(import.meta.dir, "../..");

const house = await testApp();
const full = await aFullTenant(house);
const { settings, superuser, asSuperuser } = house;
const home = mkdtempSync(join(tmpdir(), "weft-test-maintenance-"));
const folder = join(home, "backups");
const secret = house.services.config.keys.current;
const kept: string[] = [];
afterAll(async () => {
  rmSync(home, { recursive: true, force: true });
  for (const name of kept)
    await query({ ...superuser, name: "postgres" }, `drop database "${name}" with (force)`);
});

const environment = {
  PATH: Bun.env["PATH"] ?? "",
  HOME: home,
  POSTGRES_HOST: superuser.host,
  POSTGRES_PORT: String(superuser.port),
  POSTGRES_DB: superuser.name,
  POSTGRES_USER: superuser.user,
  POSTGRES_PASSWORD: superuser.password,
  APPUSER_PASSWORD: settings.password,
  SECRET_KEY: secret,
  BACKUP_PATH: folder,
  LOCAL_STORAGE_PATH: join(home, "storage"),
};

function start(line: readonly string[], extra: Record<string, string> = {}) {
  return Bun.spawn([process.execPath, "bin/weft.ts", ...line], {
    cwd: checkout,
    env: { ...environment, ...extra },
    stdin: "ignore",
    stdout: "pipe",
    stderr: "pipe",
  });
}

async function weft(line: readonly string[], extra: Record<string, string> = {}) {
  const child = start(line, extra);
  const [out, err, code] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
    child.exited,
  ]);
  return { code, out, err };
}

const names = () => readdirSync(folder).toSorted();

describe("weft backup", () => {
  test("makes one, lists it and reads it to its end", async () => {
    const made = await weft(["backup"]);
    expect([made.code, made.err]).toEqual([0, ""]);
    const [name = ""] = names();
    expect(made.out).toStartWith(`${name} in ${folder}: `);
    expect(statSync(join(folder, name)).mode & 0o777).toBe(0o600);

    const listed = await weft(["backup", "list", "--json"]);
    expect(JSON.parse(listed.out)).toEqual([
      { name, bytes: statSync(join(folder, name)).size, takenAt: expect.any(String) },
    ]);
    expect((await weft(["backup", "list"])).out).toContain(name);
    const verified = await weft(["backup", "verify", name, "--json"]);
    expect(JSON.parse(verified.out)).toMatchObject({ name, whole: true, missingFiles: 0 });
  });

  test("uses the passphrase of a file", async () => {
    const file = join(home, "passphrase");
    writeFileSync(file, "correct horse battery\n");
    const made = JSON.parse((await weft(["backup", "--passphrase-file", file, "--json"])).out);
    expect(await weft(["backup", "verify", made.name])).toMatchObject({
      code: 1,
      err: expect.stringContaining("No key that is set opens this archive"),
    });
    const extra = { BACKUP_PASSPHRASE: "correct horse battery" };
    expect((await weft(["backup", "verify", made.name], extra)).code).toBe(0);
    rmSync(join(folder, made.name));
  });

  test("exits 3 and says so loudly when no key that is set opens the secrets", async () => {
    const extra = { SECRET_KEY: randomBytes(32).toString("base64") };
    const { code, out, err } = await weft(["backup", "--json"], extra);
    expect(code).toBe(3);
    expect(err).toContain(
      "WARNING: neither SECRET_KEY nor SECRET_KEY_PREVIOUS opens authenticator apps (1)",
    );
    const { name } = JSON.parse(out);
    expect(await weft(["backup", "verify", name])).toMatchObject({ code: 1 });
    rmSync(join(folder, name));
  });

  test.each([
    ["an unknown word", ["backup", "everything"], 1, 'unexpected "everything"'],
    ["an unknown option", ["backup", "--fast"], 2, "unknown option --fast"],
    ["a retention it cannot read", ["backup", "--keep", "7y"], 1, "--keep must be such as"],
    ["a place that is not there", ["backup", "--to", "moon"], 1, 'no place "moon"'],
    ["a bucket that is not named", ["backup", "--to", "s3"], 1, "no bucket is configured"],
    ["a name that is none", ["backup", "verify", "x"], 1, "not the name of a backup"],
    [
      "a short passphrase",
      ["backup", "--passphrase-file", "/dev/null"],
      1,
      "at least 16 characters",
    ],
  ])("refuses %s", async (_, line, code, says) => {
    expect(await weft(line)).toMatchObject({ code, err: expect.stringContaining(says) });
  });

  test("names every setting that is wrong", async () => {
    const { code, err } = await weft(["backup"], {
      SECRET_KEY: "",
      BACKUP_PATH: "backups",
      BACKUP_KEEP: "for ever",
      BACKUP_S3_BUCKET: "b",
    });
    expect(code).toBe(78);
    for (const name of [
      "SECRET_KEY",
      "BACKUP_PATH",
      "BACKUP_KEEP",
      "BACKUP_S3_ENDPOINT",
      "BACKUP_S3_KEY",
      "BACKUP_S3_SECRET",
    ]) {
      expect(err).toContain(`  ${name} `);
    }
  });

  test("says why when the database does not answer", async () => {
    const { code, err } = await weft(["backup"], { POSTGRES_PORT: "1" });
    expect([code, err.trim().split("\n").length]).toEqual([1, 1]);
  });

  test("that is killed leaves nothing that looks like a backup, and the next one cleans up", async () => {
    const before = names();
    const holder = await house.connect("superuser");
    // Not a table with sealed columns: those are read before there is a file.
    await holder.query("begin; lock table app.user_emails in access exclusive mode");
    const child = start(["backup"]);
    const giveUpAt = Date.now() + 20_000;
    while (names().length === before.length && Date.now() < giveUpAt) await Bun.sleep(20);
    child.kill("SIGKILL");
    await child.exited;
    await holder.query("rollback");
    expect(names().filter((name) => !before.includes(name))).toEqual([
      expect.stringMatching(/^\.weft-.*\.partial$/),
    ]);
    expect(JSON.parse((await weft(["backup", "list", "--json"])).out)).toHaveLength(before.length);
    let again = await weft(["backup"]);
    // The killed one's connection may hold the lock for a moment.
    for (; again.code === 1 && Date.now() < giveUpAt; again = await weft(["backup"]))
      await Bun.sleep(200);
    expect(again.code).toBe(0);
    expect(names().filter((name) => name.startsWith("."))).toEqual([]);
  });
});

describe("weft restore-drill", () => {
  test("is green, records it, and prints what it looked at", async () => {
    const { code, out } = await weft(["restore-drill"]);
    expect(out).toMatch(/ok {5}assertion signed with a restored key/);
    expect(out).toMatch(/GREEN: weft-\S+, \d+ (seconds|minutes) old, \d+\.\d s\n$/);
    expect(code).toBe(0);
    const [run] = await asSuperuser<{ succeeded: boolean }>(
      "select succeeded from app.backup_runs where kind = 'drill' order by id desc limit 1",
    );
    expect(run?.succeeded).toBe(true);
  });

  test("is red and exits 1 with another key", async () => {
    const extra = { SECRET_KEY: randomBytes(32).toString("base64") };
    const { code, out } = await weft(["restore-drill", "--json"], extra);
    expect(code).toBe(1);
    expect(JSON.parse(out)).toMatchObject({ passed: false });
  });
});

describe("weft upgrade check", () => {
  test("finds nothing to do, and says how old the newest backup is", async () => {
    const { code, out } = await weft(["upgrade", "check"]);
    expect(out).toContain("nothing to do");
    expect(out).toMatch(/the newest backup: weft-\S+, \d+ (seconds|minutes) old/);
    expect(code).toBe(0);
  });

  test("exits 2 where the database is a newer one's", async () => {
    await asSuperuser(
      `insert into public.schema_migration_log (version, status, started_at, completed_at, checksum, duration_ms, app_version)
       values ('9999_later', 'success', now(), now(), 'x', 1, '9')`,
    );
    const { code, out } = await weft(["upgrade", "check", "--json"]);
    await asSuperuser("delete from public.schema_migration_log where version = '9999_later'");
    expect(code).toBe(2);
    expect(JSON.parse(out)).toMatchObject({ state: "newer" });
  });
});

describe("weft rotate-key", () => {
  const next = randomBytes(32).toString("base64");
  const app = {
    POSTGRES_USER: "appuser",
    POSTGRES_PASSWORD: settings.password,
    BASE_DOMAIN: "id.weft.test",
    IS_DEV: "true",
    EMAIL_BACKEND: "mailbox",
    MAILBOX_PATH: home,
    SECRET_KEY: next,
  };

  test("exits 1 where the key before is not set, and says what to do", async () => {
    const { code, err } = await weft(["rotate-key"], app);
    expect(err).toContain(
      "do not open with SECRET_KEY: set SECRET_KEY_PREVIOUS to the key before it",
    );
    expect(code).toBe(1);
  });

  test("counts in a dry run, rotates, and says that the old key can go", async () => {
    const both = { ...app, SECRET_KEY_PREVIOUS: secret };
    const dry = await weft(["rotate-key", "--dry-run"], both);
    expect(dry.out).toContain("nothing was changed");
    const { code, out } = await weft(["rotate-key"], both);
    expect(out).toContain("every secret is under SECRET_KEY: take SECRET_KEY_PREVIOUS out");
    expect(code).toBe(0);
    const again = await weft(["rotate-key", "--json"], app);
    expect([again.code, JSON.parse(again.out).remaining]).toEqual([0, 0]);
    const resealed = await full.tenant.events("secrets.resealed");
    expect(
      resealed.map(({ data }) => [data["table"], data["column"]].join(".")).toSorted(),
    ).toEqual([
      "identity_provider_keys.sealed_key",
      "saml_keys.sealed_key",
      "sessions.sealed_totp",
      "sign_ins.sealed_totp",
      "totp_authenticators.sealed_pending",
      "totp_authenticators.sealed_secret",
      "users.sealed_breach_prefix",
    ]);
    // Back again, for the tests below.
    expect(
      (await weft(["rotate-key"], { ...app, SECRET_KEY: secret, SECRET_KEY_PREVIOUS: next })).code,
    ).toBe(0);
  });
});

describe("weft restore", () => {
  test("refuses a database with tenants, and one that nobody can be asked about", async () => {
    const refused = await weft(["restore", "newest"]);
    expect(refused).toMatchObject({
      code: 1,
      err: expect.stringContaining("holds a tenant: nothing was changed"),
    });
    const unasked = await weft(["restore", "newest", "--replace"]);
    expect(unasked).toMatchObject({ code: 1, err: expect.stringContaining("add --yes") });
    expect(await weft(["restore"])).toMatchObject({
      code: 2,
      err: expect.stringContaining("file is missing"),
    });
  });

  test("asks on a terminal for the database's name, and takes nothing else for a yes", async () => {
    const line = `"${process.execPath}" bin/weft.ts restore newest --replace`;
    const asked = (answer: string) =>
      converse(line, { cwd: checkout, env: environment }, [[" to go on: ", answer]]);
    await asSuperuser("update app.tenants set name = 'Still the same'");
    for (const answer of ["y\n", "\n", `${superuser.name.toUpperCase()}\n`, interrupt]) {
      const declined = await asked(answer);
      expect(declined.out).toContain(`The database ${superuser.name} with `);
      expect(declined.code).not.toBe(0);
      expect(await query(superuser, "select name from app.tenants limit 1")).toEqual([
        { name: "Still the same" },
      ]);
    }
    const agreed = await asked(`${superuser.name}\n`);
    const name = /is kept as (\S+?)\./.exec(agreed.out)?.[1] ?? "";
    if (name) kept.push(name);
    expect(agreed.out).toContain("restored ");
    expect(agreed.code).toBe(0);
    expect(await query(superuser, "select name from app.tenants")).not.toContainEqual({
      name: "Still the same",
    });
  }, 120_000);

  test("replaces it with --replace --yes, keeps the old one, and the app goes on", async () => {
    await asSuperuser("update app.tenants set name = 'After the backup'");
    const path = join(folder, names().at(-1) ?? "");
    const { code, out } = await weft(["restore", path, "--replace", "--yes"]);
    expect(out).toContain("the archive is whole: ");
    const name = /is kept as (\S+?)\./.exec(out)?.[1] ?? "";
    if (name) kept.push(name);
    expect(code).toBe(0);
    expect(await query({ ...superuser, name }, "select name from app.tenants")).toEqual([
      { name: "After the backup" },
    ]);
    expect(await query(superuser, "select name from app.tenants")).not.toEqual([
      { name: "After the backup" },
    ]);
    const runs = await query(
      superuser,
      "select kind, succeeded from app.backup_runs order by id desc limit 1",
    );
    expect(runs).toEqual([{ kind: "restore", succeeded: true }]);
    // Its pool was cut off, and finds the restored database.
    const browser = full.tenant.newBrowser();
    await browser.get("/sign-in").catch(() => undefined);
    expect((await browser.get("/sign-in")).status).toBe(200);
  });
});
