// The local database as a person meets it: start, stop, start again, and everything that may happen in between.

import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import {
  findRunningPostgres,
  startPostgres,
  type LocalPostgres,
} from "../../../bin/local/embedded-postgres.ts";
import { otherUser, waysToRun } from "../../../bin/local/runner.ts";
import { findPackage } from "../../../bin/local/binaries.ts";
import {
  closedFolder,
  ends,
  isRoot,
  killNow,
  passing,
  query,
  startElsewhere,
  until,
  cleanUp,
} from "./support.ts";

setDefaultTimeout(30_000);

const home = closedFolder();
const dataDir = join(home, "postgres");
afterAll(cleanUp);

/** Starts the shared database, and stops it after `use`. */
async function withPostgres<T>(use: (postgres: LocalPostgres) => Promise<T>): Promise<T> {
  const postgres = await startPostgres({ dataDir, durable: false });
  try {
    return await use(postgres);
  } finally {
    await postgres.stop();
  }
}

const notes = async () =>
  withPostgres((postgres) => query(postgres, "select text from notes order by text"));

beforeAll(async () => {
  const postgres = await startPostgres({ dataDir, durable: true });
  await query(postgres, "create table notes (text text primary key)");
  await query(postgres, "insert into notes values ('first')");
  await postgres.stop();
});

describe("startPostgres", () => {
  test("keeps the rows over stop and start, and starts the second time in well under two seconds", async () => {
    const begin = performance.now();
    expect(await notes()).toEqual([{ text: "first" }]);
    expect(performance.now() - begin).toBeLessThan(2000);
  });

  test("listens on 127.0.0.1 alone, sorts by the built-in C.UTF-8 and speaks UTF-8", async () => {
    const [settings] = await withPostgres((postgres) =>
      query(
        postgres,
        `select current_setting('listen_addresses') as addresses, current_setting('unix_socket_directories') as sockets,
                current_setting('server_version_num')::int / 10000 as version,
                datlocprovider::text as provider, datlocale as locale, pg_encoding_to_char(encoding) as encoding
         from pg_database where datname = 'postgres'`,
      ),
    );
    expect(settings).toEqual({
      addresses: "127.0.0.1",
      sockets: "",
      version: 18,
      provider: "b",
      locale: "C.UTF-8",
      encoding: "UTF8",
    });
  });

  test("flushes to the disk unless told that the data need not last", async () => {
    const durable = await startPostgres({
      dataDir,
      durable: true,
      settings: { max_connections: "7" },
    });
    expect(await query(durable, "show fsync")).toEqual([{ fsync: "on" }]);
    expect(await query(durable, "show max_connections")).toEqual([{ max_connections: "7" }]);
    await durable.stop();
    expect(await withPostgres((postgres) => query(postgres, "show fsync"))).toEqual([
      { fsync: "off" },
    ]);
  });

  test("asks for the password, which only the owner can read", async () => {
    const attempt = withPostgres((postgres) =>
      query({ ...postgres, password: "guess" }, "select 1"),
    );
    expect(attempt).rejects.toThrow("password authentication failed");
    await attempt.catch(() => {});
    for (const file of ["postgres/password", "postgres.log", "postgres.lock"]) {
      expect(statSync(join(home, file)).mode & 0o777).toBe(0o600);
    }
    expect(statSync(dataDir).mode & 0o777).toBe(0o700);
  });

  test("takes the port it is given, and says so when that port is taken", async () => {
    const { port } = await withPostgres(async (postgres) => postgres);
    const given = await startPostgres({ dataDir, durable: false, port });
    expect(given.port).toBe(port);
    await given.stop();

    const listener = Bun.listen({ hostname: "127.0.0.1", port, socket: { data() {} } });
    const attempt = startPostgres({ dataDir, durable: false, port });
    expect(attempt).rejects.toThrow(`port ${port} on 127.0.0.1 is taken`);
    await attempt.catch(() => {});
    listener.stop();
  });

  test("says in one line what the server said, and where its log is, when it does not start", async () => {
    const attempt = startPostgres({
      dataDir,
      durable: false,
      settings: { shared_buffers: "lots" },
    });
    expect(attempt).rejects.toThrow(
      `PostgreSQL did not start: invalid value for parameter "shared_buffers": "lots" (see ${dataDir}.log)`,
    );
    await attempt.catch(() => {});
  });

  test("is not ended by Ctrl-C in the terminal of its starter", async () => {
    const starter = await startElsewhere({ dataDir, durable: false });
    process.kill(-starter.process.pid, "SIGINT");
    await Bun.sleep(200);
    expect(await query(starter.said, "select 1 as one")).toEqual([{ one: 1 }]);
    await starter.process.stdin.end();
    expect(await starter.process.exited).toBe(0);
  });
});

describe("a second start on the same folder", () => {
  test("is refused with the number of the process that has it, in this process and in another", async () => {
    const first = await startPostgres({ dataDir, durable: false });
    const refusal = `another WeftID is running from this folder (process ${process.pid})`;
    const second = startPostgres({ dataDir, durable: false });
    expect(second).rejects.toThrow(refusal);
    await second.catch(() => {});
    const elsewhere = await startElsewhere({ dataDir, durable: false });
    expect(elsewhere.said.error).toBe(refusal);
    expect(await query(first, "select text from notes where text = 'first'")).toHaveLength(1);
    await first.stop();
  });
});

describe("after a kill", () => {
  test("of the starter, the server ends by itself and what was committed is there", async () => {
    const starter = await startElsewhere({ dataDir, durable: true });
    await query(starter.said, "insert into notes values ('before the kill')");
    await killNow(starter.process);
    expect(await ends(starter.said.processId)).toBe(true);
    expect(await notes()).toContainEqual({ text: "before the kill" });
  });

  test("of the starter, a start that does not wait for the old server works too", async () => {
    const starter = await startElsewhere({ dataDir, durable: true });
    await killNow(starter.process);
    expect(await notes()).toContainEqual({ text: "first" });
  });

  test("of the server, `exited` tells, and the next start recovers what was committed", async () => {
    const postgres = await startPostgres({ dataDir, durable: true });
    await query(postgres, "insert into notes values ('in the log only')");
    process.kill(postgres.processId, "SIGKILL");
    await postgres.exited;
    expect(await notes()).toContainEqual({ text: "in the log only" });
    expect(readFileSync(`${dataDir}.log`, "utf8")).toContain("automatic recovery in progress");
    await postgres.stop();
  });

  test("a server that goes on without its starter is ended by the next start", async () => {
    const untied = { unshare: Bun.which("unshare"), setpriv: null };
    const other = otherUser(readFileSync("/etc/passwd", "utf8"));
    const [way] = waysToRun({ isRoot, other, ...untied }, undefined);
    const cluster = join(dataDir, "cluster");
    const program = join(findPackage(), "native/bin/postgres");
    const settings = ["-c", "listen_addresses=", "-c", `unix_socket_directories=${home}`];
    const command = [...(way?.prefix ?? []), program, "-D", cluster, ...settings];
    const leftover = passing(Bun.spawn(command, { stdio: ["ignore", "ignore", "ignore"] }));
    await until(() => pidFile(cluster).includes("ready"));
    expect(await notes()).toContainEqual({ text: "first" });
    expect(await leftover.exited).toBe(0);
  });

  test("a pid file whose number belongs to another program by now does not prevent the start", async () => {
    const stranger = passing(Bun.spawn(["sleep", "60"]));
    const lines = [
      stranger.pid,
      join(dataDir, "cluster"),
      1,
      5432,
      "",
      "127.0.0.1",
      "1 1",
      "ready",
    ];
    writeFileSync(join(dataDir, "cluster/postmaster.pid"), lines.join("\n"));
    expect(await findRunningPostgres(dataDir)).toBeUndefined();
    expect(await notes()).toContainEqual({ text: "first" });
    expect(stranger.exitCode).toBeNull();
  });
});

describe("findRunningPostgres", () => {
  test("gives the address of the server that runs, and none when there is none", async () => {
    await withPostgres(async (postgres) => {
      const { host, port, user, password } = postgres;
      expect(await findRunningPostgres(dataDir)).toEqual({ host, port, user, password });
    });
    expect(await findRunningPostgres(dataDir)).toBeUndefined();
    expect(await findRunningPostgres(join(home, "nowhere"))).toBeUndefined();
  });
});

describe("a folder that cannot be opened", () => {
  const refused = async (folder: string) =>
    startPostgres({ dataDir: folder, durable: false }).then(
      () => "",
      (error: Error) => error.message,
    );

  test("with data of another version is refused by name and left as it is", async () => {
    const old = join(home, "old");
    mkdirSync(join(old, "cluster"), { recursive: true });
    writeFileSync(join(old, "cluster/PG_VERSION"), "17\n");
    expect(await refused(old)).toStartWith(
      `${old} holds data of PostgreSQL 17, and this WeftID runs PostgreSQL 18: `,
    );
    expect(existsSync(join(old, "cluster/PG_VERSION"))).toBe(true);
  });

  test("with something else in it is refused and left as it is", async () => {
    const photos = join(home, "photos");
    mkdirSync(photos);
    writeFileSync(join(photos, "holiday.jpg"), "sea");
    expect(await refused(photos)).toStartWith(`${photos} is not a database folder made by WeftID`);
    expect(existsSync(join(photos, "holiday.jpg"))).toBe(true);
  });

  test("without its password file is refused", async () => {
    const file = join(dataDir, "password");
    const password = readFileSync(file, "utf8");
    rmSync(file);
    expect(await refused(dataDir)).toBe(`${file} is missing: put it back from a copy`);
    writeFileSync(file, password, { mode: 0o600 });
  });

  test("below a file is refused", async () => {
    expect(await refused(join(home, "postgres.log/data"))).toStartWith(
      `cannot use ${join(home, "postgres.log")} for local data: `,
    );
  });

  test.skipIf(isRoot)("that we may not write is refused", async () => {
    const folder = closedFolder();
    chmodSync(folder, 0o500);
    expect(await refused(join(folder, "postgres"))).toStartWith(
      `cannot use ${folder} for local data: `,
    );
  });
});

function pidFile(cluster: string): string {
  const file = join(cluster, "postmaster.pid");
  return existsSync(file) ? readFileSync(file, "utf8") : "";
}
