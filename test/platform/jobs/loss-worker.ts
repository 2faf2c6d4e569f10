// A worker as a process of its own, as loss.test.ts starts, stops and kills it. Connection settings come as JSON on stdin.
import { type DatabaseSettings, openDatabase } from "#platform/db/database.ts";
import { startWorker } from "#platform/jobs/worker.ts";
import { createLogger } from "#platform/log.ts";
import { hangsOnce, inLane } from "./loss-jobs.ts";

const connection = (await Bun.stdin.json()) as DatabaseSettings;
const database = openDatabase(connection);
const worker = startWorker({
  database,
  connection,
  jobs: new Map([hangsOnce, inLane].map((job) => [job.name, job])),
  schedules: new Map(),
  services: {},
  log: createLogger({ level: "silent" }),
  concurrency: 4,
  leaseSeconds: 0.6,
  pollSeconds: 30,
});

async function end(): Promise<void> {
  await worker.stop(0.2);
  await database.close();
}
process.on("SIGTERM", () => void end());
console.log("ready");
