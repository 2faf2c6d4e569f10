// Bounded load: so many callers, each with its own work, for so long; and what it cost the process under load.
import { availableParallelism } from "node:os";
import { readFileSync } from "node:fs";

export interface Figures {
  readonly perSecond: number;
  readonly p50Ms: number;
  readonly p95Ms: number;
  /** Of the process under load, for one piece of work; null where it cannot be read. */
  readonly cpuMs: number | null;
  readonly count: number;
}

export interface Load {
  readonly callers: number;
  readonly seconds: number;
  /** Not counted, before the clock starts. */
  readonly warmUpSeconds?: number;
  /** The process whose processor time counts. */
  readonly pid?: number;
  /** One piece of work. @throws when the answer is not what it should be: the run stops */
  work(caller: number): Promise<void>;
}

/** Keeps every caller busy. @throws whatever a piece of work throws */
export async function underLoad({
  callers,
  seconds,
  warmUpSeconds = 1,
  pid,
  work,
}: Load): Promise<Figures> {
  const run = async (untilMs: number): Promise<number[]> => {
    const times: number[] = [];
    const call = async (caller: number) => {
      while (performance.now() < untilMs) {
        const startedAt = performance.now();
        await work(caller);
        times.push(performance.now() - startedAt);
      }
    };
    await Promise.all(Array.from({ length: callers }, (_, caller) => call(caller)));
    return times;
  };
  await run(performance.now() + warmUpSeconds * 1_000);
  const [startedAt, cpuBefore] = [performance.now(), cpuMsOf(pid)];
  const times = (await run(startedAt + seconds * 1_000)).sort((a, b) => a - b);
  const tookSeconds = (performance.now() - startedAt) / 1_000;
  const cpuAfter = cpuMsOf(pid);
  const at = (share: number) =>
    times[Math.min(times.length - 1, Math.floor(times.length * share))] ?? 0;
  return {
    perSecond: times.length / tookSeconds,
    p50Ms: at(0.5),
    p95Ms: at(0.95),
    cpuMs: cpuBefore === null || cpuAfter === null ? null : (cpuAfter - cpuBefore) / times.length,
    count: times.length,
  };
}

/** Ticks of the kernel's clock in a second: 100 on every Linux that Bun runs on (proc(5)). */
const ticksPerSecond = 100;

/** Processor time a process has used so far, its threads included; null where there is no /proc. */
function cpuMsOf(pid: number | undefined): number | null {
  if (pid === undefined) return null;
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    const [, , , , , , , , , , , user = "0", system = "0"] = stat
      .slice(stat.lastIndexOf(")") + 2)
      .split(" ");
    return ((Number(user) + Number(system)) * 1_000) / ticksPerSecond;
  } catch {
    return null;
  }
}

/** Resident memory in MiB; null where it cannot be read. */
export function residentMib(pid: number): number | null {
  const { stdout, success } = Bun.spawnSync(["ps", "-o", "rss=", "-p", String(pid)]);
  const kib = Number(stdout.toString().trim());
  return success && kib > 0 ? kib / 1_024 : null;
}

export const cores = availableParallelism();
