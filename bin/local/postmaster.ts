// The server process of a data folder as its postmaster.pid describes it: reading that file, and ending a leftover server.

import { readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { LocalError, systemCode } from "./local-error.ts";
import { isAlive, isGoneWithin, servesCluster } from "./processes.ts";
import { texts } from "./texts.ts";

export interface Postmaster {
  readonly processId: number;
  /** Unix seconds. With the process id it names one run of the server. */
  readonly startedAt: number;
  readonly port: number;
  /** Whether it takes connections. */
  readonly isReady: boolean;
}

/** What a server wrote about itself into the data folder, or undefined without such a file. It may be long gone. */
export async function readPostmaster(cluster: string): Promise<Postmaster | undefined> {
  let lines: string[];
  try {
    lines = (await readFile(fileOf(cluster), "utf8")).split("\n");
  } catch (error) {
    if (systemCode(error) === "ENOENT") return undefined;
    throw error;
  }
  // Lines, from the head of PostgreSQL's pidfile.h: process, folder, start time, port, socket, address, shared memory, status.
  return {
    processId: Number(lines[0]),
    startedAt: Number(lines[2]),
    port: Number(lines[3]),
    isReady: lines[7]?.trim() === "ready",
  };
}

/**
 * Ends the server that a killed start may have left on this folder, so that the folder can be opened again.
 * A file left by a server that is gone stays, since PostgreSQL itself reads from it whether other processes still use
 * the folder; it goes only when its number now belongs to another program, which PostgreSQL would take for a server.
 * @throws {LocalError} when that server does not end.
 */
export async function endLeftoverServer(cluster: string): Promise<void> {
  const leftover = await readPostmaster(cluster);
  if (!leftover) return;
  const { processId } = leftover;
  if (servesCluster(processId, cluster) === "yes" && !(await endServer(processId))) {
    throw new LocalError(texts.leftoverStays(processId, cluster));
  }
  if (isKnownToSystem(processId) && servesCluster(processId, cluster) === "no") {
    await rm(fileOf(cluster), { force: true });
  }
}

const stopSteps = [
  { signal: "SIGINT", seconds: 20 }, // fast: sessions are cut, everything is written
  { signal: "SIGQUIT", seconds: 5 }, // immediate: the next start recovers from the log
  { signal: "SIGKILL", seconds: 5 },
] as const;

/** Ends a server by the gentlest signal that works. False when none did, or when it is not ours to end. */
export async function endServer(processId: number): Promise<boolean> {
  for (const { signal, seconds } of stopSteps) {
    if (!isAlive(processId)) return true;
    try {
      process.kill(processId, signal);
    } catch (error) {
      return systemCode(error) === "ESRCH";
    }
    if (await isGoneWithin(processId, seconds)) return true;
  }
  return false;
}

/** Like PostgreSQL's own check, which counts zombies. */
function isKnownToSystem(processId: number): boolean {
  try {
    process.kill(processId, 0);
    return true;
  } catch (error) {
    return systemCode(error) === "EPERM";
  }
}

function fileOf(cluster: string): string {
  return join(cluster, "postmaster.pid");
}
