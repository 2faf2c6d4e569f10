// One group: its members, what it gives access to, and what it asks of them.
import type { Screen } from "#platform/http/view.ts";
import {
  Badge,
  Card,
  type Column,
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
import {
  Applications,
  backToGroups,
  Deletion,
  mayTakeAway,
  nameOf,
  pathOf,
  Removal,
} from "./taking-away.tsx";

export const GroupPage: Screen<GroupDetail> = ({ data, view }) => {
  const mayManage = view.viewer?.can("groups.manage") === true;
  const path = pathOf(data);
  return (
    <>
      <PageHeader
        title={data.name}
        description={data.description || undefined}
        breadcrumbs={[backToGroups]}
        badges={
          <>
            <Badge>{texts.people(data.memberCount)}</Badge>
            {data.managedBy !== null && <Badge>{texts.managedBy(data.managedBy)}</Badge>}
          </>
        }
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
      {mayManage && <Deletion group={data} mayDelete={mayTakeAway(data, view)} />}
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
  const mayRemove = mayManage && mayTakeAway(data, view);
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
              columns={columns(data, view.viewer?.zone ?? "UTC", mayRemove)}
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
  anonymised: texts.anonymised,
};
const stateTone: Readonly<Record<Member["state"], Tone>> = {
  active: "positive",
  invited: "caution",
  deactivated: "neutral",
  anonymised: "neutral",
};

/** Only where a provider gives something. */
const givenColumn = (members: readonly Member[]): readonly Column<Member>[] =>
  members.every(({ givenBy }) => givenBy.length === 0)
    ? []
    : [
        {
          label: texts.givenBy,
          tight: true,
          cell: ({ byHand, givenBy }) =>
            [...(byHand ? [texts.byHand] : []), ...givenBy].map((giver) => <Badge>{giver}</Badge>),
        },
      ];

function columns(group: GroupDetail, zone: string, mayRemove: boolean): readonly Column<Member>[] {
  const { items } = group.members;
  const shown: Column<Member>[] = [
    {
      label: texts.person,
      cell: (member) => <Person name={nameOf(member)} detail={member.email} />,
    },
    ...givenColumn(items),
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
  if (!mayRemove) return shown;
  return [
    ...shown,
    {
      label: texts.actions,
      labelHidden: true,
      align: "end",
      tight: true,
      cell: (member) =>
        member.givenBy.length > 0 && !member.byHand ? null : (
          <Removal group={group} member={member} />
        ),
    },
  ];
}

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
