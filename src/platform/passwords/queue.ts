// Turns for work that fills a processor core: so many at once, so many waiting, the rest refused.
import { insideTransaction } from "#platform/db/database.ts";

export interface QueueSpec {
  readonly concurrency: number;
  readonly queueMax: number;
  /** What a task hears for which there is no room. */
  refuse(): Error;
}

/** Runs at most `concurrency` tasks at once, first come first served, and refuses those beyond `queueMax` waiting. */
export function createQueue({ concurrency, queueMax, refuse }: QueueSpec) {
  const waiting: (() => void)[] = [];
  let running = 0;
  return async function take<T>(task: () => Promise<T>): Promise<T> {
    if (insideTransaction()) {
      throw new Error(
        "a password was hashed inside a transaction: only the database is awaited there",
      );
    }
    if (running < concurrency) {
      running += 1;
    } else {
      if (waiting.length >= queueMax) throw refuse();
      const { promise, resolve } = Promise.withResolvers<void>();
      waiting.push(resolve);
      await promise; // the place is handed over, so `running` stays as it is
    }
    try {
      return await task();
    } finally {
      const next = waiting.shift();
      if (next) next();
      else running -= 1;
    }
  };
}
