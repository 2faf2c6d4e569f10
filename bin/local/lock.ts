// One process at a time per local database: a kernel lock (flock) on a file that also names its holder.

import { dlopen } from "bun:ffi";
import { closeSync, ftruncateSync, openSync, readFileSync, writeSync } from "node:fs";
import { LocalError } from "./local-error.ts";
import { isAlive } from "./processes.ts";
import { texts } from "./texts.ts";

export interface Lock {
  /** Lets the next process in. The file stays: removing it would let two processes lock two files of one name. */
  release(): void;
}

const LOCK_EXCLUSIVE = 2;
const LOCK_NON_BLOCKING = 4;

/**
 * Takes the lock `file` and writes this process's number into it. The kernel gives the lock back when the process ends,
 * however it ends, so there is no stale lock to recognise.
 * @throws {LocalError} when another start (of this process too) holds it; the message names the process.
 */
export async function takeLock(file: string): Promise<Lock> {
  const descriptor = openSync(file, "a+", 0o600);
  if (!tryFlock(descriptor)) {
    closeSync(descriptor);
    throw await heldBy(file);
  }
  ftruncateSync(descriptor);
  writeSync(descriptor, String(process.pid));
  let held = true;
  return {
    release() {
      if (!held) return;
      held = false;
      ftruncateSync(descriptor);
      closeSync(descriptor);
    },
  };
}

function tryFlock(descriptor: number): boolean {
  const library = dlopen(process.platform === "darwin" ? "libSystem.B.dylib" : "libc.so.6", {
    flock: { args: ["i32", "i32"], returns: "i32" },
  });
  try {
    return library.symbols.flock(descriptor, LOCK_EXCLUSIVE | LOCK_NON_BLOCKING) === 0;
  } finally {
    library.close();
  }
}

async function heldBy(file: string): Promise<LocalError> {
  const giveUpAt = Date.now() + 500;
  for (;;) {
    const processId = readFileSync(file, "utf8");
    if (isAlive(Number(processId))) return new LocalError(texts.alreadyRunning(processId));
    // The holder writes its number just after it took the lock: an empty file, or the last holder's number, is a moment's state.
    if (Date.now() > giveUpAt) return new LocalError(texts.cannotLock(file, processId || "?"));
    await Bun.sleep(20);
  }
}
