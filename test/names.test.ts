// Names that are stored or told to others: events, jobs, schedules, messages, limits, error codes. They are kept in names.lock and
// never renamed or removed; `UPDATE=1 bun test test/names.test.ts` adds new ones.
import { describe, expect, test } from "bun:test";
import { join } from "node:path";
import { declaredErrors, declaredTexts } from "#src/catalogue.ts";
import { defineEvent } from "#platform/audit/define.ts";
import { defineError } from "#platform/errors.ts";
import { defineJob } from "#platform/jobs/define.ts";
import { defineSchedule } from "#platform/jobs/schedule.ts";
import { defineLimit } from "#platform/limits.ts";
import { defineEmail } from "#platform/mail/define.ts";
import { defineTexts } from "#platform/texts.ts";
import { z } from "zod";

const lock = join(import.meta.dir, "names.lock");
const comment =
  "# Names that are stored or told to others. They may be added to (UPDATE=1), never renamed or removed.";

/** In a process of its own: what other test files declare for themselves is none of the product's. */
async function declaredNames(): Promise<string[]> {
  const program = `
    import * as catalogue from "#src/catalogue.ts";
    import { declaredLimits } from "#platform/limits.ts";
    const kinds = {
      error: catalogue.declaredErrors(), event: catalogue.declaredEvents(), job: catalogue.declaredJobs(),
      schedule: catalogue.declaredSchedules(), email: catalogue.declaredEmails(), limit: declaredLimits(),
    };
    const names = Object.entries(kinds).flatMap(([kind, all]) => [...all.keys()].map((name) => kind + " " + name));
    console.log(JSON.stringify(names));`;
  const child = Bun.spawn([process.execPath, "-e", program], {
    cwd: join(import.meta.dir, ".."),
    stderr: "inherit",
  });
  return (JSON.parse(await new Response(child.stdout).text()) as string[]).toSorted();
}

const names = await declaredNames();
const locked = (
  await Bun.file(lock)
    .text()
    .catch(() => "")
)
  .split("\n")
  .filter((line) => line !== "" && !line.startsWith("#"));

describe("names.lock", () => {
  test("no locked name is gone", () => {
    expect(locked.filter((name) => !names.includes(name))).toEqual([]);
  });

  test("every name is locked: run with UPDATE=1 to add new ones", async () => {
    const added = names.filter((name) => !locked.includes(name));
    if (Bun.env["UPDATE"] !== "1") return expect(added).toEqual([]);
    await Bun.write(lock, `${[comment, ...[...locked, ...added].toSorted()].join("\n")}\n`);
  });

  test("holds each name once, in order", () => {
    expect(locked).toEqual([...new Set(locked)].toSorted());
  });

  test.each(["error", "event", "job", "schedule", "email", "limit"])(
    "there are names of kind %s",
    (kind) => {
      expect(names.some((name) => name.startsWith(`${kind} `))).toBe(true);
    },
  );

  test("every name is area.thing", () => {
    const odd = names.filter((name) => !/^\w+ [a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)+$/.test(name));
    expect(odd).toEqual([]);
  });
});

describe("a name given twice does not start", () => {
  const spec = { payload: z.null(), retryAfterSeconds: [], timeoutSeconds: 1 };
  const run = () => Promise.resolve("done" as const);
  const email = { data: z.null(), subject: () => "", text: () => "", html: () => "" };
  const declarations: readonly [kind: string, declare: () => unknown][] = [
    ["error", () => defineError("names_test.twice", { status: 409, title: "Twice" })],
    ["event", () => defineEvent("names_test.twice", { says: "Twice", data: z.null() })],
    ["job", () => defineJob("names_test.twice", { ...spec, run })],
    [
      "schedule",
      () => defineSchedule("names_test.twice", { cron: "0 0 1 1 *", run: async () => {} }),
    ],
    ["email", () => defineEmail("names_test.twice", email)],
    ["limit", () => defineLimit("names_test.twice", { most: 1, windowSeconds: 1 })],
    ["area of texts", () => defineTexts("names_test_twice", { a: "a" })],
  ];

  test.each(declarations)("%s", (_, declare) => {
    declare();
    expect(declare).toThrow(/declared twice/);
  });
});

describe("texts", () => {
  /** What a text's arguments may be; the first kind that it takes counts. */
  const samples: readonly unknown[] = ["Sample", 2, new Date("2026-03-01T12:00:00Z"), ["Sample"]];
  const saidOf = (text: unknown): string[] => {
    if (typeof text !== "function") return [String(text)];
    const arity = Math.max(1, text.length);
    return samples.flatMap((sample) => {
      try {
        const said: unknown = text(...Array.from({ length: arity }, () => sample));
        return typeof said === "string" && !/NaN|Invalid Date/.test(said) ? [said] : [];
      } catch {
        return [];
      }
    });
  };
  const isSound = (said: readonly string[]) =>
    said.length > 0 &&
    said.every((one) => one.trim() !== "" && !/undefined|\[object|TODO|FIXME/.test(one));

  test.each([...declaredTexts()])("of %s say something", (_, texts) => {
    const silent = Object.entries(texts).filter(([, text]) => !isSound(saidOf(text)));
    expect(silent.map(([key, text]) => [key, saidOf(text)])).toEqual([]);
  });
});

describe("refusals", () => {
  const specs = [...declaredErrors().values()].filter(
    ({ code }) => !code.startsWith("names_test."),
  );

  test("have a title to act on, with nothing of ours in it", () => {
    const odd = specs.filter(
      ({ spec: { title } }) =>
        title.trim() === "" || /\.$|\bplease\b|\b(sql|postgres|exception|stack)\b/i.test(title),
    );
    expect(odd.map(({ code, spec }) => [code, spec.title])).toEqual([]);
  });

  test("have a status that says whose fault it is", () => {
    const odd = specs.filter(({ spec: { status } }) => status < 400 || status > 599);
    expect(odd.map(({ code }) => code)).toEqual([]);
  });
});
