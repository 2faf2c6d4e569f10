// What follows a request: one message to each administrator who may decide, and the end of a request that nobody decided.
import { sql } from "kysely";
import { z } from "zod";
import { postOfTenant } from "#features/tenants/index.ts";
import { secondsLater } from "#platform/clock.ts";
import type { TenantDb } from "#platform/db/database.ts";
import { defineJob } from "#platform/jobs/define.ts";
import { defineLimit, hit } from "#platform/limits.ts";
import { type Post, queueMail } from "#platform/mail/queue.ts";
import type { Services } from "#platform/services.ts";
import { FactorResetId, type UserId } from "#src/ids.ts";
import { outranks, type Role } from "#src/permissions.ts";
import { expireReset } from "./actions/lapse.ts";
import { waitingMail } from "./emails.tsx";
import { activeWithRole, type Admin, decidingRoles, mayAgree } from "./people.ts";

// Whoever has many deactivated mailboxes must not flood the administrators' own: beyond this, news wait and come together.
const messages = defineLimit("recovery.messages", { most: 12, windowSeconds: 60 * 60 });

/** How many requests a message names. */
const namedMost = 20;

const Nothing = z.object({});

/** Tells every administrator who may decide about something new, each in one message, of all that is new. */
export const tellAdmins = defineJob<typeof Nothing, Services>("recovery.tell_admins", {
  payload: Nothing,
  key: () => "",
  retryAfterSeconds: [5, 30, 120],
  timeoutSeconds: 30,
  run: async ({ tenant, services }) => {
    const now = services.clock.now();
    await tenant.write(async (db) => {
      const { allowed, retryAfterSeconds } = await hit(db, messages, "", now);
      if (!allowed) return tellAdmins.with({}, secondsLater(now, retryAfterSeconds)).enqueue(db);
      await tell(db, await postOfTenant(db, services), now);
    });
    return "done";
  },
});

interface News {
  readonly what: "reactivation" | "reset";
  readonly name: string;
  readonly user: { readonly id: UserId; readonly role: Role };
  readonly requestedBy: UserId | null;
}

async function tell(db: TenantDb, post: Post, now: Date): Promise<void> {
  const news = await takeNews(db, now);
  if (news.length === 0) return;
  for (const admin of await activeWithRole(db, decidingRoles)) {
    const theirs = news.filter((request) => mayDecide(admin, request));
    if (theirs.length === 0) continue;
    const { firstName, email, userId } = admin;
    await queueMail(
      db,
      post,
      waitingMail,
      { email, userId },
      {
        firstName,
        waiting: theirs.slice(0, namedMost).map(({ what, name }) => ({ what, name })),
        more: Math.max(0, theirs.length - namedMost),
      },
    );
  }
}

const mayDecide = (admin: Admin, request: News): boolean =>
  request.what === "reset" ? mayAgree(admin, request) : outranks(admin.role, request.user.role);

/** Undecided requests that nobody was told of, marked as told. A request that lists have and no message had is still on the page. */
async function takeNews(db: TenantDb, now: Date): Promise<News[]> {
  const { rows } = await sql<{
    what: News["what"];
    name: string;
    userId: UserId;
    role: Role;
    requestedBy: UserId | null;
  }>`
    with reactivations as (
      update reactivation_requests set told_at = ${now}
      where decision is null and told_at is null returning id, user_id
    ), resets as (
      update factor_resets set told_at = ${now}
      where decision is null and told_at is null returning id, user_id, requested_by
    ), news as (
      select 'reactivation' as what, id, user_id, null::uuid as requested_by from reactivations
      union all select 'reset', id, user_id, requested_by from resets
    )
    select n.what, u.first_name || ' ' || u.last_name as name, u.id as "userId", u.role,
      n.requested_by as "requestedBy"
    from news as n join users as u on u.id = n.user_id
    order by n.id limit 1000`.execute(db);
  return rows.map(({ userId, role, ...row }) => ({ ...row, user: { id: userId, role } }));
}

const OfReset = z.object({ factorResetId: FactorResetId });

/** Ends a request for a reset whose time is up; one that was decided is left alone. Due again when it is too early. */
export const endReset = defineJob<typeof OfReset, Services>("recovery.end_reset", {
  payload: OfReset,
  key: ({ factorResetId }) => factorResetId,
  retryAfterSeconds: [5, 30, 60, 300],
  timeoutSeconds: 30,
  run: async ({ payload, tenant, services }) => {
    const now = services.clock.now();
    await tenant.write(async (db) => {
      const post = await postOfTenant(db, services);
      const actor = { kind: "job", job: endReset.name } as const;
      const dueAt = await expireReset({ db, post, actor, now }, payload.factorResetId);
      if (dueAt !== null) await endReset.with(payload, secondsLater(dueAt, 1)).enqueue(db);
    });
    return "done";
  },
});
