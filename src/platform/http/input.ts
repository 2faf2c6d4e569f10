// Reading input: the same zod schema for a form, a query and JSON; problems by field name; keyset paging.
import { z } from "zod";
import { defineError } from "../errors.ts";
import { defineTexts } from "../texts.ts";
import type { Problems } from "./view.ts";

const texts = defineTexts("input", {
  fieldsNeedAttention: "Some fields need attention",
  malformed: "The request could not be read",
  unstorable: "Remove the invisible control character",
  badCursor: "This page of the list has moved; start from the first page",
});

export const invalidInput = defineError("request.invalid", {
  status: 422,
  title: texts.fieldsNeedAttention,
});
export const malformedInput = defineError("request.malformed", {
  status: 400,
  title: texts.malformed,
});

/** "on" from a form, a boolean from JSON, absent → false: so that both agree. */
export const checkbox = () =>
  z
    .preprocess((value) => value === "on" || value === "true" || value === true, z.boolean())
    .default(false);

/** One field's worth of repeated values: a lone value, several or none → an array. */
export const many = <T extends z.ZodType>(item: T) =>
  z.preprocess(
    (value) => (value === undefined || value === "" ? [] : Array.isArray(value) ? value : [value]),
    z.array(item),
  );

/** An optional text: blank means absent. */
export const optionalText = (max: number) =>
  z.preprocess(
    (value) => (typeof value === "string" && value.trim() === "" ? undefined : value),
    z.string().trim().max(max).optional(),
  );

/** `limit` and `cursor` of a list (keyset paging). */
export const Paging = z.object({
  limit: z.coerce.number().int().min(1).max(200).default(50),
  cursor: z.string().max(1000).optional(),
});
export type Paging = z.infer<typeof Paging>;

/** A page of a list: its items in order and the cursor of the next page, null at the end. */
export const pageOf = <T extends z.ZodType>(item: T) =>
  z.object({ items: z.array(item), next: z.string().nullable() });

export const encodeCursor = (key: readonly unknown[]): string =>
  Buffer.from(JSON.stringify(key)).toString("base64url");

/** The key a cursor stands for. @throws {invalidInput} naming `cursor` when it is not one of ours. */
export function decodeCursor<T extends z.ZodType>(schema: T, cursor: string): z.output<T> {
  try {
    const key: unknown = JSON.parse(Buffer.from(cursor, "base64url").toString());
    if (Object.keys(unstorableFields(key)).length > 0) throw new Error("unstorable text");
    return schema.parse(key);
  } catch (cause) {
    throw invalidInput({ errors: { cursor: texts.badCursor } }, cause);
  }
}

/** Cuts one row more than asked for into a page: `rows` must hold up to `limit + 1`. */
export function toPage<T>(
  rows: readonly T[],
  limit: number,
  keyOf: (row: T) => readonly unknown[],
): { items: T[]; next: string | null } {
  const items = rows.slice(0, limit);
  const last = items.at(-1);
  return { items, next: rows.length > limit && last ? encodeCursor(keyOf(last)) : null };
}

/**
 * Texts that no column can hold: with a NUL, or half of a surrogate pair. Postgres refuses them, which would be our error instead of
 * the caller's.
 */
export function unstorableFields(value: unknown, path = "", depth = 0): Record<string, string> {
  if (typeof value === "string") {
    return value.includes("\0") || !value.isWellFormed() ? { [path]: texts.unstorable } : {};
  }
  // A body is bounded in size; this bounds what a nest of arrays in it may cost.
  if (typeof value !== "object" || value === null || depth > 8) return {};
  const found = Object.entries(value).map(([key, part]) =>
    unstorableFields(part, path === "" ? key : path, depth + 1),
  );
  return Object.assign({}, ...found) as Record<string, string>;
}

/** A refused input as field → sentence; the first problem of a field wins. */
export function problemsOf(
  issues: readonly { path: readonly PropertyKey[]; message: string }[],
): Problems {
  const problems: Record<string, string> = {};
  for (const issue of issues) problems[issue.path.map(String).join(".")] ??= issue.message;
  return problems;
}
