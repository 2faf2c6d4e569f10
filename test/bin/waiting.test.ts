// `weft serve` and `weft worker` where the database is not there yet, or never will be: they wait, say so, and heed a signal.
import { afterAll, describe, expect, test } from "bun:test";
import { createServer, connect, type Server } from "node:net";
import { join } from "node:path";
import { freePorts, serveVariables } from "../http/support/process.ts";
import { testDatabase } from "../support/database.ts";

const { settings } = await testDatabase();
const children: Bun.Subprocess[] = [];
const doors: Server[] = [];

afterAll(async () => {
  for (const child of children) child.kill("SIGKILL");
  await Promise.all(children.map(({ exited }) => exited));
  for (const door of doors) door.close();
});

async function start(command: "serve" | "worker", variables: Record<string, string>) {
  const [port = 0, internalPort = 0] = await freePorts(2);
  const child = Bun.spawn([process.execPath, "bin/weft.ts", command], {
    cwd: join(import.meta.dir, "../.."),
    env: {
      PATH: Bun.env["PATH"] ?? "",
      ...serveVariables,
      LOG_LEVEL: "info",
      PORT: String(port),
      INTERNAL_PORT: String(internalPort),
      POSTGRES_HOST: settings.host,
      POSTGRES_PORT: String(settings.port),
      POSTGRES_DB: settings.name,
      POSTGRES_USER: settings.user,
      POSTGRES_PASSWORD: settings.password,
      ...variables,
    },
    stdin: "ignore",
    stdout: "pipe",
    stderr: "pipe",
  });
  children.push(child);
  let output = "";
  const collect = async (stream: ReadableStream<Uint8Array<ArrayBuffer>>) => {
    for await (const piece of stream.pipeThrough(new TextDecoderStream())) output += piece;
  };
  void collect(child.stdout);
  void collect(child.stderr);
  return {
    child,
    async says(text: string): Promise<void> {
      for (let tries = 0; tries < 1_500 && !output.includes(text); tries++) await Bun.sleep(10);
      expect(output).toContain(text);
    },
    output: () => output,
  };
}

/** The database server behind another port, from now on. */
function openDoor(port: number): Promise<void> {
  const door = createServer((client) => {
    const server = connect(settings.port, settings.host);
    client.pipe(server).pipe(client);
    client.on("error", () => server.destroy());
    server.on("error", () => client.destroy());
  });
  doors.push(door);
  return new Promise((resolve) => door.listen(port, "127.0.0.1", resolve));
}

describe("without its database", () => {
  test.each([
    ["serve", "web_started"],
    ["worker", "worker_started"],
  ] as const)("%s waits, names the server, and starts when it is there", async (command, line) => {
    const [port = 0] = await freePorts(1);
    const started = await start(command, {
      POSTGRES_HOST: "127.0.0.1",
      POSTGRES_PORT: String(port),
    });

    await started.says("waiting_for_database");
    expect(started.output()).toContain(`"host":"127.0.0.1","port":${port}`);
    await openDoor(port);
    await started.says(line);
    started.child.kill("SIGTERM");
    expect(await started.child.exited).toBe(0);
  });

  test("ends within a moment when it is told to stop", async () => {
    const { child, says } = await start("serve", {
      POSTGRES_HOST: "127.0.0.1",
      POSTGRES_PORT: "1",
    });
    await says("waiting_for_database");
    const toldAt = performance.now();
    child.kill("SIGTERM");

    expect(await child.exited).toBe(0);
    expect(performance.now() - toldAt).toBeLessThan(5_000);
  });

  test("does not wait where the server answers with a refusal", async () => {
    const { child, says, output } = await start("worker", { POSTGRES_PASSWORD: "wrong" });

    expect(await child.exited).toBe(1);
    await says("password authentication failed");
    expect(output()).not.toContain("waiting_for_database");
  });
});
