// SIGTERM to `weft serve`: what was begun is finished, nothing is cut off, and then the process ends by itself.
import { afterAll, describe, expect, test } from "bun:test";
import { goodPassword, testApp } from "../support/a-tenant.ts";
import { type ServeProcess, startServe } from "./support/process.ts";
import { chunk, head, openConnection } from "./support/raw.ts";

const app = await testApp();
const started: ServeProcess[] = [];
async function start(): Promise<ServeProcess> {
  const serve = await startServe(app.settings);
  started.push(serve);
  return serve;
}
afterAll(() => {
  for (const serve of started) serve.kill("SIGKILL");
});

describe("weft serve at SIGTERM", () => {
  test("finishes a request whose body is still on its way", async () => {
    const serve = await start();
    const tenant = await app.aTenant({ signedInAs: "admin" });
    const connection = await openConnection(serve.port);
    connection.write(
      head("POST", "/groups", {
        host: new URL(tenant.origin).host,
        origin: tenant.origin,
        cookie: `__Host-session=${tenant.browser.cookies.get("__Host-session")?.value}`,
        "content-type": "application/x-www-form-urlencoded",
        "transfer-encoding": "chunked",
      }) + chunk("name=Before+"),
    );
    await Bun.sleep(200);
    serve.kill("SIGTERM");
    await Bun.sleep(300);
    connection.write(`${chunk("and after")}0\r\n\r\n`);
    expect((await connection.answer()).status).toBe(303);
    connection.close();
    expect(await serve.exited).toBe(0);
    expect(await (await tenant.api.get("/groups?q=Before and after")).json()).toMatchObject({
      items: [{ name: "Before and after" }],
    });
  });

  test("tells the database what it counted and has not told yet", async () => {
    const serve = await start();
    const tenant = await app.aTenant();
    const answer = await fetch(`http://127.0.0.1:${serve.port}/api/v1/me`, {
      headers: { host: new URL(tenant.origin).host, authorization: "Bearer none" },
    });
    expect(answer.status).toBe(401);
    const counted = () =>
      app.asSuperuser<{ hits: number }>(
        "select hits from app.limits where tenant_id = $1 and name = 'api.requests_network'",
        [tenant.id],
      );
    expect(await counted()).toEqual([]);
    serve.kill("SIGTERM");
    expect(await serve.exited).toBe(0);
    expect(await counted()).toEqual([{ hits: 1 }]);
  });

  test.each(["close", "keep-alive"])(
    "loses nothing of a proxy that heeds what /livez says, under load (%s)",
    async (reuse) => {
      const serve = await start();
      const tenant = await app.aTenant();
      const host = new URL(tenant.origin).host;
      const ask = async (path: string) => {
        const answer = await fetch(`http://127.0.0.1:${serve.port}${path}`, {
          headers: { host, connection: reuse },
        });
        return { status: answer.status, text: await answer.text() };
      };
      const seen = { isAlive: true, answered: 0, late: 0, broken: [] as string[] };
      let isTold = false;
      const caller = async () => {
        while (seen.isAlive) {
          const { status, text } = await ask("/sign-in").catch((error: unknown) => ({
            status: String(error),
            text: "",
          }));
          if (status !== 200 || !text.endsWith("</html>")) seen.broken.push(String(status));
          seen.answered += 1;
          if (isTold) seen.late += 1;
        }
      };
      const watch = async () => {
        while (seen.isAlive) {
          await Bun.sleep(1_000);
          seen.isAlive = (await ask("/livez")).text === "alive\n";
        }
      };
      const all = Promise.all([watch(), ...Array.from({ length: 8 }, caller)]);
      await Bun.sleep(1_100);
      isTold = true;
      serve.kill("SIGTERM");
      await all;
      expect(seen.broken).toEqual([]);
      expect(seen.answered).toBeGreaterThan(20);
      expect(seen.late).toBeGreaterThan(0);
      expect(await serve.exited).toBe(0);
    },
  );

  test("closes in the end although somebody goes on asking", async () => {
    const serve = await start();
    const { host } = new URL((await app.aTenant()).origin);
    const killedAt = performance.now();
    serve.kill("SIGTERM");
    let isOpen = true;
    while (isOpen) {
      isOpen = await fetch(`http://127.0.0.1:${serve.port}/sign-in`, { headers: { host } }).then(
        (answer) => answer.status === 200,
        () => false,
      );
    }
    expect(await serve.exited).toBe(0);
    expect(performance.now() - killedAt).toBeLessThan(15_000);
  });

  test("finishes sign-ins that wait for their password to be verified", async () => {
    const serve = await start();
    const tenant = await app.aTenant();
    const user = await tenant.aUser();
    const host = new URL(tenant.origin).host;
    const post = (path: string, body: string, cookie = "") =>
      fetch(`http://127.0.0.1:${serve.port}${path}`, {
        method: "POST",
        redirect: "manual",
        body,
        headers: {
          host,
          origin: tenant.origin,
          cookie,
          "content-type": "application/x-www-form-urlencoded",
        },
      });
    const begun = await Promise.all(
      Array.from({ length: 6 }, () => post("/sign-in", `email=${encodeURIComponent(user.email)}`)),
    );
    const answers = begun.map((answer) => {
      const cookie = answer.headers.getSetCookie()[0]?.split(";")[0] ?? "";
      return post("/sign-in/password", `password=${encodeURIComponent(goodPassword)}`, cookie);
    });
    await Bun.sleep(30);
    serve.kill("SIGTERM");
    for (const answer of await Promise.all(answers)) {
      expect([answer.status, answer.headers.get("location")]).toEqual([303, "/sign-in/code"]);
    }
    expect(await serve.exited).toBe(0);
  });

  test("does not wait for connections that nobody uses", async () => {
    const serve = await start();
    const idle = await openConnection(serve.port);
    idle.write(head("GET", "/livez", { host: "x" }));
    expect((await idle.answer()).status).toBe(200);
    const killedAt = performance.now();
    serve.kill("SIGTERM");
    expect(await serve.exited).toBe(0);
    expect(performance.now() - killedAt).toBeLessThan(5_000);
    idle.close();
  });

  test("tells the proxy to leave a connection that would go nowhere", async () => {
    const serve = await start();
    const kept = await openConnection(serve.port);
    const ask = async () => {
      kept.write(head("GET", "/livez", { host: "x" }));
      const { status, headers } = await kept.answer();
      return [status, headers.get("connection")];
    };
    expect(await ask()).toEqual([200, null]);
    serve.kill("SIGTERM");
    await Bun.sleep(100);
    expect(await ask()).toEqual([200, "close"]);
    expect(await serve.exited).toBe(0);
    kept.close();
  });

  test("ends at once when told twice", async () => {
    const serve = await start();
    const { host } = new URL((await app.aTenant()).origin);
    const connection = await openConnection(serve.port);
    const headers = {
      host,
      "content-type": "application/x-www-form-urlencoded",
      "transfer-encoding": "chunked",
    };
    connection.write(head("POST", "/oauth2/token", headers));
    await Bun.sleep(200);
    serve.kill("SIGTERM");
    // What comes within a second is the same Ctrl-C, passed on.
    await Bun.sleep(1_200);
    const toldTwiceAt = performance.now();
    serve.kill("SIGTERM");
    expect(await serve.exited).toBe(130);
    expect(performance.now() - toldTwiceAt).toBeLessThan(2_000);
    connection.close();
  });
});
