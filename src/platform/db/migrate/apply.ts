// One file in one transaction, and its attempt in the log whatever comes of it.
import type { Client } from "pg";
import { describeFailure, type Progress } from "./failure.ts";
import type { MigrationFile } from "./files.ts";
import { type Attempt, recordAttempt } from "./log.ts";

/**
 * Applies a file and records the success with it.
 * @throws {MigrationError} when it fails: then nothing of it is kept but the record of the attempt.
 */
export async function apply(
  client: Client,
  file: MigrationFile,
  appVersion: string,
): Promise<Attempt> {
  const startedAt = await databaseTime(client);
  let progress: Progress = { completed: 0 };
  try {
    return await inTransaction(client, async () => {
      await send(client, file.text, (completed) => (progress = { completed }));
      progress = null;
      // The file sets role and search_path for itself.
      await client.query("reset role; reset search_path");
      return recordAttempt(client, file, { startedAt, appVersion, error: null });
    });
  } catch (cause) {
    const failure = describeFailure(file, cause, progress);
    // With the connection lost there is no place to keep the attempt: its failure is still what the operator must see.
    const error = failure.message;
    await recordAttempt(client, file, { startedAt, appVersion, error }).catch(() => undefined);
    throw failure;
  }
}

/** Sends all statements at once; the server answers each, which is how we know where it stopped. */
async function send(
  client: Client,
  text: string,
  onStatement: (completed: number) => void,
): Promise<void> {
  let completed = 0;
  const count = () => onStatement(++completed);
  client.connection.on("commandComplete", count);
  try {
    await client.query(text);
  } finally {
    client.connection.off("commandComplete", count);
  }
}

export async function inTransaction<T>(client: Client, body: () => Promise<T>): Promise<T> {
  await client.query("begin");
  try {
    const result = await body();
    await client.query("commit");
    return result;
  } catch (error) {
    // Where the connection itself is lost, the server rolls back without being told: the first error is the telling one.
    await client.query("rollback").catch(() => undefined);
    throw error;
  }
}

async function databaseTime(client: Client): Promise<Date> {
  const { rows } = await client.query<{ now: Date }>("select clock_timestamp() as now");
  return rows[0]?.now ?? new Date();
}
