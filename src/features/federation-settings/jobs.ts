// Once a day: keys whose certificates come to their end get a successor, and super administrators hear of it. Nothing is switched.
import { z } from "zod";
import {
  applicationNotFound,
  keyIsPrepared as applicationKeyIsPrepared,
  prepareKey as prepareApplicationKey,
} from "#features/applications/index.ts";
import { findFederationSettings } from "#features/federation/index.ts";
import {
  keyIsPrepared as providerKeyIsPrepared,
  prepareKey as prepareProviderKey,
  providerNotFound,
} from "#features/identity-providers/index.ts";
import { postOfTenant } from "#features/tenants/index.ts";
import { secondsLater } from "#platform/clock.ts";
import type { TenantDb, TenantScope } from "#platform/db/database.ts";
import { DomainError } from "#platform/errors.ts";
import { defineJob } from "#platform/jobs/define.ts";
import { defineSchedule } from "#platform/jobs/schedule.ts";
import type { Services } from "#platform/services.ts";
import { ApplicationId, IdentityProviderId, IdentityProviderKeyId, SamlKeyId } from "#src/ids.ts";
import { findEnding, type FoundKey, unprepared, untold } from "./ending.ts";
import { tellSuperAdmins } from "./tell.ts";

/** Keys of one run of the job: each takes the machine a moment. */
const batchMost = 20;

const Nothing = z.object({});

/** Prepares the next keys of a batch; where more are left, another job goes on, else the mail is written. */
export const prepareKeys = defineJob<typeof Nothing, Services>("federation.prepare_keys", {
  payload: Nothing,
  key: () => "",
  priority: -10,
  retryAfterSeconds: [60, 600, 3_600],
  timeoutSeconds: 120,
  run: async ({ tenant, services, signal }) => {
    const now = services.clock.now();
    const due = await tenant.read((db) => findUnprepared(db, now, batchMost));
    for (const key of due) {
      signal.throwIfAborted();
      await prepareNext(tenant, services, key);
    }
    await tenant.write(async (db) => {
      if (due.length === batchMost) return prepareKeys.with({}).enqueue(db);
      await tellSuperAdmins(db, await postOfTenant(db, services), now);
    });
    return "done";
  },
});

export const findEndingKeys = defineSchedule<Services>("federation.find_ending_keys", {
  cron: "41 3 * * *",
  run: ({ eachTenant, services }) =>
    eachTenant((tenant) => queueIfDue(tenant, services.clock.now())),
});

/** Queues the job for a tenant where there is something to prepare or to tell. */
export function queueIfDue(tenant: TenantScope, now: Date): Promise<void> {
  return tenant.write(async (db) => {
    const until = await windowEnd(db, now);
    const due = [
      ...(await findEnding(db, { until, limit: 1, where: unprepared })),
      ...(await findEnding(db, { until, limit: 1, inUse: true, where: untold(now) })),
    ];
    if (due.length > 0) await prepareKeys.with({}).enqueue(db);
  });
}

/** Certificates that end until then are in the window. */
export async function windowEnd(db: TenantDb, now: Date): Promise<Date> {
  const { rotationWindowDays } = await findFederationSettings(db);
  return secondsLater(now, rotationWindowDays * 86_400);
}

const findUnprepared = async (db: TenantDb, now: Date, limit: number) =>
  findEnding(db, { until: await windowEnd(db, now), limit, where: unprepared });

/** Somebody else may have prepared one, switched, or deleted the connection since it was found. */
const overtaken = new Set(
  [applicationKeyIsPrepared, applicationNotFound, providerKeyIsPrepared, providerNotFound].map(
    ({ code }) => code,
  ),
);

async function prepareNext(
  tenant: TenantScope,
  services: Services,
  { kind, id, keyId }: FoundKey,
): Promise<void> {
  const actor = { kind: "job", job: prepareKeys.name } as const;
  const by = { tenant, actor, keys: services.keys, now: services.clock.now() };
  try {
    if (kind === "application") {
      await prepareApplicationKey(
        { ...by, after: SamlKeyId.parse(keyId) },
        ApplicationId.parse(id),
      );
    } else {
      const after = IdentityProviderKeyId.parse(keyId);
      await prepareProviderKey({ ...by, after }, IdentityProviderId.parse(id));
    }
  } catch (error) {
    if (!(error instanceof DomainError) || !overtaken.has(error.code)) throw error;
  }
}
