// People hear of a policy that asks for more than their password is: before the sign-in at which it stops them.
import { sql } from "kysely";
import { z } from "zod";
import { rulesFor } from "#features/authenticators/index.ts";
import { findPolicy } from "#features/policy/index.ts";
import { postOfTenant } from "#features/tenants/index.ts";
import { primaryEmail } from "#features/users/index.ts";
import type { TenantDb } from "#platform/db/database.ts";
import { defineJob } from "#platform/jobs/define.ts";
import { type Post, queueMail } from "#platform/mail/queue.ts";
import type { Services } from "#platform/services.ts";
import type { UserId } from "#src/ids.ts";
import type { Role } from "#src/permissions.ts";
import { passwordTooLittleMail } from "./emails.tsx";

/** People of one transaction: a tightened policy may concern everybody at once. */
export const tellMost = 200;

const Nothing = z.object({});

/** Tells a batch of those who were not told yet, each once; then the next batch, as another job. */
export const tellWeak = defineJob<typeof Nothing, Services>("settings.tell_weak", {
  payload: Nothing,
  key: () => "",
  priority: -10,
  retryAfterSeconds: [5, 60, 600],
  timeoutSeconds: 60,
  run: async ({ tenant, services }) => {
    const now = services.clock.now();
    await tenant.write(async (db) => {
      const told = await tellBatch(db, await postOfTenant(db, services), now);
      if (told === tellMost) await tellWeak.with({}).enqueue(db);
    });
    return "done";
  },
});

async function tellBatch(db: TenantDb, post: Post, now: Date): Promise<number> {
  const policy = await findPolicy(db, now);
  const people = await takeBatch(db, now);
  for (const { userId, email, firstName, role, isActive } of people) {
    // Who is invited or deactivated reads it on the page, if they ever come.
    if (!isActive) continue;
    const { minLength, minScore } = rulesFor(policy, role);
    const data = { firstName, minLength, isVeryHard: minScore > 3 };
    await queueMail(db, post, passwordTooLittleMail, { email, userId }, data);
  }
  return people.length;
}

interface Told {
  readonly userId: UserId;
  readonly email: string;
  readonly firstName: string;
  readonly role: Role;
  readonly isActive: boolean;
}

/** Marked as told, by the index of those who are not. */
async function takeBatch(db: TenantDb, now: Date): Promise<Told[]> {
  const { rows } = await sql<Told>`
    with due as (
      select id from users
      where password_reset_cause = 'policy' and password_reset_told_at is null
      order by id limit ${tellMost} for no key update
    )
    update users as u set password_reset_told_at = ${now} from due where u.id = due.id
    returning u.id as "userId", ${primaryEmail} as email, u.first_name as "firstName", u.role,
      u.state = 'active' as "isActive"`.execute(db);
  return rows;
}
