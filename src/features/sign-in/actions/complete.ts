// The end of a sign-in: its row is done, the person has a session.
import { startSession } from "#features/sessions/index.ts";
import type { TenantDb } from "#platform/db/database.ts";
import { forgiveAccount } from "../limits.ts";
import type { SignIn } from "../schema.ts";
import { type Visit, visitor } from "../visit.ts";
import type { UserId } from "#src/ids.ts";

/** Starts the session in the place of the one this browser had. Answers its token and where the person was going. */
export async function completeSignIn(
  db: TenantDb,
  visit: Visit,
  signIn: SignIn,
  { userId, method }: { userId: UserId; method: string },
): Promise<{ token: string; returnTo: string }> {
  const { now, origin, session } = visit;
  const methods = [...signIn.methods, method];
  await db
    .updateTable("sign_ins")
    .set({ state: "done", methods, code_hash: null, code_expires_at: null })
    .where("id", "=", signIn.id)
    .execute();
  await db.updateTable("users").set({ last_sign_in_at: now }).where("id", "=", userId).execute();
  await forgiveAccount(db, { userId, email: signIn.email, ip: origin.ip });
  const replaces = session?.id ?? null;
  const { token } = await startSession(db, visitor(visit, userId), {
    userId,
    methods,
    origin,
    now,
    replaces,
  });
  return { token, returnTo: signIn.returnTo };
}
