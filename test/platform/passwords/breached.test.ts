// The breach check: what leaves this machine, what the answer means, and that nobody is stopped when there is none.
import { describe, expect, test } from "bun:test";
import { createHash } from "node:crypto";
import { breached } from "#platform/passwords/breached.ts";
import { serve, wayOut } from "../outbound/peers.ts";

const digestOf = (password: string) =>
  createHash("sha1").update(password).digest("hex").toUpperCase();

/** A range service that knows `listed` and pads with entries of count 0. */
function ranges(listed: Record<string, number>, asked: string[] = []) {
  return serve((request) => {
    const path = new URL(request.url).pathname;
    asked.push(`${request.method} ${path} padding ${request.headers.get("add-padding")}`);
    const prefix = path.replace("/range/", "");
    const lines = Object.entries(listed)
      .map(([password, count]) => [digestOf(password), count] as const)
      .filter(([digest]) => digest.startsWith(prefix))
      .map(([digest, count]) => `${digest.slice(5)}:${count}`);
    return new Response([...lines, `${"0".repeat(35)}:0`].join("\r\n"));
  });
}

describe("breached", () => {
  test("says yes for a listed password, no for one that is not or is padding", async () => {
    await using service = ranges({ hunter2: 17_000, padding: 0 });
    const { outbound } = wayOut();
    const ask = (password: string) => breached(outbound, password, { baseUrl: service.origin });
    expect(await ask("hunter2")).toBe("yes");
    expect(await ask("padding")).toBe("no");
    expect(await ask("lamp orbit turnip")).toBe("no");
  });

  test("sends five digits of the hash and nothing else of the password", async () => {
    const asked: string[] = [];
    await using service = ranges({}, asked);
    await breached(wayOut().outbound, "hunter2", { baseUrl: service.origin });
    expect(asked).toEqual([`GET /range/${digestOf("hunter2").slice(0, 5)} padding true`]);
  });

  test("takes both Unicode forms for one password", async () => {
    await using service = ranges({ "gr\u00fc\u00dfe": 3 });
    expect(await breached(wayOut().outbound, "gru\u0308\u00dfe", { baseUrl: service.origin })).toBe(
      "yes",
    );
  });

  for (const [what, answer] of [
    ["an error in the form of a range", () => new Response(`${"0".repeat(35)}:1`, { status: 500 })],
    ["an error", () => new Response("busy", { status: 503 })],
    ["something else", () => new Response("<html>welcome to the hotel</html>")],
    ["too much", () => new Response("A".repeat(2_000_000))],
  ] as const) {
    test(`says unknown when the service answers ${what}`, async () => {
      await using service = serve(answer);
      expect(await breached(wayOut().outbound, "hunter2", { baseUrl: service.origin })).toBe(
        "unknown",
      );
    });
  }

  test("says unknown when the service cannot be reached", async () => {
    expect(await breached(wayOut().outbound, "hunter2", { baseUrl: "https://idp.test:1" })).toBe(
      "unknown",
    );
  });

  test("says unknown after three seconds", async () => {
    await using service = serve(async () => {
      await Bun.sleep(4_500);
      return new Response();
    });
    const begun = performance.now();
    expect(await breached(wayOut().outbound, "hunter2", { baseUrl: service.origin })).toBe(
      "unknown",
    );
    expect(performance.now() - begun).toBeWithin(2_500, 4_200);
  });
});
