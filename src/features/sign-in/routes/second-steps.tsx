// The second step by a code, and the choice among one's second steps.
import type { Handling, Redirect } from "#platform/http/context.ts";
import { redirect } from "#platform/http/context.ts";
import { routes } from "#platform/http/route.ts";
import { chooseWay } from "../actions/choose.ts";
import { type CodeMethod, sendAnotherCode, tryCode } from "../actions/try-code.ts";
import { codeRefused } from "../errors.ts";
import { ChoiceInput, StepInput } from "../schema.ts";
import { goTo, loadSecondStep, pageOf, showSecondStep } from "../step.ts";
import { texts } from "../texts.ts";
import { type End, EndPage, statusOf } from "../views/ends.tsx";
import { BackupCodePage, EmailCodePage, TotpPage, WaysPage } from "../views/second-steps.tsx";
import type { Visit } from "../visit.ts";
import { waitFor } from "../wait.ts";

const card = { permit: "public", frame: "card" } as const;
const ends = { page: EndPage, status: statusOf } as const;
const any = ["email_code", "totp", "passkey"] as const;
const withBackup = ["totp", "passkey"] as const;

export const secondStepRoutes = routes()
  .screen("get", "/sign-in/code", {
    ...card,
    form: EmailCodePage,
    handle: (visit) => showSecondStep(visit, ["email_code"]),
  })
  .screen("post", "/sign-in/code", {
    ...card,
    ...ends,
    input: StepInput,
    form: EmailCodePage,
    load: (visit) => loadSecondStep(visit, ["email_code"]),
    handle: (visit) => judge(visit, "email_code"),
  })
  .screen("post", "/sign-in/codes", {
    ...card,
    ...ends,
    form: EmailCodePage,
    load: (visit) => loadSecondStep(visit, ["email_code"]),
    handle: async (visit): Promise<End | Redirect> => {
      const outcome = await sendAnotherCode(visit);
      if (outcome.kind === "limited") throw waitFor(outcome.seconds);
      return outcome.kind === "sent" ? redirect(pageOf("email_code"), texts.codeSent) : outcome;
    },
  })
  .screen("get", "/sign-in/totp", {
    ...card,
    form: TotpPage,
    handle: (visit) => showSecondStep(visit, ["totp"]),
  })
  .screen("post", "/sign-in/totp", {
    ...card,
    ...ends,
    input: StepInput,
    form: TotpPage,
    load: (visit) => loadSecondStep(visit, ["totp"]),
    handle: (visit) => judge(visit, "totp"),
  })
  .screen("get", "/sign-in/backup-code", {
    ...card,
    form: BackupCodePage,
    handle: (visit) => showSecondStep(visit, withBackup, ({ backupCode }) => backupCode),
  })
  .screen("post", "/sign-in/backup-code", {
    ...card,
    ...ends,
    input: StepInput,
    form: BackupCodePage,
    load: (visit) => loadSecondStep(visit, withBackup),
    handle: (visit) => judge(visit, "backup_code"),
  })
  .screen("get", "/sign-in/ways", {
    ...card,
    form: WaysPage,
    handle: (visit) => showSecondStep(visit, any),
  })
  .screen("post", "/sign-in/ways", {
    ...card,
    ...ends,
    input: ChoiceInput,
    form: WaysPage,
    load: (visit) => loadSecondStep(visit, any),
    handle: async (visit): Promise<End | Redirect> => {
      const outcome = await chooseWay(visit, visit.input.way);
      return outcome.kind === "at" ? redirect(pageOf(outcome.state)) : outcome;
    },
  });

/** Judges a code and turns the outcome into an answer. What was wrong is counted by now, so a throw undoes nothing. */
async function judge(
  visit: Visit & Pick<Handling<unknown, StepInput>, "input">,
  method: CodeMethod,
): Promise<End | Redirect> {
  const outcome = await tryCode(visit, method, visit.input);
  if (outcome.kind === "wrong")
    throw codeRefused({ errors: { code: texts.codeWrongLeft(outcome.left) } });
  if (outcome.kind === "void") throw codeRefused({ errors: { code: texts.codeVoid } });
  const isEnd = outcome.kind === "expired" || outcome.kind === "exhausted";
  return isEnd ? outcome : goTo(visit, outcome);
}
