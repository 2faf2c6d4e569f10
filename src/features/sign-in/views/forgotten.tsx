// A forgotten password: asking for the link, and what the link opens.
import type { FormScreen, Screen } from "#platform/http/view.ts";
import { ActionButton, Field, Form, FramePage, LinkButton, Stack } from "#platform/ui/index.ts";
import { texts } from "../texts.ts";

export interface Forgotten {
  readonly email: string | undefined;
}

const back = <a href="/sign-in">{texts.backToSignIn}</a>;

export const ForgottenPage: FormScreen<Forgotten> = ({ data, view, values, problems }) => (
  <FramePage
    view={view}
    title={texts.forgottenTitle}
    icon="lock"
    lead={texts.forgottenLead}
    after={back}
  >
    <Form
      action="/forgotten-password"
      submit={texts.forgottenSubmit}
      wide
      summary={false}
      values={values}
      problems={problems}
    >
      <Field
        name="email"
        type="email"
        label={texts.email}
        autocomplete="username"
        inputmode="email"
        spellcheck={false}
        required
        autofocus
        value={typeof values["email"] === "string" ? values["email"] : data.email}
      />
    </Form>
  </FramePage>
);

export const ForgottenSentPage: Screen<{ email: string }> = ({ data, view }) => (
  <FramePage
    view={view}
    title={texts.forgottenSentTitle}
    icon="mail"
    lead={texts.forgottenSentText(data.email)}
    after={back}
  >
    <p class="field-hint">{texts.forgottenSentHint}</p>
  </FramePage>
);

export type ResetLink =
  | { readonly kind: "good"; readonly email: string; readonly path: string }
  | { readonly kind: "dead" };

export const ResetLinkPage: Screen<ResetLink> = ({ data, view }) =>
  data.kind === "good" ? (
    <FramePage view={view} title={texts.resetTitle} icon="lock" lead={texts.resetLead(data.email)}>
      <Stack>
        <ActionButton action={data.path} kind="primary" wide>
          {texts.resetContinue}
        </ActionButton>
      </Stack>
    </FramePage>
  ) : (
    <FramePage
      view={view}
      title={texts.resetDeadTitle}
      icon="link"
      lead={texts.resetDeadText}
      after={back}
    >
      <LinkButton href="/forgotten-password" kind="primary" wide>
        {texts.resetDeadButton}
      </LinkButton>
    </FramePage>
  );
