// Choosing a password, with a meter that the server rates while one types.
import type { FC } from "hono/jsx";
import type { FormScreen, Screen } from "#platform/http/view.ts";
import { passwordMinLength, type PasswordRating } from "#features/authenticators/index.ts";
import { Field, Form, FramePage, PasswordMeter, Stack, Stepper } from "#platform/ui/index.ts";
import { texts } from "../texts.ts";

export interface NewPasswordStep {
  readonly email: string;
  /** The first password of an invited person: the page says how far they are. */
  readonly isFirst: boolean;
}

export const NewPasswordPage: FormScreen<NewPasswordStep> = ({ data, view, values, problems }) => (
  <FramePage
    view={view}
    title={texts.newPasswordTitle}
    icon="lock"
    lead={texts.newPasswordLead(data.email)}
  >
    <Stack>
      {data.isFirst && <SetUpSteps current={1} />}
      <Form
        action="/sign-in/new-password"
        submit={texts.newPasswordSubmit}
        wide
        summary={false}
        values={values}
        problems={problems}
      >
        <input type="hidden" name="username" autocomplete="username" value={data.email} />
        <Field
          name="password"
          type="password"
          label={texts.newPassword}
          hint={texts.newPasswordHint}
          autocomplete="new-password"
          minlength={passwordMinLength}
          required
          autofocus
        />
        <PasswordMeter check="/sign-in/new-password/strength" score={null} />
      </Form>
    </Stack>
  </FramePage>
);

/** The meter alone: the answer while somebody types. */
export const NewPasswordMeter: Screen<PasswordRating> = ({ data }) => (
  <PasswordMeter
    check="/sign-in/new-password/strength"
    score={data.score}
    advice={data.advice ?? undefined}
  />
);

/** The same as a page of its own: what a browser gets that asks without script. */
export const NewPasswordMeterPage: Screen<PasswordRating> = ({ data, view }) => (
  <FramePage view={view} title={texts.newPasswordTitle}>
    <NewPasswordMeter data={data} view={view} />
  </FramePage>
);

const SetUpSteps: FC<{ current: number }> = ({ current }) => (
  <Stepper
    label={texts.setUpSteps}
    steps={[texts.setUpStepAddress, texts.setUpStepPassword, texts.setUpStepCode]}
    current={current}
  />
);
