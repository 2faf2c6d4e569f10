// Brings the database to this version. Connects as the superuser; the application never does.
import { migrate, migrationStatus } from "#platform/db/migrate.ts";
import { loadConfig } from "#src/config.ts";
import { environment, printRows } from "../_operate.ts";
import { exitCodes, strictCommand } from "../_strict.ts";

export const command = strictCommand({
  meta: {
    name: "migrate",
    description:
      "Apply pending migrations (exit 0 done, 1 a migration failed or the database does not match, 78 wrong settings)",
  },
  args: {
    status: {
      type: "boolean",
      description: "only show what is applied and pending; exit 1 when something is pending",
    },
    json: { type: "boolean", description: "print JSON" },
  },
  async run({ args }) {
    const config = loadConfig("migrate", await environment({ asSuperuser: true }));
    try {
      if (args.status) return await showStatus(config.database, args.json ?? false);
      const run = await migrate(config.database, {
        appuserPassword: config.appuserPassword,
        appVersion: config.version,
        onProgress: (event) => {
          if (args.json) return;
          console.log(
            event.kind === "waiting"
              ? "waiting for another run"
              : `applied ${event.version} (${event.durationMs} ms)`,
          );
        },
      });
      if (args.json) return console.log(JSON.stringify(run, null, 2));
      if (run.ahead.length > 0) {
        return console.log(
          `nothing to do, database is ahead of this version by ${run.ahead.join(", ")}, which keep it serving`,
        );
      }
      console.log(
        run.applied.length > 0
          ? `database is at ${run.version}`
          : `nothing to do, database is at ${run.version}`,
      );
    } catch (error) {
      console.error(error instanceof Error ? error.message : error);
      process.exitCode = exitCodes.refused;
    }
  },
});

async function showStatus(
  settings: Parameters<typeof migrationStatus>[0],
  json: boolean,
): Promise<void> {
  const status = await migrationStatus(settings);
  if (json) console.log(JSON.stringify(status, null, 2));
  else {
    printRows(
      status.migrations.map(({ version, state, attempt }) => ({
        version,
        state,
        completedAt: attempt?.completedAt ?? null,
      })),
      false,
    );
    for (const { version, startedAt, error } of status.failures) {
      console.log(
        `failed attempt: ${version} at ${startedAt.toISOString()}: ${error ?? "interrupted"}`,
      );
    }
  }
  if (status.state !== "current" && status.state !== "ahead") process.exitCode = exitCodes.refused;
}
