// Changing one's password.
import type { PasswordRating, PasswordResetCause } from "#features/authenticators/index.ts";
import type { FormScreen, Screen } from "#platform/http/view.ts";
import { Card, Field, Form, PageHeader, PasswordMeter, Stack } from "#platform/ui/index.ts";
import { texts } from "../texts.ts";
import { ToReplace } from "./to-replace.tsx";

export const breadcrumbs = [{ href: "/security", label: texts.title }];

export interface PasswordStep {
  readonly email: string;
  /** What the tenant asks of this person. */
  readonly minLength: number;
  /** Why it has to be changed; null: it need not be. */
  readonly resetCause: PasswordResetCause | null;
}

export const PasswordChangePage: FormScreen<PasswordStep> = ({ data, values, problems }) => (
  <Stack gap="large">
    <PageHeader
      title={texts.passwordTitle}
      description={texts.passwordLead}
      breadcrumbs={breadcrumbs}
    />
    {data.resetCause !== null && <ToReplace cause={data.resetCause} here />}
    <Card>
      <Form
        action="/security/password"
        method="put"
        submit={texts.passwordSubmit}
        cancel="/security"
        values={values}
        problems={problems}
      >
        {/* For password managers: they keep the pair. */}
        <input type="hidden" name="username" autocomplete="username" value={data.email} />
        <Field
          name="currentPassword"
          type="password"
          label={texts.currentPassword}
          autocomplete="current-password"
          required
        />
        <Field
          name="password"
          type="password"
          label={texts.newPassword}
          hint={texts.newPasswordHint(data.minLength)}
          autocomplete="new-password"
          minlength={data.minLength}
          required
        />
        <PasswordMeter check="/security/password/strength" score={null} />
      </Form>
    </Card>
  </Stack>
);

export const PasswordMeterFragment: Screen<PasswordRating> = ({ data }) => (
  <PasswordMeter
    check="/security/password/strength"
    score={data.score}
    advice={data.advice ?? undefined}
    crackTime={data.crackTime ?? undefined}
  />
);
