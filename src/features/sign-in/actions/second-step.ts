// Codes that are mailed: as the second step, and to prove a mailbox before anything else.
import { secondsLater } from "#platform/clock.ts";
import type { Keyring } from "#platform/crypto/keyring.ts";
import { randomDigits } from "#platform/crypto/token.ts";
import type { TenantDb } from "#platform/db/database.ts";
import { queueMail } from "#platform/mail/queue.ts";
import type { TenantId } from "#src/ids.ts";
import { signInCode } from "../emails.tsx";
import { countCodeMail, type ProvenTrier, type Wait } from "../limits.ts";
import { codeDigits, codeSeconds, codeTriesMost, type SignIn } from "../schema.ts";
import { type Visit, visitor } from "../visit.ts";

/**
 * Mails a new code to the address that was typed, or that the link was sent to. It takes the place of the one before. Answers the
 * seconds to wait when too many were mailed.
 */
export async function mailCode(
  db: TenantDb,
  visit: Visit,
  signIn: SignIn,
  trier: MailTrier,
): Promise<Wait> {
  const mailed = await newCode(db, visit, signIn, trier);
  if ("wait" in mailed) return mailed.wait;
  await db.updateTable("sign_ins").set(mailed.kept).where("id", "=", signIn.id).execute();
  return null;
}

type MailTrier = ProvenTrier & { readonly userId: NonNullable<SignIn["userId"]> };

/** The same for who writes the row anyway: answers what is to be written of the code. */
export async function newCode(db: TenantDb, visit: Visit, signIn: SignIn, trier: MailTrier) {
  const { now, post, services, site } = visit;
  const { userId } = trier;
  const wait = await countCodeMail({ db, actor: visitor(visit, userId), now }, trier);
  if (wait !== null) return { wait };
  const code = randomDigits(codeDigits);
  const provider = providerBeside(signIn);
  await queueMail(db, post, signInCode, { email: signIn.email, userId }, { code, provider });
  const kept = {
    code_hash: hashCode({ keys: services.keys, tenantId: site.tenantId }, signIn, code),
    code_expires_at: secondsLater(now, codeSeconds),
    code_tries: 0,
    code_sends: signIn.codeSends + 1,
  };
  return { kept };
}

/** By what somebody came who knows no password of ours: their identity provider, by name; null: they gave the password. */
export const providerBeside = ({
  methods,
  federated,
}: Pick<SignIn, "methods" | "federated">): string | null =>
  methods.includes("password") ? null : (federated?.providerName ?? null);

/** What a mailed code is hashed with, and for whom. */
export interface CodeKeys {
  readonly keys: Keyring;
  readonly tenantId: TenantId;
}

/** Eight digits are quickly tried out, so a plain hash would hide nothing from a reader of the table: this one needs our key. */
export const hashCode = (
  { keys, tenantId }: CodeKeys,
  signIn: Pick<SignIn, "id">,
  code: string,
): Buffer => keys.mac("sign-in-code", codeMessage(tenantId, signIn.id, code));

/** Whether a code is the one that was mailed in this sign-in; in constant time. */
export function isMailedCode({ services, site }: Visit, signIn: SignIn, typed: string): boolean {
  const code = typed.replaceAll(/[\s-]/g, "");
  if (!/^\d{8}$/.test(code) || signIn.codeHash === null) return false;
  // Development only: parseConfig refuses the setting anywhere else.
  if (services.config.dev.bypassOtp) return true;
  const message = codeMessage(site.tenantId, signIn.id, code);
  return services.keys.checkMac("sign-in-code", message, signIn.codeHash);
}

/** Whether no mailed code can be right any more. A code that is still on its way is not there yet: that shows nothing. */
export const isVoid = (signIn: SignIn, now: Date): boolean =>
  signIn.codeExpiresAt === null || signIn.codeExpiresAt <= now || signIn.codeTries >= codeTriesMost;

const codeMessage = (tenantId: string, signInId: string, code: string): string =>
  JSON.stringify([tenantId, signInId, code]);
