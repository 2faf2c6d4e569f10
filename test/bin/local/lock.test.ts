// The lock that keeps two processes from one local database.

import { afterAll, describe, expect, test } from "bun:test";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { takeLock } from "../../../bin/local/lock.ts";
import { closedFolder, killNow, passing, until, cleanUp } from "./support.ts";

const folder = closedFolder();
afterAll(cleanUp);

/** A process that holds the lock until it is killed. */
function holdElsewhere(file: string): Bun.Subprocess {
  const module = join(import.meta.dir, "../../../bin/local/lock.ts");
  const script = `const { takeLock } = await import(${JSON.stringify(module)});
    await takeLock(${JSON.stringify(file)}); setInterval(() => {}, 60_000);`;
  return passing(
    Bun.spawn([process.execPath, "-e", script], { stdio: ["ignore", "ignore", "inherit"] }),
  );
}

const refusal = (file: string) =>
  takeLock(file).then(
    () => "",
    (error: Error) => error.message,
  );

describe("takeLock", () => {
  test("refuses while it is held, naming the holder, and lets in after the release", async () => {
    const file = join(folder, "a.lock");
    const lock = await takeLock(file);
    expect(await refusal(file)).toBe(
      `another WeftID is running from this folder (process ${process.pid})`,
    );
    lock.release();
    lock.release();
    (await takeLock(file)).release();
  });

  test("lets in as soon as the holder is killed", async () => {
    const file = join(folder, "b.lock");
    const holder = holdElsewhere(file);
    await until(() => Bun.file(file).size > 0);
    expect(await refusal(file)).toEndWith(`(process ${holder.pid})`);
    await killNow(holder);
    expect(readFileSync(file, "utf8")).toBe(String(holder.pid));
    (await takeLock(file)).release();
  });

  test("is not impressed by the number of a process that holds nothing", async () => {
    const file = join(folder, "c.lock");
    writeFileSync(file, String(process.pid));
    (await takeLock(file)).release();
  });

  test("says that the holder cannot be told when its number is nobody's here", async () => {
    const file = join(folder, "d.lock");
    const lock = await takeLock(file);
    writeFileSync(file, "4194305");
    expect(await refusal(file)).toStartWith(
      `cannot lock ${file}: process 4194305 is not on this machine`,
    );
    lock.release();
  });
});
