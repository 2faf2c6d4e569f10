// Before anybody is known: the address, the mailbox, the password. These pages are the same for everybody.
import type { FormScreen } from "#platform/http/view.ts";
import {
  ActionButton,
  addressOf,
  Checkbox,
  Field,
  Form,
  FramePage,
  LinkButton,
  PasskeyAutofill,
  PasskeyButton,
  Stack,
  SubmitButton,
} from "#platform/ui/index.ts";
import { texts } from "../texts.ts";
import { providerTexts } from "../provider-texts.ts";
import { Another, CodeForm, Forgotten, type Step, typedOr, WithProvider } from "./parts.tsx";

export interface EmailStep {
  readonly returnTo: string;
  readonly email: string | undefined;
  /** The address that the link here named. */
  readonly prefilled: string | undefined;
  readonly trial: string | undefined;
  readonly reauthenticate: boolean;
  /** Whether the tenant lets people stay signed in beyond the browser's window. */
  readonly mayKeep: boolean;
  /** The password was asked for, wherever the address leads. */
  readonly local: boolean;
  /** Some addresses may lead to an identity provider: then there is a way past it. */
  readonly hasProviders: boolean;
}

const options = "/sign-in/passkey/options";

export const EmailPage: FormScreen<EmailStep> = ({ data, view, values, problems }) => (
  <FramePage
    view={view}
    title={texts.title}
    lead={texts.lead(view.tenant.name)}
    after={
      data.hasProviders && !data.local ? (
        <a href={pastProvider(data, values)}>{texts.useLocal}</a>
      ) : undefined
    }
  >
    <Form
      action="/sign-in"
      wide
      summary={false}
      values={values}
      problems={problems}
      hidden={hiddenOf(data, values)}
    >
      <Field
        name="email"
        type="email"
        label={texts.email}
        autocomplete="username webauthn"
        inputmode="email"
        spellcheck={false}
        required
        autofocus
        value={typedOr(values, "email", data.email)}
      />
      {problems[""] !== undefined && <Forgotten />}
      {data.mayKeep && <Checkbox name="keep" label={texts.keep} hint={texts.keepHint} />}
      <SubmitButton wide>{texts.next}</SubmitButton>
      <PasskeyAutofill from={options} field="autofill" />
      <PasskeyButton ceremony="get" from={options} field="response" kind="secondary" wide>
        {texts.passkeyButton}
      </PasskeyButton>
    </Form>
  </FramePage>
);

/** What the page was asked for travels with the form, also through a refusal. */
const pastProvider = (data: EmailStep, values: Readonly<Record<string, unknown>>) =>
  addressOf("/sign-in", {
    ...hiddenOf(data, values),
    ...(data.prefilled === undefined ? {} : { email: data.prefilled }),
    local: "1",
  });

function hiddenOf(data: EmailStep, values: Readonly<Record<string, unknown>>) {
  const trial = typedOr(values, "trial", data.trial);
  const again = typedOr(values, "reauthenticate", data.reauthenticate ? "1" : undefined);
  const local = typedOr(values, "local", data.local ? "1" : undefined);
  return {
    ...(local === undefined ? {} : { local }),
    return_to: typedOr(values, "return_to", data.returnTo) ?? "/",
    ...(trial === undefined ? {} : { trial }),
    ...(again === undefined ? {} : { reauthenticate: again }),
  };
}

export const ProofPage: FormScreen<Step> = ({ data, view, values, problems }) => (
  <FramePage
    view={view}
    title={texts.proofTitle}
    icon="mail"
    lead={texts.proofLead(data.email)}
    after={<Another returnTo={data.returnTo} />}
  >
    <Stack>
      <CodeForm
        action="/sign-in/proof"
        submit={texts.proofSubmit}
        label={texts.code}
        values={values}
        problems={problems}
        maxlength={20}
      />
      <p class="field-hint">{texts.codeNotThere}</p>
      {problems[""] !== undefined && <Forgotten />}
      <ActionButton action="/sign-in/proofs" kind="secondary" icon="refresh" wide>
        {texts.codeSendAgain}
      </ActionButton>
    </Stack>
  </FramePage>
);

/** One by its name; of several there is a page. */
const Offered = ({ offered }: Pick<Step, "offered">) => {
  const [first, second] = offered;
  if (!first) return null;
  if (second === undefined) return <WithProvider provider={first} />;
  return (
    <LinkButton href="/sign-in/with" icon="sign-in" wide>
      {providerTexts.another}
    </LinkButton>
  );
};

export const PasswordPage: FormScreen<Step> = ({ data, view, values, problems }) => (
  <FramePage view={view} title={texts.passwordTitle} after={<Another returnTo={data.returnTo} />}>
    <Stack>
      <Form
        action="/sign-in/password"
        submit={texts.signIn}
        wide
        summary={false}
        values={values}
        problems={problems}
      >
        {/* Read only, and there for password managers too: they keep the pair. */}
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
        <PasskeyButton ceremony="get" from={options} field="response" kind="secondary" wide>
          {texts.passkeyButton}
        </PasskeyButton>
      </Form>
      {data.provider !== null && (
        <ActionButton action="/sign-in/provider" kind="secondary" icon="sign-in" wide>
          {texts.byProvider(data.provider)}
        </ActionButton>
      )}
      <Offered offered={data.offered} />
    </Stack>
  </FramePage>
);
