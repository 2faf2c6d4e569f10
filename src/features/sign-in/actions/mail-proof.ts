// The code that proves a mailbox: what happens after the answer, so that no answer depends on whose address it is.
import { randomDigits } from "#platform/crypto/token.ts";
import type { TenantDb } from "#platform/db/database.ts";
import { type Post, queueMail } from "#platform/mail/queue.ts";
import { proofCode } from "../emails.tsx";
import { findByEmail, isAt, lockSignInById } from "../queries.ts";
import { codeDigits } from "../schema.ts";
import { type CodeKeys, hashCode } from "./second-step.ts";

/** Sends a code to the address, if it is somebody's; to a stranger's mailbox nothing is sent. How many go there is counted by who asks. */
export async function sendProofCode(
  db: TenantDb,
  { post, now, ...codeKeys }: CodeKeys & { post: Post; now: Date },
  signInId: string,
): Promise<void> {
  const signIn = await lockSignInById(db, signInId);
  if (!isAt(signIn, ["email_proof"], now)) return;
  const person = await findByEmail(db, signIn.email);
  if (!person) return;
  const { userId } = person;
  const { email } = signIn;
  const code = randomDigits(codeDigits);
  await db
    .updateTable("sign_ins")
    .set({ code_hash: hashCode(codeKeys, signIn, code) })
    .where("id", "=", signIn.id)
    .execute();
  await queueMail(db, post, proofCode, { email, userId }, { code });
}
