// What is known of a person, whose word it is, and the form that changes it.
import {
  AttributeFields,
  attributeName,
  sourceText,
  valueText,
} from "#features/attributes/index.ts";
import type { FormScreen, PageScreen, View } from "#platform/http/view.ts";
import {
  ActionButton,
  Card,
  Cluster,
  type Column,
  DataTable,
  EmptyState,
  Form,
  LinkButton,
  PageHeader,
  Stack,
  Status,
  Time,
} from "#platform/ui/index.ts";
import type { PersonAttributes } from "../schema.ts";
import { texts } from "../texts.ts";

type Item = PersonAttributes["attributes"][number];

export const pathOf = ({ id }: PersonAttributes["user"]) => `/users/${id}/attributes`;

const crumbs = ({ id, name }: PersonAttributes["user"]) => [
  { href: "/users", label: texts.users },
  { href: `/users/${id}`, label: name },
];

export const AttributesPage: PageScreen<PersonAttributes, undefined> = ({ data, view }) => (
  <Stack gap="large">
    <PageHeader
      title={texts.titleOf(data.user.name)}
      description={texts.lead}
      breadcrumbs={crumbs(data.user)}
      actions={
        data.mayEdit && data.attributes.length > 0 ? (
          <LinkButton icon="edit" href={`${pathOf(data.user)}/edit`}>
            {texts.edit}
          </LinkButton>
        ) : undefined
      }
    />
    {data.attributes.length === 0 ? (
      <EmptyState icon="user" title={texts.emptyTitle}>
        {texts.emptyHint}
      </EmptyState>
    ) : (
      <Card flush>
        <DataTable
          caption={texts.titleOf(data.user.name)}
          columns={columns(view)}
          rows={data.attributes}
        />
      </Card>
    )}
    <Completion data={data} view={view} />
  </Stack>
);

const columns = (view: View): readonly Column<Item>[] => [
  {
    label: texts.attribute,
    cell: ({ key, isLocked }) => (
      <Cluster>
        <span>{attributeName(key)}</span>
        {isLocked && <Status tone="neutral">{texts.locked}</Status>}
      </Cluster>
    ),
  },
  {
    label: texts.value,
    cell: ({ key, value, isMissing }) =>
      value === null ? (
        isMissing ? (
          <Status tone="caution">{texts.missing}</Status>
        ) : (
          texts.nothing
        )
      ) : (
        valueText(key, value)
      ),
  },
  { label: texts.source, secondary: true, cell: sourceText },
  {
    label: texts.changed,
    secondary: true,
    tight: true,
    cell: ({ updatedAt }) =>
      updatedAt === null ? "" : <Time at={updatedAt} zone={view.viewer?.zone ?? "UTC"} />,
  },
];

function Completion({ data, view }: { data: PersonAttributes; view: View }) {
  const action = `/users/${data.user.id}/profile-completion`;
  if (!data.mayEdit || (data.askedAt === null && !data.mayBeAsked)) return null;
  return (
    <Card title={texts.completion}>
      <Stack>
        {data.askedAt === null ? (
          <p>{texts.askText}</p>
        ) : (
          <p>
            {texts.askedSince}
            <Time at={data.askedAt} zone={view.viewer?.zone ?? "UTC"} now={view.now} />
          </p>
        )}
        <ActionButton action={action} method={data.askedAt === null ? "put" : "delete"}>
          {data.askedAt === null ? texts.ask : texts.takeBack}
        </ActionButton>
      </Stack>
    </Card>
  );
}

export const AttributesForm: FormScreen<PersonAttributes> = ({ data, values, problems }) => {
  const page = pathOf(data.user);
  return (
    <>
      <PageHeader
        title={texts.editTitle(data.user.name)}
        breadcrumbs={[...crumbs(data.user), { href: page, label: texts.titleOf(data.user.name) }]}
      />
      <Form
        action={page}
        method="patch"
        submit={texts.save}
        cancel={page}
        values={values}
        problems={problems}
      >
        <AttributeFields items={data.attributes} own={false} />
      </Form>
    </>
  );
};
