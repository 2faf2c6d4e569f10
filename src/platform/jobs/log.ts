// What jobs and schedules tell the log, and how an error becomes the text of a row.
import type { Logger } from "../log.ts";

export type JobLog = Pick<Logger, "info" | "warn" | "error">;

const errorTextMax = 1_000;

/** One readable line about anything thrown, at most 1,000 characters. */
export const errorText = (error: unknown): string =>
  storable(error instanceof Error ? `${error.name}: ${error.message}` : String(error));

/** `text` as `last_error` and `error` columns can hold it: Postgres text has no NUL. */
export const storable = (text: string): string => text.replaceAll("\0", "").slice(0, errorTextMax);
