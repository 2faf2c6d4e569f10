// What an application is told about people: on its page, as a table, and as the form that changes it.
import type { FormScreen, Screen } from "#platform/http/view.ts";
import {
  Card,
  Checkbox,
  Code,
  DataTable,
  Field,
  Form,
  Grid,
  LinkButton,
  Notice,
  PageHeader,
  Stack,
} from "#platform/ui/index.ts";
import { type SentChoice, type SentChoices, sentBoxField, sentNameField } from "../schema.ts";
import { texts } from "../texts.ts";
import type { Named } from "./confirm.tsx";

export interface Sent extends SentChoices {
  readonly application: Named;
}

const pathOf = ({ id }: Named) => `/applications/${id}/attributes`;

const crumbs = ({ id, name }: Named) => [
  { label: texts.title, href: "/applications" },
  { label: name, href: `/applications/${id}` },
];

/** On the application's page: in one line, what leaves. */
export const SentCard = ({ application, sent }: { application: Named; sent: SentChoices }) => {
  const leaving = sent.items.filter(({ isSent, isAllowed }) => isSent && isAllowed);
  return (
    <Card
      title={texts.sent}
      description={texts.sentHint}
      actions={<LinkButton href={pathOf(application)}>{texts.sentShow}</LinkButton>}
    >
      <p>
        {leaving.length === 0 ? texts.sentNothing : leaving.map(({ label }) => label).join(" · ")}
      </p>
    </Card>
  );
};

export const SentPage: Screen<Sent> = ({ data, view }) => (
  <>
    <PageHeader
      title={texts.sent}
      description={texts.sentHint}
      breadcrumbs={crumbs(data.application)}
      actions={
        view.viewer?.can("applications.manage") === true && (
          <>
            <LinkButton href={`/applications/${data.application.id}/preview`}>
              {texts.sentPreview}
            </LinkButton>
            <LinkButton kind="primary" href={`${pathOf(data.application)}/edit`}>
              {texts.sentChange}
            </LinkButton>
          </>
        )
      }
    />
    <Stack>
      <Card flush>
        <DataTable
          caption={texts.sent}
          rows={data.items.filter(isAsked)}
          columns={[
            { label: texts.sentFact, cell: ({ label }) => label },
            {
              label: texts.sentAs,
              cell: ({ isSent, name }) =>
                isSent ? <Code>{name}</Code> : <span class="muted">{texts.sentNot}</span>,
            },
            {
              label: texts.sentNote,
              cell: (choice) => notesOf(choice).map((note) => <div>{note}</div>),
            },
          ]}
        />
      </Card>
      <p class="muted">{texts.sentRest}</p>
      <Unknown {...data} />
    </Stack>
  </>
);

/** What the organisation keeps to itself is spoken of only where something comes of it. */
const isAsked = ({ isAllowed, isSent, requested }: SentChoice): boolean =>
  isAllowed || isSent || requested !== null;

/** What stands against a fact, and what the application says of it. */
function notesOf({ key, isSent, isAllowed, isUnconfirmedToo, requested }: SentChoice): string[] {
  return [
    ...(isAllowed ? [] : [key === "groups" ? texts.sentNoGroups : texts.sentBlocked]),
    ...(isSent && key === "displayName" ? [texts.sentDisplayName] : []),
    ...(isSent && isAllowed && key !== "displayName" && isUnconfirmedToo === false
      ? [texts.sentConfirmed]
      : []),
    ...(requested === null
      ? []
      : [
          requested.isRequired
            ? texts.sentRequired(requested.name)
            : texts.sentRequested(requested.name),
        ]),
  ];
}

const Unknown = ({ unknown }: Pick<SentChoices, "unknown">) =>
  unknown.length === 0 ? null : (
    <Notice kind="info">
      {texts.sentUnknown}{" "}
      {unknown.map(({ name }, at) => (
        <>
          {at > 0 && ", "}
          <Code>{name}</Code>
        </>
      ))}
    </Notice>
  );

export const SentForm: FormScreen<Sent> = ({ data, values, problems }) => (
  <>
    <PageHeader
      title={texts.sentChange}
      description={texts.sentFormHint}
      breadcrumbs={[
        ...crumbs(data.application),
        { label: texts.sent, href: pathOf(data.application) },
      ]}
    />
    <Stack>
      <Unknown {...data} />
      <Card>
        <Form
          action={pathOf(data.application)}
          method="put"
          submit={texts.sentSave}
          cancel={pathOf(data.application)}
          values={values}
          problems={problems}
        >
          <input type="hidden" name="form" value="all" />
          <Grid wide>
            {data.items.filter(isAsked).map((choice) => (
              <Choice choice={choice} />
            ))}
          </Grid>
        </Form>
      </Card>
    </Stack>
  </>
);

const Choice = ({ choice }: { choice: SentChoice }) => {
  const notes = notesOf(choice);
  return (
    // In a box of its own: one beside a longer one keeps its height.
    <div>
      <Stack gap="small">
        <Checkbox
          name={sentBoxField(choice.key)}
          label={choice.label}
          hint={notes.length === 0 ? undefined : notes.join(". ")}
        />
        <Field
          name={sentNameField(choice.key)}
          label={texts.sentName(choice.label)}
          maxlength={255}
          mono
          spellcheck={false}
        />
      </Stack>
    </div>
  );
};
