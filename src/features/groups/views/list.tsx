// The list of groups, and the forms that create and change one.
import type { FormScreen, Screen } from "#platform/http/view.ts";
import {
  Card,
  Checkbox,
  type Column,
  DataTable,
  EmptyState,
  Field,
  Form,
  LinkButton,
  ListRegion,
  PageHeader,
  Pager,
  SearchBox,
  Time,
} from "#platform/ui/index.ts";
import type { Group, GroupList } from "../schema.ts";
import { texts } from "../texts.ts";
import { StrengthField } from "./strength.tsx";

const path = "/groups";

export const GroupsPage: Screen<GroupList> = ({ data, view }) => (
  <>
    <PageHeader
      title={texts.title}
      description={texts.description}
      actions={view.viewer?.can("groups.manage") === true ? <CreateLink /> : undefined}
    />
    <SearchBox
      action={path}
      label={texts.search}
      value={new URLSearchParams(view.query).get("q") ?? ""}
      region="group-list"
    />
    <GroupRegion data={data} view={view} />
  </>
);

const CreateLink = () => (
  <LinkButton kind="primary" icon="plus" href={`${path}/new`}>
    {texts.create}
  </LinkButton>
);

export const GroupRegion: Screen<GroupList> = ({ data, view }) => {
  const query = Object.fromEntries(new URLSearchParams(view.query));
  const summary = texts.count(data.items.length);
  return (
    <ListRegion id="group-list" announce={data.items.length === 0 ? texts.nothingFound : summary}>
      {data.items.length === 0 ? (
        <NoGroups
          searched={(query["q"] ?? "") !== ""}
          mayCreate={view.viewer?.can("groups.manage") === true}
        />
      ) : (
        <>
          <Card flush>
            <DataTable
              caption={texts.title}
              columns={columns(view.viewer?.zone ?? "UTC")}
              rows={data.items}
              href={({ id }) => `${path}/${id}`}
            />
          </Card>
          <Pager path={path} query={query} next={data.next} summary={summary} region="group-list" />
        </>
      )}
    </ListRegion>
  );
};

function NoGroups({ searched, mayCreate }: { searched: boolean; mayCreate: boolean }) {
  if (searched)
    return (
      <EmptyState
        icon="search"
        title={texts.nothingFound}
        action={<LinkButton href={path}>{texts.showAll}</LinkButton>}
      >
        {texts.nothingFoundText}
      </EmptyState>
    );
  return (
    <EmptyState icon="groups" title={texts.noneYet} action={mayCreate ? <CreateLink /> : undefined}>
      {texts.noneYetText}
    </EmptyState>
  );
}

const columns = (zone: string): readonly Column<Group>[] => [
  { label: texts.name, cell: ({ name }) => name },
  { label: texts.about, secondary: true, cell: ({ description }) => description || "–" },
  { label: texts.members, align: "end", tight: true, cell: ({ memberCount }) => memberCount },
  {
    label: texts.createdAt,
    secondary: true,
    tight: true,
    cell: ({ createdAt }) => <Time at={createdAt} zone={zone} format="date" />,
  },
];

const backToGroups = { href: path, label: texts.title };

export const NewGroupForm: FormScreen<undefined> = ({ values, problems }) => (
  <>
    <PageHeader title={texts.create} description={texts.createLead} breadcrumbs={[backToGroups]} />
    <Card>
      <Form action={path} submit={texts.create} values={values} problems={problems} cancel={path}>
        <GroupFields />
      </Form>
    </Card>
  </>
);

export const EditGroupForm: FormScreen<{ group: Group }> = ({
  data: { group },
  values,
  problems,
}) => {
  const page = `${path}/${group.id}`;
  // The second step has a form of its own on the group's page: sent by that one and not taken, it is this one's only field.
  const isStrength = values["strength"] !== undefined && values["name"] === undefined;
  return (
    <>
      <PageHeader
        title={texts.editTitle(group.name)}
        breadcrumbs={[backToGroups, { href: page, label: group.name }]}
      />
      <Card>
        <Form
          action={page}
          method="patch"
          submit={texts.save}
          values={values}
          problems={problems}
          cancel={page}
        >
          {isStrength ? <StrengthField /> : <GroupFields />}
          {problems["confirmed"] !== undefined && (
            <Checkbox name="confirmed" label={texts.confirmKeepsOut} />
          )}
        </Form>
      </Card>
    </>
  );
};

const GroupFields = () => (
  <>
    <Field
      name="name"
      label={texts.name}
      hint={texts.nameHint}
      required
      maxlength={200}
      autocomplete="off"
      autofocus
    />
    <Field name="description" type="textarea" label={texts.about} optional maxlength={2000} />
  </>
);
