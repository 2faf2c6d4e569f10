// From the first proof to the second: which step a person has, and the codes that are mailed.
import { secondsLater } from "#platform/clock.ts";
import { randomDigits, randomToken } from "#platform/crypto/token.ts";
import type { TenantDb } from "#platform/db/database.ts";
import { queueMail } from "#platform/mail/queue.ts";
import type { UserId } from "#src/ids.ts";
import { signInCode } from "../emails.tsx";
import { countCodeMail, type Wait } from "../limits.ts";
import { codeDigits, codeSeconds, type SignIn } from "../schema.ts";
import { type Visit, visitor } from "../visit.ts";

export interface ProvenPerson {
  readonly userId: UserId;
  readonly secondStep: "email" | "totp";
}

/**
 * Goes on to the second step, under a new handle: whoever knew the old one (session fixation) is left behind.
 * Answers the new handle, or the seconds to wait when too many codes were mailed.
 */
export async function toSecondStep(
  db: TenantDb,
  visit: Visit,
  signIn: SignIn,
  person: ProvenPerson,
): Promise<{ handle: string; step: "email_code" | "totp" } | { wait: number }> {
  const { token, hash } = randomToken();
  const state = person.secondStep === "totp" ? "totp" : "email_code";
  if (state === "email_code") {
    const wait = await mailCode(db, visit, signIn, person.userId);
    if (wait !== null) return { wait };
  }
  await db
    .updateTable("sign_ins")
    .set({
      token_hash: hash,
      state,
      user_id: person.userId,
      link_purpose: null,
      methods: ["password"],
      code_tries: 0,
    })
    .where("id", "=", signIn.id)
    .execute();
  return { handle: token, step: state };
}

/** Mails a new code to the address that was typed, or that the link was sent to. It takes the place of the one before. Answers the seconds to wait when too many were mailed. */
export async function mailCode(
  db: TenantDb,
  visit: Visit,
  signIn: SignIn,
  userId: UserId,
): Promise<Wait> {
  const { now, post } = visit;
  const wait = await countCodeMail({ db, actor: visitor(visit, userId), now }, userId);
  if (wait !== null) return wait;
  const code = randomDigits(codeDigits);
  await db
    .updateTable("sign_ins")
    .set({
      code_hash: hashCode(visit, signIn, code),
      code_expires_at: secondsLater(now, codeSeconds),
      code_tries: 0,
      code_sends: signIn.codeSends + 1,
    })
    .where("id", "=", signIn.id)
    .execute();
  await queueMail(db, post, signInCode, { email: signIn.email, userId }, { code });
  return null;
}

/** Eight digits are quickly tried out, so a plain hash would hide nothing from a reader of the table: this one needs our key. */
function hashCode({ services, site }: Visit, signIn: SignIn, code: string): Buffer {
  return services.keys.mac("sign-in-code", codeMessage(site.tenantId, signIn.id, code));
}

/** Whether a code is the one that was mailed in this sign-in; in constant time. */
export function isMailedCode({ services, site }: Visit, signIn: SignIn, typed: string): boolean {
  const code = typed.replaceAll(/[\s-]/g, "");
  if (!/^\d{8}$/.test(code) || signIn.codeHash === null) return false;
  // Development only: parseConfig refuses the setting anywhere else.
  if (services.config.dev.bypassOtp) return true;
  const message = codeMessage(site.tenantId, signIn.id, code);
  return services.keys.checkMac("sign-in-code", message, signIn.codeHash);
}

const codeMessage = (tenantId: string, signInId: string, code: string): string =>
  JSON.stringify([tenantId, signInId, code]);
