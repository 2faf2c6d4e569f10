// Is there room for the connections of every process, when all of them are busy at once?
import { inspectDatabase } from "#platform/db/inspect.ts";
import { liveWorkers } from "#platform/jobs/queries.ts";
import { type Check, fail, ok, warn } from "../check.ts";
import { psql, setting } from "../lines.ts";
import { texts } from "../texts.ts";

/** Beyond this part of all connections, a restart beside a running process can fail. */
const crowded = 0.9;
const silenceSeconds = 60;

interface Figures {
  /** Connections that are not kept for superusers. */
  readonly most: number;
  readonly used: number;
  /** Machines or containers that our login is connected from. */
  readonly places: number;
}

export const connections: Check = {
  name: "connections",
  title: "Database connections",
  settings: ["POSTGRES_"],
  needsDatabase: true,
  async run({ services: { config, database } }) {
    const [figures] = await inspectDatabase(config.database, (inspector) =>
      inspector.rows<Figures>(
        `select current_setting('max_connections')::int
                  - current_setting('superuser_reserved_connections')::int
                  - current_setting('reserved_connections')::int as most,
                (select count(*)::int from pg_stat_activity where backend_type = 'client backend' or backend_type is null) as used,
                (select count(distinct client_addr)::int from pg_stat_activity
                  where usename = session_user and application_name <> 'weft doctor') as places`,
      ),
    );
    const { most = 0, used = 0, places = 0 } = figures ?? {};
    const workers = await database.system((db) => liveWorkers(db, silenceSeconds));
    const { poolSize } = config.database;
    const processes = Math.max(places, workers + 1, 2);
    // A worker listens for new jobs on one more.
    const needed = processes * poolSize + workers;
    const pools = texts.pools(processes, poolSize);
    if (used >= most) return fail(texts.connectionsUsedUp(used, most), raise(needed));
    if (needed > most) {
      const fits = Math.floor((most * crowded - workers) / processes);
      const line = fits >= 2 ? setting("POSTGRES_POOL_SIZE", String(fits)) : raise(needed);
      return warn(texts.connectionsTooMany(pools, needed, most), line);
    }
    if (used > most * crowded) return warn(texts.connectionsCrowded(used, most), raise(most * 2));
    return ok(texts.connectionsFit(pools, needed, most));

    function raise(wanted: number): string {
      const rounded = Math.ceil((wanted * 1.2) / 50) * 50;
      const line = psql(config, `alter system set max_connections = ${rounded}`);
      return `${line} && docker compose restart db`;
    }
  },
};
