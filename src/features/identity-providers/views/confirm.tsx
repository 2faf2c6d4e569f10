// The questions asked before a connection is closed or removed: with the names of those who would be left without a way in.
import type { Child } from "hono/jsx";
import type { FormScreen, Problems, Values } from "#platform/http/view.ts";
import { Card, Checkbox, Form, Notice, PageHeader, Stack } from "#platform/ui/index.ts";
import { attributeTexts } from "../attribute-texts.ts";
import type { LeftOut } from "../queries.ts";
import type { IdentityProvider } from "../schema.ts";
import { texts } from "../texts.ts";

export interface Leaving {
  readonly provider: IdentityProvider;
  readonly leftOut: LeftOut;
}

export const DisablementForm: FormScreen<Leaving> = ({ data, values, problems }) => (
  <Question
    {...data}
    {...{ values, problems }}
    title={texts.disableTitle(data.provider.name)}
    body={texts.disableBody}
    leftOutHint={texts.leftOutDisabled}
    action={`/identity-providers/${data.provider.id}/disablement`}
    method="put"
    submit={texts.disable}
  />
);

export const DeletionForm: FormScreen<Leaving> = ({ data, values, problems }) => (
  <Question
    {...data}
    {...{ values, problems }}
    title={texts.removeTitle(data.provider.name)}
    body={texts.removeBody}
    leftOutHint={texts.leftOutRemoved}
    action={`/identity-providers/${data.provider.id}`}
    method="delete"
    submit={texts.remove}
  >
    <Checkbox name="keepsAttributes" label={attributeTexts.keep} hint={attributeTexts.keepHint} />
  </Question>
);

interface QuestionProps extends Leaving {
  readonly title: string;
  readonly body: string;
  /** What those can do who are left without a way in. */
  readonly leftOutHint: string;
  readonly action: string;
  readonly method: "put" | "delete";
  readonly submit: string;
  readonly values: Values;
  readonly problems: Problems;
  readonly children?: Child;
}

function Question({
  provider,
  leftOut,
  title,
  body,
  leftOutHint,
  values,
  problems,
  children,
  ...asked
}: QuestionProps) {
  const page = `/identity-providers/${provider.id}`;
  return (
    <>
      <PageHeader
        title={title}
        breadcrumbs={[
          { href: "/identity-providers", label: texts.title },
          { href: page, label: provider.name },
        ]}
      />
      <Card>
        {provider.isDefault ? (
          <Notice kind="warning">{texts.isDefault}</Notice>
        ) : (
          <Form
            {...asked}
            submitKind="danger"
            cancel={page}
            values={values}
            problems={problems}
            summary={problems[""] !== undefined}
          >
            <Stack>
              <p>{body}</p>
              {leftOut.count === 0 ? (
                <p>{texts.leftOutNone}</p>
              ) : (
                <LeftOutPeople
                  {...leftOut}
                  isAlready={provider.state !== "enabled"}
                  hint={leftOutHint}
                />
              )}
              {children}
            </Stack>
          </Form>
        )}
      </Card>
    </>
  );
}

interface LeftOutProps extends LeftOut {
  /** They are so while it lets nobody in, whatever is done now. */
  readonly isAlready: boolean;
  readonly hint: string;
}

const LeftOutPeople = ({ count, people, isAlready, hint }: LeftOutProps) => (
  <>
    <Notice kind="warning">
      {(isAlready ? texts.leftOutAlready : texts.leftOut)(count)}{" "}
      {people.map(({ id, name }, at) => (
        <>
          {at > 0 && ", "}
          <a href={`/users/${id}`}>{name}</a>
        </>
      ))}
      {count > people.length && texts.leftOutMore(count - people.length)}.
    </Notice>
    <Checkbox name="confirmed" label={texts.confirmLeftOut} hint={hint} />
  </>
);
