// Proving a mailbox before the password is asked for. Whoever has the address, the same is done and shown; only the job that mails
// the code knows whether there is anybody.
import { deviceTokenOf, findDeviceByEmail } from "#features/devices/index.ts";
import { secondsLater } from "#platform/clock.ts";
import { randomToken } from "#platform/crypto/token.ts";
import { record } from "#platform/audit/record.ts";
import type { TenantDb } from "#platform/db/database.ts";
import { mailboxRefused } from "../events.ts";
import { mailProofCode } from "../jobs.ts";
import { countProofMail, type Wait } from "../limits.ts";
import { isAt, lockSignIn } from "../queries.ts";
import { codeSeconds, codeSendsMost, codeTriesMost, type SignIn } from "../schema.ts";
import { handleOf, type Visit, visitor } from "../visit.ts";
import { isMailedCode, isVoid } from "./second-step.ts";

export type ProofOutcome =
  | { readonly kind: "proven"; readonly handle: string }
  | { readonly kind: "sent" }
  | { readonly kind: "limited"; readonly seconds: number }
  | { readonly kind: "wrong"; readonly left: number }
  | { readonly kind: "void" }
  | { readonly kind: "expired"; readonly returnTo: string }
  | { readonly kind: "exhausted"; readonly returnTo: string };

/** Judges the code that was mailed to prove the mailbox. */
export function tryProof(visit: Visit, code: string): Promise<ProofOutcome> {
  return visit.tenant.write(async (db): Promise<ProofOutcome> => {
    const signIn = await lockSignIn(db, handleOf(visit));
    if (!isAt(signIn, ["email_proof"], visit.now)) return expired(signIn);
    if (isVoid(signIn, visit.now)) return { kind: "void" };
    if (isMailedCode(visit, signIn, code))
      return { kind: "proven", handle: await prove(db, signIn) };
    await record(db, visitor(visit), mailboxRefused, {});
    const tries = signIn.codeTries + 1;
    await db
      .updateTable("sign_ins")
      .set({ code_tries: tries })
      .where("id", "=", signIn.id)
      .execute();
    return tries < codeTriesMost
      ? { kind: "wrong", left: codeTriesMost - tries }
      : { kind: "void" };
  });
}

async function prove(db: TenantDb, { id }: SignIn): Promise<string> {
  const { token, hash } = randomToken();
  await db
    .updateTable("sign_ins")
    .set({
      token_hash: hash,
      state: "password",
      methods: ["email_code"],
      code_hash: null,
      code_expires_at: null,
      code_tries: 0,
      code_sends: 0,
    })
    .where("id", "=", id)
    .execute();
  return token;
}

/** Has another code mailed in the place of the last one. */
export function sendProofAgain(visit: Visit): Promise<ProofOutcome> {
  return visit.tenant.write(async (db): Promise<ProofOutcome> => {
    const signIn = await lockSignIn(db, handleOf(visit));
    if (!isAt(signIn, ["email_proof"], visit.now)) return expired(signIn);
    if (signIn.codeSends >= codeSendsMost) {
      await db.deleteFrom("sign_ins").where("id", "=", signIn.id).execute();
      return { kind: "exhausted", returnTo: signIn.returnTo };
    }
    const seconds = await askForProof(db, visit, signIn);
    return seconds === null ? { kind: "sent" } : { kind: "limited", seconds };
  });
}

/** Brings a sign-in to the proof of the mailbox, or asks for another code there. Answers the seconds to wait when too many went there. */
export async function askForProof(db: TenantDb, visit: Visit, signIn: SignIn): Promise<Wait> {
  const { now, cookies } = visit;
  const { email } = signIn;
  const device = await findDeviceByEmail(db, { email, token: deviceTokenOf(cookies), now });
  const trier = { email, deviceId: device?.id ?? null };
  const wait = await countProofMail({ db, actor: visitor(visit), now }, trier);
  if (wait !== null) return wait;
  await db
    .updateTable("sign_ins")
    .set({
      state: "email_proof",
      code_hash: null,
      code_expires_at: secondsLater(now, codeSeconds),
      code_tries: 0,
      code_sends: signIn.codeSends + 1,
    })
    .where("id", "=", signIn.id)
    .execute();
  await mailProofCode.with({ signInId: signIn.id }).enqueue(db);
  return null;
}

const expired = (signIn: SignIn | null): ProofOutcome => ({
  kind: "expired",
  returnTo: signIn?.returnTo ?? "/",
});
