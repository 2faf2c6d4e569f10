// Where a sign-in stops: it ended, the account is deactivated.
import type { Screen } from "#platform/http/view.ts";
import { FramePage, LinkButton, Stack } from "#platform/ui/index.ts";
import type { TurnedAway } from "../actions/by-provider.ts";
import { providerTexts } from "../provider-texts.ts";
import { texts } from "../texts.ts";
import { type FirstCodes, FirstCodesPage } from "./enrolment.tsx";
import { pastProvider, startOf } from "./parts.tsx";

export type End =
  | { readonly kind: "expired"; readonly returnTo: string }
  | { readonly kind: "exhausted"; readonly returnTo: string }
  | {
      readonly kind: "deactivated";
      readonly by: "password" | "passkey" | "provider";
      /** The page that asks to be let in again. */
      readonly ask: string;
    }
  /** The identity provider's word was good, and the person does not come in for it. */
  | {
      readonly kind: "turned_away";
      readonly why: TurnedAway;
      readonly provider: string;
      readonly returnTo: string;
    };

const turnedAwayTexts: Readonly<Record<TurnedAway, (provider: string, tenant: string) => string>> =
  {
    declined: texts.awayDeclined,
    unknown: texts.awayUnknown,
    sent_elsewhere: providerTexts.awaySentElsewhere,
    address_unverified: texts.awayUnverified,
    other_subject: texts.awayOtherSubject,
    other_provider: texts.awayOtherProvider,
    no_address: texts.awayNoAddress,
    no_names: texts.awayNoNames,
  };

/** Those whose way on is told by a message to the mailbox. */
const byMailbox: ReadonlySet<TurnedAway> = new Set([
  "address_unverified",
  "other_provider",
  "sent_elsewhere",
]);

/** The status that goes with each end. */
export const statusOf = ({ kind }: End): 403 | 410 =>
  kind === "deactivated" || kind === "turned_away" ? 403 : 410;

export const EndPage: Screen<End> = ({ data, view }) => {
  if (data.kind === "deactivated")
    return (
      <FramePage
        view={view}
        title={texts.deactivatedTitle}
        icon="pause"
        tone="critical"
        lead={{
          password: texts.deactivatedText,
          passkey: texts.deactivatedPasskeyText,
          provider: texts.deactivatedProviderText,
        }[data.by](view.tenant.name)}
      >
        <Stack gap="small">
          <LinkButton href={data.ask} kind="primary" wide>
            {texts.deactivatedAsk}
          </LinkButton>
          <LinkButton href="/sign-in" wide>
            {texts.backToStart}
          </LinkButton>
        </Stack>
      </FramePage>
    );
  if (data.kind === "turned_away")
    return (
      <FramePage
        view={view}
        title={texts.turnedAwayTitle}
        icon="ban"
        tone="critical"
        lead={turnedAwayTexts[data.why](data.provider, view.tenant.name)}
      >
        <Stack gap="small">
          <LinkButton
            href={
              data.why === "sent_elsewhere" ? pastProvider(data.returnTo) : startOf(data.returnTo)
            }
            kind="primary"
            wide
          >
            {texts.startAgain}
          </LinkButton>
          {byMailbox.has(data.why) && (
            <LinkButton href="/forgotten-password" wide>
              {texts.forgotten}
            </LinkButton>
          )}
        </Stack>
      </FramePage>
    );
  const isExpired = data.kind === "expired";
  return (
    <FramePage
      view={view}
      title={isExpired ? texts.expiredTitle : texts.exhaustedTitle}
      icon="clock"
      lead={isExpired ? texts.expiredText : texts.exhaustedText}
    >
      <LinkButton href={startOf(data.returnTo)} kind="primary" wide>
        {texts.startAgain}
      </LinkButton>
    </FramePage>
  );
};

/** An end, or the codes that a finished set-up shows. */
export const EndOrCodesPage: Screen<End | FirstCodes> = ({ data, view }) =>
  "kind" in data ? <EndPage data={data} view={view} /> : <FirstCodesPage data={data} view={view} />;
