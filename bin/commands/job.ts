// Jobs: what waits, runs or is dead, and another try.
import { jobStates, listJobs, type JobState, retryJob } from "#platform/jobs/queries.ts";
import { operate, printRows } from "../_operate.ts";
import { exitCodes, nounCommand, strictCommand } from "../_strict.ts";

const list = strictCommand({
  meta: { name: "list", description: "Jobs in one state, oldest first" },
  args: {
    state: {
      type: "string",
      default: "dead",
      description: `one of ${jobStates.join(", ")}; dead by default`,
    },
    limit: { type: "string", default: "50", description: "at most this many, 1 to 200" },
    json: { type: "boolean", description: "print JSON" },
  },
  run: ({ args }) =>
    operate("job list", async ({ services }) => {
      const state = jobStates.find((known) => known === args.state);
      const limit = Number(args.limit);
      if (!state) return refuse(`--state must be one of ${jobStates.join(", ")}`);
      if (!Number.isInteger(limit) || limit < 1 || limit > 200)
        return refuse("--limit must be 1 to 200");
      printRows(await jobsIn(services, state, limit), args.json ?? false);
    }),
});

const jobsIn = (
  services: { database: import("#platform/db/database.ts").Database },
  state: JobState,
  limit: number,
) => services.database.system((db) => listJobs(db, { state, limit }));

const retry = strictCommand({
  meta: {
    name: "retry",
    description: "Give a dead job another round of tries (exit 1 when there is no such dead job)",
  },
  args: { id: { type: "positional", required: true, description: "the job's id" } },
  run: ({ args }) =>
    operate("job retry", async ({ services }) => {
      const outcome = /^[0-9a-f-]{36}$/.test(args.id)
        ? await retryJob(services.database, args.id)
        : "absent";
      if (outcome === "absent") return refuse("there is no dead job with this id");
      console.log(
        outcome === "merged"
          ? "a newer job of the same kind is waiting already"
          : "the job will run again",
      );
    }),
});

function refuse(problem: string): void {
  console.error(problem);
  process.exitCode = exitCodes.refused;
}

export const command = nounCommand("job", "Work that is waiting, running or has failed", {
  list,
  retry,
});
