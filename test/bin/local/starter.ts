// A process that starts the database as `weft start` does, for the tests that kill it. Prints one JSON line: the address
// or the error. Ends the database when its input closes.
// Arguments: the options of startPostgres as JSON.

import { startPostgres } from "../../../bin/local/embedded-postgres.ts";

try {
  const postgres = await startPostgres(JSON.parse(process.argv[2] ?? "{}"));
  // Ctrl-C in a terminal reaches every process of the group: this one goes on, as one that drains would.
  process.on("SIGINT", () => {});
  console.log(JSON.stringify(postgres));
  await Bun.stdin.text();
  await postgres.stop();
} catch (error) {
  console.log(JSON.stringify({ error: error instanceof Error ? error.message : String(error) }));
  process.exitCode = 1;
}
