// A process that starts before its database: after a power cut, or on another machine than the database's. It waits and says so,
// instead of ending again and again.
import { sql } from "kysely";
import { DatabaseError } from "pg";
import type { Logger } from "#platform/log.ts";
import type { Database, DatabaseSettings } from "./database.ts";

const pauseMs = 1_000;
/** How often the log is reminded. */
const reminderMs = 30_000;

/** The server is there and says: not yet (starting up, too many connections). */
const notYet: readonly unknown[] = ["57P03", "53300"];

/**
 * Returns once the server answers, be it with a refusal: whatever asks next hears it and says what to do. Until then there is
 * a warning at once and every 30 seconds.
 * @throws the signal's reason when it aborts first
 */
export async function databaseReachable(
  database: Database,
  { host, port }: Pick<DatabaseSettings, "host" | "port">,
  log: Logger,
  signal: AbortSignal,
): Promise<void> {
  let remindAt = performance.now();
  for (;;) {
    const problem = await connectionProblem(database);
    signal.throwIfAborted();
    if (problem === null) return;
    if (performance.now() >= remindAt) {
      log.warn({ host, port, reason: problem }, "waiting_for_database");
      remindAt = performance.now() + reminderMs;
    }
    await Bun.sleep(pauseMs);
    signal.throwIfAborted();
  }
}

async function connectionProblem(database: Database): Promise<string | null> {
  try {
    await database.system((db) => sql`select 1`.execute(db));
    return null;
  } catch (error) {
    if (error instanceof DatabaseError && !notYet.includes(error.code)) return null;
    return error instanceof Error ? error.message : String(error);
  }
}
