// The one error of the local start: its message is a single line that a terminal can show as it is.

/** Something on this machine prevents the local start. `message` is one line; `cause` has what the system said. */
export class LocalError extends Error {
  override readonly name = "LocalError";
}

/** The system's error code ("ENOENT", "EACCES", …) of something caught, or undefined. */
export function systemCode(error: unknown): string | undefined {
  if (!(error instanceof Error) || !("code" in error)) return undefined;
  return typeof error.code === "string" ? error.code : undefined;
}

/** The message of something caught, as one line. */
export function reasonOf(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return message.trim().split("\n")[0] ?? "";
}
