// A6: the bench that measures whether time tells who has an account works, small: every kind, every step, U, p and a verdict. What it says of
// 1,000 tries is for a quiet machine: `bun test/bench/enumeration.ts`.
import { afterAll, expect, test } from "bun:test";
import { rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

const root = join(import.meta.dir, "../../..");
const file = join(tmpdir(), `weft-enumeration-${process.pid}.json`);
afterAll(() => rm(file, { force: true }));

const bench = async (...args: string[]) => {
  const child = Bun.spawn([process.execPath, "test/bench/enumeration.ts", ...args], {
    cwd: root,
    stdout: "pipe",
    stderr: "pipe",
  });
  const [said, wrong] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
  ]);
  return { code: await child.exited, said, wrong };
};

interface Result {
  readonly u: number;
  readonly p: number;
  readonly share: number;
  readonly tries: number;
  readonly verdict: string;
}

test("the bench of enumeration compares every kind with nobody at every step, and ends with a verdict", async () => {
  const { code, said, wrong } = await bench("--tries=25", `--json=${file}`);
  expect(wrong).toBe("");
  const { results } = (await Bun.file(file).json()) as { results: Record<string, Result> };
  const kinds = ["app", "deactivated", "invited", "passkey", "provider", "chance"];
  const steps = ["password", "address", "forgotten", "options"];
  expect(Object.keys(results)).toEqual(
    steps.flatMap((step) => kinds.map((kind) => `${step} ${kind}`)),
  );
  for (const [name, { u, p, share, tries, verdict }] of Object.entries(results)) {
    expect([name, tries, u > 0 && u < 625]).toEqual([name, 25, true]);
    expect(share).toBeCloseTo(u / 625, 6);
    expect(p).toBeWithin(0, 1.000001);
    expect(["alike", "told apart"]).toContain(verdict);
    expect(said).toMatch(
      new RegExp(`^${name} +U +\\d+  p [\\d.]+  share [\\d.]+.*${verdict}$`, "m"),
    );
  }
  const isApart = Object.values(results).some(({ verdict }) => verdict === "told apart");
  expect([code, said.includes("verdict: ")]).toEqual([isApart ? 1 : 0, true]);
}, 120_000);

test("refuses options that it does not know", async () => {
  expect((await bench("--tries=5")).code).toBe(2);
  expect((await bench("--steps=password,guess")).code).toBe(2);
}, 120_000);
