// The questions before something is taken away from a person: as pages for browsers without dialogs that open by HTML alone,
// and where a refusal is told.
import type { Child } from "hono/jsx";
import type { FormScreen, Problems } from "#platform/http/view.ts";
import {
  Card,
  ConfirmForm,
  type ConfirmFormProps,
  LinkButton,
  Notice,
  PageHeader,
} from "#platform/ui/index.ts";
import { fullName, type UserDetail } from "../schema.ts";
import { texts } from "../texts.ts";

export const DeactivationPage: FormScreen<UserDetail> = ({ data, problems }) => (
  <Question
    user={data}
    problems={problems}
    title={texts.deactivateTitle(fullName(data))}
    action={`/users/${data.id}/deactivation`}
    method="put"
    submit={texts.deactivate}
  >
    <p>{texts.deactivateText}</p>
  </Question>
);

export const CancelInvitationPage: FormScreen<UserDetail> = ({ data, problems }) => (
  <Question
    user={data}
    problems={problems}
    title={texts.cancelTitle(fullName(data))}
    action={`/users/${data.id}/invitation`}
    method="delete"
    submit={texts.cancelInvitation}
  >
    <p>{texts.cancelText}</p>
  </Question>
);

interface QuestionProps extends Pick<ConfirmFormProps, "action" | "method" | "submit"> {
  readonly user: UserDetail;
  readonly problems: Problems;
  readonly title: string;
  readonly children?: Child;
}

function Question({ user, problems, title, children, ...form }: QuestionProps) {
  const page = `/users/${user.id}`;
  const refusal = Object.values(problems)[0];
  return (
    <>
      <PageHeader
        title={title}
        breadcrumbs={[
          { href: "/users", label: texts.title },
          { href: page, label: fullName(user) },
        ]}
      />
      {refusal !== undefined && <Notice kind="error">{refusal}</Notice>}
      <Card>
        <ConfirmForm {...form} cancel={<LinkButton href={page}>{texts.back}</LinkButton>}>
          {children}
        </ConfirmForm>
      </Card>
    </>
  );
}
