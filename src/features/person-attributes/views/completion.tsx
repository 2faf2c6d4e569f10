// "Complete your profile": what is missing, and nothing else.
import {
  AttributeFields,
  completionPath,
  type PersonAttribute,
} from "#features/attributes/index.ts";
import type { FormScreen } from "#platform/http/view.ts";
import { ActionButton, Form, FramePage } from "#platform/ui/index.ts";
import { texts } from "../texts.ts";

export const CompletionForm: FormScreen<{ items: readonly PersonAttribute[] }> = ({
  data,
  view,
  values,
  problems,
}) => {
  const { return_to: goal, ...typed } = values;
  return (
    <FramePage
      view={view}
      title={texts.completeTitle}
      lead={texts.completeLead(view.tenant.name)}
      width="wide"
      after={
        <ActionButton action="/sign-out" kind="quiet">
          {texts.signOut}
        </ActionButton>
      }
    >
      <Form
        action={completionPath}
        method="patch"
        submit={texts.complete}
        wide
        hidden={{ return_to: typeof goal === "string" ? goal : "" }}
        values={typed}
        problems={problems}
      >
        <AttributeFields items={data.items} own plain />
      </Form>
    </FramePage>
  );
};
