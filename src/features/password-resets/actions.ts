// An administrator asks somebody for a new password, and takes it back.
import { flagShortPassword } from "#features/authenticators/index.ts";
import { endSessions } from "#features/sessions/index.ts";
import { notify } from "#features/notices/index.ts";
import { assertMayManage, fullName, lockUser, mayManage } from "#features/users/index.ts";
import { record } from "#platform/audit/record.ts";
import type { TenantDb } from "#platform/db/database.ts";
import type { Handling } from "#platform/http/context.ts";
import { type Actor, actorMay } from "#src/actor.ts";
import type { UserId } from "#src/ids.ts";
import { resetRequiredMail } from "./emails.tsx";
import { cannotLift, noPassword, ownPassword } from "./errors.ts";
import { resetLifted, resetRequired } from "./events.ts";
import { findPerson } from "./queries.ts";
import type { ResetRequirement } from "./schema.ts";

type Asking = Pick<Handling<unknown, unknown>, "actor" | "post" | "now">;

const isSelf = (actor: Actor, userId: UserId) => actor.kind === "user" && actor.userId === userId;

/** Whether a person has to choose a new password and why, and what `actor` may do about it. @throws {userNotFound} */
export async function readRequirement(
  db: TenantDb,
  actor: Actor,
  userId: UserId,
): Promise<ResetRequirement> {
  const person = await findPerson(db, userId);
  const may = actorMay(actor, "users.manage") && mayManage(actor, person) && !isSelf(actor, userId);
  return {
    user: { id: userId, name: fullName(person), email: person.email },
    cause: person.cause,
    mayRequire: may && Boolean(person.hasPassword) && person.cause !== "admin",
    mayLift: may && person.cause === "admin",
  };
}

/**
 * From now on the person's password leads to choosing another one and to nothing else; they are signed out everywhere and told. Required
 * already: nothing happens. A breach, or settings that ask for more, stay the reason: those nobody can take back.
 * @throws {userNotFound} @throws {aboveRole} @throws {ownPassword} @throws {noPassword}
 */
export async function requireReset(
  db: TenantDb,
  { actor, post, now }: Asking,
  userId: UserId,
): Promise<void> {
  const user = await lockUser(db, userId);
  assertMayManage(actor, user);
  // A stolen session must not be able to lock its person out, nor to hide behind a reason that is not theirs.
  if (isSelf(actor, userId)) throw ownPassword();
  if (!user.hasPassword) throw noPassword({ userId });
  const { cause } = await findPerson(db, userId);
  if (cause === "admin") return;
  if (cause === null)
    await db
      .updateTable("users")
      .set({ password_reset_cause: "admin" })
      .where("id", "=", userId)
      .execute();
  await endSessions(db, actor, { userId, reason: "password_to_replace" });
  await record(db, actor, resetRequired, { userId });
  if (user.state !== "active") return;
  const happening = { userId, now };
  await notify(db, post, actor, { happening, template: resetRequiredMail, more: {} });
}

/**
 * The person's password opens again what it did, unless it is less than the settings ask for by now. Not required: nothing happens.
 * @throws {userNotFound} @throws {aboveRole} @throws {ownPassword} @throws {cannotLift}
 */
export async function liftReset(
  db: TenantDb,
  { actor, now }: Pick<Asking, "actor" | "now">,
  userId: UserId,
): Promise<void> {
  const user = await lockUser(db, userId);
  assertMayManage(actor, user);
  if (isSelf(actor, userId)) throw ownPassword();
  const { cause } = await findPerson(db, userId);
  if (cause === null) return;
  if (cause !== "admin") throw cannotLift({ cause });
  await db
    .updateTable("users")
    .set({ password_reset_cause: null })
    .where("id", "=", userId)
    .execute();
  // Settings that asked for more meanwhile passed over somebody who had to choose another one anyway. What nobody has measured yet is
  // measured at the next sign-in.
  await flagShortPassword(db, { userId, role: user.role, now, isMeasured: true });
  await record(db, actor, resetLifted, { userId });
}
