// Choosing a password, with a meter that the server rates while one types.
import type { FC } from "hono/jsx";
import type { FormScreen, Screen } from "#platform/http/view.ts";
import type { PasswordRating } from "#features/authenticators/index.ts";
import { Field, Form, FramePage, PasswordMeter, Stack, Stepper } from "#platform/ui/index.ts";
import type { ResetCause } from "../schema.ts";
import { texts } from "../texts.ts";

export interface NewPasswordStep {
  readonly email: string;
  /** What the tenant asks of this person. */
  readonly minLength: number;
  /** The first password of an invited person: the page says how far they are. */
  readonly isFirst: boolean;
  /** Why the present password has to go; null: the person came by a link. */
  readonly resetCause: ResetCause | null;
}

export const NewPasswordPage: FormScreen<NewPasswordStep> = ({ data, view, values, problems }) => (
  <FramePage
    view={view}
    title={data.resetCause === null ? texts.newPasswordTitle : texts.forcedTitle}
    icon="lock"
    lead={
      data.resetCause === null
        ? texts.newPasswordLead(data.email)
        : forcedLead[data.resetCause](view.tenant.name)
    }
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
          hint={texts.newPasswordHint(data.minLength)}
          autocomplete="new-password"
          minlength={data.minLength}
          required
          autofocus
        />
        <PasswordMeter check="/sign-in/new-password/strength" score={null} />
      </Form>
    </Stack>
  </FramePage>
);

/** The true reason: not every reset is an administrator's. */
const forcedLead: Readonly<Record<ResetCause, (tenant: string) => string>> = {
  admin: texts.forcedByAdmin,
  breach: texts.forcedByBreach,
  policy: texts.forcedByPolicy,
};

/** The meter alone: the answer while somebody types. */
export const NewPasswordMeter: Screen<PasswordRating> = ({ data }) => (
  <PasswordMeter
    check="/sign-in/new-password/strength"
    score={data.score}
    advice={data.advice ?? undefined}
    crackTime={data.crackTime ?? undefined}
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
