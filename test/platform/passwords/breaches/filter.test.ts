// The filter file: everything that was listed is found, what was not is not, memory stays small, and a half-written one is never seen.
import { afterAll, describe, expect, test } from "bun:test";
import { createHash, randomBytes } from "node:crypto";
import { appendFile, mkdir, open, readdir, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { dictionary } from "@zxcvbn-ts/language-common";
import { BreachListError, buildFilter } from "#platform/passwords/breaches/build.ts";
import { breachDigest } from "#platform/passwords/breaches/digest.ts";
import {
  falsePositiveRate,
  FilterUnreadable,
  inspectFilter,
  readFilter,
  verifyFilter,
} from "#platform/passwords/breaches/filter.ts";

const folder = join(tmpdir(), `weft-filter-${process.pid}`);
await mkdir(folder, { recursive: true });
afterAll(() => rm(folder, { recursive: true, force: true }));
const now = new Date("2026-05-01T08:00:00Z");

const digestOf = (password: string) =>
  createHash("sha1").update(password).digest("hex").toUpperCase();
const common = [...new Set(dictionary["passwords-common"])];
const linesOf = (passwords: readonly string[]) => passwords.map((p) => `${digestOf(p)}:3`).sort();
const build = (name: string, text: string, pieceBytes = 64 * 1024) =>
  buildFilter(inPieces(text, pieceBytes), join(folder, name), now);

async function* inPieces(text: string, bytes: number) {
  const all = Buffer.from(text);
  for (let at = 0; at < all.length; at += bytes) yield all.subarray(at, at + bytes);
}
async function isListed(name: string, password: string): Promise<boolean> {
  const { prefix = "", rest = "" } = breachDigest(password) ?? {};
  return (await readFilter(join(folder, name), prefix))?.has(rest) ?? false;
}
const problemOf = (promise: Promise<unknown>) =>
  promise.then(
    () => "none",
    (error: unknown) =>
      error instanceof BreachListError || error instanceof FilterUnreadable
        ? error.message
        : `unexpected: ${String(error)}`,
  );

describe("a filter of the most common passwords", () => {
  test("finds every one of them", async () => {
    const lines = linesOf(common);
    const built = await build("common", `${lines.join("\r\n")}\r\n`);
    expect(built).toMatchObject({ entries: common.length, lines: common.length });
    const missing: string[] = [];
    for (let at = 0; at < common.length; at += 64) {
      await Promise.all(
        common.slice(at, at + 64).map(async (password) => {
          if (!(await isListed("common", password))) missing.push(password);
        }),
      );
    }
    expect(missing).toEqual([]);
  }, 60_000);

  test("takes no other password for one of them, as its rate says", async () => {
    const state = await verifyFilter(join(folder, "common"));
    expect(state).toEqual({ entries: common.length, writtenAt: now });
    const rate = falsePositiveRate({ entries: common.length, writtenAt: now });
    expect(rate).toBe(common.length / 2 ** 68);
    // A billion entries: fewer than one in 10^11.
    expect(falsePositiveRate({ entries: 1e9, writtenAt: now })).toBeLessThan(1e-11);
    for (let n = 0; n < 20_000; n += 1) {
      const password = randomBytes(12).toString("base64");
      if (await isListed("common", password)) throw new Error(`${password} was taken for listed`);
    }
  }, 60_000);

  test("is as small as promised: six bytes an entry and four megabytes", async () => {
    const { size } = await stat(join(folder, "common"));
    expect(size).toBe(64 + common.length * 6 + (2 ** 20 + 1) * 4);
  });
});

describe("a list", () => {
  const a = `${"0".repeat(39)}1`;
  test("may be cut anywhere, end without a line break, be in lower case, and hold padding and repeats", async () => {
    const [first, second, third] = linesOf(["hunter2", "letmein", "qwerty"]);
    const padding = `${"F".repeat(40)}:0`;
    const text = [first?.toLowerCase(), second, second, third, padding].join("\n");
    for (const pieceBytes of [1, 7, 41, 1_000]) {
      const built = await build(`cut${pieceBytes}`, text, pieceBytes);
      expect(built).toMatchObject({ entries: 3, lines: 5 });
      expect(await isListed(`cut${pieceBytes}`, "letmein")).toBe(true);
      const last = await readFilter(join(folder, `cut${pieceBytes}`), "FFFFF");
      expect(last?.size).toBe(0);
    }
  });

  test("keeps the smallest and the largest hash apart from their neighbours", async () => {
    await build("ends", `${"0".repeat(40)}:1\n${"F".repeat(40)}:1\n`);
    expect([...((await readFilter(join(folder, "ends"), "00000")) ?? [])]).toEqual([
      "0".repeat(12),
    ]);
    expect([...((await readFilter(join(folder, "ends"), "FFFFF")) ?? [])]).toEqual([
      "F".repeat(12),
    ]);
    expect((await readFilter(join(folder, "ends"), "00001"))?.size).toBe(0);
  });

  test.each([
    ["is not in order", `${"F".repeat(40)}:1\n${a}:1\n`, /^line 2 comes before .* sort/],
    ["has NTLM hashes", `${"A".repeat(32)}:1\n`, /^line 1 is not SHA1:COUNT/],
    ["has no counts", `${a}:1\n${"B".repeat(40)}\n`, /^line 2 is not SHA1:COUNT/],
    ["has a count that is no number", `${a}:x\n`, /^line 1 is not SHA1:COUNT/],
    ["has passwords", `hunter2hunter2hunter2hunter2hunter2hunte:1\n`, /^line 1 is not SHA1:COUNT/],
    ["is one endless line", "A".repeat(2_000_000), /^line 1 is not SHA1:COUNT/],
    ["is empty", "", /empty: nothing was changed/],
    ["is padding alone", `${a}:0\n`, /empty: nothing was changed/],
  ])("that %s is refused, and the filter before it stays", async (what, text, says) => {
    const name = what.replaceAll(" ", "-");
    await build(name, `${a}:1\n`);
    expect(await problemOf(build(name, text))).toMatch(says);
    expect(await verifyFilter(join(folder, name))).toEqual({ entries: 1, writtenAt: now });
    expect((await readdir(folder)).filter((file) => file.endsWith(".part"))).toEqual([]);
  });

  test("of any length is read with the same little memory", async () => {
    const peakOf = async (blocks: number) => {
      const path = join(folder, `many${blocks}`);
      const child = Bun.spawn(
        [process.execPath, join(import.meta.dir, "build-many.ts"), path, String(blocks)],
        { stdout: "pipe" },
      );
      const [entries, peakKib] = (await new Response(child.stdout).text()).trim().split(" ");
      expect(entries).toBe(String(blocks * 10_000));
      return Number(peakKib) * 1024;
    };
    // 13 MB of text, and 129.
    const [some, many] = [await peakOf(30), await peakOf(300)];
    expect(many - some).toBeLessThan(64 * 1024 * 1024);
    expect(many).toBeLessThan(256 * 1024 * 1024);
    expect((await readFilter(join(folder, "many300"), "00000"))?.size).toBe(16);
  }, 60_000);
});

describe("a filter that is damaged", () => {
  test("is told: cut, lengthened, changed, or something else", async () => {
    const path = join(folder, "harmed");
    const harm = async (how: (file: Awaited<ReturnType<typeof open>>, size: number) => unknown) => {
      await build("harmed", linesOf(common.slice(0, 1_000)).join("\n"));
      const { size } = await stat(path);
      const file = await open(path, "r+");
      await how(file, size);
      await file.close();
      return problemOf(verifyFilter(path));
    };
    expect(await harm((file, size) => file.truncate(size - 1))).toContain("length");
    expect(await harm(() => appendFile(path, "x"))).toContain("length");
    expect(await harm((file) => file.write("XX", 100))).toContain("contents changed");
    expect(await harm((file) => file.write("X", 0))).toContain("not a filter");
    expect(await harm((file) => file.truncate(10))).toContain("length");
    expect(await harm((file) => file.truncate(0))).toContain("not a filter");
    expect(await problemOf(inspectFilter(folder))).toMatch(/cannot be (opened|read)|not a filter/);
  });

  test("that is not there is nothing", async () => {
    expect(await inspectFilter(join(folder, "none"))).toBeNull();
    expect(await readFilter(join(folder, "none"), "00000")).toBeNull();
    expect(await inspectFilter(join(folder, "common", "below-a-file"))).toBeNull();
  });
});
