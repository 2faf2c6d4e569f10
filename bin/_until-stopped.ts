// Runs a process until it is told to stop: SIGTERM and Ctrl-C finish what is under way, a second one ends it at once.

/** Starts, then waits. A start that fails says why in one line and exits 1; a signal while it starts is heeded right after. */
export async function runUntilStopped(start: () => Promise<() => Promise<void>>): Promise<void> {
  const told = nextSignal();
  let stop: () => Promise<void>;
  try {
    stop = await start();
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    process.exit(1);
  }
  await told;
  void nextSignal().then(() => process.exit(130));
  await stop();
  process.exit(0);
}

const nextSignal = () =>
  new Promise<void>((resolve) => {
    const once = () => {
      process.off("SIGTERM", once).off("SIGINT", once);
      resolve();
    };
    process.on("SIGTERM", once).on("SIGINT", once);
  });
