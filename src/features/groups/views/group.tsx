// One group: its members, what it gives access to, and the questions before something is taken away.
import type { Screen } from "#platform/http/view.ts";
import {
  Badge,
  Card,
  type Column,
  ConfirmDialog,
  ConfirmForm,
  DataTable,
  EmptyState,
  LinkButton,
  ListRegion,
  PageHeader,
  Pager,
  Person,
  SearchBox,
  Status,
  Time,
  type Tone,
} from "#platform/ui/index.ts";
import type { Group, GroupDetail, Member } from "../schema.ts";
import { texts } from "../texts.ts";
import { AskedStrength } from "./strength.tsx";

const pathOf = ({ id }: Pick<Group, "id">) => `/groups/${id}`;
const backToGroups = { href: "/groups", label: texts.title };
const nameOf = ({ firstName, lastName }: Member) => `${firstName} ${lastName}`;

export const GroupPage: Screen<GroupDetail> = ({ data, view }) => {
  const mayManage = view.viewer?.can("groups.manage") === true;
  const path = pathOf(data);
  return (
    <>
      <PageHeader
        title={data.name}
        description={data.description || undefined}
        breadcrumbs={[backToGroups]}
        badges={<Badge>{texts.people(data.memberCount)}</Badge>}
        actions={
          mayManage ? (
            <>
              <LinkButton icon="edit" href={`${path}/edit`}>
                {texts.edit}
              </LinkButton>
              <AddLink group={data} />
            </>
          ) : undefined
        }
      />
      {data.memberCount > 0 && (
        <SearchBox
          action={path}
          label={texts.searchMembers}
          value={new URLSearchParams(view.query).get("q") ?? ""}
          region="member-list"
        />
      )}
      <MemberRegion data={data} view={view} />
      <Access group={data} />
      <AskedStrength group={data} mayChange={view.viewer?.can("settings.manage") === true} />
      {mayManage && <Deletion group={data} />}
    </>
  );
};

const AddLink = ({ group }: { group: Group }) => (
  <LinkButton kind="primary" icon="user-plus" href={`${pathOf(group)}/members/new`}>
    {texts.addPeople}
  </LinkButton>
);

export const MemberRegion: Screen<GroupDetail> = ({ data, view }) => {
  const { items, next } = data.members;
  const query = Object.fromEntries(new URLSearchParams(view.query));
  const mayManage = view.viewer?.can("groups.manage") === true;
  const summary = texts.membersShown(items.length);
  return (
    <ListRegion id="member-list" announce={items.length === 0 ? texts.noMemberFound : summary}>
      {items.length === 0 ? (
        <NoMembers group={data} mayManage={mayManage} />
      ) : (
        <>
          <Card flush>
            <DataTable
              caption={texts.members}
              columns={columns(data, view.viewer?.zone ?? "UTC", mayManage)}
              rows={items}
              href={({ id }) => `/users/${id}`}
            />
          </Card>
          <Pager
            path={pathOf(data)}
            query={query}
            next={next}
            summary={summary}
            region="member-list"
          />
        </>
      )}
    </ListRegion>
  );
};

function NoMembers({ group, mayManage }: { group: GroupDetail; mayManage: boolean }) {
  if (group.memberCount > 0)
    return (
      <EmptyState
        icon="search"
        title={texts.noMemberFound}
        action={<LinkButton href={pathOf(group)}>{texts.showAllMembers}</LinkButton>}
      >
        {texts.noMemberFoundText}
      </EmptyState>
    );
  return (
    <EmptyState
      icon="users"
      title={texts.noMembers}
      action={mayManage ? <AddLink group={group} /> : undefined}
    >
      {texts.noMembersText}
    </EmptyState>
  );
}

const stateText: Readonly<Record<Member["state"], string>> = {
  active: texts.active,
  invited: texts.invited,
  deactivated: texts.deactivated,
};
const stateTone: Readonly<Record<Member["state"], Tone>> = {
  active: "positive",
  invited: "caution",
  deactivated: "neutral",
};

function columns(group: Group, zone: string, mayManage: boolean): readonly Column<Member>[] {
  const shown: Column<Member>[] = [
    {
      label: texts.person,
      cell: (member) => <Person name={nameOf(member)} detail={member.email} />,
    },
    {
      label: texts.state,
      tight: true,
      cell: ({ state }) => <Status tone={stateTone[state]}>{stateText[state]}</Status>,
    },
    {
      label: texts.addedAt,
      secondary: true,
      tight: true,
      cell: ({ addedAt }) => <Time at={addedAt} zone={zone} format="date" />,
    },
  ];
  if (!mayManage) return shown;
  return [
    ...shown,
    {
      label: texts.actions,
      labelHidden: true,
      align: "end",
      tight: true,
      cell: (member) => <Removal group={group} member={member} />,
    },
  ];
}

function Removal({ group, member }: { group: Group; member: Member }) {
  const membership = `${pathOf(group)}/members/${member.id}`;
  return (
    <ConfirmDialog
      id={`remove-${member.id}`}
      trigger={texts.remove}
      triggerLabel={texts.removeOf(nameOf(member))}
      triggerKind="secondary"
      small
      title={texts.removeTitle(nameOf(member), group.name)}
      action={membership}
      method="delete"
      submit={texts.remove}
      danger={false}
      page={membership}
    >
      <p>{texts.removeText}</p>
    </ConfirmDialog>
  );
}

/** The same question as a page, for browsers without dialogs that open by HTML alone. */
export const RemoveMemberPage: Screen<{ group: Group; member: Member }> = ({
  data: { group, member },
}) => (
  <>
    <PageHeader
      title={texts.removeTitle(nameOf(member), group.name)}
      breadcrumbs={[backToGroups, { href: pathOf(group), label: group.name }]}
    />
    <Card>
      <ConfirmForm
        action={`${pathOf(group)}/members/${member.id}`}
        method="delete"
        submit={texts.remove}
        danger={false}
        cancel={<LinkButton href={pathOf(group)}>{texts.keep}</LinkButton>}
      >
        <p>{texts.removeText}</p>
      </ConfirmForm>
    </Card>
  </>
);

function Access({ group }: { group: GroupDetail }) {
  return (
    <Card title={texts.access} description={texts.accessText}>
      {group.applicationCount === 0 ? (
        <p>{texts.noAccess}</p>
      ) : (
        <Applications group={group} linked />
      )}
    </Card>
  );
}

function Applications({ group, linked = false }: { group: GroupDetail; linked?: boolean }) {
  const further = group.applicationCount - group.applications.length;
  return (
    <ul>
      {group.applications.map(({ id, name }) => (
        <li>{linked ? <a href={`/applications/${id}`}>{name}</a> : name}</li>
      ))}
      {further > 0 && <li>{texts.moreApplications(further)}</li>}
    </ul>
  );
}

function Deletion({ group }: { group: GroupDetail }) {
  return (
    <Card title={texts.delete} description={texts.deleteHint} tone="critical">
      <ConfirmDialog
        id="delete-group"
        trigger={texts.delete}
        triggerIcon="trash"
        title={texts.deleteTitle(group.name)}
        action={pathOf(group)}
        method="delete"
        submit={texts.delete}
        page={`${pathOf(group)}/deletion`}
      >
        <Consequences group={group} />
      </ConfirmDialog>
    </Card>
  );
}

function Consequences({ group }: { group: GroupDetail }) {
  return (
    <>
      <p>{texts.deleteMembers(group.memberCount)}</p>
      <p>{texts.deleteApplications(group.applicationCount)}</p>
      {group.applicationCount > 0 && <Applications group={group} />}
      <p>{texts.deleteFinal}</p>
    </>
  );
}

/** The same question as a page, for browsers without dialogs that open by HTML alone. */
export const DeleteGroupPage: Screen<GroupDetail> = ({ data }) => (
  <>
    <PageHeader
      title={texts.deleteTitle(data.name)}
      breadcrumbs={[backToGroups, { href: pathOf(data), label: data.name }]}
    />
    <Card>
      <ConfirmForm
        action={pathOf(data)}
        method="delete"
        submit={texts.delete}
        cancel={<LinkButton href={pathOf(data)}>{texts.keep}</LinkButton>}
      >
        <Consequences group={data} />
      </ConfirmForm>
    </Card>
  </>
);
