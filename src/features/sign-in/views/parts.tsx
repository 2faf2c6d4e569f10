// What several steps of a sign-in have in common.
import type { FC } from "hono/jsx";
import type { Route } from "#features/identity-providers/index.ts";
import type { Problems, Values } from "#platform/http/view.ts";
import { ActionButton, addressOf, Checkbox, Field, Form, LinkButton } from "#platform/ui/index.ts";
import { withProviderPath } from "../provider-path.ts";
import { texts } from "../texts.ts";
import type { Way } from "../ways.ts";

/** A step before the password: nothing here depends on whose address it is. */
export interface Step {
  readonly email: string;
  readonly returnTo: string;
  /** The identity provider that the address leads to, or whose word has come. */
  readonly provider: string | null;
  /** Those that everybody is offered beside it. */
  readonly offered: readonly Route[];
}

/** A step after the password. */
export interface SecondStep extends Omit<Step, "provider" | "offered"> {
  readonly at: Way;
  /** What this person may take, strongest first. */
  readonly ways: readonly Way[];
  readonly backupCode: boolean;
  /** For how many days the browser may be remembered; null: not at all. */
  readonly rememberDays: number | null;
}

export const startOf = (returnTo: string): string =>
  addressOf("/sign-in", { return_to: returnTo === "/" ? undefined : returnTo });

/** The same where the address must not lead back to the provider. */
export const pastProvider = (returnTo: string): string =>
  addressOf("/sign-in", { return_to: returnTo === "/" ? undefined : returnTo, local: "1" });

/** The way back to the first step, for someone who is not this person. */
export const Another: FC<{ returnTo: string }> = ({ returnTo }) => (
  <a href={startOf(returnTo)}>{texts.useAnother}</a>
);

/** The way to a new password, below the field that asks for the present one. */
export const Forgotten: FC = () => (
  <p class="field-hint">
    <a href="/forgotten-password">{texts.forgotten}</a>
  </p>
);

/** A button that goes to a provider, whatever the address. */
export const WithProvider: FC<{ provider: Route }> = ({ provider: { id, name } }) => (
  <ActionButton action={withProviderPath(id)} kind="secondary" icon="sign-in" wide>
    {texts.byProvider(name)}
  </ActionButton>
);

/** The way to the other second steps, where there are any. */
export const OtherWays: FC<SecondStep> = ({ ways, backupCode }) =>
  ways.length + (backupCode ? 1 : 0) > 1 ? (
    <LinkButton href="/sign-in/ways" kind="quiet" wide>
      {texts.otherWay}
    </LinkButton>
  ) : null;

export const Remember: FC<Pick<SecondStep, "rememberDays">> = ({ rememberDays }) =>
  rememberDays === null ? null : (
    <Checkbox name="remember" label={texts.remember(rememberDays)} hint={texts.rememberHint} />
  );

interface CodeFormProps {
  readonly action: string;
  readonly submit?: string;
  readonly label: string;
  readonly hint?: string;
  readonly values: Values;
  readonly problems: Problems;
  readonly maxlength: number;
  readonly rememberDays?: number | null;
}

/** One code to type. */
export const CodeForm: FC<CodeFormProps> = (props) => {
  const { action, submit = texts.signIn, label, hint, maxlength, rememberDays = null } = props;
  return (
    <Form
      action={action}
      submit={submit}
      wide
      summary={false}
      values={withoutCode(props.values)}
      problems={props.problems}
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
      <Remember rememberDays={rememberDays} />
    </Form>
  );
};

/** What was typed before, else what the page starts with. */
export function typedOr(
  values: Values,
  name: string,
  otherwise: string | undefined,
): string | undefined {
  const typed = values[name];
  return typeof typed === "string" ? typed : otherwise;
}

/** A wrong code is no help to the next try, and need not travel back. */
export const withoutCode = (values: Values): Values => ({ ...values, code: undefined });
