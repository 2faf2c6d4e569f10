// The table of attack classes in the README, held against the tests that it names.
import { expect, test } from "bun:test";
import { existsSync } from "node:fs";
import { join } from "node:path";

const root = join(import.meta.dir, "../../..");
const readme = await Bun.file(join(root, "src/protocols/saml/README.md")).text();
const rows = readme
  .split("\n")
  .flatMap((line) => {
    const [, classes, , where] = line.split("|").map((cell) => cell.trim());
    return /^[SIP]\d/.test(classes ?? "") ? [{ classes: classes ?? "", where: where ?? "" }] : [];
  })
  .map(({ classes, where }) => ({ classes: numbersOf(classes), where }));

/** "S1 S2" and "S3–S11" as numbers, each with its letter. */
function numbersOf(text: string): string[] {
  return text.split(" ").flatMap((part) => {
    const [, letter = "", from = "", to = from] = /^([SIP])(\d+)(?:–[SIP](\d+))?$/.exec(part) ?? [];
    const length = Number(to) - Number(from) + 1;
    return Array.from({ length }, (_, at) => `${letter}${Number(from) + at}`);
  });
}

const folders: Readonly<Record<string, string>> = {
  p: "test/protocols/saml",
  f: "test/features/sso",
  u: "test/features/identity-providers",
  l: "test/features/logout",
};
const filesOf = (where: string) =>
  Array.from(where.matchAll(/\b([pful]) `([^`]+)`/g), ([, folder = "", name = ""]) =>
    join(root, folders[folder] ?? "", `${name}.test.ts`),
  );

test("every class is in it, once", () => {
  const numbered = (letter: string, count: number) =>
    Array.from({ length: count }, (_, at) => `${letter}${at + 1}`);
  expect(rows.flatMap(({ classes }) => classes)).toEqual([
    ...numbered("S", 33),
    ...numbered("P", 14),
    ...numbered("I", 8),
  ]);
});

for (const { classes, where } of rows) {
  test(`${classes.join(" ")}: each is tried by a test of the named files`, async () => {
    if (where === "–") return;
    const files = filesOf(where);
    expect(files.filter((file) => !existsSync(file))).toEqual([]);
    const texts = await Promise.all(files.map((file) => Bun.file(file).text()));
    const titles = texts.join("\n");
    expect(classes.filter((name) => !new RegExp(`["\`]([^"\`]* )?${name} `).test(titles))).toEqual(
      [],
    );
    // And no file is named in vain.
    const isUsed = (text: string) => classes.some((name) => new RegExp(`\\b${name} `).test(text));
    expect(files.filter((_, at) => !isUsed(texts[at] ?? ""))).toEqual([]);
  });
}
