// The worker process.
import { loadConfig } from "#src/config.ts";
import { openResources } from "#src/resources.ts";
import { startJobs } from "#src/worker.ts";
import { databaseReachable } from "#platform/db/reachable.ts";
import { strictCommand } from "../_strict.ts";
import { runUntilStopped } from "../_until-stopped.ts";

const graceSeconds = 20;

export const command = strictCommand({
  meta: {
    name: "worker",
    description:
      "Run jobs and schedules (exit 0 after SIGTERM, 1 on failure, 78 for wrong settings)",
  },
  args: {},
  run: () =>
    runUntilStopped(async (told) => {
      const services = openResources(loadConfig("worker"));
      await databaseReachable(services.database, services.config.database, services.log, told);
      const worker = await startJobs(services);
      return async () => {
        await worker.stop(graceSeconds);
        await services[Symbol.asyncDispose]();
      };
    }),
});
