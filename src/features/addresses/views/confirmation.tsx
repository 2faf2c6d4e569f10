// What the link in the message opens: a page with a button, because programs that check mail open links too.
import type { Screen } from "#platform/http/view.ts";
import { ActionButton, FramePage, KeyValues, LinkButton, Stack } from "#platform/ui/index.ts";
import { texts } from "../texts.ts";
import { ownPath } from "./list.tsx";

export type ConfirmationStep =
  | {
      readonly kind: "good";
      readonly email: string;
      /** Whose account it is: nobody is to make somebody else's theirs in good faith (pre-hijacking). */
      readonly owner: { readonly name: string; readonly primary: string };
      readonly path: string;
    }
  | { readonly kind: "confirmed"; readonly email: string }
  | { readonly kind: "taken"; readonly email: string }
  | { readonly kind: "dead" };

export const ConfirmationPage: Screen<ConfirmationStep> = ({ data, view }) => {
  const tenant = view.tenant.name;
  switch (data.kind) {
    case "good":
      return (
        <FramePage
          view={view}
          title={texts.confirmTitle}
          icon="mail"
          lead={texts.confirmLead(tenant, data.email)}
        >
          <Stack>
            <KeyValues
              items={[
                { label: texts.confirmOwner, value: data.owner.name },
                { label: texts.confirmPrimary, value: data.owner.primary },
              ]}
            />
            <p>{texts.confirmWarning}</p>
            <ActionButton action={data.path} kind="primary" wide>
              {texts.confirmSubmit}
            </ActionButton>
          </Stack>
        </FramePage>
      );
    case "confirmed":
      return (
        <FramePage
          view={view}
          title={texts.confirmedTitle}
          icon="check"
          tone="positive"
          lead={texts.confirmedLead(tenant, data.email)}
        >
          <Onward isSignedIn={view.viewer !== null} />
        </FramePage>
      );
    case "taken":
      return (
        <FramePage
          view={view}
          title={texts.takenTitle}
          icon="mail"
          lead={texts.takenLead(tenant, data.email)}
        >
          <Onward isSignedIn={view.viewer !== null} />
        </FramePage>
      );
    case "dead":
      return (
        <FramePage view={view} title={texts.deadTitle} icon="link" lead={texts.deadLead}>
          <Onward isSignedIn={view.viewer !== null} />
        </FramePage>
      );
  }
};

const Onward = ({ isSignedIn }: { isSignedIn: boolean }) => (
  <LinkButton href={isSignedIn ? ownPath : "/sign-in"} kind="primary" wide>
    {isSignedIn ? texts.toAddresses : texts.toSignIn}
  </LinkButton>
);
