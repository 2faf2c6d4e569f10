// The worker process: the same declarations as the web process, run by leases and schedules (platform/jobs/README.md).
import { assertSchemaMatches } from "#platform/db/migrate.ts";
import { declaredJobs } from "#platform/jobs/define.ts";
import { declaredSchedules } from "#platform/jobs/schedule.ts";
import { startWorker, type Worker } from "#platform/jobs/worker.ts";
import type { Services } from "#platform/services.ts";
import { probeAtStart } from "#platform/storage/storage.ts";
import "./catalogue.ts";

const jobsMost = 10;
/** Of the pool: for claiming, heartbeats, schedules and what a web process in the same pool needs meanwhile. */
const connectionsKept = 4;

/**
 * Starts working.
 * @throws {SchemaMismatchError} when the database is older, or newer by what may break this version
 * @throws {StorageProbeError} when files cannot be kept
 */
export async function startJobs(services: Services): Promise<Worker> {
  const { ahead } = await assertSchemaMatches(services.database);
  if (ahead.length > 0) services.log.warn({ migrations: ahead }, "database_ahead");
  await probeAtStart(services.storage, services.log);
  const { version, commit, database } = services.config;
  const { poolSize } = database;
  const worker = startWorker({
    concurrency: Math.max(1, Math.min(jobsMost, poolSize - connectionsKept)),
    database: services.database,
    connection: services.config.database,
    jobs: declaredJobs(),
    schedules: declaredSchedules(),
    services,
    log: services.log,
    clock: services.clock,
  });
  services.log.info({ version, commit, worker: worker.id }, "worker_started");
  return worker;
}
