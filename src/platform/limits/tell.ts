// Tells Postgres what this process has counted: what is due of one tenant in one transaction, seldom more than one a second, so that telling
// costs the database the same however many callers there are.
import type { Database, TenantDb } from "../db/database.ts";
import { noteReached } from "../limits.ts";
import type { Logger } from "../log.ts";
import type { TenantId } from "#src/ids.ts";
import { addHits } from "./add-hits.ts";
import { type LimitDefinition, stateAt } from "./windows.ts";

export interface Tallied {
  readonly tenantId: TenantId;
  readonly limit: LimitDefinition;
  readonly key: string;
  /** Whom the limit stops, in words for administrators: asked once, when it is reached. */
  readonly about: (db: TenantDb) => Promise<string>;
}

/** One caller in one window. */
export interface TallyCounter {
  readonly windowAt: number;
  /** What is counted, as it was asked for last, and when. */
  one: Tallied;
  at: Date;
  /** All processes, as Postgres said last. */
  told: number;
  former: number;
  /** Ours that it does not know yet. */
  pending: number;
  /** When it was told last. */
  toldAt: number;
  isNoted: boolean;
}

/** Between two transactions of one tenant, unless something cannot wait. */
const pauseMs = 1_000;
/** Counters told in one statement. */
const batchMost = 500;
/** Transactions under way that tell: many tenants must not fill the pool with them. */
const tellingMost = 4;

/** What is due of one tenant. */
interface Desk {
  readonly tenantId: TenantId;
  readonly due: Set<TallyCounter>;
  nextAt: number;
  isTelling: boolean;
  /** Whether something that is due cannot wait for the pause to be over. */
  isUrgent: boolean;
}

export interface Teller {
  /** "soon": as soon as there is room; "with others": with what else is due in the tenant, when one of its next hits finds the pause over. */
  tell(counters: readonly TallyCounter[], when: "soon" | "with others"): void;
  /** Waits for all that is being told, and is to be told soon. */
  settle(): Promise<void>;
}

export function createTeller({
  database,
  log,
}: {
  readonly database: Database;
  readonly log: Logger;
}): Teller {
  const desks = new Map<TenantId, Desk>();
  const telling = new Set<Promise<void>>();

  const deskOf = (tenantId: TenantId): Desk => {
    const known = desks.get(tenantId);
    if (known) return known;
    const desk: Desk = { tenantId, due: new Set(), nextAt: 0, isTelling: false, isUrgent: false };
    desks.set(tenantId, desk);
    return desk;
  };

  const work = (desk: Desk): void => {
    if (desk.due.size === 0 || desk.isTelling || telling.size >= tellingMost) return;
    if (!desk.isUrgent && performance.now() < desk.nextAt) return;
    const batch = takeDue(desk);
    desk.isTelling = true;
    const scope = database.tenant(desk.tenantId);
    const done = scope
      .write((db) => tellAll(db, batch))
      .then(
        (answers) => learn(batch, answers),
        (error: unknown) => {
          // Counted here all the same: a database that is away does not open the door. Further hits try anew, and what is due does not.
          for (const { counter, hits } of batch) {
            counter.told -= hits;
            counter.pending += hits;
          }
          for (const one of desks.values()) {
            one.due.clear();
            one.isUrgent = false;
          }
          log.warn({ err: error, counters: batch.length }, "limits_not_told");
        },
      )
      .finally(() => {
        desk.isTelling = false;
        desk.nextAt = performance.now() + pauseMs;
        telling.delete(done);
        for (const one of desks.values()) work(one);
      });
    telling.add(done);
  };

  return {
    tell(counters, when) {
      const concerned = new Set(counters.map(({ one }) => deskOf(one.tenantId)));
      for (const counter of counters) deskOf(counter.one.tenantId).due.add(counter);
      for (const desk of concerned) {
        if (when === "soon") desk.isUrgent = true;
        work(desk);
      }
    },
    async settle() {
      while (telling.size > 0) await Promise.all(telling);
    },
  };
}

interface Sent {
  readonly counter: TallyCounter;
  readonly hits: number;
}

/** The first of what is due: told as far as this process knows. */
function takeDue(desk: Desk): Sent[] {
  const batch: Sent[] = [];
  for (const counter of desk.due) {
    if (batch.length === batchMost) break;
    desk.due.delete(counter);
    batch.push({ counter, hits: counter.pending });
    counter.told += counter.pending;
    counter.pending = 0;
    counter.toldAt = performance.now();
  }
  if (desk.due.size === 0) desk.isUrgent = false;
  return batch;
}

interface Answer {
  readonly hits: number;
  readonly former: number;
  readonly isFull: boolean;
}

/** Adds the hits, and notes whom the limits stop that are reached. */
async function tellAll(db: TenantDb, batch: readonly Sent[]): Promise<Answer[]> {
  const added = await addHits(
    db,
    batch.map(({ counter: { one, at }, hits }) => ({ ...one, hits, now: at })),
  );
  const answers: Answer[] = [];
  for (const [place, { counter }] of batch.entries()) {
    const { one, at, isNoted } = counter;
    const counted = added[place];
    if (!counted) throw new Error("a limit's statement answered too few rows");
    const isFull = !stateAt(one.limit, at, counted).allowed;
    if (isFull && !isNoted)
      await noteReached(db, one.limit, { key: one.key, about: await one.about(db), now: at });
    answers.push({ ...counted, isFull });
  }
  return answers;
}

function learn(batch: readonly Sent[], answers: readonly Answer[]): void {
  for (const [place, { counter }] of batch.entries()) {
    const answer = answers[place];
    if (!answer) continue;
    counter.told = answer.hits;
    counter.former = answer.former;
    counter.isNoted = answer.isFull;
  }
}
