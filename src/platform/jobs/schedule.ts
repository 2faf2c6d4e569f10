// A schedule: work that is due at times of the clock and runs once in the whole fleet (README.md). Declared once, used as a value.
import { Cron } from "croner";
import type { Database, TenantScope } from "../db/database.ts";
import { nameShape, timeoutMaxSeconds } from "./define.ts";
import type { JobLog } from "./log.ts";

export interface ScheduleContext<S> {
  readonly database: Database;
  /**
   * Runs `visit` for every active tenant in turn. A tenant that fails is logged and recorded with the run, the others go on.
   * Stops between two tenants when the signal aborts.
   */
  eachTenant(visit: (tenant: TenantScope, subdomain: string) => Promise<void>): Promise<void>;
  /** What the worker was built with. */
  readonly services: S;
  readonly log: JobLog;
  readonly signal: AbortSignal;
}

interface ScheduleSpec<S> {
  /** Five fields, or six with seconds first. */
  readonly cron: string;
  /** IANA name; UTC by default. */
  readonly timeZone?: string;
  /** Then the signal aborts and the run has failed; 600 by default. The next due time waits for a run under way. */
  readonly timeoutSeconds?: number;
  run(context: ScheduleContext<S>): Promise<void>;
}

export interface ScheduleDefinition<S = never> {
  readonly name: string;
  readonly cron: string;
  readonly timeoutSeconds: number;
  /** The last due time at or before `now`, null when there is none. */
  readonly lastDue: (now: Date) => Date | null;
  /** The first due time after `now`, null when there is none. */
  readonly nextDue: (now: Date) => Date | null;
  run(context: ScheduleContext<S>): Promise<void>;
}

const timeoutSeconds = 600;

const declared = new Map<string, ScheduleDefinition>();

/**
 * Declares a schedule under a stable name (`area.thing`). `S` is what its `run` needs from the worker's services.
 * @throws {Error} a name declared twice or out of shape, a cron expression or a time zone that cannot be read, a schedule that
 * is never due
 */
export function defineSchedule<S = unknown>(
  name: string,
  spec: ScheduleSpec<S>,
): ScheduleDefinition<S> {
  if (declared.has(name)) throw new Error(`schedule "${name}" is declared twice`);
  const pattern = new Cron(spec.cron, { timezone: spec.timeZone ?? "UTC" });
  const schedule: ScheduleDefinition<S> = {
    name,
    cron: spec.cron,
    timeoutSeconds: spec.timeoutSeconds ?? timeoutSeconds,
    // croner looks strictly before its reference, at whole seconds: a due time counts from its own instant on
    lastDue: (now) => pattern.previousRuns(1, new Date(now.getTime() + 1))[0] ?? null,
    nextDue: (now) => pattern.nextRun(now),
    run: (context) => spec.run(context),
  };
  checkSchedule(schedule);
  declared.set(name, schedule);
  return schedule;
}

function checkSchedule({ name, timeoutSeconds, nextDue }: ScheduleDefinition): void {
  const wrong = (what: string) => new Error(`schedule "${name}": ${what}`);
  if (!nameShape.test(name)) throw wrong("unexpected name, expected area.thing");
  if (!(timeoutSeconds > 0 && timeoutSeconds <= timeoutMaxSeconds))
    throw wrong(`timeoutSeconds must lie between 0 and ${timeoutMaxSeconds}`);
  // An unknown time zone shows at the first use: here, rather than in the worker.
  if (!nextDue(new Date(0))) throw wrong("never due");
}

/** Every declared schedule by name: the worker and the name lock read it. */
export function declaredSchedules(): ReadonlyMap<string, ScheduleDefinition> {
  return declared;
}
