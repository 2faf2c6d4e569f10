// The shipped Caddyfile under a real Caddy, in front of an app that shows what reaches it.
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { needs } from "../support/programs.ts";

const caddy = needs("caddy");
const folder = mkdtempSync(join(tmpdir(), "weft-caddy-"));
const known = ["id.example.test", "acme.id.example.test"];

interface Seen {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly bytes: number;
}

/** What the app says at /livez. */
let life = "alive\n";

function startApp(port = 0) {
  return Bun.serve({
    port,
    hostname: "127.0.0.1",
    maxRequestBodySize: 8 * 1024 * 1024,
    async fetch(request) {
      if (request.url.endsWith("/livez")) return new Response(life);
      reached.push(new URL(request.url).pathname);
      const body = await request.arrayBuffer();
      return Response.json(
        {
          method: request.method,
          path: new URL(request.url).pathname,
          headers: Object.fromEntries(request.headers),
          bytes: body.byteLength,
        } satisfies Seen,
        { headers: { server: "app", "content-type": "application/json" } },
      );
    },
  });
}

const asked: string[] = [];
const reached: string[] = [];
const door = Bun.serve({
  port: 0,
  hostname: "127.0.0.1",
  fetch(request) {
    const url = new URL(request.url);
    const name = url.searchParams.get("domain") ?? "";
    asked.push(`${url.pathname} ${name}`);
    return new Response(null, { status: known.includes(name) ? 200 : 404 });
  },
});

let app = startApp();
let proxy: Bun.Subprocess | undefined;
let ports = { http: 0, https: 0, health: 0 };
let ca = "";

async function freePort(): Promise<number> {
  const server = createServer();
  return new Promise((resolve, reject) => {
    server.on("error", reject).listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => resolve(typeof address === "object" ? (address?.port ?? 0) : 0));
    });
  });
}

/** The shipped file with other addresses; the options are what an operator could put there, too. */
function caddyfile(): string {
  const shipped = readFileSync(join(import.meta.dir, "../../deploy/Caddyfile"), "utf8");
  const replaced = [
    ["http://app:8001/", `http://127.0.0.1:${door.port}/`],
    ["{$APP_UPSTREAMS:app:8000}", `127.0.0.1:${app.port}`],
    ["http://127.0.0.1:2020 {", `http://127.0.0.1:${ports.health} {`],
    ["lb_try_duration 20s", "lb_try_duration 4s"],
  ] as const;
  return replaced.reduce((text, [from, to]) => {
    if (!text.includes(from)) throw new Error(`the Caddyfile has no ${from}`);
    return text.replace(from, to);
  }, shipped);
}

const options = () =>
  [
    "admin off",
    "default_bind 127.0.0.1",
    `http_port ${ports.http}`,
    `https_port ${ports.https}`,
    `storage file_system ${join(folder, "data")}`,
    "local_certs",
    "skip_install_trust",
  ].join("\n");

beforeAll(async () => {
  if (!caddy.found) return;
  ports = { http: await freePort(), https: await freePort(), health: await freePort() };
  writeFileSync(join(folder, "Caddyfile"), caddyfile());
  proxy = Bun.spawn(
    [caddy.path, "run", "--config", join(folder, "Caddyfile"), "--adapter", "caddyfile"],
    {
      env: {
        PATH: Bun.env["PATH"] ?? "",
        HOME: folder,
        XDG_DATA_HOME: folder,
        XDG_CONFIG_HOME: folder,
        CADDY_GLOBAL_OPTIONS: options(),
      },
      stdout: "ignore",
      stderr: Bun.file(join(folder, "log")),
    },
  );
  const root = join(folder, "data/pki/authorities/local/root.crt");
  for (let tries = 0; tries < 200; tries++) {
    const answer = await fetch(`http://127.0.0.1:${ports.health}/`).catch(() => null);
    if (answer?.ok && (await Bun.file(root).exists())) break;
    await Bun.sleep(50);
  }
  ca = readFileSync(root, "utf8");
}, 20_000);

afterAll(async () => {
  proxy?.kill();
  await proxy?.exited;
  await Promise.all([app.stop(true), door.stop(true)]);
  rmSync(folder, { recursive: true, force: true });
});

const get = (host: string, path = "/", init: RequestInit = {}) =>
  fetch(`https://127.0.0.1:${ports.https}${path}`, {
    ...init,
    headers: { host, ...(init.headers as Record<string, string> | undefined) },
    tls: { ca, serverName: host },
    redirect: "manual",
    signal: AbortSignal.timeout(15_000),
  });

describe.skipIf(!caddy.found)("the shipped Caddyfile", () => {
  test("gets a certificate for the base domain and for a tenant the app knows", async () => {
    for (const host of known) expect((await get(host)).status).toBe(200);

    expect(asked).toContain("/internal/tls-check acme.id.example.test");
  });

  test("gets none for any other name", async () => {
    for (const host of ["nope.id.example.test", "a.acme.id.example.test", "elsewhere.test"]) {
      const isRefused = await get(host).then(
        () => false,
        () => true,
      );
      expect([host, isRefused]).toEqual([host, true]);
    }
  });

  test("sends plain requests to https, whatever the name", async () => {
    const answer = await fetch(`http://127.0.0.1:${ports.http}/a/b?c=d`, {
      method: "POST",
      headers: { host: "acme.id.example.test" },
      redirect: "manual",
    });

    expect(answer.status).toBe(308);
    expect(answer.headers.get("location")).toBe("https://acme.id.example.test/a/b?c=d");
  });

  test("replaces what a client says about where it comes from", async () => {
    const answer = await get("acme.id.example.test", "/", {
      headers: {
        "x-forwarded-for": "203.0.113.7",
        "x-forwarded-proto": "http",
        "x-forwarded-host": "evil.test",
        forwarded: "for=203.0.113.7",
      },
    });
    const { headers } = (await answer.json()) as Seen;

    expect(headers).toMatchObject({
      host: "acme.id.example.test",
      "x-forwarded-for": "127.0.0.1",
      "x-forwarded-proto": "https",
      "x-forwarded-host": "acme.id.example.test",
    });
    expect(headers["forwarded"]).toBeUndefined();
  });

  test("keeps the internal paths inside, however they are written", async () => {
    const paths = ["/internal/tls-check?domain=id.example.test", "/internal", "/metrics"];
    for (const path of [...paths, "/INTERNAL/tls-check", "//internal/tls-check", "/%69nternal/x"]) {
      const answer = await get("acme.id.example.test", path);
      expect([path, answer.status]).toEqual([path, 404]);
    }
  });

  test("passes 2 MiB and refuses more", async () => {
    const post = (bytes: number) =>
      get("acme.id.example.test", "/", { method: "POST", body: new Uint8Array(bytes) });

    const passed = await post(2 * 1024 * 1024);
    expect([passed.status, ((await passed.json()) as Seen).bytes]).toEqual([200, 2 * 1024 * 1024]);
    // Caddy before 2.8 refuses as well, and calls it 502.
    expect([413, 502]).toContain((await post(2 * 1024 * 1024 + 1)).status);
  });

  test("does not say which programs answer, and offers HTTP/3", async () => {
    const { headers } = await get("acme.id.example.test");

    expect([headers.get("server"), headers.get("via")]).toEqual([null, null]);
    expect(headers.get("alt-svc")).toContain("h3=");
  });

  test("compresses assets only: pages hold secrets beside what a visitor typed", async () => {
    const encoding = async (path: string) => {
      const answer = await get("acme.id.example.test", path, {
        headers: { "accept-encoding": "gzip", "x-filler": "x".repeat(1000) },
      });
      return answer.headers.get("content-encoding");
    };

    expect([await encoding("/assets/app.css"), await encoding("/users")]).toEqual(["gzip", null]);
  });

  test("holds a request while the app is replaced", async () => {
    const { port } = app;
    await app.stop(true);
    const answer = get("acme.id.example.test", "/late");
    await Bun.sleep(700);
    app = startApp(port);

    expect((await answer).status).toBe(200);
  });

  test("sends an app that is about to stop no more requests: they wait", async () => {
    life = "stopping\n";
    // As long as the app goes on serving.
    await Bun.sleep(1_500);
    // Caddy before 2.7.5 lets nothing but GET wait here.
    const answer = get("acme.id.example.test", "/to-the-next");
    await Bun.sleep(500);
    expect(reached).not.toContain("/to-the-next");
    life = "alive\n";

    expect((await answer).status).toBe(200);
    expect(reached.filter((path) => path === "/to-the-next")).toHaveLength(1);
  }, 20_000);

  test("keeps the secret of a link out of its log", async () => {
    const { port } = app;
    const secret = "s3cretS3cretS3cretS3cretS3cret";
    await app.stop(true);
    const answer = await get("acme.id.example.test", `/verify-email/1/${secret}?q=${secret}`);
    app = startApp(port);

    expect([502, 503]).toContain(answer.status);
    const log = readFileSync(join(folder, "log"), "utf8");
    expect(log).toContain("/verify-email/1/[hidden]");
    expect(log).not.toContain(secret);
  }, 20_000);
});
