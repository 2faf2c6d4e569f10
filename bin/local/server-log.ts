// The server's log file: one per start, the one before kept as `.1`, and the line in it that says why a start failed.

import { closeSync, existsSync, openSync, readFileSync, renameSync } from "node:fs";

export interface ServerLog {
  readonly file: string;
  /** Open for appending; given to the server as its output, so that a server of another user can write it. */
  readonly descriptor: number;
  close(): void;
}

/** Begins a log file for this start. */
export function openServerLog(file: string): ServerLog {
  if (existsSync(file)) renameSync(file, `${file}.1`);
  const descriptor = openSync(file, "ax", 0o600);
  return { file, descriptor, close: () => closeSync(descriptor) };
}

/** What the program said last about its failure. */
export function lastWords(log: ServerLog): string {
  const lines = readFileSync(log.file, "utf8").trim().split("\n");
  const failure = lines.findLast((line) => /FATAL|PANIC|error:/.test(line)) ?? lines.at(-1) ?? "";
  return failure.replace(/^.*?(FATAL|PANIC|error): +/, "") || "it said nothing";
}

/** Whether the start failed because its port belongs to another program. */
export function saysPortIsTaken(log: ServerLog): boolean {
  return /could not bind .*Address already in use/.test(readFileSync(log.file, "utf8"));
}
