// Removes the contents of discarded files, and what interrupted writes have left. It deletes what rows name and nothing else: a
// bucket may hold the files of another installation.
import type { TenantScope } from "../db/database.ts";
import { defineSchedule } from "../jobs/schedule.ts";
import { reasonOf } from "./errors.ts";
import { forget } from "./files.ts";
import type { Storage } from "./storage.ts";

/** Longer than any write takes, and than a person thinks about a form. */
const pendingHours = 24;
/** Of one tenant in one run. */
const batchMost = 500;

export const sweepStorage = defineSchedule<{
  readonly storage: Storage;
  readonly clock: { now(): Date };
}>("storage.sweep", {
  cron: "47 * * * *",
  run: ({ eachTenant, services }) =>
    eachTenant(async (tenant) => {
      const { failed } = await sweepFiles(services.storage, tenant, services.clock.now());
      if (failed !== null) throw new Error(failed);
    }),
});

/** Removes at most 500 leftovers of a tenant. `failed`: why some are still there, null when none is. */
export async function sweepFiles(
  storage: Storage,
  tenant: TenantScope,
  now: Date,
): Promise<{ removed: number; failed: string | null }> {
  const before = new Date(now.getTime() - pendingHours * 3_600_000);
  const leftovers = await tenant.read((db) =>
    db
      .selectFrom("files")
      .select(["id", "backend", "key"])
      .where("state", "<>", "kept")
      .where((is) => is.or([is("state", "=", "discarded"), is("created_at", "<", before)]))
      .orderBy("created_at")
      .limit(batchMost)
      .execute(),
  );
  let removed = 0;
  let failed: string | null = null;
  for (const leftover of leftovers) {
    try {
      await forget(storage, tenant, leftover);
      removed += 1;
    } catch (error) {
      failed = reasonOf(error instanceof Error && error.cause ? error.cause : error);
    }
  }
  return { removed, failed };
}
