// Outgoing requests against real servers: what is sent, where to, and which certificates are believed.
import { describe, expect, test } from "bun:test";
import { outboundReason } from "#platform/outbound/errors.ts";
import { texts } from "#platform/outbound/texts.ts";
import { createAuthority } from "./authority.ts";
import { authority, refusal, serve, wayOut } from "./peers.ts";

const echo = async (request: Request) =>
  Response.json({
    method: request.method,
    url: request.url,
    headers: Object.fromEntries(request.headers),
    body: await request.text(),
  });

describe("fetch", () => {
  test("sends method, path, query, headers and body to the name's address, under the name", async () => {
    await using server = serve(echo);
    // No resolver but ours knows idp.test: the connection can only have gone to the address that was checked.
    const { outbound } = wayOut({ allowPrivate: false, exceptions: [server.origin] });
    const response = await outbound.fetch(`${server.origin}/a/b?c=d#e`, {
      method: "POST",
      namedByOperator: true,
      headers: { "content-type": "text/plain", host: "evil.test", "x-own": "1" },
      accept: "application/json",
      body: "grüße",
    });
    expect(response.status).toBe(200);
    expect(response.headers.get("content-type")).toStartWith("application/json");
    expect(JSON.parse(response.text())).toMatchObject({
      method: "POST",
      url: `${server.origin}/a/b?c=d`,
      body: "grüße",
      headers: {
        host: `idp.test:${server.port}`,
        accept: "application/json",
        "user-agent": "WeftID",
        "x-own": "1",
      },
    });
  });

  test("reaches the operator's own server next door for the operator alone, not for an address that a tenant gives", async () => {
    await using server = serve(echo);
    const { outbound } = wayOut({ allowPrivate: false, exceptions: [server.origin] });
    expect(await refusal(outbound.fetch(`${server.origin}/metadata`))).toEqual([
      "outbound.refused",
      texts.notPublic("idp.test"),
    ]);
    const asked = { namedByOperator: true };
    expect((await outbound.fetch(`${server.origin}/range/00000`, asked)).status).toBe(200);
  });

  test("answers with any status, and with an empty body", async () => {
    await using server = serve(
      (request) => new Response(null, { status: request.method === "HEAD" ? 204 : 404 }),
    );
    const { outbound } = wayOut();
    expect((await outbound.fetch(server.origin)).status).toBe(404);
    const head = await outbound.fetch(server.origin, { method: "HEAD" });
    expect([head.status, head.body.byteLength, head.text()]).toEqual([204, 0, ""]);
  });

  test("tries the next address when one does not accept connections", async () => {
    await using server = serve(() => new Response("here"));
    const { outbound } = wayOut({ resolve: () => Promise.resolve(["127.9.9.9", "127.0.0.1"]) });
    expect((await outbound.fetch(server.origin)).text()).toBe("here");
  });

  test("connects to an address written in the URL", async () => {
    await using server = serve(() => new Response("here"), { names: ["127.0.0.1"] });
    const { outbound } = wayOut({
      resolve: () => Promise.reject(new Error("asked for an address")),
    });
    expect((await outbound.fetch(`https://127.0.0.1:${server.port}/`)).text()).toBe("here");
  });

  test("is refused without a connection for an address that is not public", async () => {
    let asked = 0;
    await using server = serve(() => new Response(String((asked += 1))));
    const { outbound, lines } = wayOut({ allowPrivate: false });
    expect(await refusal(outbound.fetch(`${server.origin}/secret-path?token=1`))).toEqual([
      "outbound.refused",
      texts.notPublic("idp.test"),
    ]);
    expect(asked).toBe(0);
    expect(lines).toHaveLength(1);
    expect(lines[0]).toContain('"host":"idp.test"');
    expect(lines[0]).not.toContain("secret-path");
  });

  test("says in a sentence why there was no answer", async () => {
    const { outbound } = wayOut({
      resolve: () => Promise.reject(Object.assign(new Error("x"), { code: "ENOTFOUND" })),
    });
    const error: unknown = await outbound
      .fetch("https://idp.test/")
      .catch((thrown: unknown) => thrown);
    expect(outboundReason(error)).toBe(texts.unknownHost("idp.test"));
    expect(outboundReason(new Error("other"))).toBeNull();
  });

  test("says that nothing listens there", async () => {
    expect(await refusal(wayOut().outbound.fetch("http://idp.test:1/"))).toEqual([
      "outbound.failed",
      texts.unreachable("idp.test"),
    ]);
  });

  test("is undisturbed by proxy variables and by the variable that turns certificates off", async () => {
    await using server = serve(() => new Response("direct"));
    await using stranger = serve(() => new Response("x"), { names: ["other.test"] });
    const script = `
      import { createOutbound } from "#platform/outbound/fetch.ts";
      import { createLogger } from "#platform/log.ts";
      const outbound = createOutbound({ allowPrivate: true, ca: Bun.env.TEST_CA, resolve: async () => ["127.0.0.1"], log: createLogger({ level: "silent" }) });
      console.log((await outbound.fetch(Bun.env.GOOD)).text());
      await outbound.fetch(Bun.env.BAD).catch((error) => console.log(error.detail.reason));
    `;
    const proxy = "http://127.0.0.1:1";
    const run = Bun.spawn([process.execPath, "-e", script], {
      cwd: `${import.meta.dir}/../../..`,
      env: {
        ...process.env,
        HTTPS_PROXY: proxy,
        https_proxy: proxy,
        HTTP_PROXY: proxy,
        ALL_PROXY: proxy,
        NODE_TLS_REJECT_UNAUTHORIZED: "0",
        TEST_CA: authority.ca,
        GOOD: server.origin,
        BAD: stranger.origin,
      },
      stderr: "inherit",
    });
    expect(await new Response(run.stdout).text()).toBe(
      `direct\n${texts.wrongCertificateName("idp.test")}\n`,
    );
  });
});

describe("certificates", () => {
  test("of another name are refused", async () => {
    await using server = serve(echo, { names: ["other.test"] });
    expect(await refusal(wayOut().outbound.fetch(server.origin))).toEqual([
      "outbound.failed",
      texts.wrongCertificateName("idp.test"),
    ]);
  });

  test("of another name are refused on a connection that was good for the first name", async () => {
    await using server = serve(echo, { names: ["idp.test"] });
    const { outbound } = wayOut();
    expect((await outbound.fetch(server.origin)).status).toBe(200);
    expect(await refusal(outbound.fetch(`https://other.test:${server.port}/`))).toEqual([
      "outbound.failed",
      texts.wrongCertificateName("other.test"),
    ]);
  });

  test("of an unknown authority are refused", async () => {
    await using server = serve(echo);
    const { outbound } = wayOut({ ca: createAuthority().ca });
    expect(await refusal(outbound.fetch(server.origin))).toEqual([
      "outbound.failed",
      texts.untrustedCertificate("idp.test"),
    ]);
  });

  test("past their last day are refused", async () => {
    await using server = serve(echo, { days: -1 });
    expect(await refusal(wayOut().outbound.fetch(server.origin))).toEqual([
      "outbound.failed",
      texts.expiredCertificate("idp.test"),
    ]);
  });

  test("are asked for: a plain server behind https is a failure", async () => {
    await using server = serve(echo, { plain: true });
    const [code] = await refusal(wayOut().outbound.fetch(`https://idp.test:${server.port}/`));
    expect(code).toBe("outbound.failed");
  });
});
