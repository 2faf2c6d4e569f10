// To a provider, whatever the address.
import type { Route } from "#features/identity-providers/index.ts";
import type { Screen } from "#platform/http/view.ts";
import { AutoPost, FramePage, Stack } from "#platform/ui/index.ts";
import { withProviderPath } from "../provider-path.ts";
import { providerTexts } from "../provider-texts.ts";
import { texts } from "../texts.ts";
import { WithProvider } from "./parts.tsx";

interface Choice {
  readonly offered: readonly Route[];
  /** The password page is where this browser came from. */
  readonly isUnderWay: boolean;
}

export const ChoosePage: Screen<Choice> = ({ data: { offered, isUnderWay }, view }) => (
  <FramePage
    view={view}
    title={providerTexts.chooseTitle}
    lead={
      offered.length === 0 ? providerTexts.chooseNone : providerTexts.chooseLead(view.tenant.name)
    }
    after={<a href={isUnderWay ? "/sign-in/password" : "/sign-in"}>{providerTexts.back}</a>}
  >
    <Stack>
      {offered.map((provider) => (
        <WithProvider provider={provider} />
      ))}
    </Stack>
  </FramePage>
);

interface Going {
  readonly provider: Route;
  readonly returnTo: string | undefined;
}

export const GoPage: Screen<Going> = ({ data: { provider, returnTo }, view }) => (
  <FramePage
    view={view}
    title={texts.byProvider(provider.name)}
    lead={providerTexts.goLead(view.tenant.name)}
    after={<a href="/sign-in">{providerTexts.back}</a>}
  >
    <AutoPost
      action={withProviderPath(provider.id)}
      values={returnTo === undefined ? {} : { return_to: returnTo }}
      submit={providerTexts.goSubmit}
    />
  </FramePage>
);
