// The breach check: what leaves this machine, what the answer means, and that nobody is stopped when there is none.
import { afterAll, describe, expect, test } from "bun:test";
import { createHash } from "node:crypto";
import { rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createLogger } from "#platform/log.ts";
import { buildFilter } from "#platform/passwords/breaches/build.ts";
import { type BreachSettings, createBreachChecker } from "#platform/passwords/breaches/checker.ts";
import type { Outbound } from "#platform/outbound/fetch.ts";
import { serve, wayOut } from "../../outbound/peers.ts";

const digestOf = (password: string) =>
  createHash("sha1").update(password).digest("hex").toUpperCase();

const folder = join(tmpdir(), `weft-breaches-${process.pid}`);
afterAll(() => rm(folder, { recursive: true, force: true }));

function checkerOf(settings: Partial<BreachSettings>, outbound: Outbound = wayOut().outbound) {
  const lines: string[] = [];
  const log = createLogger({ level: "debug" }, { write: (line) => void lines.push(line) });
  const all = {
    mode: "online",
    baseUrl: "https://idp.test:1",
    filterPath: join(folder, "none"),
    ...settings,
  } as const;
  return { ...createBreachChecker(all, { outbound, log }), lines };
}
const breached = (outbound: Outbound, password: string, settings: Partial<BreachSettings>) =>
  checkerOf(settings, outbound).check(password);

async function filterOf(name: string, passwords: readonly string[]): Promise<string> {
  const path = join(folder, name);
  const list = passwords.map((password) => `${digestOf(password)}:7\r\n`).sort();
  await buildFilter(new Blob(list).stream(), path, new Date());
  return path;
}

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

describe("online", () => {
  test("says listed for a listed password, unlisted for one that is not or is padding", async () => {
    await using service = ranges({ hunter2: 17_000, padding: 0 });
    const { outbound } = wayOut();
    const ask = (password: string) => breached(outbound, password, { baseUrl: service.origin });
    expect(await ask("hunter2")).toBe("listed");
    expect(await ask("padding")).toBe("unlisted");
    expect(await ask("lamp orbit turnip")).toBe("unlisted");
  });

  test("sends five digits of the hash and nothing else of the password", async () => {
    const asked: string[] = [];
    await using service = ranges({}, asked);
    // Next door, as an operator's mirror may be.
    const { outbound } = wayOut({ allowPrivate: false, exceptions: [service.origin] });
    await breached(outbound, "hunter2", { baseUrl: service.origin });
    expect(asked).toEqual([`GET /range/${digestOf("hunter2").slice(0, 5)} padding true`]);
  });

  test("takes both Unicode forms for one password", async () => {
    await using service = ranges({ "gr\u00fc\u00dfe": 3 });
    expect(await breached(wayOut().outbound, "gru\u0308\u00dfe", { baseUrl: service.origin })).toBe(
      "listed",
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

describe("with a filter", () => {
  test("online asks the filter first, and the service only for what it does not know", async () => {
    const asked: string[] = [];
    await using service = ranges({ hunter2: 17 }, asked);
    const filterPath = await filterOf("first", ["letmein"]);
    const checker = checkerOf({ baseUrl: service.origin, filterPath });
    expect(await checker.check("letmein")).toBe("listed");
    expect(asked).toEqual([]);
    expect(await checker.check("hunter2")).toBe("listed");
    expect(await checker.check("lamp orbit turnip")).toBe("unlisted");
    expect(asked).toHaveLength(2);
  });

  test("offline asks nobody else, and says unknown with a line in the log where there is none", async () => {
    const asked: string[] = [];
    await using service = ranges({ hunter2: 17 }, asked);
    const filterPath = await filterOf("alone", ["letmein"]);
    const checker = checkerOf({ mode: "offline", baseUrl: service.origin, filterPath });
    expect(await checker.check("letmein")).toBe("listed");
    expect(await checker.check("hunter2")).toBe("unlisted");
    const without = checkerOf({ mode: "offline", baseUrl: service.origin });
    expect(await without.check("letmein")).toBe("unknown");
    expect(without.lines.join()).toContain("breach_filter_missing");
    expect(asked).toEqual([]);
  });

  test("off asks nobody", async () => {
    const filterPath = await filterOf("off", ["letmein"]);
    const checker = checkerOf({ mode: "off", filterPath });
    expect(await checker.check("letmein")).toBe("unknown");
    expect(await checker.listed("00000")).toBeNull();
  });

  test("a service that is away leaves the filter's answer, and a line in the log", async () => {
    const filterPath = await filterOf("away", ["letmein"]);
    const checker = checkerOf({ filterPath });
    expect(await checker.check("hunter2")).toBe("unlisted");
    expect(checker.lines.join()).toContain("breach_check_unanswered");
    const without = checkerOf({});
    expect(await without.check("hunter2")).toBe("unknown");
  });

  test("a damaged filter is no answer, and an error in the log", async () => {
    const filterPath = join(folder, "damaged");
    await writeFile(
      filterPath,
      "not a filter at all, but longer than a header of sixty-four bytes.",
    );
    const checker = checkerOf({ mode: "offline", filterPath });
    expect(await checker.check("letmein")).toBe("unknown");
    expect(checker.lines.join()).toContain("breach_filter_unreadable");
  });

  test("a re-check gets what both know of a prefix", async () => {
    const prefix = digestOf("letmein").slice(0, 5);
    await using service = serve(() => new Response(`${"A".repeat(35)}:1\r\n${"B".repeat(35)}:0`));
    const filterPath = await filterOf("both", ["letmein"]);
    const checker = checkerOf({ baseUrl: service.origin, filterPath });
    const listed = [...((await checker.listed(prefix)) ?? [])];
    expect(listed.toSorted()).toEqual(
      [digestOf("letmein").slice(5, 17), "A".repeat(12)].toSorted(),
    );
  });
});
