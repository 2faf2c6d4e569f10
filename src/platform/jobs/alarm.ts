// A sleep that can be cut short: loops wait on it, whoever has news for them rings it.

export interface Alarm {
  /** Ends the wait under way, or else the next one. */
  readonly ring: () => void;
  /** Resolves when rung, or after `seconds`. One waiter at a time. */
  readonly wait: (seconds: number) => Promise<void>;
}

export function createAlarm(): Alarm {
  let rung = false;
  let wake: (() => void) | null = null;
  return {
    ring() {
      if (wake) wake();
      else rung = true;
    },
    wait(seconds) {
      if (rung) {
        rung = false;
        return Promise.resolve();
      }
      return new Promise((resolve) => {
        const timer = setTimeout(() => wake?.(), seconds * 1000);
        wake = () => {
          clearTimeout(timer);
          wake = null;
          resolve();
        };
      });
    },
  };
}

/** Resolves after `seconds`, or when `promise` settles, whichever is first. Never rejects. */
export async function settledWithin(promise: Promise<unknown>, seconds: number): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, seconds * 1000);
  });
  await Promise.race([promise.catch(() => undefined), late]);
  clearTimeout(timer);
}
