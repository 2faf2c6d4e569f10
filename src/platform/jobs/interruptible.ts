// Runs work that can be told to stop, and stops waiting for work that does not listen.
import { settledWithin } from "./alarm.ts";

export type Interruption = "timeout" | "lease lost" | "stopping";

export type Ending<T> =
  | Outcome<T>
  /** `value` only when the work still came to its end after the signal. */
  | { readonly interrupted: Interruption; readonly value?: T };

export interface Interruptible<T> {
  /** Never rejects. */
  readonly ended: Promise<Ending<T>>;
  /** Aborts the signal; the first reason counts. */
  readonly interrupt: (why: Interruption) => void;
}

/** How long interrupted work may take to notice its signal before nobody waits for it any longer. */
const noticeSeconds = 1;

/**
 * Starts `work` with a signal that aborts after `timeoutSeconds` or at `interrupt`. Work that ignores its signal is left
 * behind after one second: it may still be running, but what it answers reaches nobody.
 */
export function runInterruptible<T>(
  timeoutSeconds: number,
  work: (signal: AbortSignal) => Promise<T>,
): Interruptible<T> {
  const controller = new AbortController();
  const { promise: interrupted, resolve: announce } = Promise.withResolvers<Interruption>();
  const interrupt = (why: Interruption): void => {
    if (controller.signal.aborted) return;
    controller.abort(new DOMException(`interrupted: ${why}`, "AbortError"));
    announce(why);
  };
  const deadline = setTimeout(() => interrupt("timeout"), timeoutSeconds * 1000);
  const result = outcomeOf(() => work(controller.signal));
  const follow = async (): Promise<Ending<T>> => {
    const first = await Promise.race([result, interrupted]);
    clearTimeout(deadline);
    if (typeof first !== "string") return first;
    await settledWithin(result, noticeSeconds);
    const last = await Promise.race([result, Promise.resolve(null)]);
    return last && "value" in last
      ? { interrupted: first, value: last.value }
      : { interrupted: first };
  };
  return { ended: follow(), interrupt };
}

type Outcome<T> =
  | { readonly interrupted: null; readonly value: T }
  | { readonly interrupted: null; readonly error: unknown };

async function outcomeOf<T>(work: () => Promise<T>): Promise<Outcome<T>> {
  try {
    return { interrupted: null, value: await work() };
  } catch (error) {
    return { interrupted: null, error };
  }
}
