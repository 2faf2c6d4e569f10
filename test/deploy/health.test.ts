// `weft health` as a container's health check runs it: a process, its line and its exit code.
import { afterAll, describe, expect, test } from "bun:test";
import { hostname } from "node:os";
import { join } from "node:path";
import { testDatabase } from "../support/database.ts";

const { settings, asSuperuser } = await testDatabase();

async function weft(line: string, extra: Record<string, string> = {}) {
  const child = Bun.spawn([process.execPath, "bin/weft.ts", ...line.split(" ")], {
    cwd: join(import.meta.dir, "../.."),
    env: {
      PATH: Bun.env["PATH"] ?? "",
      POSTGRES_HOST: settings.host,
      POSTGRES_PORT: String(settings.port),
      POSTGRES_DB: settings.name,
      POSTGRES_USER: settings.user,
      POSTGRES_PASSWORD: settings.password,
      SECRET_KEY: Buffer.from(crypto.getRandomValues(new Uint8Array(32))).toString("base64"),
      BASE_DOMAIN: "id.example.com",
      SMTP_HOST: "mail.example.com",
      ...extra,
    },
    stdout: "pipe",
    stderr: "ignore",
  });
  const out = await new Response(child.stdout).text();
  return { code: await child.exited, out: out.trim() };
}

describe("weft health web", () => {
  let status = 200;
  const app = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    fetch: ({ url }) => new Response(null, { status: url.endsWith("/healthz") ? status : 404 }),
  });
  afterAll(() => app.stop(true));
  const ask = () => weft("health web", { PORT: String(app.port) });

  test("is healthy while /healthz answers 200, and only then", async () => {
    expect(await ask()).toEqual({ code: 0, out: "ok" });
    status = 503;
    expect(await ask()).toEqual({ code: 1, out: "/healthz answers 503" });
  });

  test("is not healthy when nobody answers", async () => {
    const { code, out } = await weft("health web", { PORT: "1" });

    expect(code).toBe(1);
    expect(out).toMatch(/^nothing answers on port 1: \S/);
  });

  test("says so when a process hangs, which is something else than none", async () => {
    const hanging = Bun.listen({
      port: 0,
      hostname: "127.0.0.1",
      socket: { data: () => undefined },
    });
    const { code, out } = await weft("health web", { PORT: String(hanging.port) });
    hanging.stop(true);

    expect(code).toBe(1);
    expect(out).toMatch(
      new RegExp(`^port ${hanging.port} was open and did not answer within \\d+ seconds$`),
    );
  }, 20_000);
});

describe("weft health worker", () => {
  const seen = (name: string, seconds: number) =>
    asSuperuser(
      `insert into app.workers (id, seen_at) values ('${name}', now() - interval '${seconds} seconds')
       on conflict (id) do update set seen_at = excluded.seen_at`,
    );
  const mine = `${hostname()}-0a1b2c3d`;

  test("looks for this machine's worker and for nobody else's", async () => {
    await seen("elsewhere-0a1b2c3d", 0);
    await seen(`${hostname()}x-0a1b2c3d`, 0);

    expect(await weft("health worker")).toEqual({
      code: 1,
      out: `no worker has reported from ${hostname()}`,
    });
  });

  test("is healthy within 60 seconds of a sign of life", async () => {
    await seen(mine, 50);
    expect(await weft("health worker")).toEqual({ code: 0, out: "ok" });
    await seen(mine, 70);
    const { code, out } = await weft("health worker");
    expect(code).toBe(1);
    expect(out).toMatch(/^the worker last reported 7\d seconds ago$/);
  });

  test("is not healthy while the database is away", async () => {
    expect((await weft("health worker", { POSTGRES_PORT: "1" })).code).toBe(1);
  });
});
