// The web process as an operator starts it: `weft serve` in a process of its own, told everything by variables.
import { createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { DatabaseSettings } from "#platform/db/database.ts";

const checkout = join(import.meta.dir, "../../..");
const startMaxMs = 15_000;

export interface ServeProcess {
  readonly port: number;
  readonly internalPort: number;
  readonly pid: number;
  /** From the start of the process to the first 200 of /readyz. */
  readonly startMs: number;
  /** What it logged and printed so far. */
  output(): string;
  kill(signal: "SIGTERM" | "SIGKILL"): void;
  readonly exited: Promise<number>;
}

/** Ports that were free a moment ago. */
export async function freePorts(count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => createServer());
  const ports = await Promise.all(
    servers.map(async (server) => {
      await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
      return (server.address() as AddressInfo).port;
    }),
  );
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}

/** What `serve` needs besides the database. */
export const serveVariables = {
  BASE_DOMAIN: "id.weft.test",
  SECRET_KEY: "0f9d2b7c4e8a16350f1b8d6c9e3a5720d4c8b1a69f7e2035b6d4c1e8f7a90b32",
  SMTP_HOST: "127.0.0.1",
  HOST: "127.0.0.1",
  LOG_LEVEL: "warn",
  LOCAL_STORAGE_PATH: join(tmpdir(), "weft-serve-files"),
};

/** Starts it and waits until it is ready. @throws with its output when it is not within 15 seconds */
export async function startServe(
  database: DatabaseSettings,
  variables: Readonly<Record<string, string>> = {},
  flags: readonly string[] = [],
): Promise<ServeProcess> {
  const [port = 0, internalPort = 0] = await freePorts(2);
  const startedAt = performance.now();
  const child = Bun.spawn([process.execPath, ...flags, "bin/weft.ts", "serve"], {
    cwd: checkout,
    stdin: "ignore",
    stdout: "pipe",
    stderr: "pipe",
    env: {
      PATH: Bun.env["PATH"] ?? "",
      HOME: Bun.env["HOME"] ?? "",
      ...serveVariables,
      PORT: String(port),
      INTERNAL_PORT: String(internalPort),
      POSTGRES_HOST: database.host,
      POSTGRES_PORT: String(database.port),
      POSTGRES_DB: database.name,
      POSTGRES_USER: database.user,
      POSTGRES_PASSWORD: database.password,
      ...variables,
    },
  });
  let output = "";
  const collect = async (stream: ReadableStream<Uint8Array<ArrayBuffer>>) => {
    for await (const piece of stream.pipeThrough(new TextDecoderStream())) output += piece;
  };
  void collect(child.stdout);
  void collect(child.stderr);
  while (!(await isReady(port))) {
    if (child.exitCode !== null || performance.now() - startedAt > startMaxMs) {
      child.kill("SIGKILL");
      throw new Error(`weft serve did not become ready: ${output}`);
    }
    await Bun.sleep(10);
  }
  return {
    port,
    internalPort,
    pid: child.pid,
    startMs: performance.now() - startedAt,
    output: () => output,
    kill: (signal) => child.kill(signal),
    exited: child.exited,
  };
}

const isReady = async (port: number) => {
  const answer = await fetch(`http://127.0.0.1:${port}/readyz`).catch(() => null);
  return answer?.status === 200;
};
