// The second step: a code by e-mail, a code of the authenticator app, or a backup code. Tries are counted in the sign-in's own row.
import { backupCodeUsed, useBackupCode, useTotpCode } from "#features/authenticators/index.ts";
import { record } from "#platform/audit/record.ts";
import type { TenantDb } from "#platform/db/database.ts";
import { secondStepRefused } from "../events.ts";
import type { ProvenTrier } from "../limits.ts";
import { codeSendsMost, codeTriesMost, type SignIn } from "../schema.ts";
import { countSecondStep, tellGuessed } from "../second-step-limits.ts";
import { type Visit, visitor } from "../visit.ts";
import { advance, type Moved } from "./advance.ts";
import { type Expired, openStep, type OpenStep, takesBackupCode } from "./open.ts";
import { isMailedCode, isVoid, mailCode, providerBeside } from "./second-step.ts";

export type CodeOutcome =
  | Moved
  | Expired
  | { readonly kind: "wrong"; readonly left: number }
  /** The code can no longer be used: too old, or tried too often. */
  | { readonly kind: "void" }
  /** Too many wrong codes: the person starts again. */
  | { readonly kind: "exhausted"; readonly returnTo: string };

export type CodeMethod = "email_code" | "totp" | "backup_code";

const statesOf = {
  email_code: ["email_code"],
  totp: ["totp"],
  backup_code: ["totp", "passkey"],
} as const;

interface Proof {
  readonly db: TenantDb;
  readonly visit: Visit;
  readonly step: OpenStep;
  readonly code: string;
}

/** Judges a code of the given kind. One transaction; whatever was wrong is counted by its commit. */
export function tryCode(
  visit: Visit,
  method: CodeMethod,
  { code, remember }: { code: string; remember: boolean },
): Promise<CodeOutcome> {
  return visit.tenant.write(async (db): Promise<CodeOutcome> => {
    const step = await openStep(db, visit, statesOf[method]);
    if (step.kind !== "open") return step;
    const { signIn, person } = step;
    if (method === "backup_code" && !takesBackupCode(step))
      return { kind: "expired", returnTo: signIn.returnTo };
    const proof = { db, visit, step, code };
    if (method === "email_code" && isVoid(signIn, visit.now)) {
      await refuse(proof, method, "code_void");
      return { kind: "void" };
    }
    const actor = visitor(visit, person.userId);
    const attempt = { db, actor, now: visit.now };
    const { wait, isReached } = await countSecondStep(attempt, trierOf(step));
    if (wait !== null) return { kind: "limited", seconds: wait };
    if (!(await isRight(proof, method))) {
      if (isReached) await tellGuessed(attempt, visit.post, guessOf(step));
      return countWrong(proof, method);
    }
    return advance(db, visit, signIn, { person, methods: [...signIn.methods, method], remember });
  });
}

/** Mails another code in the place of the last one. */
export function sendAnotherCode(
  visit: Visit,
): Promise<{ kind: "sent" } | Expired | Extract<CodeOutcome, { kind: "limited" | "exhausted" }>> {
  return visit.tenant.write(async (db) => {
    const step = await openStep(db, visit, ["email_code"]);
    if (step.kind !== "open") return step;
    const { signIn } = step;
    if (signIn.codeSends >= codeSendsMost) return end(db, signIn);
    const seconds = await mailCode(db, visit, signIn, trierOf(step));
    return seconds === null ? { kind: "sent" } : { kind: "limited", seconds };
  });
}

const trierOf = ({ signIn, person, situation }: OpenStep) =>
  ({
    userId: person.userId,
    email: signIn.email,
    deviceId: situation.device?.id ?? null,
  }) satisfies ProvenTrier;

/** What a guesser knows already: the password, or a way in at the provider. */
const guessOf = ({ signIn, person }: OpenStep) => ({
  userId: person.userId,
  provider: providerBeside(signIn),
});

async function isRight({ db, visit, step, code }: Proof, method: CodeMethod): Promise<boolean> {
  const { now, services, site, post } = visit;
  const { userId } = step.person;
  switch (method) {
    case "email_code":
      return isMailedCode(visit, step.signIn, code);
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

async function countWrong(proof: Proof, method: CodeMethod): Promise<CodeOutcome> {
  const { db, step } = proof;
  const { signIn } = step;
  await refuse(proof, method, "wrong_code");
  const tries = signIn.codeTries + 1;
  await db.updateTable("sign_ins").set({ code_tries: tries }).where("id", "=", signIn.id).execute();
  if (tries < codeTriesMost) return { kind: "wrong", left: codeTriesMost - tries };
  return method === "email_code" ? { kind: "void" } : end(db, signIn);
}

async function refuse(
  { db, visit, step }: Proof,
  method: CodeMethod,
  cause: "wrong_code" | "code_void",
): Promise<void> {
  const { userId } = step.person;
  await record(db, visitor(visit, userId), secondStepRefused, { userId, method, cause });
}

/** Nothing more can come of this sign-in. */
async function end(db: TenantDb, signIn: SignIn) {
  await db.deleteFrom("sign_ins").where("id", "=", signIn.id).execute();
  return { kind: "exhausted" as const, returnTo: signIn.returnTo };
}
