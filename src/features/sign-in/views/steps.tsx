// The steps of a sign-in as pages: one question each, in a card.
import type { FC } from "hono/jsx";
import type { FormScreen, Problems, Values } from "#platform/http/view.ts";
import {
  ActionButton,
  addressOf,
  Field,
  Form,
  FramePage,
  LinkButton,
  Stack,
} from "#platform/ui/index.ts";
import { texts } from "../texts.ts";

export interface EmailStep {
  readonly returnTo: string;
  readonly email: string | undefined;
}

export const EmailPage: FormScreen<EmailStep> = ({ data, view, values, problems }) => (
  <FramePage view={view} title={texts.title} lead={texts.lead(view.tenant.name)}>
    <Form
      action="/sign-in"
      submit={texts.next}
      wide
      summary={false}
      values={values}
      problems={problems}
      hidden={{ return_to: typedOr(values, "return_to", data.returnTo) ?? "/" }}
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
        value={typedOr(values, "email", data.email)}
      />
    </Form>
  </FramePage>
);

export interface Step {
  readonly email: string;
  readonly returnTo: string;
}

/** The way back to the first step, for someone who is not this person. */
const Another: FC<{ returnTo: string }> = ({ returnTo }) => (
  <a href={startOf(returnTo)}>{texts.useAnother}</a>
);

export const startOf = (returnTo: string): string =>
  addressOf("/sign-in", { return_to: returnTo === "/" ? undefined : returnTo });

export const PasswordPage: FormScreen<Step> = ({ data, view, values, problems }) => (
  <FramePage view={view} title={texts.passwordTitle} after={<Another returnTo={data.returnTo} />}>
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
      <p class="field-hint">
        <a href="/forgotten-password">{texts.forgotten}</a>
      </p>
    </Form>
  </FramePage>
);

export const EmailCodePage: FormScreen<Step> = ({ data, view, values, problems }) => (
  <FramePage
    view={view}
    title={texts.codeTitle}
    icon="mail"
    lead={texts.codeLead(data.email)}
    after={<Another returnTo={data.returnTo} />}
  >
    <Stack>
      <CodeForm
        action="/sign-in/code"
        label={texts.code}
        values={values}
        problems={problems}
        maxlength={20}
      />
      <p class="field-hint">{texts.codeNotThere}</p>
      <ActionButton action="/sign-in/codes" kind="secondary" icon="refresh" wide>
        {texts.codeSendAgain}
      </ActionButton>
    </Stack>
  </FramePage>
);

export const TotpPage: FormScreen<Step> = ({ data, view, values, problems }) => (
  <FramePage
    view={view}
    title={texts.totpTitle}
    icon="phone"
    lead={texts.totpLead}
    after={<Another returnTo={data.returnTo} />}
  >
    <Stack>
      <CodeForm
        action="/sign-in/totp"
        label={texts.code}
        hint={texts.totpHint}
        values={values}
        problems={problems}
        maxlength={10}
      />
      <LinkButton href="/sign-in/backup-code" kind="quiet" wide>
        {texts.useBackupCode}
      </LinkButton>
    </Stack>
  </FramePage>
);

export const BackupCodePage: FormScreen<Step> = ({ data, view, values, problems }) => (
  <FramePage
    view={view}
    title={texts.backupTitle}
    icon="key"
    lead={texts.backupLead}
    after={<Another returnTo={data.returnTo} />}
  >
    <Stack>
      <Form
        action="/sign-in/backup-code"
        submit={texts.signIn}
        wide
        summary={false}
        values={withoutCode(values)}
        problems={problems}
      >
        <Field
          name="code"
          label={texts.backupCode}
          hint={texts.backupHint}
          autocomplete="off"
          spellcheck={false}
          maxlength={40}
          mono
          required
          autofocus
        />
      </Form>
      <LinkButton href="/sign-in/totp" kind="quiet" wide>
        {texts.useApp}
      </LinkButton>
      <p class="field-hint">{texts.lostAll}</p>
    </Stack>
  </FramePage>
);

interface CodeFormProps {
  readonly action: string;
  readonly label: string;
  readonly hint?: string;
  readonly values: Values;
  readonly problems: Problems;
  readonly maxlength: number;
}

const CodeForm: FC<CodeFormProps> = ({ action, label, hint, values, problems, maxlength }) => (
  <Form
    action={action}
    submit={texts.signIn}
    wide
    summary={false}
    values={withoutCode(values)}
    problems={problems}
  >
    <Field
      name="code"
      label={label}
      hint={hint}
      inputmode="numeric"
      autocomplete="one-time-code"
      spellcheck={false}
      maxlength={maxlength}
      code
      required
      autofocus
    />
  </Form>
);

/** What was typed before, else what the page starts with. */
function typedOr(values: Values, name: string, otherwise: string | undefined): string | undefined {
  const typed = values[name];
  return typeof typed === "string" ? typed : otherwise;
}

/** A wrong code is no help to the next try, and need not travel back. */
const withoutCode = (values: Values): Values => ({ ...values, code: undefined });
