// The web process.
import { loadConfig } from "#src/config.ts";
import { openResources } from "#src/resources.ts";
import { startWeb } from "#src/server.ts";
import { databaseReachable } from "#platform/db/reachable.ts";
import { strictCommand } from "../_strict.ts";
import { runUntilStopped } from "../_until-stopped.ts";

/** Together less than the 30 s that container engines are told to wait. */
const lastCallSeconds = 5;
const graceSeconds = 20;

export const command = strictCommand({
  meta: {
    name: "serve",
    description:
      "Serve the web application (exit 0 after SIGTERM, 1 on failure, 78 for wrong settings)",
  },
  args: {},
  run: () =>
    runUntilStopped(async (told) => {
      const services = openResources(loadConfig("serve"));
      await databaseReachable(services.database, services.config.database, services.log, told);
      const web = await startWeb(services);
      return async () => {
        await web.stop(graceSeconds, lastCallSeconds);
        await services[Symbol.asyncDispose]();
      };
    }),
});
