// The questions asked before an application is closed or removed, as pages of their own (and as dialogs on its page).
import type { Screen } from "#platform/http/view.ts";
import { ConfirmForm } from "#platform/ui/index.ts";
import type { Application } from "../schema.ts";
import { texts } from "../texts.ts";

export const disableQuestion = ({ id, name }: Pick<Application, "id" | "name">) => ({
  title: texts.disableTitle(name),
  action: `/applications/${id}/disablement`,
  method: "put" as const,
  submit: texts.disable,
  danger: false,
});

export const deleteQuestion = ({ id, name }: Pick<Application, "id" | "name">) => ({
  title: texts.removeTitle(name),
  action: `/applications/${id}`,
  method: "delete" as const,
  submit: texts.removeSubmit,
});

export const ConfirmDisable: Screen<Application> = ({ data }) => (
  <ConfirmForm {...disableQuestion(data)} cancel={`/applications/${data.id}`}>
    <p>{texts.disableBody}</p>
  </ConfirmForm>
);

export const ConfirmDelete: Screen<Application> = ({ data }) => (
  <ConfirmForm {...deleteQuestion(data)} cancel={`/applications/${data.id}`}>
    <p>{texts.removeBody}</p>
  </ConfirmForm>
);
