// The second step: a code by e-mail, a code of the authenticator app, or a backup code. Tries are counted in the sign-in's own row.
import { backupCodeUsed, useBackupCode, useTotpCode } from "#features/authenticators/index.ts";
import { record } from "#platform/audit/record.ts";
import type { TenantDb } from "#platform/db/database.ts";
import type { UserId } from "#src/ids.ts";
import { secondStepRefused } from "../events.ts";
import { countSecondStep } from "../limits.ts";
import { findSignIn, isAt, lockPerson, lockSignIn } from "../queries.ts";
import { codeSendsMost, codeTriesMost, type SignIn } from "../schema.ts";
import { handleOf, type Visit, visitor } from "../visit.ts";
import { completeSignIn } from "./complete.ts";
import { isMailedCode, mailCode } from "./second-step.ts";

export type CodeOutcome =
  | { readonly kind: "signed_in"; readonly token: string; readonly returnTo: string }
  | { readonly kind: "wrong"; readonly left: number }
  /** The code can no longer be used: too old, or tried too often. */
  | { readonly kind: "void" }
  | { readonly kind: "limited"; readonly seconds: number }
  | { readonly kind: "expired"; readonly returnTo: string }
  /** Too many wrong codes: the person starts again. */
  | { readonly kind: "exhausted"; readonly returnTo: string };

export type Method = "email_code" | "totp" | "backup_code";

interface Proof {
  readonly db: TenantDb;
  readonly visit: Visit;
  readonly signIn: SignIn;
  readonly userId: UserId;
  readonly code: string;
}

/** Judges a code of the given kind. One transaction; whatever was wrong is counted by its commit. */
export function tryCode(visit: Visit, method: Method, code: string): Promise<CodeOutcome> {
  return visit.tenant.write(async (db) => {
    const opened = await openStep(db, visit, method === "email_code" ? "email_code" : "totp");
    if (opened.kind !== "open") return opened;
    const { signIn, userId } = opened;
    const proof = { db, visit, signIn, userId, code };
    if (method === "email_code" && isVoid(signIn, visit.now)) {
      await refuse(proof, method, "code_void");
      return { kind: "void" };
    }
    const seconds = await countSecondStep(
      { db, actor: visitor(visit, userId), now: visit.now },
      userId,
    );
    if (seconds !== null) return { kind: "limited", seconds };
    if (await isRight(proof, method)) {
      return {
        kind: "signed_in",
        ...(await completeSignIn(db, visit, signIn, { userId, method })),
      };
    }
    return countWrong(proof, method);
  });
}

/** Mails another code in the place of the last one. */
export function sendAnotherCode(
  visit: Visit,
): Promise<{ kind: "sent" } | Exclude<CodeOutcome, { kind: "signed_in" | "wrong" | "void" }>> {
  return visit.tenant.write(async (db) => {
    const opened = await openStep(db, visit, "email_code");
    if (opened.kind !== "open") return opened;
    const { signIn, userId } = opened;
    if (signIn.codeSends >= codeSendsMost) return end(db, signIn);
    const seconds = await mailCode(db, visit, signIn, userId);
    return seconds === null ? { kind: "sent" } : { kind: "limited", seconds };
  });
}

/**
 * The sign-in at this step, locked, with a person who may still take it. The person is locked first, as everywhere. Someone whose
 * second step became another one meanwhile starts again: the weaker proof must not do any more.
 */
async function openStep(db: TenantDb, visit: Visit, step: "email_code" | "totp") {
  const found = await findSignIn(db, handleOf(visit));
  const person = found?.userId ? await lockPerson(db, found.userId) : null;
  const signIn = await lockSignIn(db, handleOf(visit));
  const expected = step === "totp" ? "totp" : "email";
  const isOpen =
    isAt(signIn, [step], visit.now) && person?.state === "active" && person.secondStep === expected;
  if (!isOpen || !person) return { kind: "expired" as const, returnTo: found?.returnTo ?? "/" };
  return { kind: "open" as const, signIn, userId: person.userId };
}

const isVoid = (signIn: SignIn, now: Date): boolean =>
  signIn.codeHash === null ||
  signIn.codeExpiresAt === null ||
  signIn.codeExpiresAt <= now ||
  signIn.codeTries >= codeTriesMost;

async function isRight(
  { db, visit, signIn, userId, code }: Proof,
  method: Method,
): Promise<boolean> {
  const { now, services, site, post } = visit;
  switch (method) {
    case "email_code":
      return isMailedCode(visit, signIn, code);
    case "totp":
      return useTotpCode(
        db,
        { tenantId: site.tenantId, userId, keys: services.keys },
        { code, now },
      );
    case "backup_code": {
      const left = await useBackupCode(db, userId, { code, now });
      if (left !== null)
        await backupCodeUsed(db, post, visitor(visit, userId), { userId, left, now });
      return left !== null;
    }
    default:
      return method satisfies never;
  }
}

async function countWrong(proof: Proof, method: Method): Promise<CodeOutcome> {
  const { db, signIn } = proof;
  await refuse(proof, method, "wrong_code");
  const tries = signIn.codeTries + 1;
  await db.updateTable("sign_ins").set({ code_tries: tries }).where("id", "=", signIn.id).execute();
  if (tries < codeTriesMost) return { kind: "wrong", left: codeTriesMost - tries };
  return method === "email_code" ? { kind: "void" } : end(db, signIn);
}

async function refuse(
  { db, visit, userId }: Proof,
  method: Method,
  cause: "wrong_code" | "code_void",
): Promise<void> {
  await record(db, visitor(visit, userId), secondStepRefused, { userId, method, cause });
}

/** Nothing more can come of this sign-in. */
async function end(db: TenantDb, signIn: SignIn) {
  await db.deleteFrom("sign_ins").where("id", "=", signIn.id).execute();
  return { kind: "exhausted" as const, returnTo: signIn.returnTo };
}
