// The PostgreSQL server of the tests: the one of `test/run.ts`, or, for `bun test` alone, one that is kept for this checkout
// by a process of its own (keeper.ts), so that the next run finds it warm.
import { createHash } from "node:crypto";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import { findRunningPostgres, type PostgresAddress } from "../../bin/local/embedded-postgres.ts";

/** Where `test/run.ts` says which server it started: JSON of a PostgresAddress. */
export const addressVariable = "WEFT_TEST_POSTGRES";

const checkout = join(import.meta.dir, "../..");
const mark = createHash("sha256")
  .update(`${checkout} ${userInfo().uid}`)
  .digest("hex")
  .slice(0, 12);

/** The data of the kept server. Each checkout and user has its own. */
export const keptDataDir = join(tmpdir(), `weft-test-${mark}`);

/**
 * Room for parallel files, each with its own database and pool. Plans go by what a test has asked to be analysed, not by what happened to be
 * when the daemon came by.
 */
export const testServerSettings = {
  max_connections: "200",
  shared_buffers: "64MB",
  autovacuum: "off",
  // Each file logs in a dozen times.
  scram_iterations: "64",
};

const startMaxSeconds = 60;

/** The server to test on, started first if need be. */
export async function testPostgres(): Promise<PostgresAddress> {
  const given = Bun.env[addressVariable];
  if (given) return JSON.parse(given);
  const giveUpAt = Date.now() + startMaxSeconds * 1000;
  for (let started = false; Date.now() < giveUpAt; await Bun.sleep(50)) {
    const found = await findRunningPostgres(keptDataDir);
    if (found) return found;
    if (!started) startKeeper();
    started = true;
  }
  throw new Error(
    `no PostgreSQL for the tests within ${startMaxSeconds} s: see ${keptDataDir}.log`,
  );
}

/** Several test processes may do so at once: the second keeper finds the folder locked and goes. */
function startKeeper(): void {
  const keeper = Bun.spawn([process.execPath, join(import.meta.dir, "keeper.ts")], {
    cwd: checkout,
    stdio: ["ignore", "ignore", "ignore"],
    detached: true,
  });
  keeper.unref();
}
