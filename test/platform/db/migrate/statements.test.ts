// Finding a statement in a file: what looks like the end of one, and is not.
import { describe, expect, test } from "bun:test";
import { readMigrations } from "#platform/db/migrate/files.ts";
import { statementsOf } from "#platform/db/migrate/statements.ts";

const split = (text: string) => statementsOf(text).map(({ start, end }) => text.slice(start, end));

describe("statementsOf", () => {
  test.each([
    ["statements", "select 1; select 2;\nselect 3", ["select 1", "select 2", "select 3"]],
    ["nothing", " ;; -- only a remark;\n /* and; another */ ", []],
    [
      "remarks",
      "-- a;b\nselect 1 -- c;\n, 2; /* d; /* e; */ f; */ select 3",
      ["select 1 -- c;\n, 2", "select 3"],
    ],
    [
      "strings",
      `select ';', 'it''s;', E'\\';', ";";select 2`,
      [`select ';', 'it''s;', E'\\';', ";"`, "select 2"],
    ],
    ["a backslash that is none", `select '\\'; select 2`, [`select '\\'`, "select 2"]],
    [
      "dollar quotes",
      "do $$ a; $$; do $x$ b; $$ c; $x$; select $1",
      ["do $$ a; $$", "do $x$ b; $$ c; $x$", "select $1"],
    ],
    ["a name with dollars", "select a$b$c; select d$b$", ["select a$b$c", "select d$b$"]],
    [
      "a rule of several",
      "create rule r as on insert to t do (select 1; select 2); select 3",
      ["create rule r as on insert to t do (select 1; select 2)", "select 3"],
    ],
    [
      "a body in SQL",
      "create procedure p() begin atomic select case when true then 1 end; select 2; end; select 3",
      [
        "create procedure p() begin atomic select case when true then 1 end; select 2; end",
        "select 3",
      ],
    ],
  ])("splits %s", (_, text, expected) => {
    expect(split(text)).toEqual(expected);
  });

  test("finds in our own migrations only statements that begin with a verb", async () => {
    const verbs =
      /^(alter|call|create|drop|grant|insert|revoke|select|set|update|delete|do|comment|with)\b/i;
    for (const { version, text } of await readMigrations()) {
      const odd = split(text).filter((statement) => !verbs.test(statement));
      expect({ version, odd }).toEqual({ version, odd: [] });
    }
  });
});
