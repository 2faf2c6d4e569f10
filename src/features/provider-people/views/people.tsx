// The people of a connection: who has come by it, and who is to.
import type { z } from "zod";
import type { Route } from "#features/identity-providers/index.ts";
import type { PageScreen, Screen, View } from "#platform/http/view.ts";
import {
  Badge,
  Card,
  Code,
  type Column,
  DataTable,
  EmptyState,
  LinkButton,
  ListRegion,
  PageHeader,
  Pager,
  Person,
  SearchBox,
  Time,
} from "#platform/ui/index.ts";
import type { ProviderPeople, ProviderPerson } from "../schema.ts";
import { texts } from "../texts.ts";

type Page = z.output<typeof ProviderPeople>;

const queryOf = (view: View) => Object.fromEntries(new URLSearchParams(view.query));

export const PeoplePage: PageScreen<Page, Route> = ({ data, view, more }) => {
  const path = `/identity-providers/${more.id}`;
  return (
    <>
      <PageHeader
        title={texts.peopleTitle(more.name)}
        description={texts.peopleHint}
        breadcrumbs={[
          { href: "/identity-providers", label: texts.providers },
          { href: path, label: more.name },
        ]}
        actions={
          <LinkButton kind="primary" icon="user-plus" href={`${path}/people/new`}>
            {texts.assign}
          </LinkButton>
        }
      />
      <SearchBox
        action={`${path}/people`}
        label={texts.searchPeople}
        value={queryOf(view)["q"] ?? ""}
        region="people"
      />
      <PeopleRegion data={data} view={view} />
    </>
  );
};

const nameOf = ({ firstName, lastName }: ProviderPerson) => `${firstName} ${lastName}`;

export const PeopleRegion: Screen<Page> = ({ data, view }) => (
  <ListRegion id="people" announce={texts.shown(data.items.length)}>
    {data.items.length === 0 ? (
      <Nobody view={view} />
    ) : (
      <Card flush>
        <DataTable caption={texts.people} rows={data.items} columns={columns(view)} />
      </Card>
    )}
    <Pager path={view.path} query={queryOf(view)} next={data.next} region="people" />
  </ListRegion>
);

const Nobody = ({ view }: { view: View }) =>
  (queryOf(view)["q"] ?? "") === "" ? (
    <EmptyState icon="users" title={texts.peopleNone}>
      {texts.peopleNoneText}
    </EmptyState>
  ) : (
    <EmptyState
      icon="search"
      title={texts.peopleNotFound}
      action={<LinkButton href={view.path}>{texts.showAll}</LinkButton>}
    >
      {texts.peopleNotFoundText}
    </EmptyState>
  );

const columns = (view: View): readonly Column<ProviderPerson>[] => [
  {
    label: texts.person,
    cell: (person) => (
      <a href={`/users/${person.userId}`}>
        <Person name={nameOf(person)} detail={person.email} />
      </a>
    ),
  },
  {
    label: texts.subject,
    cell: ({ subject, assignedAt }) => (
      <>
        <div>
          {subject === null ? (
            <Badge tone="caution">{texts.waiting}</Badge>
          ) : (
            <Code>{subject}</Code>
          )}
        </div>
        {assignedAt !== null && <small>{texts.byAdmin}</small>}
      </>
    ),
  },
  {
    label: texts.lastUsedAt,
    secondary: true,
    tight: true,
    cell: ({ lastUsedAt }) =>
      lastUsedAt === null ? (
        texts.never
      ) : (
        <Time at={lastUsedAt} zone={view.viewer?.zone ?? "UTC"} now={view.now} />
      ),
  },
  {
    label: texts.change,
    labelHidden: true,
    align: "end",
    tight: true,
    cell: (person) => (
      <LinkButton
        href={`${view.path}/${person.userId}`}
        small
        label={texts.changePerson(nameOf(person))}
      >
        {texts.change}
      </LinkButton>
    ),
  },
];
