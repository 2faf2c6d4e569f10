// The groups that a provider gives: what is set, and what values of its claim stand for.
import type { Route } from "#features/identity-providers/index.ts";
import type { FormScreen, PageScreen, Screen, View } from "#platform/http/view.ts";
import {
  Badge,
  Card,
  Code,
  DataTable,
  EmptyState,
  Field,
  Form,
  KeyValues,
  LinkButton,
  ListRegion,
  PageHeader,
  Pager,
  Radios,
  SearchBox,
  Select,
  Stack,
} from "#platform/ui/index.ts";
import type { GroupId } from "#src/ids.ts";
import type { Mapping, ProviderGroups } from "../schema.ts";
import { texts } from "../texts.ts";

export interface Around {
  readonly provider: Route;
  /** To choose from, by name. */
  readonly groups: readonly { readonly id: GroupId; readonly name: string }[];
}

const pathOf = ({ id }: Route) => `/identity-providers/${id}/groups`;

export const crumbsOf = (provider: Route, isBelow: boolean) => [
  { href: "/identity-providers", label: texts.providers },
  { href: `/identity-providers/${provider.id}`, label: provider.name },
  ...(isBelow ? [{ href: pathOf(provider), label: texts.groups }] : []),
];

export const GroupsPage: PageScreen<ProviderGroups, Around> = ({ data, view, more }) => {
  const path = pathOf(more.provider);
  return (
    <>
      <PageHeader
        title={texts.groupsTitle(more.provider.name)}
        description={texts.groupsLead}
        breadcrumbs={crumbsOf(more.provider, false)}
        actions={
          <LinkButton icon="edit" href={`${path}/edit`}>
            {texts.change}
          </LinkButton>
        }
      />
      <Stack>
        <Settings groups={data} />
        <Card
          title={texts.mappings}
          description={texts.mappingsHint}
          actions={
            <LinkButton icon="plus" href={`${path}/mappings/new`}>
              {texts.addTitle}
            </LinkButton>
          }
        >
          <Stack>
            <SearchBox
              action={path}
              label={texts.searchValues}
              value={queryOf(view)["q"] ?? ""}
              region="mappings"
            />
            <MappingRegion data={data} view={view} />
          </Stack>
        </Card>
      </Stack>
    </>
  );
};

const queryOf = (view: View) => Object.fromEntries(new URLSearchParams(view.query));

const Settings = ({ groups }: { groups: ProviderGroups }) => (
  <Card title={texts.groupsCard}>
    <KeyValues
      items={[
        {
          label: texts.baseGroup,
          value:
            groups.baseGroup === null ? (
              texts.noGroup
            ) : (
              <a href={`/groups/${groups.baseGroup.id}`}>{groups.baseGroup.name}</a>
            ),
        },
        {
          label: texts.groupsAttribute,
          value:
            groups.groupsAttribute === null ? texts.noGroup : <Code>{groups.groupsAttribute}</Code>,
        },
        ...(groups.groupsAttribute === null
          ? []
          : [
              {
                label: texts.groupsUnsaid,
                value: groups.groupsUnsaid === "keep" ? texts.unsaidKeep : texts.unsaidRemove,
              },
              {
                label: texts.createsGroups,
                value: groups.createsGroups ? texts.createsYes : texts.createsNo,
              },
            ]),
      ]}
    />
  </Card>
);

export const MappingRegion: Screen<ProviderGroups> = ({ data: { mappings }, view }) => (
  <ListRegion id="mappings">
    {mappings.items.length === 0 ? (
      <EmptyState
        icon="users"
        title={(queryOf(view)["q"] ?? "") === "" ? texts.mappingsNone : texts.mappingsNotFound}
      />
    ) : (
      <DataTable
        caption={texts.mappings}
        rows={mappings.items}
        columns={[
          { label: texts.value, cell: valueOf },
          {
            label: texts.group,
            cell: ({ group }) => <a href={`/groups/${group.id}`}>{group.name}</a>,
          },
          {
            label: texts.groupPeople,
            tight: true,
            align: "end",
            cell: ({ peopleCount }) => String(peopleCount),
          },
          {
            label: texts.unmap,
            labelHidden: true,
            align: "end",
            tight: true,
            cell: ({ id, value }) => (
              <LinkButton small href={`${view.path}/mappings/${id}`} label={texts.unmapOf(value)}>
                {texts.unmap}
              </LinkButton>
            ),
          },
        ]}
      />
    )}
    <Pager path={view.path} query={queryOf(view)} next={mappings.next} region="mappings" />
  </ListRegion>
);

const valueOf = ({ value, isCreated }: Mapping) => (
  <>
    <Code>{value}</Code> {isCreated && <Badge>{texts.made}</Badge>}
  </>
);

const GroupChoice = ({ name, label, hint, groups }: Choice) => (
  <Select
    name={name}
    label={label}
    hint={hint}
    options={[
      { value: "", label: texts.noGroup },
      ...groups.map((group) => ({ value: group.id, label: group.name })),
    ]}
  />
);

interface Choice extends Pick<Around, "groups"> {
  readonly name: string;
  readonly label: string;
  readonly hint?: string;
}

export const GroupsForm: FormScreen<Around> = ({ data, values, problems }) => {
  const { provider, groups } = data;
  return (
    <>
      <PageHeader
        title={texts.groupsTitle(provider.name)}
        description={texts.groupsLead}
        breadcrumbs={crumbsOf(provider, true)}
      />
      <Card>
        <Form
          action={pathOf(provider)}
          method="put"
          submit={texts.save}
          cancel={pathOf(provider)}
          values={values}
          problems={problems}
        >
          <GroupChoice
            name="baseGroupId"
            label={texts.baseGroup}
            hint={texts.baseGroupHint}
            groups={groups}
          />
          <Field name="newBaseGroup" label={texts.newBaseGroup} optional maxlength={200} />
          <Field
            name="groupsAttribute"
            label={texts.groupsAttribute}
            hint={texts.groupsAttributeHint}
            optional
            maxlength={255}
            mono
            spellcheck={false}
          />
          <Radios
            name="groupsUnsaid"
            label={texts.groupsUnsaid}
            options={[
              { value: "keep", label: texts.unsaidKeep, hint: texts.unsaidKeepHint },
              { value: "remove", label: texts.unsaidRemove },
            ]}
          />
          <Radios
            name="createsGroups"
            label={texts.createsGroups}
            options={[
              { value: "false", label: texts.createsNo },
              { value: "true", label: texts.createsYes, hint: texts.createsYesHint },
            ]}
          />
        </Form>
      </Card>
    </>
  );
};

export const NewMappingForm: FormScreen<Around> = ({ data, values, problems }) => {
  const { provider, groups } = data;
  return (
    <>
      <PageHeader
        title={texts.addTitle}
        description={texts.addHint}
        breadcrumbs={crumbsOf(provider, true)}
      />
      <Card>
        <Form
          action={`${pathOf(provider)}/mappings`}
          submit={texts.add}
          cancel={pathOf(provider)}
          values={values}
          problems={problems}
        >
          <Field
            name="value"
            label={texts.value}
            required
            maxlength={200}
            mono
            spellcheck={false}
            autofocus
          />
          <GroupChoice name="groupId" label={texts.group} groups={groups} />
          <Field name="newGroup" label={texts.newGroup} optional maxlength={200} />
        </Form>
      </Card>
    </>
  );
};
