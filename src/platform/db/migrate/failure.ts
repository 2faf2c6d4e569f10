// What an operator needs when a migration fails: the file, the line, the statement and what the database said.
import { DatabaseError } from "pg";
import type { MigrationFile } from "./files.ts";
import { type Statement, statementsOf } from "./statements.ts";
import { texts } from "./texts.ts";

/** A migration that could not be applied; nothing of its file was kept. `message` is what the log keeps, too. */
export class MigrationError extends Error {
  override readonly name = "MigrationError";
  readonly version: string;
  /** The path below the checkout. */
  readonly file: string;
  /** 1-based; null when the failure belongs to no line, as at commit. */
  readonly line: number | null;
  readonly statement: string | null;
  /** SQLSTATE, where the database gave one. */
  readonly code: string | null;
  constructor(given: {
    file: MigrationFile;
    message: string;
    line: number | null;
    statement: string | null;
    cause: unknown;
  }) {
    super(given.message, { cause: given.cause });
    this.version = given.file.version;
    this.file = given.file.path;
    this.line = given.line;
    this.statement = given.statement;
    this.code = given.cause instanceof DatabaseError ? (given.cause.code ?? null) : null;
  }
}

/** Where the runner was: `completed` statements of the file had been answered. Null: the file was through. */
export type Progress = { readonly completed: number } | null;

/** Makes an operator's error of what the database said about a file. */
export function describeFailure(
  file: MigrationFile,
  cause: unknown,
  progress: Progress,
): MigrationError {
  const place = progress && placeOf(file.text, cause, progress.completed);
  const where = place ? texts.atLine(place.line) : progress ? "" : texts.atCommit;
  const message = [
    texts.failed(file.path, where, reasonOf(cause)),
    ...(place ? excerpt(file.text, place) : []),
    ...remarksOf(cause),
    texts.nothingKept,
  ].join("\n");
  const statement = place && file.text.slice(place.start, place.end);
  return new MigrationError({ file, message, line: place?.line ?? null, statement, cause });
}

function reasonOf(cause: unknown): string {
  if (!(cause instanceof Error)) return String(cause);
  return cause instanceof DatabaseError && cause.code
    ? `${cause.message} (${cause.code})`
    : cause.message;
}

function remarksOf(cause: unknown): string[] {
  if (!(cause instanceof DatabaseError)) return [];
  return Object.entries({ Detail: cause.detail, Hint: cause.hint, Where: cause.where })
    .filter(([, remark]) => remark)
    .map(([name, remark]) => `${name}: ${remark}`);
}

interface Place extends Statement {
  readonly line: number;
}

/** The database gives a position for what it cannot read or resolve; else it was the statement after the last one answered. */
function placeOf(text: string, cause: unknown, completed: number): Place | null {
  const statements = statementsOf(text);
  const position = cause instanceof DatabaseError ? Number(cause.position) : Number.NaN;
  if (position > 0) {
    // The position counts characters, a string's index counts UTF-16 units.
    const offset = Array.from(text)
      .slice(0, position - 1)
      .join("").length;
    const statement = statements.find(({ end }) => offset < end) ?? { start: offset, end: offset };
    return { ...statement, line: lineAt(text, offset) };
  }
  const statement = statements[completed];
  return statement ? { ...statement, line: lineAt(text, statement.start) } : null;
}

const lineAt = (text: string, offset: number): number => text.slice(0, offset).split("\n").length;

/** The statement with line numbers, at most three lines before the failing one and six behind it. */
function excerpt(text: string, place: Place): string[] {
  const first = Math.max(lineAt(text, place.start), place.line - 3);
  const last = Math.min(lineAt(text, place.end), place.line + 6);
  return text
    .split("\n")
    .slice(first - 1, last)
    .map((line, at) => {
      const number = first + at;
      return `${number === place.line ? ">" : " "} ${String(number).padStart(4)} | ${line}`;
    });
}
