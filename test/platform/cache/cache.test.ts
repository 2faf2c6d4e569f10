// The activity cache against a real memcached, a silent server, none at all, and one that goes away and comes back.
import { afterAll, describe, expect, test } from "bun:test";
import { createServer, type Socket } from "node:net";
import { createActivityCache } from "#platform/cache.ts";
import { createLogger } from "#platform/log.ts";

const memcached = Bun.which("memcached");
const running: Bun.Subprocess[] = [];
afterAll(() => {
  for (const child of running) child.kill();
});

async function freePort(): Promise<number> {
  const server = Bun.listen({ port: 0, hostname: "127.0.0.1", socket: { data: () => undefined } });
  const { port } = server;
  server.stop();
  return port;
}

async function startMemcached(port: number) {
  const user = process.getuid?.() === 0 ? ["-u", "root"] : [];
  const child = Bun.spawn([
    String(memcached),
    "-l",
    "127.0.0.1",
    "-p",
    String(port),
    "-m",
    "8",
    ...user,
  ]);
  running.push(child);
  for (let tries = 0; tries < 100; tries += 1) {
    try {
      (await Bun.connect({ hostname: "127.0.0.1", port, socket: { data: () => undefined } })).end();
      return child;
    } catch {
      await Bun.sleep(20);
    }
  }
  throw new Error("memcached did not start");
}

async function milliseconds(work: () => Promise<unknown>): Promise<number> {
  const begun = performance.now();
  await work();
  return performance.now() - begun;
}

describe.skipIf(!memcached)("with memcached", () => {
  test("says once that a key is new, until its time is over", async () => {
    const port = await freePort();
    await startMemcached(port);
    const cache = createActivityCache({ host: "127.0.0.1", port });
    expect(await cache.firstIn("session 1", 1)).toBe(true);
    expect(await cache.firstIn("session 1", 1)).toBe(false);
    expect(await cache.firstIn("session 2", 1)).toBe(true);
    await Bun.sleep(2_100);
    expect(await cache.firstIn("session 1", 1)).toBe(true);
    cache.close();
  });

  test("takes keys of any length and kind, and lifetimes of any length", async () => {
    const port = await freePort();
    await startMemcached(port);
    const cache = createActivityCache({ host: "127.0.0.1", port });
    for (const key of ["", "a b\r\nflush_all", "x".repeat(5_000), "\u{1f511}\0"]) {
      expect(await cache.firstIn(key, 60)).toBe(true);
      expect(await cache.firstIn(key, 60)).toBe(false);
    }
    for (const seconds of [0, 0.5, 90 * 86_400]) {
      expect(await cache.firstIn(`for ${seconds}`, seconds)).toBe(true);
      expect(await cache.firstIn(`for ${seconds}`, seconds)).toBe(false);
    }
    cache.close();
  });

  test("answers one of many at once", async () => {
    const port = await freePort();
    await startMemcached(port);
    const cache = createActivityCache({ host: "127.0.0.1", port });
    const answers = await Promise.all(Array.from({ length: 50 }, () => cache.firstIn("same", 60)));
    expect(answers.filter(Boolean)).toHaveLength(1);
    cache.close();
  });

  test("works through its going away and finds it again", async () => {
    const port = await freePort();
    const first = await startMemcached(port);
    const cache = createActivityCache({ host: "127.0.0.1", port });
    expect(await cache.firstIn("a", 60)).toBe(true);
    first.kill();
    await first.exited;
    expect(await cache.firstIn("a", 60)).toBe(true);
    await startMemcached(port);
    await Bun.sleep(2_100); // it is left alone for two seconds
    expect(await cache.firstIn("b", 60)).toBe(true);
    expect(await cache.firstIn("b", 60)).toBe(false);
    cache.close();
  });
});

describe("without memcached", () => {
  test("does all the work when none is configured", async () => {
    const cache = createActivityCache(null);
    expect([await cache.firstIn("a", 60), await cache.firstIn("a", 60)]).toEqual([true, true]);
    cache.close();
  });

  test("does the work when nothing listens there, and says so once", async () => {
    const lines: string[] = [];
    const log = createLogger({ level: "info" }, { write: (line) => void lines.push(line) });
    const cache = createActivityCache({ host: "127.0.0.1", port: await freePort() }, log);
    for (let n = 0; n < 5; n += 1) expect(await cache.firstIn("a", 60)).toBe(true);
    expect(lines).toHaveLength(1);
    expect(lines[0]).toContain("activity cache failed");
    cache.close();
  });

  test("waits a quarter of a second for a silent server, and then not at all", async () => {
    const sockets: Socket[] = [];
    const silent = createServer((socket) => void sockets.push(socket)).listen(0, "127.0.0.1");
    await new Promise((listening) => silent.once("listening", listening));
    const address = silent.address();
    const port = typeof address === "object" ? (address?.port ?? 0) : 0;
    const cache = createActivityCache({ host: "127.0.0.1", port });
    const ask = () => cache.firstIn("a", 60);
    expect(await milliseconds(() => Promise.all(Array.from({ length: 20 }, ask)))).toBeWithin(
      200,
      800,
    );
    expect(await milliseconds(() => Promise.all(Array.from({ length: 20 }, ask)))).toBeLessThan(50);
    expect(await ask()).toBe(true);
    cache.close();
    for (const socket of sockets) socket.destroy();
    silent.close();
  });

  test("waits no longer for an address where nobody answers", async () => {
    const cache = createActivityCache({ host: "192.0.2.1", port: 11_211 });
    expect(await milliseconds(() => cache.firstIn("a", 60))).toBeLessThan(800);
    expect(await cache.firstIn("a", 60)).toBe(true);
    cache.close();
  });

  test("does the work for an answer that is no memcached's", async () => {
    const server = createServer((socket) => {
      socket.on("error", () => undefined);
      socket.on("data", () => socket.end("HTTP/1.1 400 Bad Request\r\n\r\n"));
    }).listen(0, "127.0.0.1");
    await new Promise((listening) => server.once("listening", listening));
    const address = server.address();
    const cache = createActivityCache({
      host: "127.0.0.1",
      port: typeof address === "object" ? (address?.port ?? 0) : 0,
    });
    expect(await cache.firstIn("a", 60)).toBe(true);
    cache.close();
    server.close();
  });
});
