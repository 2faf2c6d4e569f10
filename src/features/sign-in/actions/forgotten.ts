// A forgotten password: the request does the same work for every address; what differs happens later, in the job.
import { closedProviderOf, onlyProviderOf } from "#features/identity-providers/index.ts";
import { issueLink, linkPath } from "#features/one-time-links/index.ts";
import { findPolicy } from "#features/policy/index.ts";
import { record } from "#platform/audit/record.ts";
import type { TenantDb } from "#platform/db/database.ts";
import { type Post, queueMail } from "#platform/mail/queue.ts";
import type { Actor, Origin } from "#src/actor.ts";
import {
  accountDeactivated,
  continueSetUp,
  providerClosed,
  resetPassword,
  signsInByProvider,
} from "../emails.tsx";
import { passwordResetRequested } from "../events.ts";
import { mayMailForgotten } from "../limits.ts";
import { findByEmail } from "../queries.ts";

/** What a person gets who cannot sign in, by the state of their account. */
const answers = {
  active: { purpose: "password_reset", template: resetPassword },
  // Followed an invitation and left before choosing a password: the way back to that.
  invited: { purpose: "invitation", template: continueSetUp },
  // Told here and nowhere else: whoever asked from outside learns nothing.
  deactivated: { purpose: "reactivation", template: accountDeactivated },
} as const;

/** Sends a link to an address, if it is somebody's and verified. Nobody else gets anything. */
export async function sendResetLink(
  db: TenantDb,
  post: Post,
  {
    email,
    origin,
    now,
    isKnownDevice,
  }: { email: string; origin: Origin; now: Date; isKnownDevice: boolean },
): Promise<void> {
  const person = await findByEmail(db, email);
  if (!person) return;
  const { userId, firstName, state } = person;
  const actor: Actor = { kind: "visitor", userId, origin };
  if (!isKnownDevice && !(await mayMailForgotten({ db, actor, now }, email))) return;
  const provider = await onlyProviderOf(db, { userId, email }, await findPolicy(db, now));
  if (provider !== null) {
    // The mailbox is known to be theirs: it may read which provider it is.
    const said = { firstName, provider: provider.name, providerId: provider.id };
    await queueMail(db, post, signsInByProvider, { email, userId }, said);
    return;
  }
  const closed = state === "active" ? await closedProviderOf(db, userId) : null;
  if (closed !== null) {
    const said = { firstName, provider: closed.name };
    await queueMail(db, post, providerClosed, { email, userId }, said);
    return;
  }
  const { purpose, template } = answers[state];
  const link = await issueLink(db, { userId, email, purpose, now, isAskedFor: true });
  const url = `${post.frame.baseUrl}${linkPath(purpose, link)}`;
  await queueMail(db, post, template, { email, userId }, { firstName, url });
  await record(db, actor, passwordResetRequested, { userId });
}
