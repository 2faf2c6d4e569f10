// `weft restore-drill`: green for a backup that would bring the installation back, red with the reason for each that would not.
import { afterAll, beforeEach, describe, expect, test } from "bun:test";
import { randomBytes } from "node:crypto";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createKeyring } from "#platform/crypto/keyring.ts";
import { makeBackup } from "#src/operations/backup/create.ts";
import { drill, type Drilled, type DrillOptions } from "#src/operations/backup/drill.ts";
import { folderPlace } from "#src/operations/backup/folder.ts";
import { createScratch } from "#src/operations/backup/scratch.ts";
import { testApp } from "../support/a-tenant.ts";
import { query } from "../support/server.ts";
import { aFullTenant, leaveMail } from "./support.ts";

const house = await testApp();
const full = await aFullTenant(house);
await leaveMail(full);
const { current } = house.services.config.keys;
const keys = { current, previous: null, passphrase: null };
const appuserPassword = house.settings.password;

let folder = "";
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "weft-test-drill-"));
  folders.push(folder);
});
const folders: string[] = [];
afterAll(async () => {
  for (const each of folders) await rm(each, { recursive: true, force: true });
});

const backup = () =>
  makeBackup({
    database: house.superuser,
    place: folderPlace(folder),
    keys,
    version: "1.2.3",
    keep: "all",
    readFile: () => Promise.resolve(null),
  });

const rehearse = (more: Partial<DrillOptions> = {}) =>
  drill({
    database: house.superuser,
    place: folderPlace(folder),
    keys,
    appuserPassword,
    version: "1.2.3",
    ...more,
  });

const failed = ({ checks }: Drilled) =>
  checks.filter(({ passed }) => !passed).map(({ name, says }) => `${name}: ${says}`);

const drillDatabases = () =>
  query<{ name: string }>(
    { ...house.superuser, name: "postgres" },
    `select datname as name from pg_database where starts_with(datname, 'weft_drill_' || left(encode(sha256($1), 'hex'), 8))`,
    [Buffer.from(house.superuser.name)],
  );

const lastRun = async () =>
  (
    await house.asSuperuser<{ kind: string; succeeded: boolean; archive: string }>(
      "select kind, succeeded, archive from app.backup_runs order by id desc limit 1",
    )
  )[0];

describe("a drill", () => {
  test("is green for the newest backup, records that, and leaves no database", async () => {
    await backup();
    await Bun.sleep(1_100);
    const made = await backup();
    const drilled = await rehearse();
    expect(failed(drilled)).toEqual([]);
    expect(drilled).toMatchObject({ passed: true, archive: made.name, place: folder });
    const says = Object.fromEntries(drilled.checks.map(({ name, says: text }) => [name, text]));
    expect(says["rows"]).toMatch(/^\d+ rows in \d+ tables, as counted in the backup$/);
    expect(says["secrets"]).toBe(
      "opened one each of authenticator apps, authenticator apps that were being set up before an upgrade, authenticator apps being set up, authenticator apps being set up at a sign-in, SAML signing keys, keys for requests to identity providers, hash prefixes for the breach check, messages to be sent",
    );
    expect(says["assertion"]).toContain("signed with a restored key and verified");
    expect(await lastRun()).toEqual({ kind: "drill", succeeded: true, archive: made.name });
    expect(await drillDatabases()).toEqual([]);
  });

  test("changes nothing in the database in use but for its own record", async () => {
    await backup();
    const look = () => house.asSuperuser("select t::text from app.users t order by 1");
    const before = await look();
    await rehearse();
    expect(await look()).toEqual(before);
  });

  test("is red without a backup", async () => {
    expect(failed(await rehearse())).toEqual([`age: there is no backup in ${folder}`]);
    expect(await lastRun()).toEqual({ kind: "drill", succeeded: false, archive: "" });
  });

  test("is red for a backup that is too old, though it can be restored", async () => {
    await backup();
    const later = () => new Date(Date.now() + 3 * 86_400_000);
    const drilled = await rehearse({ now: later });
    expect(failed(drilled)).toEqual(["age: made 3 days ago"]);
    expect(drilled.checks).toHaveLength(7);
  });

  test("is red with another SECRET_KEY", async () => {
    await backup();
    const other = { ...keys, current: randomBytes(32).toString("base64") };
    expect(failed(await rehearse({ keys: other }))).toEqual([
      "load: no key that is set opens the archive",
    ]);
  });

  test("is red for a damaged archive", async () => {
    const { name } = await backup();
    const path = join(folder, name);
    await writeFile(path, (await readFile(path)).subarray(0, -1));
    expect(failed(await rehearse())).toEqual([
      expect.stringContaining("load: the archive is damaged"),
    ]);
    expect(await lastRun()).toMatchObject({ succeeded: false, archive: name });
    expect(await drillDatabases()).toEqual([]);
  });

  test("is red when a secret in it opens with no key, and when the signing key is not the certificate's", async () => {
    const [key] = await house.asSuperuser<{ tenant: string; id: string; sealed: Buffer }>(
      "select tenant_id as tenant, id, sealed_key as sealed from app.saml_keys limit 1",
    );
    const set = (sealed: Buffer | undefined) =>
      house.asSuperuser("update app.saml_keys set sealed_key = $1 where id = $2", [
        sealed,
        key?.id,
      ]);
    const place = {
      tenantId: key?.tenant ?? "",
      table: "saml_keys",
      row: key?.id ?? "",
      column: "sealed_key",
    };
    const lost = createKeyring({ current: randomBytes(32).toString("base64") });
    await set(lost.seal("saml-key", place, "x"));
    await backup();
    expect(failed(await rehearse())).toEqual([
      "secrets: do not open with the keys that are set: SAML signing keys",
      expect.stringContaining("assertion: no assertion could be signed"),
    ]);
    const other = await aFullTenant(house);
    const [theirs] = await house.asSuperuser<{ id: string; sealed: Buffer }>(
      "select id, sealed_key as sealed from app.saml_keys where tenant_id = $1",
      [other.tenant.id],
    );
    const opened = house.services.keys.open(
      "saml-key",
      { ...place, tenantId: other.tenant.id, row: theirs?.id ?? "" },
      theirs?.sealed ?? Buffer.alloc(0),
    );
    await house.asSuperuser("delete from app.saml_keys where id = $1", [theirs?.id]);
    await set(house.services.keys.seal("saml-key", place, opened));
    await Bun.sleep(1_100);
    await backup();
    expect(failed(await rehearse())).toEqual([
      expect.stringContaining("assertion: no assertion could be signed"),
    ]);
    await set(key?.sealed);
  });

  test("is refused while another one is under way", async () => {
    const holder = await house.connect("superuser");
    await holder.query("select pg_advisory_lock(8367193207)");
    expect(rehearse()).rejects.toThrow("Another drill of this database is under way");
    await Bun.sleep(100);
    await holder.query("select pg_advisory_unlock(8367193207)");
  });

  test("removes the databases of drills that were killed", async () => {
    await createScratch("drill", house.superuser);
    expect(await drillDatabases()).toHaveLength(1);
    await backup();
    await rehearse();
    expect(await drillDatabases()).toEqual([]);
  });
});
