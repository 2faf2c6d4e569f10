// Connections to a database server over TLS: the pool, the listener's settings, the migration runner and the doctor judge its certificate
// alike.
import { afterAll, beforeAll, expect, test } from "bun:test";
import { chmod, chown, mkdtemp, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { sql } from "kysely";
import { type DatabaseSettings, openDatabase } from "#platform/db/database.ts";
import { inspectDatabase } from "#platform/db/inspect.ts";
import { migrate } from "#platform/db/migrate.ts";
import { tlsOf } from "#platform/db/tls.ts";
import { ownServer, query } from "../../support/server.ts";
import { createAuthority } from "../outbound/authority.ts";

const server = await ownServer();
const plain = server.database();
const folder = await mkdtemp(join(tmpdir(), "weft-test-tls-"));
afterAll(() => rm(folder, { recursive: true, force: true }));
const [authority, stranger] = [createAuthority(), createAuthority()];
const [ca, otherCa] = [join(folder, "ca.pem"), join(folder, "other.pem")];
const appuserPassword = "p";
const run = (settings: DatabaseSettings) =>
  migrate(settings, { appuserPassword, appVersion: "test" });

/** Gives the server this certificate, from the next connection on. */
async function certify(names: readonly string[]): Promise<void> {
  const root = { ...plain, name: "postgres" };
  const [place] = await query<{ data_directory: string }>(root, "show data_directory");
  const data = place?.data_directory ?? "";
  const { uid, gid } = await stat(data);
  const { cert, key } = authority.certify(names);
  for (const [file, text] of [
    ["server.crt", cert],
    ["server.key", key],
  ] as const) {
    await writeFile(join(data, file), text);
    await chown(join(data, file), uid, gid);
    await chmod(join(data, file), 0o600);
  }
  await query(root, "alter system set ssl = on");
  await query(root, "select pg_reload_conf()");
  await Bun.sleep(300);
}

beforeAll(async () => {
  await writeFile(ca, authority.ca);
  await writeFile(otherCa, stranger.ca);
  await migrate(plain, { appuserPassword, appVersion: "test", createDatabase: true });
  await certify(["127.0.0.1", "localhost"]);
});

/** Whether the connection is encrypted, or the reason why there is none. */
async function outcome(tls: Pick<DatabaseSettings, "tls" | "tlsCaFile">): Promise<unknown> {
  const settings = { ...plain, ...tls, user: "appuser", password: appuserPassword };
  const database = openDatabase(settings);
  try {
    await database.system((db) => sql`select 1`.execute(db));
    const [row] = await query<{ ssl: boolean }>(
      plain,
      "select bool_and(ssl) as ssl from pg_stat_ssl join pg_stat_activity using (pid) where usename = 'appuser'",
    );
    return row?.ssl;
  } catch {
    return "refused";
  } finally {
    await database.close();
  }
}

test("a server that the given authority vouches for is believed, by the runner and the doctor too", async () => {
  const verify = { tls: "verify", tlsCaFile: ca } as const;
  expect(await outcome(verify)).toBe(true);
  expect((await run({ ...plain, ...verify })).applied).toEqual([]);
  const login = { ...plain, ...verify, user: "appuser", password: appuserPassword };
  expect(await inspectDatabase(login, ({ rows }) => rows("select 1 as one"))).toEqual([{ one: 1 }]);
});

test("no other is", async () => {
  expect(await outcome({ tls: "verify" })).toBe("refused");
  expect(await outcome({ tls: "verify", tlsCaFile: otherCa })).toBe("refused");
  expect(run({ ...plain, tls: "verify" })).rejects.toThrow();
});

test("require encrypts and looks at no certificate; off does neither", async () => {
  expect(await outcome({ tls: "require" })).toBe(true);
  expect(await outcome({ tls: "off" })).toBe(false);
});

test("a certificate of another host is refused", async () => {
  await certify(["db.example.org"]);
  expect(await outcome({ tls: "verify", tlsCaFile: ca })).toBe("refused");
  await certify(["127.0.0.1"]);
  expect(await outcome({ tls: "verify", tlsCaFile: ca })).toBe(true);
});

test("a file that is not there stops at once, by its name", () => {
  expect(() => tlsOf({ tls: "verify", tlsCaFile: "/nowhere/ca.pem" })).toThrow("/nowhere/ca.pem");
});
