// Signing in by an identity provider: there, and back.
import type { Handling, Redirect } from "#platform/http/context.ts";
import { redirect } from "#platform/http/context.ts";
import { routes } from "#platform/http/route.ts";
import { type ProviderOutcome, returnFromProvider } from "../actions/by-provider.ts";
import { chooseProvider, goToProvider } from "../actions/to-provider.ts";
import { type PasswordOutcome, tryPassword } from "../actions/try-password.ts";
import { signInRefused } from "../errors.ts";
import { PasswordInput, ReturnParams } from "../schema.ts";
import { goTo, loadStep, pageOf, showStep } from "../step.ts";
import { texts } from "../texts.ts";
import { type End, EndPage, statusOf } from "../views/ends.tsx";
import { LinkPage, ProviderPage, type ToProvider } from "../views/provider.tsx";
import { giveHandle, type Visit } from "../visit.ts";
import { waitForPassword } from "../wait.ts";

const card = { permit: "public", frame: "card" } as const;
const ends = { page: EndPage, status: statusOf } as const;

export const providerSignInRoutes = routes()
  .screen("get", "/sign-in/provider", {
    ...card,
    writes: true,
    handle: (handling): Promise<ToProvider> => onward(handling),
    page: ProviderPage,
    status: (data: ToProvider) => ("kind" in data ? statusOf(data) : 200),
  })
  .screen("post", "/sign-in/provider", {
    ...card,
    ...ends,
    handle: async (visit): Promise<End | Redirect> => {
      const outcome = await chooseProvider(visit);
      return outcome.kind === "chosen" ? redirect(pageOf("provider")) : outcome;
    },
  })
  .screen("get", "/sign-in/provider/return/:requestId", {
    ...card,
    ...ends,
    writes: true,
    params: ReturnParams,
    handle: async (visit) =>
      afterProvider(visit, await returnFromProvider(visit, visit.params.requestId)),
  })
  .screen("get", "/sign-in/link", {
    ...card,
    form: LinkPage,
    handle: (visit) => showStep(visit, "link"),
  })
  .screen("post", "/sign-in/link", {
    ...card,
    ...ends,
    input: PasswordInput,
    form: LinkPage,
    load: (visit) => loadStep(visit, "link"),
    handle: async (visit) =>
      afterPassword(visit, await tryPassword(visit, visit.input.password, "link")),
  });

async function onward(handling: Handling<unknown, unknown>): Promise<ToProvider> {
  const question = await goToProvider(handling);
  if (!("kind" in question) && question.sending.kind === "form")
    handling.allowFormAction(question.sending.url);
  return question;
}

function afterProvider(visit: Visit, outcome: ProviderOutcome): End | Redirect {
  switch (outcome.kind) {
    case "to_link":
      giveHandle(visit.cookies, outcome.handle);
      return redirect(pageOf("link"));
    case "deactivated":
      return { ...outcome, by: "provider" };
    case "turned_away":
    case "expired":
      return outcome;
    case "at":
    case "limited":
    case "signed_in":
      return goTo(visit, outcome);
    default:
      return outcome satisfies never;
  }
}

/** What became of a password; the refusal is thrown, so that the form is shown again. */
export function afterPassword(visit: Visit, outcome: PasswordOutcome): End | Redirect {
  switch (outcome.kind) {
    case "refused":
      throw signInRefused({ errors: { "": texts.refused } });
    case "limited":
      throw waitForPassword(outcome.seconds);
    case "expired":
      return outcome;
    case "deactivated":
      return { ...outcome, by: "password" };
    case "proof_first":
      return redirect(pageOf("email_proof"), texts.proofFlood);
    case "to_replace":
      giveHandle(visit.cookies, outcome.handle);
      return redirect(pageOf("new_password"));
    case "at":
    case "signed_in":
      return goTo(visit, outcome);
    default:
      return outcome satisfies never;
  }
}
