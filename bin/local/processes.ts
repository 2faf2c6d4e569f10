// What other processes on this machine are doing: whether one is alive, and whether it is the PostgreSQL of a data folder.

import { readFileSync, readlinkSync } from "node:fs";
import { basename } from "node:path";
import { systemCode } from "./local-error.ts";

/** Whether the process exists and runs. A zombie (ended, not yet collected by its parent) does not. */
export function isAlive(processId: number): boolean {
  if (!Number.isSafeInteger(processId) || processId <= 0) return false;
  try {
    process.kill(processId, 0);
  } catch (error) {
    return systemCode(error) === "EPERM";
  }
  // The state follows the name, which is in parentheses and may itself hold some: proc(5).
  const stat = contentOf(`/proc/${processId}/stat`);
  return stat === undefined || !/^.*\) [ZX]/s.test(stat);
}

/** Waits until the process is gone; false when `seconds` went by first. */
export async function isGoneWithin(processId: number, seconds: number): Promise<boolean> {
  const giveUpAt = Date.now() + seconds * 1000;
  while (isAlive(processId)) {
    if (Date.now() > giveUpAt) return false;
    await Bun.sleep(10);
  }
  return true;
}

/**
 * Whether process `processId` is a PostgreSQL server of the data folder `cluster` (a real path), and not another program
 * that was given the same number since. "unknown" when the system does not let us see.
 */
export function servesCluster(processId: number, cluster: string): "yes" | "no" | "unknown" {
  if (!isAlive(processId)) return "no";
  return process.platform === "linux"
    ? servesClusterByProc(processId, cluster)
    : servesClusterByPs(processId, cluster);
}

function servesClusterByProc(processId: number, cluster: string): "yes" | "no" | "unknown" {
  const commandLine = contentOf(`/proc/${processId}/cmdline`);
  if (commandLine === undefined) return "unknown";
  const [program = "", ...args] = commandLine.split("\0");
  if (!basename(program).startsWith("postgres")) return "no";
  try {
    // A server's working folder is its data folder, whatever it is called now.
    return readlinkSync(`/proc/${processId}/cwd`) === cluster ? "yes" : "no";
  } catch {
    // Another user's process hides its folder; its command line is public.
    return args.includes(cluster) ? "yes" : "unknown";
  }
}

function servesClusterByPs(processId: number, cluster: string): "yes" | "no" | "unknown" {
  const ps = Bun.which("ps");
  if (!ps) return "unknown";
  const { stdout } = Bun.spawnSync([ps, "-ww", "-o", "command=", "-p", String(processId)]);
  const commandLine = stdout.toString();
  if (!commandLine.includes("postgres")) return "no";
  return commandLine.includes(cluster) ? "yes" : "unknown";
}

function contentOf(file: string): string | undefined {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return undefined;
  }
}
