// Limits of how much one caller may ask of us in a minute: counted in this process, told to Postgres in batches. They protect the machine,
// not credentials, so they may be some hits late when two processes share a caller; what they may not do is cost a write, and a wait for its
// lock, on every request: that would be the flood they are there to stop. What is counted in Postgres is for the other processes, and for
// the page that shows reached limits and releases them.
import type { Clock } from "../clock.ts";
import type { Database, TenantDb } from "../db/database.ts";
import { addHits, noteReached } from "../limits.ts";
import type { Logger } from "../log.ts";
import type { TenantId } from "#src/ids.ts";
import { type LimitDefinition, type LimitState, stateAt, stateOf, windows } from "./windows.ts";

/** So many hits of one caller, or so much time, before they are told. */
const batchHits = 25;
const batchMs = 1_000;
/** Transactions under way that tell: whoever sends from many networks must not fill the pool with them. */
const tellingMost = 4;
/** Callers kept in mind; beyond that those of windows that are over are forgotten, then the oldest. */
const countersMost = 20_000;

export interface Tallied {
  readonly tenantId: TenantId;
  readonly limit: LimitDefinition;
  readonly key: string;
  /** Whom the limit stops, in words for administrators: asked once, when it is reached. */
  readonly about: (db: TenantDb) => Promise<string>;
}

interface Counter {
  readonly windowAt: number;
  /** What is counted, as it was asked for last, and when. */
  one: Tallied;
  at: Date;
  /** All processes, as Postgres said last. */
  told: number;
  former: number;
  /** Ours that it does not know yet. */
  pending: number;
  tellAt: number;
  isTelling: boolean;
  isNoted: boolean;
}

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
  const counters = new Map<string, Counter>();
  const teller = createTeller(services);

  const counterAt = (one: Tallied, now: Date): Counter => {
    const key = `${one.tenantId} ${one.limit.name} ${one.key}`;
    const windowAt = windows(one.limit, now).current.getTime();
    const known = counters.get(key);
    if (known?.windowAt === windowAt) return Object.assign(known, { one, at: now });
    const isNext =
      known !== undefined && windowAt - known.windowAt === one.limit.windowSeconds * 1_000;
    const fresh: Counter = {
      windowAt,
      one,
      at: now,
      told: 0,
      former: isNext ? known.told + known.pending : 0,
      pending: 0,
      // Not at once: a flood from ever new networks would be a write a request.
      tellAt: performance.now() + batchMs,
      isTelling: false,
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
      // The hit that reaches the limit is told soon, or nobody sees and releases it; later ones, because it may have been released meanwhile.
      const isReached =
        state.allowed && !stateAt(one.limit, now, { hits: told + pending + 1, former }).allowed;
      const isDue = performance.now() >= counter.tellAt || counter.pending >= batchHits;
      if (isReached) teller.tellSoon([counter]);
      else if (isDue) teller.tellNow(counter);
      return stateOf(one.limit, now, told + pending, former, state.allowed);
    },
    async settle() {
      teller.tellSoon([...counters.values()].filter(({ pending }) => pending > 0));
      await teller.settle();
    },
  };
}

/** Tells counters to Postgres, a few at a time. */
function createTeller({ database, log }: { readonly database: Database; readonly log: Logger }) {
  const telling = new Set<Promise<void>>();
  const queue = new Set<Counter>();

  const tell = (counter: Counter): void => {
    const { one, at, pending } = counter;
    counter.isTelling = true;
    counter.tellAt = performance.now() + batchMs;
    counter.pending = 0;
    counter.told += pending;
    const done = database
      .tenant(one.tenantId)
      .write(async (db) => {
        const state = await addHits(db, one, { hits: pending, now: at });
        const isFull = !stateAt(one.limit, at, state).allowed;
        if (isFull && !counter.isNoted)
          await noteReached(db, one.limit, { key: one.key, about: await one.about(db), now: at });
        return { ...state, isFull };
      })
      .then(
        ({ hits, former, isFull }) => {
          counter.told = hits;
          counter.former = former;
          counter.isNoted = isFull;
        },
        (error: unknown) => {
          // Counted here all the same: a database that is away does not open the door. Further hits try anew, and who waits does not.
          queue.clear();
          log.warn({ err: error, limit: one.limit.name }, "limit_not_told");
        },
      )
      .finally(() => {
        counter.isTelling = false;
        telling.delete(done);
        pump();
      });
    telling.add(done);
  };

  const pump = (): void => {
    for (const counter of queue) {
      if (telling.size >= tellingMost) return;
      if (counter.isTelling) continue;
      queue.delete(counter);
      tell(counter);
    }
  };

  return {
    /** As soon as there is room. */
    tellSoon(those: readonly Counter[]): void {
      for (const counter of those) queue.add(counter);
      pump();
    },
    /** Where there is room; else one of its next hits tells it. */
    tellNow(counter: Counter): void {
      if (!counter.isTelling && telling.size < tellingMost) tell(counter);
    },
    /** Waits for all that is being told, and is to be. */
    async settle(): Promise<void> {
      while (telling.size > 0) await Promise.all(telling);
    },
  };
}

/** Makes room: counters of windows that are over, else a tenth, the oldest. */
function forget(counters: Map<string, Counter>, windowAt: number): void {
  for (const [key, counter] of counters) if (counter.windowAt < windowAt) counters.delete(key);
  if (counters.size < countersMost) return;
  for (const key of [...counters.keys()].slice(0, countersMost / 10)) counters.delete(key);
}
