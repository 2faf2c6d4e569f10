// Is it alive, is it ready: for load balancers and people with curl. On every host, without a login, GET and HEAD.
import { Hono } from "hono";
import { sql } from "kysely";
import type { Database } from "#platform/db/database.ts";
import type { Env } from "#platform/http/context.ts";

export interface Health {
  /** Whether the database answers within two seconds, even when every connection of the pool is taken. */
  databaseAnswers(): Promise<boolean>;
  /** False once this process has begun to stop. */
  isServing(): boolean;
  /** From now on /readyz and /healthz say 503 and /livez "stopping", so that a load balancer sends nobody here. */
  stopServing(): void;
}

/** The answer is promised within two seconds: this leaves time to give it. */
const patienceMs = 1_500;

/** Health of one process. The check joins one that is already under way, so that a flood of probes is one query. */
export function createHealth(database: Database): Health {
  let serving = true;
  let running: Promise<boolean> | null = null;
  const ask = async (): Promise<boolean> => {
    const query = database
      .system((db) => sql`select 1`.execute(db))
      .then(
        () => true,
        () => false,
      );
    return Promise.race([query, Bun.sleep(patienceMs).then(() => false)]);
  };
  return {
    databaseAnswers: () => {
      running ??= ask().finally(() => {
        running = null;
      });
      return running;
    },
    isServing: () => serving,
    stopServing: () => {
      serving = false;
    },
  };
}

/** `/healthz` and `/readyz` (200 or 503), `/livez` (200 while the process answers at all; "stopping" tells a proxy to leave). */
export function healthRoutes(health: Health): Hono<Env> {
  const app = new Hono<Env>();
  app.get("/livez", (c) => c.text(health.isServing() ? "alive\n" : "stopping\n"));
  const ready = async () => health.isServing() && (await health.databaseAnswers());
  for (const path of ["/healthz", "/readyz"]) {
    app.get(path, async (c) => ((await ready()) ? c.text("ok\n") : c.text("unavailable\n", 503)));
  }
  return app;
}
