// Closing what a test file opened, the last first. bun runs `afterAll` hooks in the order in which they were declared, which would
// drop the database under a worker that still runs.
import { afterAll } from "bun:test";

type Close = () => unknown;
let opened: Close[] = [];

/** Call it before anything is opened, and before `testDatabase()`: from then on `atEnd` counts. */
export function closeInReverse(): void {
  afterAll(async () => {
    const closing = opened.toReversed();
    opened = [];
    for (const close of closing) await close();
  });
}

/** Closes something after the file's last test, before what was opened earlier. */
export const atEnd = (close: Close): void => void opened.push(close);
