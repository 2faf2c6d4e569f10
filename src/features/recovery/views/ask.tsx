// What somebody deactivated sees who has proved the password or the mailbox.
import type { FormScreen, View } from "#platform/http/view.ts";
import { Field, Form, formatTime, FramePage, LinkButton } from "#platform/ui/index.ts";
import type { AskStep } from "../schema.ts";
import { texts } from "../texts.ts";

const day = (at: string) => formatTime(new Date(at), "UTC", "date");
const toSignIn = <a href="/sign-in">{texts.toSignIn}</a>;

export const AskForm: FormScreen<AskStep> = ({ data, view, values, problems }) => {
  if (data.kind !== "form") return <Standing step={data} view={view} />;
  return (
    <FramePage
      view={view}
      title={texts.askTitle}
      icon="pause"
      lead={texts.askLead(view.tenant.name)}
      after={toSignIn}
    >
      <Form
        action={data.path}
        submit={texts.askSubmit}
        wide
        summary={false}
        values={values}
        problems={problems}
      >
        <Field
          name="reason"
          type="textarea"
          label={texts.askReason}
          hint={texts.askReasonHint}
          required
          maxlength={1_000}
          rows={5}
          autofocus
        />
      </Form>
    </FramePage>
  );
};

function Standing({ step, view }: { step: Exclude<AskStep, { kind: "form" }>; view: View }) {
  const { name } = view.tenant;
  switch (step.kind) {
    case "asked":
      return (
        <FramePage
          view={view}
          title={texts.askedTitle}
          icon="mail"
          tone="positive"
          lead={step.isNew ? texts.askedText(name) : texts.askedBefore(day(step.at))}
          after={toSignIn}
        />
      );
    case "denied":
      return (
        <FramePage
          view={view}
          title={texts.deniedTitle}
          icon="ban"
          lead={texts.deniedText(day(step.againAt))}
          after={toSignIn}
        />
      );
    case "dead":
      return (
        <FramePage view={view} title={texts.deadTitle} icon="link" lead={texts.deadText}>
          <LinkButton href="/sign-in" kind="primary" wide>
            {texts.toSignIn}
          </LinkButton>
        </FramePage>
      );
    default:
      return step satisfies never;
  }
}
