// One worker: claims jobs, runs them under leases that it keeps alive, starts schedules, and stops without losing anything.
// README.md says what happens at SIGTERM, SIGKILL and a database restart.
import { hostname } from "node:os";
import type { Clock } from "../clock.ts";
import type { Database, DatabaseSettings } from "../db/database.ts";
import { type Alarm, createAlarm, settledWithin } from "./alarm.ts";
import { claimJobs, newRota, type Rota } from "./claim.ts";
import { type Crew, createCrew } from "./crew.ts";
import type { JobDefinition } from "./define.ts";
import { startHeartbeat } from "./heartbeat.ts";
import { listenForJobs } from "./listen.ts";
import type { JobLog } from "./log.ts";
import "./maintenance.ts"; // declares the housekeeping schedule
import { startScheduleLoop } from "./run-schedules.ts";
import type { ScheduleDefinition } from "./schedule.ts";

export interface WorkerOptions {
  readonly database: Database;
  /** Where to listen for new jobs: one connection beside the pool's. */
  readonly connection: DatabaseSettings;
  readonly jobs: ReadonlyMap<string, JobDefinition>;
  readonly schedules: ReadonlyMap<string, ScheduleDefinition>;
  /** Handed to every job and schedule. */
  readonly services: unknown;
  readonly log: JobLog;
  /** Jobs at a time; 10 by default. Schedules come on top. The pool should hold as many connections and four more. */
  readonly concurrency?: number;
  /** After so long without a heartbeat another worker takes the job; 60 by default. */
  readonly leaseSeconds?: number;
  /** Between two looks at the table when nobody notifies; 5 by default. */
  readonly pollSeconds?: number;
  /** What schedules go by; the database's clock by default. */
  readonly clock?: Clock;
}

export interface WorkerFigures {
  readonly running: number;
  readonly capacity: number;
  readonly isListening: boolean;
}

export interface Worker {
  readonly id: string;
  figures(): WorkerFigures;
  /** Resolves once nothing runs here and the last look at the table found nothing due. */
  drained(): Promise<void>;
  /**
   * Claims nothing more, lets what runs finish for `graceSeconds`, then aborts it and gives the jobs back with the attempt not
   * counted. Resolves within five seconds after the grace, database or not. The database stays open.
   */
  stop(graceSeconds: number): Promise<void>;
}

/** What stopping may take beyond the grace: one second for jobs to notice, the rest to write. */
const writingSeconds = 3;
const closingSeconds = 1;

/** Starts a worker. It does not wait for the database: while that is away, it tries again. */
export function startWorker(options: WorkerOptions): Worker {
  const { database, log, concurrency = 10, leaseSeconds = 60, pollSeconds = 5 } = options;
  const worker = `${hostname()}-${crypto.randomUUID().slice(0, 8)}`;
  const work = createAlarm();
  const closing = new AbortController();
  const shared = { ...options, worker, leaseSeconds, closing: closing.signal };
  const crew = createCrew({ ...shared, onFree: work.ring });
  const heartbeat = startHeartbeat({ ...shared, crew, onReturned: work.ring });
  const listener = listenForJobs(options.connection, log, work.ring);
  const schedules = startScheduleLoop(shared);
  const claiming = startClaiming({ ...shared, database, crew, work, concurrency, pollSeconds });
  log.info({ worker, concurrency, leaseSeconds, pollSeconds }, "worker started");

  async function stop(graceSeconds: number): Promise<void> {
    log.info({ worker, running: crew.size() }, "worker stopping");
    schedules.stop();
    const idle = async (): Promise<void> => {
      await claiming.stop();
      await Promise.all([crew.idle(), schedules.idle()]);
    };
    const finished = idle();
    await settledWithin(finished, graceSeconds);
    crew.interruptAll();
    schedules.interruptAll();
    await settledWithin(finished, writingSeconds);
    closing.abort();
    await settledWithin(Promise.all([heartbeat.stop(), listener.close()]), closingSeconds);
    log.info({ worker }, "worker stopped");
  }

  let stopped: Promise<void> | null = null;
  return {
    id: worker,
    figures: () => ({
      running: crew.size(),
      capacity: concurrency,
      isListening: listener.isListening(),
    }),
    drained: () => claiming.drained(),
    stop: (graceSeconds) => (stopped ??= stop(graceSeconds)),
  };
}

interface ClaimingSettings {
  readonly database: Database;
  readonly jobs: ReadonlyMap<string, JobDefinition>;
  readonly log: JobLog;
  readonly worker: string;
  readonly crew: Crew;
  readonly work: Alarm;
  readonly concurrency: number;
  readonly leaseSeconds: number;
  readonly pollSeconds: number;
}

const failureDelayFirstSeconds = 0.1;
const failureDelayMaxSeconds = 5;

const failureDelay = (failures: number): number =>
  Math.min(failureDelayFirstSeconds * 2 ** (failures - 1), failureDelayMaxSeconds);

/** Claims whenever there is a free place and news: a notification, an ended job, or the poll. */
function startClaiming(settings: ClaimingSettings) {
  const { log, worker, crew, work, pollSeconds } = settings;
  let whenDrained: (() => void)[] = [];
  const stopping = new AbortController();

  /** Tells those who asked before the claim began that it found nothing, and that nothing ran when it began. */
  async function claimAndTell(rota: Rota): Promise<boolean> {
    const asked = crew.size() === 0 ? whenDrained : [];
    const hasClaimed = await claimOnce(settings, rota, stopping.signal);
    if (hasClaimed || asked.length === 0) return hasClaimed;
    whenDrained = whenDrained.filter((resolve) => !asked.includes(resolve));
    for (const resolve of asked) resolve();
    return false;
  }

  async function claimAlways(): Promise<void> {
    const rota = newRota();
    let failures = 0;
    while (!stopping.signal.aborted) {
      try {
        if (await claimAndTell(rota)) continue;
        if (failures > 0) log.info({ worker }, "claiming jobs resumed");
        failures = 0;
        await work.wait(pollSeconds);
      } catch (error) {
        failures += 1;
        if (failures === 1) log.error({ worker, err: error }, "claiming jobs failed");
        await work.wait(failureDelay(failures));
      }
    }
    for (const resolve of whenDrained) resolve();
  }

  const finished = claimAlways();
  return {
    stop(): Promise<void> {
      stopping.abort();
      work.ring();
      return finished;
    },
    drained(): Promise<void> {
      if (stopping.signal.aborted) return finished;
      return new Promise((resolve) => {
        whenDrained = [...whenDrained, resolve];
        work.ring();
      });
    },
  };
}

/** Fills the free places. True when it claimed something: then there may be more. */
async function claimOnce(
  { database, jobs, worker, crew, concurrency, leaseSeconds }: ClaimingSettings,
  rota: Rota,
  stopping: AbortSignal,
): Promise<boolean> {
  const limit = concurrency - crew.size();
  if (limit === 0) return false;
  const claimedAt = performance.now();
  const names = [...jobs.keys()];
  const claimed = await claimJobs(database, { names, worker, leaseSeconds, limit }, rota);
  for (const job of claimed) {
    if (stopping.aborted) crew.giveBack(job);
    else crew.start(job, claimedAt);
  }
  return claimed.length > 0;
}
