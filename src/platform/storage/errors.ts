// What can go wrong with a file: what the person reads, and the operator's reason in `cause`.
import { defineError } from "#platform/errors.ts";
import { texts } from "./texts.ts";

export const storageUnavailable = defineError("storage.unavailable", {
  status: 503,
  title: texts.unavailable,
  retryAfterSeconds: 60,
});
export const fileNotFound = defineError("storage.file_not_found", {
  status: 404,
  title: texts.notFound,
});
export const fileDamaged = defineError("storage.file_damaged", {
  status: 500,
  title: texts.damaged,
});
export const fileTooLarge = defineError("storage.file_too_large", {
  status: 413,
  title: texts.tooLarge,
});

/** A backend that does not keep files as it should: the sentence that stops a start. */
export class StorageProbeError extends Error {
  override readonly name = "StorageProbeError";

  /** There is no space left. What is there can be read, and nothing but new files needs more. */
  get isFull(): boolean {
    const code: unknown = this.cause instanceof Error ? Reflect.get(this.cause, "code") : null;
    return code === "ENOSPC" || code === "EDQUOT";
  }
}

/** What went wrong, in a few words for operators. Never a setting's value. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const code: unknown = Reflect.get(error, "code");
  const words = error.message.replace(/\s+/g, " ").slice(0, 300);
  return typeof code === "string" && !words.includes(code) ? `${words} (${code})` : words;
}
