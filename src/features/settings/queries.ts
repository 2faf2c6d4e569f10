// Reads of the settings as the API tells them.
import { z } from "zod";
import { providerNames } from "#features/identity-providers/index.ts";
import {
  defaultPolicy,
  findPolicyState,
  findTrial,
  Policy,
  type PolicyState,
  type PolicyTrial,
} from "#features/policy/index.ts";
import type { TenantDb } from "#platform/db/database.ts";
import type { PolicyTrialId, UserId } from "#src/ids.ts";
import { countAffected, listAffected } from "./affected.ts";
import { trialNotFound } from "./errors.ts";
import { eventsThatPut } from "./events.ts";
import type { Settings, Trial } from "./schema.ts";
import { texts } from "./texts.ts";
import { type ProviderNames, wordsOf } from "./words.ts";

/** How many of the people whom a trial concerns are named beside it. */
const namedMost = 20;

/** The settings in force and the change that is being tried. Two statements, four more for a trial. */
export async function getSettings(db: TenantDb, now: Date): Promise<Settings> {
  return toSettings(db, await findPolicyState(db, now), now);
}

async function toSettings(
  db: TenantDb,
  { policy, version, trial }: PolicyState,
  now: Date,
): Promise<Settings> {
  return { ...policy, version, trial: trial && (await toTrial(db, trial, now)) };
}

/** A trial, also one that has ended. @throws {trialNotFound} */
export async function getTrial(db: TenantDb, trialId: PolicyTrialId, now: Date): Promise<Trial> {
  const trial = await findTrial(db, trialId, now);
  if (!trial) throw trialNotFound({ trialId });
  return toTrial(db, trial, now);
}

async function toTrial(db: TenantDb, trial: PolicyTrial, now: Date): Promise<Trial> {
  const { id, state, startedBy, applied, proposed, previous } = trial;
  const filter = { limit: namedMost, already: false, now };
  const { items: people } = await listAffected(db, trial, filter);
  return {
    id,
    state,
    startedBy: startedBy && { id: startedBy, name: await nameOf(db, startedBy) },
    createdAt: trial.createdAt.toISOString(),
    expiresAt: trial.expiresAt.toISOString(),
    testedAt: trial.testedAt?.toISOString() ?? null,
    appliedAt: applied?.at.toISOString() ?? null,
    revertAt: applied?.revertAt.toISOString() ?? null,
    proposed,
    previous,
    affected: { ...(await countAffected(db, trial, now)), people },
  };
}

async function nameOf(db: TenantDb, userId: UserId): Promise<string> {
  const { firstName, lastName } = await db
    .selectFrom("users")
    .select(["first_name as firstName", "last_name as lastName"])
    .where("id", "=", userId)
    .executeTakeFirstOrThrow();
  return `${firstName} ${lastName}`;
}

const Put = z.object({
  version: z.int(),
  changes: z.record(z.string(), z.object({ from: z.unknown(), to: z.unknown() })),
});

export interface PutChange {
  readonly who: string;
  readonly changes: z.infer<typeof Put>["changes"];
  /** The same in words. */
  readonly words: readonly string[];
}

/** Who changed what after a version, oldest first; of the last 20 changes. */
export async function putSince(db: TenantDb, version: number): Promise<PutChange[]> {
  const rows = await db
    .selectFrom("audit_events as e")
    .leftJoin("users as u", "u.id", "e.actor_id")
    .leftJoin("api_clients as c", "c.id", "e.actor_id")
    .select([
      "e.data",
      "e.actor_kind as kind",
      "u.first_name as firstName",
      "u.last_name as lastName",
      "c.name as client",
    ])
    .where("e.name", "in", eventsThatPut)
    .orderBy("e.id", "desc")
    .limit(20)
    .execute();
  const providers = await providerNames(db);
  return rows.toReversed().flatMap(({ data, kind, firstName, lastName, client }) => {
    const put = Put.parse(data);
    if (put.version <= version) return [];
    const person = firstName === null ? null : `${firstName} ${lastName}`;
    const itself = kind === "operator" ? texts.operator : texts.byItself;
    const who = person ?? (client === null ? itself : texts.client(client));
    return [{ who, changes: put.changes, words: wordsOfRecord(put.changes, providers) }];
  });
}

/** A change as events keep it, in words. */
function wordsOfRecord(changes: PutChange["changes"], providers: ProviderNames): string[] {
  const sideOf = (side: "from" | "to") =>
    Policy.parse({
      ...defaultPolicy,
      ...Object.fromEntries(
        Object.entries(changes).map(([field, change]) => [field, change[side]]),
      ),
    });
  return wordsOf(sideOf("from"), sideOf("to"), providers);
}
