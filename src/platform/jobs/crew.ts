// The jobs one worker is running: starts them, writes their ends, knows how long each lease lasts.
import type { Database } from "../db/database.ts";
import { judge, startAttempt, type Verdict } from "./attempt.ts";
import type { ClaimedJob } from "./claim.ts";
import type { JobDefinition } from "./define.ts";
import { insist } from "./again.ts";
import type { JobLog } from "./log.ts";
import { settle } from "./settle.ts";

export interface CrewSettings {
  readonly database: Database;
  readonly jobs: ReadonlyMap<string, JobDefinition>;
  readonly services: unknown;
  readonly log: JobLog;
  readonly leaseSeconds: number;
  /** Aborts when results can no longer be written. */
  readonly closing: AbortSignal;
  /** Called when a place is free or a job is due again. */
  readonly onFree: () => void;
}

export interface Crew {
  size(): number;
  /** `claimedAt` on the monotonic clock, taken before the claim was sent: the lease is at least as long as it says here. */
  start(job: ClaimedJob, claimedAt: number): void;
  /** For a job claimed too late to be started. */
  giveBack(job: ClaimedJob): void;
  held(): readonly ClaimedJob[];
  /** The leases of `kept` were extended at `extendedAt`; the other jobs of `asked` are lost. */
  leasesExtended(
    asked: readonly ClaimedJob[],
    kept: ReadonlySet<ClaimedJob>,
    extendedAt: number,
  ): void;
  /** Without word from the database: a lease that has run out by our own clock is lost. */
  leasesUnknown(): void;
  interruptAll(): void;
  /** Resolves when every job here has ended and is written. */
  idle(): Promise<void>;
}

interface Member {
  readonly finished: Promise<void>;
  readonly interrupt: (why: "lease lost" | "stopping") => void;
  leaseEndsAt: number;
}

/** A retry due sooner gets a timer; the poll is exact enough for later ones. */
const soonSeconds = 10;

export function createCrew(settings: CrewSettings): Crew {
  const { database, jobs, services, leaseSeconds, onFree } = settings;
  const members = new Map<ClaimedJob, Member>();

  function join(job: ClaimedJob, claimedAt: number, work: Work): void {
    const finish = async (): Promise<void> => {
      const verdict = await work.verdict;
      const ms = Math.round(performance.now() - claimedAt);
      await conclude(settings, job, { verdict, ms });
      members.delete(job);
      onFree();
      if (verdict.kind === "retry" && verdict.delaySeconds < soonSeconds)
        setTimeout(onFree, verdict.delaySeconds * 1000).unref();
    };
    members.set(job, {
      finished: finish(),
      interrupt: work.interrupt,
      leaseEndsAt: claimedAt + leaseSeconds * 1000,
    });
  }

  function giveBack(job: ClaimedJob): void {
    const verdict = Promise.resolve<Verdict>({ kind: "given back" });
    join(job, performance.now(), { verdict, interrupt: () => undefined });
  }

  return {
    size: () => members.size,
    start(job, claimedAt) {
      const definition = jobs.get(job.name);
      if (!definition) return giveBack(job);
      const attempt = startAttempt(definition, job, {
        tenant: database.tenant(job.tenantId),
        services,
      });
      const verdict = attempt.ended.then((ending) => judge(definition, job, ending));
      join(job, claimedAt, { verdict, interrupt: attempt.interrupt });
    },
    giveBack,
    held: () => [...members.keys()],
    leasesExtended(asked, kept, extendedAt) {
      for (const job of asked) {
        const member = members.get(job);
        if (!member) continue;
        if (kept.has(job)) member.leaseEndsAt = extendedAt + leaseSeconds * 1000;
        else member.interrupt("lease lost");
      }
    },
    leasesUnknown() {
      for (const member of members.values()) {
        if (performance.now() > member.leaseEndsAt) member.interrupt("lease lost");
      }
    },
    interruptAll() {
      for (const member of members.values()) member.interrupt("stopping");
    },
    async idle() {
      await Promise.all([...members.values()].map((member) => member.finished));
    },
  };
}

interface Work {
  readonly verdict: Promise<Verdict>;
  readonly interrupt: Member["interrupt"];
}

/** Writes a verdict and tells the log. A result that cannot be written is lost: the lease runs out and the job runs again. */
async function conclude(
  { database, log, closing }: CrewSettings,
  job: ClaimedJob,
  { verdict, ms }: { readonly verdict: Verdict; readonly ms: number },
): Promise<void> {
  const fields = { job: job.name, jobId: job.id, tenant: job.tenantId, attempt: job.attempt, ms };
  if (verdict.kind === "lost") return log.warn(fields, "job lease lost");
  const written = await insist(closing, () => settle(database, job, verdict));
  if ("failure" in written)
    return log.error({ ...fields, failure: written.failure }, "job result lost");
  if (!written.value) return log.warn(fields, "job lease lost");
  switch (verdict.kind) {
    case "done":
      return log.info(fields, "job done");
    case "retry":
      return log.warn({ ...fields, ...reason(verdict) }, "job failed");
    case "dead":
      return log.error({ ...fields, ...reason(verdict) }, "job died");
    case "given back":
      return log.info(fields, "job given back");
  }
}

const reason = ({ error, cause }: { error: string; cause?: unknown }): object =>
  cause instanceof Error ? { err: cause } : { error };
