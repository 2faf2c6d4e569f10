// A passkey as the whole sign-in or as the second step.
import { givePasskeyHandle } from "#features/passkeys/index.ts";
import type { Redirect } from "#platform/http/context.ts";
import { routes } from "#platform/http/route.ts";
import { passkeyOptions, tryPasskey } from "../actions/try-passkey.ts";
import { passkeyRefused } from "../errors.ts";
import { PasskeyInput } from "../schema.ts";
import { goTo, showPlace, showSecondStep } from "../step.ts";
import { texts } from "../texts.ts";
import { type End, EndPage, statusOf } from "../views/ends.tsx";
import { PasskeyPage, PasskeyRefusedPage } from "../views/second-steps.tsx";
import type { Visit } from "../visit.ts";
import { waitFor } from "../wait.ts";

const card = { permit: "public", frame: "card" } as const;

export const passkeySignInRoutes = routes()
  .screen("get", "/sign-in/passkey", {
    ...card,
    form: PasskeyPage,
    handle: (visit) => showSecondStep(visit, ["passkey"]),
  })
  .screen("post", "/sign-in/passkey/options", {
    ...card,
    json: true,
    handle: async (visit) => {
      const outcome = await passkeyOptions(visit);
      if (outcome.kind === "limited") throw waitFor(outcome.seconds);
      givePasskeyHandle(visit.cookies, outcome.handle);
      return { options: outcome.options };
    },
  })
  .screen("post", "/sign-in/passkey", {
    ...card,
    input: PasskeyInput,
    form: PasskeyRefusedPage,
    load: async (visit) => {
      const shown = await showSecondStep(visit, ["passkey"]);
      return "to" in shown ? { step: null, back: (await showPlace(visit)).to } : { step: shown };
    },
    page: EndPage,
    status: statusOf,
    handle: (visit) => judgePasskey(visit, visit.input, "step"),
  });

/** What the browser answered for a passkey, on the first page or at the second step. */
export async function judgePasskey(
  visit: Visit,
  input: PasskeyInput,
  page: "first" | "step",
): Promise<End | Redirect> {
  const outcome = await tryPasskey(visit, input, page);
  if (outcome.kind === "refused") throw passkeyRefused({ errors: { "": texts.passkeyRefused } });
  if (outcome.kind === "by_provider")
    throw passkeyRefused({ errors: { "": texts.passkeyByProvider(outcome.provider) } });
  if (outcome.kind === "deactivated") return { ...outcome, by: "passkey" };
  return goTo(visit, outcome);
}
