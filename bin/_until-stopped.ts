// Runs a process until it is told to stop: SIGTERM and Ctrl-C finish what is under way, a second one ends it at once.

/**
 * One Ctrl-C reaches this process several times: from the terminal, and once more from each program that started it and passes the
 * signal on (npx, `bun run`). What comes so soon after the first is the same key.
 */
const sameKeyMs = 1_000;

/**
 * Starts, then waits. A start that fails says why in one line and exits 1; a signal while it starts is heeded right after, or at
 * once by a start that listens to `told`.
 */
export async function runUntilStopped(
  start: (told: AbortSignal) => Promise<() => Promise<void>>,
): Promise<void> {
  const stopping = new AbortController();
  const told = nextSignal().then(() => stopping.abort());
  let stop: () => Promise<void>;
  try {
    stop = await start(stopping.signal);
  } catch (error) {
    if (stopping.signal.aborted) process.exit(0);
    console.error(error instanceof Error ? error.message : error);
    process.exit(1);
  }
  await told;
  void Bun.sleep(sameKeyMs)
    .then(nextSignal)
    .then(() => process.exit(130));
  await stop();
  process.exit(0);
}

// Heard from the beginning to the end: with no listener a signal would end the process where it stands.
const signals = new EventTarget();
for (const name of ["SIGTERM", "SIGINT"])
  process.on(name, () => signals.dispatchEvent(new Event("signal")));

const nextSignal = () =>
  new Promise<void>((resolve) => {
    signals.addEventListener("signal", () => resolve(), { once: true });
  });
