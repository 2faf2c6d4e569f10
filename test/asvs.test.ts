// SECURITY.md says which test shows what: each requirement of ASVS V6 and V7 has its row, and each test that a row names is there.
import { describe, expect, test } from "bun:test";
import { Glob } from "bun";
import { join } from "node:path";

const root = join(import.meta.dir, "..");
const document = await Bun.file(join(root, "SECURITY.md")).text();

/** Numbers of the levels 1 and 2 in the published standard, 5.0.0: chapter, section, how many from 1 on; and those of level 3. */
const levelsOneAndTwo: Readonly<Record<string, readonly number[]>> = {
  "6.1": [1, 2, 2],
  "6.2": [1, 1, 1, 1, 1, 1, 1, 1, 2, 2, 2, 2],
  "6.3": [1, 1, 2, 2],
  "6.4": [1, 1, 2, 2],
  "6.5": [2, 2, 2, 2, 2],
  "6.6": [2, 2, 2],
  "6.8": [2, 2, 2, 2],
  "7.1": [2, 2, 2],
  "7.2": [1, 1, 1, 1],
  "7.3": [2, 2],
  "7.4": [1, 1, 2, 2, 2],
  "7.5": [2, 2],
  "7.6": [2, 2],
};

/** The cells of a section's rows, without head and rule. */
function rowsOf(heading: string): string[][] {
  const [, section = ""] = document.split(`\n## ${heading}\n`);
  const [body = ""] = section.split("\n## ");
  const lines = body.split("\n").filter((line) => line.startsWith("|"));
  return lines.slice(2).map((line) =>
    line
      .split("|")
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
}

const asvs = rowsOf("OWASP ASVS 5.0.0: V6 and V7, levels 1 and 2");
const nist = rowsOf("NIST SP 800-63B-4");
const attacks = rowsOf("Attack cases on the way in");

const named = /^`([^`]+)`: "(.+)"$/;
const pathOf = /^`([\w./-]+\.md)`$/;

/** What is wrong with one reference; null: it leads to a test, or to a document. */
async function fault(reference: string): Promise<string | null> {
  const [, path] = pathOf.exec(reference) ?? [];
  if (path !== undefined) return (await Bun.file(join(root, path)).exists()) ? null : "no document";
  const [, file = "", name = ""] = named.exec(reference) ?? [];
  if (file === "") return "neither a document nor a test";
  const source = Bun.file(join(import.meta.dir, file));
  if (!(await source.exists())) return "no such file";
  const quoted = name.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);
  // Right behind `test(`, `describe(` or the table of an `each`.
  const declared = new RegExp(
    String.raw`(?:\b(?:test|describe)(?:\.\w+(?:\([^()]*\))?)*|\))\(\s*["\x60]${quoted}["\x60]`,
  );
  return declared.test(await source.text()) ? null : "no such test";
}

const references = (cell: string): string[] => (cell === "" ? [] : cell.split(/;\s*(?=`)/));

describe("ASVS V6 and V7", () => {
  test("have a row for each requirement of levels 1 and 2, in order", () => {
    const wanted = Object.entries(levelsOneAndTwo).flatMap(([section, levels]) =>
      levels.map((level, at) => `${section}.${at + 1} (${level})`),
    );
    expect(asvs.map(([number, level]) => `${number} (${level})`)).toEqual(wanted);
    const ofLevel = (chapter: string, level: number) =>
      wanted.filter((each) => each.startsWith(chapter) && each.endsWith(`(${level})`)).length;
    // As many as the standard's own table of contents counts.
    expect([ofLevel("6", 1), ofLevel("6", 2), ofLevel("7", 1), ofLevel("7", 2)]).toEqual([
      13, 22, 6, 12,
    ]);
  });

  test("say how far each is met, and show what they claim", () => {
    for (const [number, , asked, done, far, shown = ""] of asvs) {
      expect([number, far]).toEqual([
        number,
        expect.stringMatching(/^(met|partly|not met|does not apply)$/),
      ]);
      expect([number, asked !== "" && done !== ""]).toEqual([number, true]);
      const isClaim = far === "met" || far === "partly";
      expect([number, references(shown).length > 0]).toEqual([number, isClaim]);
    }
  });
});

test("the rules of NIST say how far each is met", () => {
  expect(nist.map(([rule, , far = ""]) => [rule, /^(met|partly|not met)$/.test(far)])).toEqual(
    nist.map(([rule]) => [rule, true]),
  );
});

test("the attack cases are A1 to A12", () => {
  expect(attacks.map(([number]) => number)).toEqual(
    Array.from({ length: 12 }, (_, at) => `A${at + 1}`),
  );
});

test("each attack case is one group of tests by its number, which its row names first", async () => {
  const found: Record<string, string[]> = {};
  for await (const path of new Glob("**/*.test.ts").scan({ cwd: import.meta.dir })) {
    const source = await Bun.file(join(import.meta.dir, path)).text();
    for (const [, name = "", id = ""] of source.matchAll(
      /\b(?:describe|test)(?:\.\w+(?:\([^()]*\))?)*\(\s*["`]((A\d+):[^"`]*)["`]/g,
    ))
      found[id] = [...(found[id] ?? []), `\`${path}\`: "${name}"`];
  }
  const named = attacks.map(([number = "", , shown = ""]) => [
    number,
    [references(shown)[0] ?? ""],
  ]);
  expect(found).toEqual(Object.fromEntries(named) as Record<string, string[]>);
});

describe("what a row names is there", () => {
  const rows = [...asvs, ...nist, ...attacks].map(
    (cells) => [cells[0] ?? "", cells.at(-1) ?? ""] as const,
  );
  test.each(rows)("%s", async (_, shown) => {
    const wrong = await Promise.all(
      references(shown).map(async (each) => [each, await fault(each)] as const),
    );
    expect(wrong.filter(([, problem]) => problem !== null)).toEqual([]);
  });

  test("and what is not there is noticed", async () => {
    expect(await fault('`asvs.test.ts`: "no test at all"')).toBe("no such test");
    expect(await fault('`no.test.ts`: "x"')).toBe("no such file");
    expect(await fault("`no.md`")).toBe("no document");
    expect(await fault("later")).toBe("neither a document nor a test");
  });
});

test("no secret can come from a predictable generator", async () => {
  const found: string[] = [];
  for await (const path of new Glob("{src,bin}/**/*.{ts,tsx}").scan({ cwd: root })) {
    if ((await Bun.file(join(root, path)).text()).includes("Math.random")) found.push(path);
  }
  expect(found).toEqual([]);
});
