// The state table of features/sign-in/README.md is the one in the code, and every page in it is there.
import { expect, test } from "bun:test";
import { declaredLimits } from "#platform/limits.ts";
import { routeTable } from "#src/app.ts";
import { signInTable } from "../../../src/features/sign-in/table.ts";

const readme = new URL("../../../src/features/sign-in/README.md", import.meta.url);
const squeeze = (line: string) => line.replaceAll(/\s+/g, " ").trim();

const printed = Object.entries(signInTable).map(([state, { page, begins, known, next }]) => {
  const ways = Object.entries(next).map(
    ([to, why]) => `${to === "gone" ? "_gone_" : `\`${to}\``}: ${why}`,
  );
  const cells = [
    `\`${state}\``,
    page === null ? "–" : `\`${page}\``,
    begins ?? "–",
    known,
    ways.length === 0 ? "–" : ways.join(" · "),
  ];
  return squeeze(`| ${cells.join(" | ")} |`);
});

test("the table in the README is the one in the code", async () => {
  const text = await Bun.file(readme).text();
  if (process.env["UPDATE"] === "1") {
    const lines = text.split("\n");
    const first = lines.findIndex((line) => line.startsWith("| `email_proof`"));
    const count = lines.slice(first).findIndex((line) => !line.startsWith("|"));
    lines.splice(first, count, ...printed);
    await Bun.write(readme, lines.join("\n"));
    return;
  }
  const rows = text.split("\n").map(squeeze);
  expect(rows.filter((row) => /^\| `\w+` \|/.test(row))).toEqual(printed);
});

test("every page of the table is a route", () => {
  const pages = Object.values(signInTable).flatMap(({ page }) => page ?? []);
  const gets = routeTable.filter(({ method }) => method === "get").map(({ path }) => path);
  expect(pages.filter((page) => !gets.includes(page))).toEqual([]);
});

test("every limit of a sign-in has its line in the README, with its figure", async () => {
  const text = await Bun.file(readme).text();
  const lines = [...text.matchAll(/^\| `(sign_in\.\w+)` *\| ([\d,]+) /gm)];
  const told = lines.map(([, name, most]) => `${name}: ${most?.replace(",", "")}`);
  const limits = [...declaredLimits().values()].filter(({ name }) => name.startsWith("sign_in."));
  expect(told.toSorted()).toEqual(limits.map(({ name, most }) => `${name}: ${most}`).toSorted());
});
