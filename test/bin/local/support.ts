// Folders, processes and queries for the tests of the local start.

import {
  chmodSync,
  chownSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  writeFileSync,
  rmSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { Client } from "pg";
import type { PostgresAddress, PostgresOptions } from "../../../bin/local/embedded-postgres.ts";
import { isGoneWithin } from "../../../bin/local/processes.ts";

export const isRoot = process.geteuid?.() === 0;
export const nobody = { uid: 65534, gid: 65534 };

/** Another user can run this checkout only when the folders above it let them in. */
export const canNobodyRun =
  isRoot &&
  Bun.spawnSync(
    ["/bin/sh", "-c", '[ -x "$0" ] && [ -r "$1" ]', process.execPath, import.meta.path],
    {
      ...nobody,
      cwd: "/",
    },
  ).exitCode === 0;

const made: string[] = [];

/** A new folder that only we may enter, so that everything in it is "below a 0700 folder". */
export function closedFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "weft-local-"));
  made.push(folder);
  return folder;
}

const spawned: Bun.Subprocess[] = [];

/** Sees to it that a process does not outlive the test file, whatever fails. */
export function passing<T extends Bun.Subprocess>(child: T): T {
  spawned.push(child);
  return child;
}

/** Ends every process and removes every folder of this file; for `afterAll`. */
export function cleanUp(): void {
  for (const child of spawned.splice(0)) child.kill("SIGKILL");
  for (const folder of made.splice(0)) rmSync(folder, { recursive: true, force: true });
}

/** A new folder of the user `nobody`. */
export function folderOfNobody(): string {
  const folder = closedFolder();
  chownSync(folder, nobody.uid, nobody.gid);
  return folder;
}

/** A PATH on which a tool is missing, or there but refused by the system, as unshare is in containers. */
export function pathWith(tools: { missing?: true; refused?: string }): string {
  const folder = closedFolder();
  if (tools.missing) return folder;
  const tool = join(folder, tools.refused ?? "unshare");
  writeFileSync(tool, "#!/bin/sh\necho 'Operation not permitted' >&2\nexit 1\n");
  chmodSync(tool, 0o755);
  return `${folder}:${process.env["PATH"]}`;
}

export interface Starter {
  readonly process: Bun.Subprocess<"pipe", "pipe", "inherit">;
  /** What it printed: the address, or the error. */
  readonly said: PostgresAddress & { processId: number; error?: string };
}

/** Starts the database in a process of its own and waits for its word. */
export async function startElsewhere(
  options: PostgresOptions,
  { path, as }: { path?: string; as?: { uid: number; gid: number } } = {},
): Promise<Starter> {
  const child = beginElsewhere(options, { ...(path && { path }), ...(as && { as }) });
  const decoder = new TextDecoder();
  let output = "";
  for await (const chunk of child.stdout) {
    output += decoder.decode(chunk, { stream: true });
    if (output.includes("\n")) break;
  }
  return { process: child, said: JSON.parse(output) };
}

/** The same, not waiting. */
export function beginElsewhere(
  options: PostgresOptions,
  { path, as }: { path?: string; as?: { uid: number; gid: number } } = {},
): Starter["process"] {
  return passing(
    Bun.spawn([process.execPath, join(import.meta.dir, "starter.ts"), JSON.stringify(options)], {
      cwd: dirname(options.dataDir),
      env: { ...process.env, HOME: dirname(options.dataDir), ...(path && { PATH: path }) },
      stdin: "pipe",
      stdout: "pipe",
      stderr: "inherit",
      detached: true,
      ...as,
    }),
  );
}

/** Kills without a chance to clean up, and waits until it is gone. */
export async function killNow(child: Bun.Subprocess): Promise<void> {
  child.kill("SIGKILL");
  await child.exited;
}

/** Waits for something another process does; fails after ten seconds. */
export async function until(happened: () => boolean): Promise<void> {
  const giveUpAt = Date.now() + 10_000;
  while (!happened()) {
    if (Date.now() > giveUpAt) throw new Error(`waited in vain for ${happened.toString()}`);
    await Bun.sleep(1);
  }
}

/** Whether process `processId` ends by itself soon. One that does not is ended, so that a failed test leaves nothing. */
export async function ends(processId: number): Promise<boolean> {
  const isGone = await isGoneWithin(processId, 5);
  if (!isGone) process.kill(processId, "SIGKILL");
  return isGone;
}

/** The rows of one statement, over a connection of its own. */
export async function query(address: PostgresAddress, sql: string): Promise<unknown[]> {
  const { host, port, user, password } = address;
  const client = new Client({ host, port, user, password, database: "postgres" });
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(sql)).rows;
  } finally {
    await client.end();
  }
}

/** What a half-made database has left beside `dataDir`. */
export function halfMade(dataDir: string): string[] {
  return readdirSync(dirname(dataDir)).filter((name) =>
    name.startsWith(`${basename(dataDir)}.new-`),
  );
}

/** A package folder like @embedded-postgres/*, with programs that do nothing and links still to make. */
export function toyPackage(): string {
  const folder = closedFolder();
  chmodSync(folder, 0o755);
  mkdirSync(join(folder, "native/bin"), { recursive: true });
  mkdirSync(join(folder, "native/lib"), { recursive: true });
  writeFileSync(join(folder, "package.json"), JSON.stringify({ version: "18.4.0-beta.17" }));
  writeFileSync(join(folder, "native/lib/libtoy.so.1.2"), "library");
  for (const program of ["initdb", "postgres"]) {
    writeFileSync(join(folder, "native/bin", program), "#!/bin/sh\n", { mode: 0o755 });
  }
  const links = [
    { source: "native/lib/libtoy.so.1.2", target: "native/lib/libtoy.so" },
    { source: "native/lib/libtoy.so.1.2", target: "native/lib/libtoy.so.1" },
  ];
  writeFileSync(join(folder, "native/pg-symlinks.json"), JSON.stringify(links));
  return folder;
}
