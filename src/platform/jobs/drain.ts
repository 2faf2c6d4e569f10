// Runs everything that is due until nothing is left: for tests and for the operator's command, without a worker.
import type { Database } from "../db/database.ts";
import { judge, startAttempt } from "./attempt.ts";
import { claimJobs, newRota } from "./claim.ts";
import type { JobDefinition } from "./define.ts";
import { settle, sweepLeases } from "./settle.ts";

export interface DrainCounts {
  done: number;
  /** Failed attempts that leave the job pending. */
  retried: number;
  dead: number;
}

const concurrency = 10;
/** A job that enqueues itself anew without a delay would never let it end. */
const attemptsMax = 10_000;

/**
 * Runs due jobs until none is due: those that they enqueue too, and those to be tried again after 0 seconds. What is due later
 * stays.
 * @throws {Error} after 10,000 attempts
 */
export async function drain(
  database: Database,
  jobs: ReadonlyMap<string, JobDefinition>,
  services: unknown,
): Promise<DrainCounts> {
  const counts: DrainCounts = { done: 0, retried: 0, dead: 0 };
  const rota = newRota();
  const definitions = [...jobs.values()];
  const request = {
    names: [...jobs.keys()],
    worker: `drain-${crypto.randomUUID()}`,
    // nothing extends these leases, so they outlast every timeout
    leaseSeconds: 60 + Math.max(0, ...definitions.map((job) => job.timeoutSeconds)),
    limit: concurrency,
  };
  await sweepLeases(database, jobs);
  for (let attempts = 0; ;) {
    const claimed = await claimJobs(database, request, rota);
    if (claimed.length === 0) return counts;
    attempts += claimed.length;
    if (attempts > attemptsMax) throw new Error(`still not drained after ${attemptsMax} attempts`);
    await Promise.all(
      claimed.map(async (job) => {
        const definition = jobs.get(job.name);
        if (!definition) throw new Error(`claimed a job of unknown name "${job.name}"`);
        const attempt = startAttempt(definition, job, {
          tenant: database.tenant(job.tenantId),
          services,
        });
        const verdict = judge(definition, job, await attempt.ended);
        if (!(await settle(database, job, verdict))) return;
        if (verdict.kind === "done") counts.done += 1;
        else if (verdict.kind === "dead") counts.dead += 1;
        else counts.retried += 1;
      }),
    );
  }
}
