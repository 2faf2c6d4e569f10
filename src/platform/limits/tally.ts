// Limits of how much one caller may ask of us in a minute: counted in this process, told to Postgres in batches. They protect the machine,
// not credentials, so they may be some hits late when two processes share a caller; what they may not do is cost a write, and a wait for its
// lock, on every request: that would be the flood they are there to stop. What is counted in Postgres is for the other processes, and for
// the page that shows reached limits and releases them.
import type { Clock } from "../clock.ts";
import type { Database } from "../db/database.ts";
import type { Logger } from "../log.ts";
import { createTeller, type Tallied, type TallyCounter, type Teller } from "./tell.ts";
import { type LimitState, stateAt, stateOf, windows } from "./windows.ts";

/** So many hits of one caller, or so much time, before they are told. */
const batchHits = 25;
const batchMs = 10_000;
/** How long who is refused waits at most until a release is heard of. */
const refusedMs = 1_000;
/** Callers kept in mind; beyond that those of windows that are over are forgotten, then the oldest. */
const countersMost = 20_000;

export interface Tally {
  /** Counts one request and says whether it is allowed; one that is not allowed is not counted. Never waits. */
  count(one: Tallied): LimitState;
  /** Tells what is pending, and waits for it: before the process ends, and for tests. */
  settle(): Promise<void>;
}

export function createTally(services: {
  readonly database: Database;
  readonly clock: Clock;
  readonly log: Logger;
}): Tally {
  const counters = new Map<string, TallyCounter>();
  const teller = createTeller(services);

  const counterAt = (one: Tallied, now: Date): TallyCounter => {
    const key = `${one.tenantId} ${one.limit.name} ${one.key}`;
    const windowAt = windows(one.limit, now).current.getTime();
    const known = counters.get(key);
    if (known?.windowAt === windowAt) return Object.assign(known, { one, at: now });
    const former =
      known !== undefined && windowAt - known.windowAt === one.limit.windowSeconds * 1_000
        ? known
        : null;
    // What its window has counted still counts in this one, also for other processes.
    if (former !== null && former.pending > 0) teller.tell([former], "with others");
    const fresh: TallyCounter = {
      windowAt,
      one,
      at: now,
      told: 0,
      former: former === null ? 0 : former.told + former.pending,
      pending: 0,
      // Not at once: a flood from ever new networks would be a write a request.
      toldAt: performance.now(),
      isNoted: false,
    };
    if (counters.size >= countersMost) forget(counters, windowAt);
    // Again at the end: the order is that of the windows.
    counters.delete(key);
    counters.set(key, fresh);
    return fresh;
  };

  return {
    count(one) {
      const now = services.clock.now();
      const counter = counterAt(one, now);
      const { told, pending, former } = counter;
      const state = stateAt(one.limit, now, { hits: told + pending, former });
      if (state.allowed) counter.pending += 1;
      tellIfDue(teller, counter, state.allowed);
      return stateOf(one.limit, now, told + pending, former, state.allowed);
    },
    async settle() {
      teller.tell(
        [...counters.values()].filter(({ pending }) => pending > 0),
        "soon",
      );
      await teller.settle();
    },
  };
}

/** The hit that reaches the limit is told soon, or nobody sees and releases it; later ones, because it may have been released meanwhile. */
function tellIfDue(teller: Teller, counter: TallyCounter, isAllowed: boolean): void {
  const { one, at, told, pending, former } = counter;
  const isReached = isAllowed && !stateAt(one.limit, at, { hits: told + pending, former }).allowed;
  const sinceMs = performance.now() - counter.toldAt;
  const isDue = pending >= batchHits || sinceMs >= (isAllowed ? batchMs : refusedMs);
  if (isReached) teller.tell([counter], "soon");
  else if (isDue) teller.tell([counter], "with others");
}

/** Makes room: counters of windows that are over, else a tenth, the oldest. */
function forget(counters: Map<string, TallyCounter>, windowAt: number): void {
  for (const [key, counter] of counters) if (counter.windowAt < windowAt) counters.delete(key);
  if (counters.size < countersMost) return;
  for (const key of [...counters.keys()].slice(0, countersMost / 10)) counters.delete(key);
}
