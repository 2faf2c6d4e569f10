// The questions asked before an application is closed or removed, as pages of their own (and as dialogs on its page).
import type { Screen } from "#platform/http/view.ts";
import type { Child } from "hono/jsx";
import {
  Card,
  ConfirmForm,
  type ConfirmFormProps,
  LinkButton,
  PageHeader,
} from "#platform/ui/index.ts";
import type { Application } from "../schema.ts";
import { texts } from "../texts.ts";

export type Named = Pick<Application, "id" | "name">;

export const disableQuestion = ({ id, name }: Named) => ({
  title: texts.disableTitle(name),
  action: `/applications/${id}/disablement`,
  method: "put" as const,
  submit: texts.disable,
  danger: false,
});

export const deleteQuestion = ({ id, name }: Named) => ({
  title: texts.removeTitle(name),
  action: `/applications/${id}`,
  method: "delete" as const,
  submit: texts.removeSubmit,
});

export const ConfirmDisable: Screen<Application> = ({ data }) => (
  <Question application={data} question={disableQuestion(data)}>
    <p>{texts.disableBody}</p>
  </Question>
);

export const ConfirmDelete: Screen<Application> = ({ data }) => (
  <Question application={data} question={deleteQuestion(data)}>
    <p>{texts.removeBody}</p>
  </Question>
);

interface QuestionProps {
  readonly application: Named;
  readonly question: Omit<ConfirmFormProps, "cancel" | "children"> & { readonly title: string };
  readonly children?: Child;
}

/** A question about one application, as a page of its own. */
function Question({ application: { id, name }, question, children }: QuestionProps) {
  const page = `/applications/${id}`;
  return (
    <>
      <PageHeader
        title={question.title}
        breadcrumbs={[
          { href: "/applications", label: texts.title },
          { href: page, label: name },
        ]}
      />
      <Card>
        <ConfirmForm {...question} cancel={<LinkButton href={page}>{texts.cancel}</LinkButton>}>
          {children}
        </ConfirmForm>
      </Card>
    </>
  );
}
