// "Prove who you are": where changes lead that ask for fresh proof. In the same tab it goes on to where the person was going; opened
// beside a form it says that they may go back to it.
import { isFreshAhead } from "#platform/http/fresh.ts";
import { type Handling, isLocalPath, redirect } from "#platform/http/context.ts";
import { routes } from "#platform/http/route.ts";
import { keepSession, mine, proofOf, proofStep } from "../me.ts";
import { StepUpGoal, StepUpInput } from "../schema.ts";
import { needsPasskey, stepUp } from "../step-up.ts";
import { texts } from "../texts.ts";
import { type StepUp, StepUpDonePage, StepUpPage } from "../views/step-up.tsx";

const own = { permit: "account.manage", title: texts.stepUpTitle } as const;
const path = "/step-up";
const donePath = `${path}/done`;

/** Where a person proves themselves on their way to `returnTo`. */
export const stepUpPath = (returnTo = donePath): string =>
  `${path}?return_to=${encodeURIComponent(returnTo)}`;

/** Never another site: a link that asks for the password here and goes on there would be a phisher's (open redirect). */
const placeOf = (typed: string | undefined): string =>
  typed !== undefined && isLocalPath(typed) ? typed : donePath;

export const stepUpRoutes = routes()
  .screen("get", path, {
    ...own,
    input: StepUpGoal,
    form: StepUpPage,
    handle: async (handling) => {
      const { session, now } = mine(handling);
      const place = placeOf(handling.input.return_to);
      if (isFreshAhead(session, now)) return redirect(place);
      return { ...(await ways(handling)), values: { return_to: place } };
    },
  })
  .screen("post", path, {
    ...own,
    input: StepUpInput,
    form: StepUpPage,
    load: ways,
    handle: async (handling) => {
      const { return_to: typed, proof } = handling.input;
      keepSession(handling, await stepUp(mine(handling), proofOf(proof, handling)));
      return redirect(placeOf(typed));
    },
  })
  .screen("get", donePath, { ...own, page: StepUpDonePage, handle: async () => null });

async function ways(handling: Handling<unknown, unknown>): Promise<StepUp> {
  const { tenant, userId, now } = mine(handling);
  const step = await proofStep(handling);
  return {
    // Nothing that one signs in with changes here.
    step: { ...step, takesApp: step.hasTotp },
    passkeyOnly: await tenant.read((db) => needsPasskey(db, { userId, now })),
  };
}
