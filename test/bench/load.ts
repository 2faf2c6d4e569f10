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
  /** The process whose processor time counts. */
  readonly pid?: number;
  /** One piece of work. @throws when the answer is not what it should be: the run stops */
  work(caller: number): Promise<void>;
}

/** One stretch of load. */
export interface Round {
  readonly timesMs: readonly number[];
  readonly tookMs: number;
  readonly cpuMs: number | null;
}

const warmUpMs = 1_000;

/** Keeps every caller busy; the first second is not counted. @throws whatever a piece of work throws */
export async function underLoad({ callers, seconds, pid, work }: Load): Promise<Round> {
  const run = async (lastsMs: number): Promise<number[]> => {
    const until = performance.now() + lastsMs;
    const timesMs: number[] = [];
    const call = async (caller: number) => {
      while (performance.now() < until) {
        const startedAt = performance.now();
        await work(caller);
        timesMs.push(performance.now() - startedAt);
      }
    };
    await Promise.all(Array.from({ length: callers }, (_, caller) => call(caller)));
    return timesMs;
  };
  await run(warmUpMs);
  const [startedAt, cpuBefore] = [performance.now(), cpuMsOf(pid)];
  const timesMs = await run(seconds * 1_000);
  const cpuAfter = cpuMsOf(pid);
  return {
    timesMs,
    tookMs: performance.now() - startedAt,
    cpuMs: cpuBefore === null || cpuAfter === null ? null : cpuAfter - cpuBefore,
  };
}

/** What several rounds come to. */
export function figuresOf(rounds: readonly Round[]): Figures {
  const timesMs = rounds.flatMap((round) => round.timesMs).sort((a, b) => a - b);
  const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
  const cpus = rounds.map((round) => round.cpuMs);
  const known = cpus.filter((cpu) => cpu !== null);
  const at = (share: number) =>
    timesMs[Math.min(timesMs.length - 1, Math.floor(timesMs.length * share))] ?? 0;
  return {
    perSecond: (timesMs.length * 1_000) / sum(rounds.map((round) => round.tookMs)),
    p50Ms: at(0.5),
    p95Ms: at(0.95),
    cpuMs: known.length === cpus.length ? sum(known) / timesMs.length : null,
    count: timesMs.length,
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
