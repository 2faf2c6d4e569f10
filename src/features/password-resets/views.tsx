// Requiring a new password: the question, and what was answered.
import type { FormScreen, Screen } from "#platform/http/view.ts";
import {
  ActionButton,
  Card,
  ConfirmForm,
  LinkButton,
  Notice,
  PageHeader,
  Stack,
} from "#platform/ui/index.ts";
import type { ResetRequirement } from "./schema.ts";
import { texts } from "./texts.ts";

const alreadyText: Readonly<Record<NonNullable<ResetRequirement["cause"]>, string>> = {
  admin: texts.alreadyAdmin,
  breach: texts.alreadyBreach,
  policy: texts.alreadyPolicy,
};

/** The same with a refusal above it. */
export const RequirementForm: FormScreen<ResetRequirement> = ({
  data: { user, cause, mayRequire, mayLift },
  problems,
}) => {
  const page = `/users/${user.id}`;
  const action = `${page}/password-reset-requirement`;
  const refusal = Object.values(problems)[0];
  return (
    <>
      <PageHeader
        title={texts.title(user.name)}
        breadcrumbs={[
          { href: "/users", label: texts.users },
          { href: page, label: user.name },
        ]}
      />
      <Stack gap="large">
        {refusal !== undefined && <Notice kind="error">{refusal}</Notice>}
        {cause !== null && (
          <Notice
            title={texts.already}
            action={
              mayLift ? (
                <ActionButton action={action} method="delete" small>
                  {texts.lift}
                </ActionButton>
              ) : undefined
            }
          >
            {alreadyText[cause]}
          </Notice>
        )}
        {mayRequire && cause !== "breach" && (
          <Card title={texts.question(user.name)}>
            <ConfirmForm
              action={action}
              method="put"
              submit={texts.submit}
              cancel={<LinkButton href={page}>{texts.back}</LinkButton>}
            >
              <p>{texts.text}</p>
            </ConfirmForm>
          </Card>
        )}
      </Stack>
    </>
  );
};

export const RequirementPage: Screen<ResetRequirement> = ({ data, view }) => (
  <RequirementForm data={data} view={view} values={{}} problems={{}} />
);
