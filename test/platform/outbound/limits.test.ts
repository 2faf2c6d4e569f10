// Answers that are too large, too slow or broken.
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { createServer } from "node:net";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";
import { texts } from "#platform/outbound/texts.ts";
import { refusal, serve, wayOut } from "./peers.ts";

describe("size", () => {
  const bytes = (count: number) => new Uint8Array(count).fill(65);

  test("of an answer may reach the limit and not pass it", async () => {
    await using server = serve(
      (request) => new Response(bytes(Number(new URL(request.url).pathname.slice(1)))),
    );
    const { outbound } = wayOut();
    const fetch = (count: number) =>
      outbound.fetch(`${server.origin}/${count}`, { maxBytes: 10_000 });
    expect((await fetch(10_000)).body.byteLength).toBe(10_000);
    expect(await refusal(fetch(10_001))).toEqual([
      "outbound.too_large",
      texts.answerTooLarge("idp.test", 10_000),
    ]);
  });

  test("of an endless answer is cut off, and the server hears of it", async () => {
    const ended = Promise.withResolvers<boolean>();
    await using server = serve(
      () =>
        new Response(
          new ReadableStream({
            pull: (controller) => controller.enqueue(bytes(65_536)),
            cancel: () => ended.resolve(true),
          }),
        ),
    );
    expect((await refusal(wayOut().outbound.fetch(server.origin)))[0]).toBe("outbound.too_large");
    expect(await ended.promise).toBe(true);
  });

  const quickBrotli = (body: Uint8Array) =>
    brotliCompressSync(body, { params: { [constants.BROTLI_PARAM_QUALITY]: 1 } });
  for (const [encoding, compress] of [
    ["gzip", gzipSync],
    ["br", quickBrotli],
  ] as const) {
    test(`holds after decompression (${encoding})`, async () => {
      await using server = serve((request) => {
        const body = compress(bytes(request.url.endsWith("bomb") ? 50_000_000 : 500_000));
        return new Response(body, { headers: { "content-encoding": encoding } });
      });
      const { outbound } = wayOut();
      expect((await outbound.fetch(server.origin)).text()).toHaveLength(500_000);
      expect((await refusal(outbound.fetch(`${server.origin}/bomb`)))[0]).toBe(
        "outbound.too_large",
      );
    });
  }

  test("cannot be judged for an encoding that is unknown or broken", async () => {
    await using server = serve((request) => {
      const encoding = new URL(request.url).pathname.slice(1);
      return new Response("not compressed", { headers: { "content-encoding": encoding } });
    });
    for (const encoding of ["zstd", "gzip, gzip", "gzip"]) {
      expect(await refusal(wayOut().outbound.fetch(`${server.origin}/${encoding}`))).toEqual([
        "outbound.failed",
        texts.notHttp("idp.test"),
      ]);
    }
  });
});

describe("time", () => {
  const fast = { timeoutSeconds: 0.3 };
  const late: [string, unknown] = ["outbound.timeout", texts.tookTooLong("idp.test", 0.3)];

  test("runs out for a server that says nothing", async () => {
    await using server = serve(async () => {
      await Bun.sleep(2_000);
      return new Response();
    });
    expect(await refusal(wayOut().outbound.fetch(server.origin, fast))).toEqual(late);
  });

  test("runs out for a body that drips", async () => {
    await using server = serve(
      () =>
        new Response(
          new ReadableStream({
            async pull(controller) {
              await Bun.sleep(50);
              controller.enqueue(new Uint8Array(1));
            },
          }),
        ),
    );
    const begun = performance.now();
    expect(await refusal(wayOut().outbound.fetch(server.origin, fast))).toEqual(late);
    expect(performance.now() - begun).toBeLessThan(1_500);
  });

  test("runs out for a name server that does not answer", async () => {
    const { outbound } = wayOut({ resolve: () => new Promise(() => undefined) });
    expect(await refusal(outbound.fetch("https://idp.test/", fast))).toEqual(late);
  });

  test("is shared by all redirects", async () => {
    await using server = serve(async () => {
      await Bun.sleep(150);
      return Response.redirect("/", 302);
    });
    const request = { ...fast, redirects: 3 as const };
    expect(await refusal(wayOut().outbound.fetch(server.origin, request))).toEqual(late);
  });

  test("ends early when the caller gives up", async () => {
    await using server = serve(async () => {
      await Bun.sleep(2_000);
      return new Response();
    });
    const signal = AbortSignal.timeout(50);
    for (const request of [{ signal }, { signal: AbortSignal.abort() }]) {
      expect(await refusal(wayOut().outbound.fetch(server.origin, request))).toEqual([
        "outbound.failed",
        texts.cancelled("idp.test"),
      ]);
    }
  });
});

describe("broken servers", () => {
  let answer = "";
  const raw = createServer((socket) => {
    socket.on("error", () => undefined);
    socket.on("data", () => socket.end(answer));
  });
  let url = "";
  beforeAll(async () => {
    await new Promise<void>((listening) => raw.listen(0, "127.0.0.1", listening));
    const address = raw.address();
    url = `http://idp.test:${typeof address === "object" ? address?.port : 0}/`;
  });
  afterAll(() => void raw.close());

  for (const [what, said, reason] of [
    ["that hangs up", "", texts.brokenOff("idp.test")],
    ["that speaks something else", "220 mail.idp.test ESMTP\r\n\r\n", texts.notHttp("idp.test")],
    [
      "that ends before it has said all",
      "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nabc",
      texts.brokenOff("idp.test"),
    ],
    [
      "with endless headers",
      `HTTP/1.1 200 OK\r\nx: ${"a".repeat(2_000_000)}`,
      texts.notHttp("idp.test"),
    ],
  ] as const) {
    test(`${what} are a failure`, async () => {
      answer = said;
      expect(await refusal(wayOut().outbound.fetch(url))).toEqual(["outbound.failed", reason]);
    });
  }
});
