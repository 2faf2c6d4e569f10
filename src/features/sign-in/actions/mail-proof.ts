// The code that proves a mailbox: what happens after the answer, so that no answer depends on whose address it is.
import { randomDigits } from "#platform/crypto/token.ts";
import type { TenantDb } from "#platform/db/database.ts";
import { type Post, queueMail } from "#platform/mail/queue.ts";
import type { Actor } from "#src/actor.ts";
import { proofCode } from "../emails.tsx";
import { mayMailProof } from "../limits.ts";
import { findByEmail, isAt, lockSignInById } from "../queries.ts";
import { codeDigits } from "../schema.ts";
import { type CodeKeys, hashCode } from "./second-step.ts";

/** Sends a code to the address, if it is somebody's and not too many went there; to a stranger's mailbox nothing is sent. */
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
  const actor: Actor = { kind: "job", job: "sign_in.mail_proof_code" };
  if (!(await mayMailProof({ db, actor, now }, { userId, email }))) return;
  const code = randomDigits(codeDigits);
  await db
    .updateTable("sign_ins")
    .set({ code_hash: hashCode(codeKeys, signIn, code) })
    .where("id", "=", signIn.id)
    .execute();
  await queueMail(db, post, proofCode, { email, userId }, { code });
}
