// The list of people.
import type { Screen, View } from "#platform/http/view.ts";
import {
  Badge,
  Card,
  Cluster,
  type Column,
  DataTable,
  EmptyState,
  FilterSelect,
  LinkButton,
  ListRegion,
  PageHeader,
  Pager,
  Person,
  SearchBox,
  Status,
  Time,
} from "#platform/ui/index.ts";
import { Role } from "#src/permissions.ts";
import { fullName, SignInMethod, type User, type UserList, UserState } from "../schema.ts";
import { methodText, methodsText, roleText, stateText, texts } from "../texts.ts";
import { roleTone, stateTone } from "./tones.ts";

const path = "/users";
/** Days of a choice; an address may name any number. */
const absences = [30, 60, 90, 180, 365] as const;
const queryOf = (view: View): Readonly<Record<string, string>> =>
  Object.fromEntries(new URLSearchParams(view.query));

export const UsersPage: Screen<UserList> = ({ data, view }) => {
  const query = queryOf(view);
  return (
    <>
      <PageHeader
        title={texts.title}
        description={texts.description}
        actions={
          <Cluster>
            <LinkButton href={`${path}/missing-attributes`}>{texts.missingAttributes}</LinkButton>
            {view.viewer?.can("users.manage") === true && <InviteLink />}
          </Cluster>
        }
      />
      <SearchBox action={path} label={texts.search} value={query["q"] ?? ""} region="user-list">
        <FilterSelect
          name="role"
          label={texts.role}
          value={query["role"]}
          options={[
            { value: "", label: texts.anyRole },
            ...Role.options.map((value) => ({ value, label: roleText[value] })),
          ]}
        />
        <FilterSelect
          name="state"
          label={texts.state}
          value={query["state"]}
          options={[
            { value: "", label: texts.anyState },
            ...UserState.options.map((value) => ({ value, label: stateText[value] })),
          ]}
        />
        <FilterSelect
          name="method"
          label={texts.method}
          value={query["method"]}
          options={[
            { value: "", label: texts.anyMethod },
            ...SignInMethod.options.map((value) => ({ value, label: methodText[value] })),
            { value: "none", label: texts.methodNone },
          ]}
        />
        <FilterSelect
          name="notSeenForDays"
          label={texts.notSeen}
          value={query["notSeenForDays"]}
          options={[
            { value: "", label: texts.anySeen },
            ...absences.map((days) => ({ value: String(days), label: texts.notSeenDays(days) })),
          ]}
        />
      </SearchBox>
      <UserRegion data={data} view={view} />
    </>
  );
};

const InviteLink = () => (
  <LinkButton kind="primary" icon="user-plus" href={`${path}/new`}>
    {texts.invitePerson}
  </LinkButton>
);

/** What a search or another page replaces. */
export const UserRegion: Screen<UserList> = ({ data, view }) => {
  const summary = texts.count(data.items.length);
  return (
    <ListRegion id="user-list" announce={data.items.length === 0 ? texts.nothingFound : summary}>
      {data.items.length === 0 ? (
        <Nobody view={view} />
      ) : (
        <>
          <Card flush>
            <DataTable
              caption={texts.title}
              columns={columns(view)}
              rows={data.items}
              href={({ id }) => `${path}/${id}`}
            />
          </Card>
          <Pager
            path={path}
            query={queryOf(view)}
            next={data.next}
            summary={summary}
            region="user-list"
          />
        </>
      )}
    </ListRegion>
  );
};

function Nobody({ view }: { view: View }) {
  const isNarrowed = ["q", "role", "state", "method", "notSeenForDays", "cursor"].some(
    (name) => (queryOf(view)[name] ?? "") !== "",
  );
  if (isNarrowed)
    return (
      <EmptyState
        icon="search"
        title={texts.nothingFound}
        action={<LinkButton href={path}>{texts.clearFilters}</LinkButton>}
      >
        {texts.nothingFoundText}
      </EmptyState>
    );
  return (
    <EmptyState icon="users" title={texts.nobodyYet} action={<InviteLink />}>
      {texts.nobodyYetText}
    </EmptyState>
  );
}

const columns = (view: View): readonly Column<User>[] => [
  {
    label: texts.person,
    cell: (user) => (
      <Person name={fullName(user)} detail={user.state === "anonymised" ? undefined : user.email} />
    ),
  },
  {
    label: texts.role,
    tight: true,
    cell: ({ role, state }) =>
      state === "anonymised" ? texts.dash : <Badge tone={roleTone[role]}>{roleText[role]}</Badge>,
  },
  {
    label: texts.state,
    tight: true,
    cell: ({ state }) => <Status tone={stateTone[state]}>{stateText[state]}</Status>,
  },
  {
    label: texts.method,
    secondary: true,
    cell: ({ state, signInMethods }) =>
      state === "anonymised" ? texts.dash : methodsText(signInMethods),
  },
  {
    label: texts.lastSeen,
    secondary: true,
    tight: true,
    cell: ({ lastSeenAt, state }) =>
      lastSeenAt === null ? (
        state === "anonymised" ? (
          texts.dash
        ) : (
          texts.never
        )
      ) : (
        <Time at={lastSeenAt} zone={view.viewer?.zone ?? "UTC"} format="relative" now={view.now} />
      ),
  },
];
