// Where a sign-in stops: it ended, the account is deactivated.
import type { Screen } from "#platform/http/view.ts";
import { FramePage, LinkButton, Stack } from "#platform/ui/index.ts";
import { texts } from "../texts.ts";
import { type FirstCodes, FirstCodesPage } from "./enrolment.tsx";
import { startOf } from "./parts.tsx";

export type End =
  | { readonly kind: "expired"; readonly returnTo: string }
  | { readonly kind: "exhausted"; readonly returnTo: string }
  | {
      readonly kind: "deactivated";
      readonly by: "password" | "passkey";
      /** The page that asks to be let in again. */
      readonly ask: string;
    };

/** The status that goes with each end. */
export const statusOf = ({ kind }: End): 403 | 410 => (kind === "deactivated" ? 403 : 410);

export const EndPage: Screen<End> = ({ data, view }) => {
  if (data.kind === "deactivated")
    return (
      <FramePage
        view={view}
        title={texts.deactivatedTitle}
        icon="pause"
        tone="critical"
        lead={
          data.by === "password"
            ? texts.deactivatedText(view.tenant.name)
            : texts.deactivatedPasskeyText(view.tenant.name)
        }
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
