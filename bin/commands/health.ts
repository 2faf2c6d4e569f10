// Health of this container's process, for the engine that runs it: a line and an exit code, without curl in the image.
import { hostname } from "node:os";
import { sql } from "kysely";
import { type Database, openDatabase } from "#platform/db/database.ts";
import { type Config, loadConfig } from "#src/config.ts";
import { exitCodes, nounCommand, strictCommand } from "../_strict.ts";

/** A worker beats every 20 seconds: three beats missed. */
const workerSilenceSeconds = 60;
const answerMaxMs = 4_000;

const web = strictCommand({
  meta: {
    name: "web",
    description: "Ask the web process of this machine for /healthz (exit 0 when it answers 200)",
  },
  args: {},
  run: () => report(() => askWeb(loadConfig("operator").http)),
});

const worker = strictCommand({
  meta: {
    name: "worker",
    description:
      "Look for a sign of life of this machine's worker, at most 60 seconds old (exit 0 when there is one)",
  },
  args: {},
  run: () =>
    report(async () => {
      const database = openDatabase({ ...loadConfig("operator").database, poolSize: 1 });
      try {
        return await workerProblem(database, hostname());
      } finally {
        await database.close();
      }
    }),
});

export const command = nounCommand("health", "Is the process of this container healthy?", {
  web,
  worker,
});

/** Prints what is wrong, or `ok`. A question that fails is an answer, too. */
async function report(ask: () => Promise<string | null>): Promise<void> {
  const problem = await ask().catch((error: unknown) =>
    error instanceof Error ? error.message : String(error),
  );
  console.log(problem ?? "ok");
  process.exitCode = problem === null ? exitCodes.done : exitCodes.refused;
}

async function askWeb({ host, port }: Config["http"]): Promise<string | null> {
  const near = host === "0.0.0.0" || host === "::" ? "127.0.0.1" : host;
  const url = `http://${near.includes(":") ? `[${near}]` : near}:${port}/healthz`;
  const signal = AbortSignal.timeout(answerMaxMs);
  const answer = await fetch(url, { signal }).catch((error: unknown) => whyNot(error, port));
  if (typeof answer === "string") return answer;
  return answer.status === 200 ? null : `/healthz answers ${answer.status}`;
}

/** A process that hangs is mended in another way than one that is not there. */
function whyNot(error: unknown, port: number): string {
  if (error instanceof Error && error.name === "TimeoutError")
    return `port ${port} was open and did not answer within ${answerMaxMs / 1000} seconds`;
  const reason = error instanceof Error ? error.message : String(error);
  return `nothing answers on port ${port}: ${reason}`;
}

/** A worker's name is its host's with eight more characters: in a container, nobody else's begins alike. */
async function workerProblem(database: Database, host: string): Promise<string | null> {
  const newest = await database.system((db) =>
    db
      .selectFrom("workers")
      .select(sql<number>`extract(epoch from now() - max(seen_at))::int`.as("age"))
      .where(sql<string>`left(id, -9)`, "=", host)
      .executeTakeFirst(),
  );
  const age = newest?.age ?? null;
  if (age === null) return `no worker has reported from ${host}`;
  return age <= workerSilenceSeconds ? null : `the worker last reported ${age} seconds ago`;
}
