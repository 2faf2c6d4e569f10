// Signing in step by step, and signing out. Every page reads the sign-in's own row; what does not fit it leads to where it stands.
import { clearSessionCookie, endSession, setSessionCookie } from "#features/sessions/index.ts";
import { type Handling, type Redirect, redirect } from "#platform/http/context.ts";
import { routes } from "#platform/http/route.ts";
import { beginSignIn, dropSignIn } from "../actions/begin.ts";
import { type CodeOutcome, type Method, sendAnotherCode, tryCode } from "../actions/try-code.ts";
import { tryPassword } from "../actions/try-password.ts";
import { codeRefused, signInRefused } from "../errors.ts";
import { countStart } from "../limits.ts";
import { CodeInput, EmailInput, PasswordInput, SignInQuery } from "../schema.ts";
import { loadStep, showStep } from "../step.ts";
import { texts } from "../texts.ts";
import { type End, EndPage, statusOf } from "../views/ends.tsx";
import {
  BackupCodePage,
  EmailCodePage,
  EmailPage,
  PasswordPage,
  TotpPage,
} from "../views/steps.tsx";
import { giveHandle, handleOf, takeHandle, type Visit, visitor } from "../visit.ts";
import { waitFor } from "../wait.ts";

const card = { permit: "public", frame: "card" } as const;

export const signInRoutes = routes()
  .screen("get", "/sign-in", {
    ...card,
    input: SignInQuery,
    form: EmailPage,
    handle: async ({ input, session, viewer }) => {
      if (session && input.reauthenticate === undefined) return redirect(input.return_to);
      return { returnTo: input.return_to, email: viewer?.email };
    },
  })
  .screen("post", "/sign-in", {
    ...card,
    input: EmailInput,
    form: EmailPage,
    load: async () => ({ returnTo: "/", email: undefined }),
    handle: async (visit) => {
      const { email, return_to } = visit.input;
      const { now, origin } = visit;
      const outcome = await visit.tenant.write(async (db) => {
        const wait = await countStart({ db, actor: visitor(visit), now }, origin.ip);
        if (wait !== null) return { wait };
        const replaces = handleOf(visit);
        return { handle: await beginSignIn(db, { email, returnTo: return_to, now, replaces }) };
      });
      if ("wait" in outcome) throw waitFor(outcome.wait);
      giveHandle(visit.cookies, outcome.handle);
      return redirect("/sign-in/password");
    },
  })
  .screen("get", "/sign-in/password", {
    ...card,
    form: PasswordPage,
    handle: (visit) => showStep(visit, "password"),
  })
  .screen("post", "/sign-in/password", {
    ...card,
    input: PasswordInput,
    form: PasswordPage,
    load: (visit) => loadStep(visit, "password"),
    page: EndPage,
    status: statusOf,
    handle: async (visit): Promise<End | Redirect> => {
      const outcome = await tryPassword(visit, visit.input.password);
      if (outcome.kind === "refused") throw signInRefused({ errors: { "": texts.refused } });
      if (outcome.kind === "limited") throw waitFor(outcome.seconds);
      if (outcome.kind !== "second_step") return outcome;
      giveHandle(visit.cookies, outcome.handle);
      return redirect(outcome.step === "totp" ? "/sign-in/totp" : "/sign-in/code");
    },
  })
  .screen("get", "/sign-in/code", {
    ...card,
    form: EmailCodePage,
    handle: (visit) => showStep(visit, "email_code"),
  })
  .screen("post", "/sign-in/code", {
    ...card,
    input: CodeInput,
    form: EmailCodePage,
    load: (visit) => loadStep(visit, "email_code"),
    page: EndPage,
    status: statusOf,
    handle: (visit) => judge(visit, "email_code"),
  })
  .screen("post", "/sign-in/codes", {
    ...card,
    form: EmailCodePage,
    load: (visit) => loadStep(visit, "email_code"),
    page: EndPage,
    status: statusOf,
    handle: async (visit): Promise<End | Redirect> => {
      const outcome = await sendAnotherCode(visit);
      if (outcome.kind === "limited") throw waitFor(outcome.seconds);
      return outcome.kind === "sent" ? redirect("/sign-in/code", texts.codeSent) : outcome;
    },
  })
  .screen("get", "/sign-in/totp", {
    ...card,
    form: TotpPage,
    handle: (visit) => showStep(visit, "totp"),
  })
  .screen("post", "/sign-in/totp", {
    ...card,
    input: CodeInput,
    form: TotpPage,
    load: (visit) => loadStep(visit, "totp"),
    page: EndPage,
    status: statusOf,
    handle: (visit) => judge(visit, "totp"),
  })
  .screen("get", "/sign-in/backup-code", {
    ...card,
    form: BackupCodePage,
    handle: (visit) => showStep(visit, "totp"),
  })
  .screen("post", "/sign-in/backup-code", {
    ...card,
    input: CodeInput,
    form: BackupCodePage,
    load: (visit) => loadStep(visit, "totp"),
    page: EndPage,
    status: statusOf,
    handle: (visit) => judge(visit, "backup_code"),
  })
  .screen("post", "/sign-out", {
    ...card,
    handle: async (visit) => {
      const { session, actor, tenant, cookies } = visit;
      const handle = handleOf(visit);
      await tenant.write(async (db) => {
        if (handle !== undefined) await dropSignIn(db, handle);
        const ending = session && ({ sessionId: session.id, reason: "signed_out" } as const);
        if (ending) await endSession(db, actor, ending);
      });
      clearSessionCookie(cookies);
      takeHandle(cookies);
      return redirect("/sign-in", texts.signedOut);
    },
  });

/** Judges a code and turns the outcome into an answer. What was wrong is counted by now, so a throw undoes nothing. */
async function judge(
  visit: Visit & Pick<Handling<unknown, CodeInput>, "input">,
  method: Method,
): Promise<End | Redirect> {
  const outcome = await tryCode(visit, method, visit.input.code);
  if (outcome.kind === "signed_in") {
    setSessionCookie(visit.cookies, outcome.token);
    takeHandle(visit.cookies);
    return redirect(outcome.returnTo);
  }
  return endOrRefuse(outcome);
}

function endOrRefuse(outcome: Exclude<CodeOutcome, { kind: "signed_in" }>): End {
  switch (outcome.kind) {
    case "wrong":
      throw codeRefused({ errors: { code: texts.codeWrongLeft(outcome.left) } });
    case "void":
      throw codeRefused({ errors: { code: texts.codeVoid } });
    case "limited":
      throw waitFor(outcome.seconds);
    case "expired":
    case "exhausted":
      return outcome;
    default:
      return outcome satisfies never;
  }
}
