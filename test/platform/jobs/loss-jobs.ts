// The jobs of loss.test.ts, shared with the worker processes it starts. They leave marks in a table, for the test to read.
import { sql } from "kysely";
import { z } from "zod";
import type { TenantDb } from "#platform/db/database.ts";
import { defineJob } from "#platform/jobs/define.ts";

const mark = (db: TenantDb, n: number, phase: "started" | "ended") =>
  sql`insert into app.marks (n, phase, pid) values (${n}, ${phase}, ${process.pid})`.execute(db);

const Numbered = z.object({ n: z.number() });

/** Its first attempt hangs until it is aborted or killed with its worker. */
export const hangsOnce = defineJob("loss.hangs_once", {
  payload: Numbered,
  retryAfterSeconds: [0],
  timeoutSeconds: 60,
  run: async ({ payload, tenant, attempt, signal }) => {
    await tenant.write((db) => mark(db, payload.n, "started"));
    if (attempt === 1)
      await new Promise((_, reject) =>
        signal.addEventListener("abort", () => reject(signal.reason)),
      );
    await tenant.write((db) => mark(db, payload.n, "ended"));
    return "done";
  },
});

/** Eight lanes, twice as many as one worker has places; each job stays in its lane for a moment. */
export const inLane = defineJob("loss.in_lane", {
  payload: Numbered,
  lane: ({ n }) => `${n % 8}`,
  retryAfterSeconds: [],
  timeoutSeconds: 60,
  run: async ({ payload, tenant }) => {
    await tenant.write((db) => mark(db, payload.n, "started"));
    await Bun.sleep(5);
    await tenant.write((db) => mark(db, payload.n, "ended"));
    return "done";
  },
});
