// One attempt at one claimed job: run it under its deadline and decide what becomes of it.
import type { TenantScope } from "../db/database.ts";
import type { ClaimedJob } from "./claim.ts";
import type { JobDefinition, Outcome } from "./define.ts";
import { type Ending, type Interruptible, runInterruptible } from "./interruptible.ts";
import { errorText } from "./log.ts";

export type Verdict =
  | { readonly kind: "done" }
  | (Failure & { readonly kind: "retry"; readonly delaySeconds: number })
  | (Failure & { readonly kind: "dead" })
  /** Not tried to the end because the worker stops: the attempt does not count. */
  | { readonly kind: "given back" }
  /** Another worker may hold the job by now: nothing is written. */
  | { readonly kind: "lost" };

interface Failure {
  /** As the row keeps it. */
  readonly error: string;
  /** What was thrown, for the log; undefined when the job said so itself. */
  readonly cause?: unknown;
}

/** Runs the job under its deadline. */
export function startAttempt(
  definition: JobDefinition,
  job: ClaimedJob,
  { tenant, services }: { readonly tenant: TenantScope; readonly services: unknown },
): Interruptible<Outcome> {
  return runInterruptible(definition.timeoutSeconds, async (signal) => {
    const outcome: unknown = await definition.run({
      payload: job.payload,
      tenant,
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the worker's services; each job declares the part it needs
      services: services as never,
      signal,
      attempt: job.attempt,
    });
    if (!isOutcome(outcome)) throw new TypeError("the job answered no outcome");
    return outcome;
  });
}

/** The compiler cannot see through what a job returned by way of `any`. */
const isOutcome = (value: unknown): value is Outcome =>
  value === "done" ||
  (typeof value === "object" && value !== null && ("retry" in value || "dead" in value));

/** What the end of an attempt means, by the job's stated delays. */
export function judge(
  definition: JobDefinition,
  job: ClaimedJob,
  ending: Ending<Outcome>,
): Verdict {
  switch (ending.interrupted) {
    case "lease lost":
      return { kind: "lost" };
    case "stopping":
      return ending.value === "done" ? { kind: "done" } : { kind: "given back" };
    case "timeout":
      return retry(definition, job, { error: `no result after ${definition.timeoutSeconds} s` });
    case null:
      break;
  }
  if (!("value" in ending))
    return retry(definition, job, { error: errorText(ending.error), cause: ending.error });
  const outcome = ending.value;
  if (outcome === "done") return { kind: "done" };
  if ("dead" in outcome) return { kind: "dead", error: outcome.dead };
  return retry(definition, job, { error: outcome.retry });
}

function retry(definition: JobDefinition, job: ClaimedJob, failure: Failure): Verdict {
  const delaySeconds = definition.retryAfterSeconds[job.attempt - 1];
  return delaySeconds === undefined
    ? { kind: "dead", ...failure }
    : { kind: "retry", ...failure, delaySeconds };
}

/** First try and retries together. */
export const attemptsMax = (definition: JobDefinition): number =>
  definition.retryAfterSeconds.length + 1;
