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
  const told = nextSignal().then((first) => {
    stopping.abort();
    return first;
  });
  let stop: () => Promise<void>;
  try {
    stop = await start(stopping.signal);
  } catch (error) {
    if (stopping.signal.aborted) process.exit(0);
    console.error(error instanceof Error ? error.message : error);
    process.exit(1);
  }
  const first = await told;
  void toldAgain(first).then(() => process.exit(130));
  await stop();
  process.exit(0);
}

interface Told {
  readonly signal: "SIGTERM" | "SIGINT";
  readonly at: number;
}

// Heard from the beginning to the end: with no listener a signal would end the process where it stands.
let hear: (told: Told) => void = () => undefined;
for (const signal of ["SIGTERM", "SIGINT"] as const)
  process.on(signal, () => hear({ signal, at: performance.now() }));

const nextSignal = () =>
  new Promise<Told>((resolve) => {
    hear = resolve;
  });

/** Settles with the next signal that is not an echo of the first. */
async function toldAgain(first: Told): Promise<void> {
  for (;;) {
    const { signal, at } = await nextSignal();
    const isEcho = signal === "SIGINT" && first.signal === "SIGINT" && at - first.at < sameKeyMs;
    if (!isEcho) return;
  }
}
