// Signing in until the password, and signing out. Every page reads the sign-in's own row; what does not fit it leads to where it stands.
import { listEnabledProviders } from "#features/identity-providers/index.ts";
import { findPolicy } from "#features/policy/index.ts";
import { bindLogout, logoutPath, signOut } from "#features/logout/index.ts";
import { clearSessionCookie } from "#features/sessions/index.ts";
import { type Handling, type Redirect, redirect } from "#platform/http/context.ts";
import { routes } from "#platform/http/route.ts";
import { beginWithAddress, dropSignIn } from "../actions/begin.ts";
import { type ProofOutcome, sendProofAgain, tryProof } from "../actions/prove-mailbox.ts";
import { tryPassword } from "../actions/try-password.ts";
import { codeRefused } from "../errors.ts";
import { CodeInput, type EmailInput, PasswordInput, SignInQuery, StartInput } from "../schema.ts";
import { loadStep, pageOf, showStep } from "../step.ts";
import { texts } from "../texts.ts";
import { type End, EndPage, statusOf } from "../views/ends.tsx";
import { EmailPage, type EmailStep, PasswordPage, ProofPage } from "../views/first-steps.tsx";
import { giveHandle, handleOf, takeHandle, type Visit } from "../visit.ts";
import { waitFor, waitForPassword } from "../wait.ts";
import { judgePasskey } from "./passkeys.tsx";
import { afterPassword } from "./providers.tsx";

const card = { permit: "public", frame: "card" } as const;

export const signInRoutes = routes()
  .screen("get", "/sign-in", {
    ...card,
    input: SignInQuery,
    form: EmailPage,
    handle: async (visit): Promise<EmailStep | Redirect> => {
      const { input, session } = visit;
      const isAgain = input.reauthenticate !== undefined || input.trial !== undefined;
      if (session && !isAgain) return redirect(input.return_to);
      return emailStep(visit, input);
    },
  })
  .screen("post", "/sign-in", {
    ...card,
    input: StartInput,
    form: EmailPage,
    load: (visit) =>
      emailStep(visit, {
        return_to: "/",
        reauthenticate: undefined,
        trial: undefined,
        local: undefined,
        email: undefined,
      }),
    page: EndPage,
    status: statusOf,
    handle: async (visit): Promise<End | Redirect> => {
      const { input } = visit;
      return input.kind === "passkey" ? judgePasskey(visit, input, "first") : begin(visit, input);
    },
  })
  .screen("get", "/sign-in/proof", {
    ...card,
    form: ProofPage,
    handle: (visit) => showStep(visit, "email_proof"),
  })
  .screen("post", "/sign-in/proof", {
    ...card,
    input: CodeInput,
    form: ProofPage,
    load: (visit) => loadStep(visit, "email_proof"),
    page: EndPage,
    status: statusOf,
    handle: async (visit) => afterProof(visit, await tryProof(visit, visit.input.code)),
  })
  .screen("post", "/sign-in/proofs", {
    ...card,
    form: ProofPage,
    load: (visit) => loadStep(visit, "email_proof"),
    page: EndPage,
    status: statusOf,
    handle: async (visit) => afterProof(visit, await sendProofAgain(visit)),
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
    handle: async (visit) => afterPassword(visit, await tryPassword(visit, visit.input.password)),
  })
  .screen("post", "/sign-out", {
    ...card,
    handle: async (visit) => {
      const { session, actor, tenant, cookies, now } = visit;
      const handle = handleOf(visit);
      const begun = await tenant.write(async (db) => {
        if (handle !== undefined) await dropSignIn(db, handle);
        return session && signOut(db, { actor, now }, session.id);
      });
      clearSessionCookie(cookies);
      takeHandle(cookies);
      if (!begun) return redirect("/sign-in", texts.signedOut);
      bindLogout(cookies, begun);
      return redirect(logoutPath(begun.id));
    },
  });

async function emailStep(
  { tenant, now, viewer }: Handling<unknown, unknown>,
  { return_to: returnTo, reauthenticate, trial, local, email }: SignInQuery,
): Promise<EmailStep> {
  const { mayKeep, providers } = await tenant.read(async (db) => ({
    mayKeep: (await findPolicy(db, now)).keepSignedIn,
    providers: await listEnabledProviders(db),
  }));
  return {
    returnTo,
    email: email ?? viewer?.email,
    prefilled: email,
    trial,
    reauthenticate: reauthenticate !== undefined,
    mayKeep,
    local: local !== undefined,
    hasProviders: providers.length > 0,
  };
}

async function begin(visit: Visit, input: EmailInput): Promise<Redirect> {
  const outcome = await visit.tenant.write((db) => beginWithAddress(db, visit, input));
  if ("wait" in outcome)
    throw outcome.hasWayOut ? waitForPassword(outcome.wait) : waitFor(outcome.wait);
  giveHandle(visit.cookies, outcome.handle);
  return redirect(pageOf(outcome.state));
}

/** What was wrong is counted by now, so a throw undoes nothing. */
function afterProof(visit: Visit, outcome: ProofOutcome): End | Redirect {
  switch (outcome.kind) {
    case "proven":
      giveHandle(visit.cookies, outcome.handle);
      return redirect(pageOf("password"));
    case "sent":
      return redirect(pageOf("email_proof"), texts.codeSent);
    case "limited":
      throw waitForPassword(outcome.seconds);
    case "wrong":
      throw codeRefused({ errors: { code: texts.codeWrongLeft(outcome.left) } });
    case "void":
      throw codeRefused({ errors: { code: texts.codeVoid } });
    case "expired":
    case "exhausted":
      return outcome;
    default:
      return outcome satisfies never;
  }
}
