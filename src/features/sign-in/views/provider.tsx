// By way of an identity provider: on to it, and the password that links an administrator to it.
import { Onward, type Question } from "#features/identity-providers/index.ts";
import type { FormScreen, Screen } from "#platform/http/view.ts";
import { addressOf, Field, Form, FramePage, PasskeyButton, Stack } from "#platform/ui/index.ts";
import { texts } from "../texts.ts";
import { type End, EndPage } from "./ends.tsx";
import { Another, Forgotten, type Step } from "./parts.tsx";

export type ToProvider = Question | End;

export const ProviderPage: Screen<ToProvider> = ({ data, view }) =>
  "kind" in data ? (
    <EndPage data={data} view={view} />
  ) : (
    <FramePage
      view={view}
      title={texts.providerTitle(data.provider.name)}
      lead={texts.providerLead(view.tenant.name)}
      after={<a href={addressOf("/sign-in", { local: "1" })}>{texts.useLocal}</a>}
    >
      <Onward sending={data.sending} label={texts.providerGo(data.provider.name)} />
    </FramePage>
  );

export const LinkPage: FormScreen<Step> = ({ data, view, values, problems }) => (
  <FramePage
    view={view}
    title={texts.linkTitle}
    icon="link"
    lead={texts.linkLead(data.provider ?? "", view.tenant.name)}
    after={<Another returnTo={data.returnTo} />}
  >
    <Stack>
      <Form
        action="/sign-in/link"
        submit={texts.linkSubmit}
        wide
        summary={false}
        values={values}
        problems={problems}
      >
        <Field
          name="username"
          type="email"
          label={texts.email}
          autocomplete="username"
          value={data.email}
          readonly
        />
        <Field
          name="password"
          type="password"
          label={texts.password}
          autocomplete="current-password"
          required
          autofocus
        />
        <Forgotten />
      </Form>
      <Form action="/sign-in/passkey" id="passkey" summary={false}>
        <PasskeyButton
          ceremony="get"
          from="/sign-in/passkey/options"
          field="response"
          kind="secondary"
          wide
        >
          {texts.passkeyButton}
        </PasskeyButton>
      </Form>
    </Stack>
  </FramePage>
);
