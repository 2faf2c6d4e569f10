// What the link of an invitation opens: a page with a button, because programs that check mail open links too.
import type { Screen } from "#platform/http/view.ts";
import { ActionButton, FramePage, LinkButton, Stack, Stepper } from "#platform/ui/index.ts";
import { texts } from "./texts.ts";

export type InvitationLink =
  | {
      readonly kind: "good";
      readonly firstName: string;
      readonly email: string;
      /** There is nothing to confirm: what comes next is the password. */
      readonly isVerified: boolean;
      readonly path: string;
    }
  | { readonly kind: "dead" };

export const InvitationPage: Screen<InvitationLink> = ({ data, view }) =>
  data.kind === "good" ? (
    <FramePage
      view={view}
      title={texts.title(data.firstName)}
      lead={(data.isVerified ? texts.welcomeLead : texts.lead)(view.tenant.name, data.email)}
    >
      <Stack>
        <Stepper
          label={texts.steps}
          steps={[
            ...(data.isVerified ? [] : [texts.stepAddress]),
            texts.stepPassword,
            texts.stepCode,
          ]}
          current={0}
        />
        <ActionButton action={data.path} kind="primary" wide>
          {texts.next}
        </ActionButton>
      </Stack>
    </FramePage>
  ) : (
    <FramePage view={view} title={texts.deadTitle} icon="link" lead={texts.deadText}>
      <LinkButton href="/sign-in" kind="primary" wide>
        {texts.toSignIn}
      </LinkButton>
    </FramePage>
  );
