// What a statement of a migration does to a running installation: which lock it takes, what it reads or writes under it, and
// whether the release before goes on working. For our own migrations, not for any SQL: what is not recognised says so.
import { statementsOf } from "./statements.ts";

/** How long the lock is held: `instant` whatever the size; the others grow with the table. */
export type Effort = "instant" | "scan" | "index" | "rewrite" | "unknown";

/** What others cannot do meanwhile. */
export type Blocks = "nothing" | "writes" | "everything";

export interface StatementEffect {
  /** 1-based line in the file. */
  readonly line: number;
  /** Its beginning, on one line. */
  readonly text: string;
  /** The table it works on, `app.users`; null where there is none, or none that was there before this file. */
  readonly table: string | null;
  readonly effort: Effort;
  readonly blocks: Blocks;
  /** Why the release before may not work afterwards; null: it does. */
  readonly breaks: string | null;
}

/** What each statement does, in order, without those that concern only what this file itself has created. */
export function effectsOf(text: string): StatementEffect[] {
  const fresh = new Set<string>();
  const added = new Set<string>();
  return statementsOf(text).flatMap(({ start, end }) => {
    const statement = withoutComments(text.slice(start, end));
    const created = /^create (?:unlogged )?table (?:if not exists )?([^\s(]+)/i.exec(
      statement,
    )?.[1];
    if (created !== undefined) fresh.add(nameOf(created));
    for (const [, column = ""] of statement.matchAll(/\badd column (?:if not exists )?(\w+)/gi)) {
      added.add(column.toLowerCase());
    }
    const effects = created === undefined ? [effectOf(statement)] : referenceEffects(statement);
    const line = text.slice(0, start).split("\n").length;
    return effects
      .filter((effect) => effect !== null)
      .filter(({ table }) => table === null || !fresh.has(table))
      .map((effect) => ({
        ...effect,
        // What the release before does not know it leaves empty, and an empty value is never refused.
        breaks: effect.breaks === refusesRows && mentions(statement, added) ? null : effect.breaks,
        line,
        text: shortened(statement),
      }));
  });
}

/** A foreign key of a new table keeps writers away from the other one for an instant. */
const referenceEffects = (statement: string): Effect[] =>
  [...new Set([...statement.matchAll(/\breferences ([^\s(,)]+)/gi)].map(([, table]) => table))].map(
    (table) => on(table, { blocks: "writes" }),
  );

const refusesRows = "it may write rows that this refuses";

const mentions = (statement: string, columns: ReadonlySet<string>): boolean =>
  (statement.slice(statement.indexOf("(")).match(/\w+/g) ?? []).some((word) =>
    columns.has(word.toLowerCase()),
  );

type Effect = Omit<StatementEffect, "line" | "text">;

const lengthMost = 90;
const shortened = (statement: string) =>
  statement.length > lengthMost ? `${statement.slice(0, lengthMost - 1)}…` : statement;

/** Lower case outside of quotes is our style already; blanks become single ones. */
const withoutComments = (statement: string): string =>
  statement
    .replace(/--[^\n]*/g, " ")
    .replace(/\s+/g, " ")
    .trim();

/** Tables without a schema are in app, where every migration's search_path points. */
const nameOf = (name: string): string => {
  const bare = name.replaceAll('"', "").replace(/[(;,].*$/, "");
  return bare.includes(".") ? bare : `app.${bare}`;
};

const none: Effect = { table: null, effort: "instant", blocks: "nothing", breaks: null };
const on = (table: string | undefined, effect: Partial<Effect>): Effect => ({
  ...none,
  table: table === undefined ? null : nameOf(table),
  ...effect,
});

/** By the statement's first words; the first that fits. */
const kinds: readonly [
  shape: RegExp,
  effect: (match: RegExpExecArray, all: string) => Effect | null,
][] = [
  [/^set (local|session)? ?|^reset |^comment on /, () => null],
  [/^create (?:or replace )?(?:function|procedure|schema|view|sequence|domain)\b/, () => null],
  [/^create type /, () => null],
  [/^call app\.isolate\('?(\S+?)'?\)/, ([, table]) => on(table, { blocks: "everything" })],
  [
    /^create (?:unique )?index concurrently (?:if not exists )?(?:\S+ )?on (?:only )?(\S+)/,
    ([, table]) => on(table, { effort: "index", blocks: "nothing" }),
  ],
  [
    /^create (unique )?index (?:if not exists )?(?:\S+ )?on (?:only )?(\S+)/,
    ([, unique, table]) =>
      on(table, {
        effort: "index",
        blocks: "writes",
        breaks: unique ? refusesRows : null,
      }),
  ],
  [
    /^alter table (?:if exists )?(?:only )?(\S+) (.*)$/,
    ([, table, actions = ""]) => alterTable(table, actions),
  ],
  [/^alter type (\S+) add value/, () => ({ ...none, breaks: null })],
  [/^drop index (?:if exists )?(\S+)/, () => ({ ...none, blocks: "everything" })],
  [
    /^drop table (?:if exists )?(\S+)/,
    ([, table]) => on(table, { blocks: "everything", breaks: "it uses that table" }),
  ],
  [
    /^drop (function|procedure|routine|type|view|schema)\b/,
    ([, what]) => ({ ...none, breaks: `it may use that ${what}` }),
  ],
  [
    /^alter (type|function|procedure|routine|schema|view) .* rename/,
    ([, what]) => ({ ...none, breaks: `it knows that ${what} by its old name` }),
  ],
  [/^revoke all on (all )?(function|functions|procedure|schema|routine)/, () => null],
  [
    /^revoke (?:.*) on (?:table )?(\S+) from/,
    ([, table]) => on(table, { breaks: "it may need that right" }),
  ],
  [/^(grant|alter (function|procedure|routine|default)) /, () => null],
  [/^(?:create|alter) policy \S+ on (\S+)/, ([, table]) => on(table, { blocks: "everything" })],
  [/^drop policy (?:if exists )?\S+ on (\S+)/, ([, table]) => on(table, { blocks: "everything" })],
  [/^create (?:constraint )?trigger .*? on (\S+)/, ([, table]) => on(table, { blocks: "writes" })],
  [
    /^(?:with .* )?(?:update|delete from|insert into) (?:only )?(\S+)/,
    ([, table]) => on(table, { effort: "scan", blocks: "nothing" }),
  ],
  [/^truncate (?:table )?(\S+)/, ([, table]) => on(table, { blocks: "everything" })],
  [/^select\b/, () => none],
];

function effectOf(statement: string): Effect | null {
  for (const [shape, effect] of kinds) {
    const match = shape.exec(statement.toLowerCase());
    if (match) return effect(match, statement);
  }
  return { ...none, effort: "unknown", breaks: "nothing is known about this statement" };
}

const heaviest: readonly Effort[] = ["instant", "scan", "index", "rewrite", "unknown"];
const strongest: readonly Blocks[] = ["nothing", "writes", "everything"];

/** Several actions of one `alter table` take the strongest lock of them and do their work in one pass. */
function alterTable(table: string | undefined, actions: string): Effect {
  const effects = splitActions(actions).map(actionEffect);
  const most = <T>(order: readonly T[], values: readonly T[]) =>
    values.reduce((best, value) => (order.indexOf(value) > order.indexOf(best) ? value : best));
  return on(table, {
    effort: most(
      heaviest,
      effects.map(({ effort }) => effort),
    ),
    blocks: most(
      strongest,
      effects.map(({ blocks }) => blocks),
    ),
    breaks: effects.find(({ breaks }) => breaks !== null)?.breaks ?? null,
  });
}

/** At the commas outside of parentheses and of quoted text. */
function splitActions(actions: string): string[] {
  const found = [""];
  let depth = 0;
  let isQuoted = false;
  for (const character of actions) {
    if (character === "'") isQuoted = !isQuoted;
    if (character === "(" && !isQuoted) depth += 1;
    if (character === ")" && !isQuoted) depth -= 1;
    if (character === "," && depth === 0 && !isQuoted) found.push("");
    else found[found.length - 1] += character;
  }
  return found.map((action) => action.trim());
}

const exclusive: Effect = { ...none, blocks: "everything" };
const volatile = /\b(uuidv[47]|gen_random_uuid|random|clock_timestamp|timeofday|nextval)\s*\(/;

const actionKinds: readonly [shape: RegExp, effect: (match: RegExpExecArray) => Effect][] = [
  [
    /^add (?:constraint \S+ )?foreign key.*not valid$/,
    () => ({ ...none, blocks: "writes", breaks: refusesRows }),
  ],
  [/^add constraint \S+ check.*not valid$/, () => ({ ...exclusive, breaks: refusesRows })],
  [/^add (?:constraint \S+ )?(?:unique|primary key) using index/, () => exclusive],
  [
    /^add (?:constraint \S+ )?foreign key/,
    () => ({
      ...none,
      effort: "scan",
      blocks: "writes",
      breaks: refusesRows,
    }),
  ],
  [
    /^add (?:constraint \S+ )?(?:unique|primary key|exclude)/,
    () => ({
      ...exclusive,
      effort: "index",
      breaks: refusesRows,
    }),
  ],
  [
    /^add (?:constraint \S+ )?check/,
    () => ({
      ...exclusive,
      effort: "scan",
      breaks: refusesRows,
    }),
  ],
  [
    /^add (?:constraint \S+ )not null/,
    () => ({ ...exclusive, effort: "scan", breaks: "it may write no value there" }),
  ],
  [/^add (?:column )?(?:if not exists )?(.*)$/, ([, column = ""]) => addColumn(column)],
  [/^validate constraint/, () => ({ ...none, effort: "scan" })],
  [
    /^alter (?:column )?\S+ set not null/,
    () => ({ ...exclusive, effort: "scan", breaks: "it may write no value there" }),
  ],
  [
    /^alter (?:column )?\S+ (?:set data )?type\b/,
    () => ({ ...exclusive, effort: "rewrite", breaks: "it knows the column's old type" }),
  ],
  [
    /^alter (?:column )?\S+ drop default/,
    () => ({ ...exclusive, breaks: "it may leave the value out" }),
  ],
  [/^alter (?:column )?\S+ (?:set|drop|add|reset) /, () => exclusive],
  [/^drop constraint/, () => exclusive],
  [/^drop (?:column )?/, () => ({ ...exclusive, breaks: "it uses that column" })],
  [/^rename constraint/, () => exclusive],
  [/^rename /, () => ({ ...exclusive, breaks: "it knows the old name" })],
  [/^(?:enable|disable|force|no force) /, () => exclusive],
  [/^(?:owner to|set schema|set \(|reset \()/, () => exclusive],
];

function actionEffect(action: string): Effect {
  for (const [shape, effect] of actionKinds) {
    const match = shape.exec(action);
    if (match) return effect(match);
  }
  return { ...exclusive, effort: "unknown", breaks: "nothing is known about this change" };
}

/** A column is added without a look at the rows unless each of them needs a value of its own, or is checked. */
function addColumn(definition: string): Effect {
  const hasDefault = /\bdefault\b|\bgenerated\b|\b(small|big)?serial\b/.test(definition);
  const perRow =
    volatile.test(definition) ||
    /\bgenerated\b(?!.*\bvirtual\b)|\b(small|big)?serial\b/.test(definition);
  const isChecked = /\bcheck\s*\(|\breferences\b/.test(definition);
  return {
    ...exclusive,
    effort: perRow
      ? "rewrite"
      : /\bunique\b|\bprimary key\b/.test(definition)
        ? "index"
        : isChecked
          ? "scan"
          : "instant",
    breaks: /\bnot null\b/.test(definition) && !hasDefault ? "it writes no value there" : null,
  };
}
