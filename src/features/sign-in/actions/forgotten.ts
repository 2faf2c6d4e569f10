// A forgotten password: the request does the same work for every address; what differs happens later, in the job.
import { issueLink, linkPath } from "#features/one-time-links/index.ts";
import { record } from "#platform/audit/record.ts";
import type { TenantDb } from "#platform/db/database.ts";
import { type Post, queueMail } from "#platform/mail/queue.ts";
import type { Actor, Origin } from "#src/actor.ts";
import { continueSetUp, resetPassword } from "../emails.tsx";
import { passwordResetRequested } from "../events.ts";
import { mayMailForgotten } from "../limits.ts";
import { findByEmail } from "../queries.ts";

/**
 * Sends a link to an address, if it is that of an active person. Someone who followed an invitation and left before choosing a
 * password gets the way back to that. Nobody else gets anything.
 */
export async function sendResetLink(
  db: TenantDb,
  post: Post,
  { email, origin, now }: { email: string; origin: Origin; now: Date },
): Promise<void> {
  const person = await findByEmail(db, email);
  if (!person || person.state === "deactivated") return;
  const { userId, firstName } = person;
  const actor: Actor = { kind: "visitor", userId, origin };
  if (!(await mayMailForgotten({ db, actor, now }, email))) return;
  const isActive = person.state === "active";
  const purpose = isActive ? "password_reset" : "invitation";
  const link = await issueLink(db, { userId, email, purpose, now });
  const url = `${post.frame.baseUrl}${linkPath(purpose, link)}`;
  const template = isActive ? resetPassword : continueSetUp;
  await queueMail(db, post, template, { email, userId }, { firstName, url });
  await record(db, actor, passwordResetRequested, { userId });
}
