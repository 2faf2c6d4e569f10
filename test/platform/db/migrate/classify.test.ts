// What a migration's statement locks, how long, and whether the release before goes on working.
import { describe, expect, test } from "bun:test";
import { effectsOf } from "#platform/db/migrate/classify.ts";
import { readMigrations } from "#platform/db/migrate/files.ts";

const one = (text: string) => {
  const [effect] = effectsOf(text);
  if (!effect) return "nothing";
  const { table, effort, blocks, breaks } = effect;
  return `${table ?? "-"} ${effort}, blocks ${blocks}${breaks === null ? "" : ", breaks"}`;
};

describe("effectsOf", () => {
  test.each([
    ["create table app.new (id integer)", "nothing"],
    ["create table new (a uuid references app.users, b uuid)", "app.users instant, blocks writes"],
    ["create index i on app.users (id)", "app.users index, blocks writes"],
    ["create index on users (id) where x", "app.users index, blocks writes"],
    ["create unique index i on app.users (id)", "app.users index, blocks writes, breaks"],
    ["create index concurrently i on app.users (id)", "app.users index, blocks nothing"],
    ["alter table app.users add column a text", "app.users instant, blocks everything"],
    [
      "alter table app.users add a text not null default ''",
      "app.users instant, blocks everything",
    ],
    [
      "alter table app.users add column a timestamptz default now()",
      "app.users instant, blocks everything",
    ],
    [
      "alter table app.users add column a uuid default uuidv7()",
      "app.users rewrite, blocks everything",
    ],
    [
      "alter table app.users add column a int generated always as identity",
      "app.users rewrite, blocks everything",
    ],
    [
      "alter table app.users add column a text generated always as (b) stored",
      "app.users rewrite, blocks everything",
    ],
    [
      "alter table app.users add column a text generated always as (b) virtual",
      "app.users instant, blocks everything",
    ],
    [
      "alter table app.users add column a text not null",
      "app.users instant, blocks everything, breaks",
    ],
    [
      "alter table app.users alter column a set not null",
      "app.users scan, blocks everything, breaks",
    ],
    ["alter table app.users alter a set default 3", "app.users instant, blocks everything"],
    ["alter table app.users alter a drop not null", "app.users instant, blocks everything"],
    [
      "alter table app.users alter column a type bigint",
      "app.users rewrite, blocks everything, breaks",
    ],
    ["alter table app.users drop column a", "app.users instant, blocks everything, breaks"],
    ["alter table app.users rename column a to b", "app.users instant, blocks everything, breaks"],
    ["alter table app.users rename to people", "app.users instant, blocks everything, breaks"],
    [
      "alter table app.users add constraint c check (a > 0)",
      "app.users scan, blocks everything, breaks",
    ],
    [
      "alter table app.users add constraint c check (a > 0) not valid",
      "app.users instant, blocks everything, breaks",
    ],
    ["alter table app.users validate constraint c", "app.users scan, blocks nothing"],
    [
      "alter table app.users add constraint f foreign key (a) references app.groups",
      "app.users scan, blocks writes, breaks",
    ],
    [
      "alter table app.users add constraint f foreign key (a) references app.groups not valid",
      "app.users instant, blocks writes, breaks",
    ],
    [
      "alter table app.users add constraint u unique (a)",
      "app.users index, blocks everything, breaks",
    ],
    [
      "alter table app.users add column a text, alter column b type text",
      "app.users rewrite, blocks everything, breaks",
    ],
    [
      `alter table app.users add column a jsonb not null default '{"a": 1, "b": 2}', add column b text`,
      "app.users instant, blocks everything",
    ],
    [
      "alter table app.users add column a numeric(10, 2), add column b text",
      "app.users instant, blocks everything",
    ],
    ["drop table app.users", "app.users instant, blocks everything, breaks"],
    ["update app.users set a = 1", "app.users scan, blocks nothing"],
    ["delete from app.users where a", "app.users scan, blocks nothing"],
    ["insert into app.users (a) select 1", "app.users scan, blocks nothing"],
    ["drop function app.f()", "- instant, blocks nothing, breaks"],
    ["revoke update on app.users from app_tenant", "app.users instant, blocks nothing, breaks"],
    ["create policy p on app.users using (true)", "app.users instant, blocks everything"],
    ["create or replace function app.f() returns int language sql return 1", "nothing"],
    ["do $$ begin end $$", "- unknown, blocks nothing, breaks"],
    ["vacuum app.users", "- unknown, blocks nothing, breaks"],
    ["-- remark\n create\n  index i\n on app.users (id)", "app.users index, blocks writes"],
  ])("%s", (statement, says) => {
    expect(one(statement)).toBe(says);
  });

  test("does not hold against a constraint what the release before leaves empty", () => {
    const text = `alter table app.users add column manager_id uuid,
        add constraint users_manager_fk foreign key (tenant_id, manager_id) references app.users not valid;
      create unique index users_manager on app.users (tenant_id, manager_id);
      create unique index users_name on app.users (tenant_id, name_key);`;
    expect(effectsOf(text).map(({ breaks }) => breaks === null)).toEqual([true, true, false]);
  });

  test("leaves out what works on a table of the same file, and says on which line the others are", () => {
    const text =
      "set local role app_owner;\ncreate table app.new (id integer);\ncreate index i on app.new (id);\n\ncreate index j on users (id);";
    expect(effectsOf(text).map(({ line, table }) => [line, table])).toEqual([[5, "app.users"]]);
  });
});

describe("our migrations", () => {
  const files = readMigrations();

  test("that say they serve an earlier release hold nothing that breaks it", async () => {
    const broken = (await files)
      .filter(({ compatibleFrom }) => compatibleFrom !== null)
      .flatMap(({ path, text }) =>
        effectsOf(text)
          .filter(({ breaks }) => breaks !== null)
          .map(({ line, breaks }) => `${path}:${line} ${breaks}`),
      );
    expect(broken).toEqual([]);
  });

  test("say what they lock", async () => {
    const silent = (await files).filter(({ text }) => !/^-- Locks: /m.test(text));
    expect(silent.map(({ path }) => path)).toEqual([]);
  });
});
