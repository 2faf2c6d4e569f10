// The people whom a connection has named.
import type { z } from "zod";
import type { PageScreen, Screen, View } from "#platform/http/view.ts";
import {
  ActionButton,
  Card,
  Code,
  type Column,
  DataTable,
  EmptyState,
  ListRegion,
  PageHeader,
  Pager,
  Person,
  Time,
} from "#platform/ui/index.ts";
import type { IdentityProvider, LinkedPeople, LinkedPerson } from "../schema.ts";
import { texts } from "../texts.ts";

type Page = z.output<typeof LinkedPeople>;

export const PeoplePage: PageScreen<Page, IdentityProvider> = ({ data, view, more }) => (
  <>
    <PageHeader
      title={texts.peopleTitle(more.name)}
      description={texts.peopleHint}
      breadcrumbs={[
        { href: "/identity-providers", label: texts.title },
        { href: `/identity-providers/${more.id}`, label: more.name },
      ]}
    />
    <PeopleRegion data={data} view={view} />
  </>
);

const nameOf = ({ firstName, lastName }: LinkedPerson) => `${firstName} ${lastName}`;

export const PeopleRegion: Screen<Page> = ({ data, view }) => (
  <ListRegion id="people">
    {data.items.length === 0 ? (
      <EmptyState icon="users" title={texts.peopleNone} />
    ) : (
      <Card flush>
        <DataTable caption={texts.people} rows={data.items} columns={columns(view)} />
      </Card>
    )}
    <Pager path={view.path} query={{}} next={data.next} region="people" />
  </ListRegion>
);

const columns = (view: View): readonly Column<LinkedPerson>[] => [
  {
    label: texts.person,
    cell: (person) => (
      <a href={`/users/${person.userId}`}>
        <Person name={nameOf(person)} detail={person.email} />
      </a>
    ),
  },
  { label: texts.subject, secondary: true, cell: ({ subject }) => <Code>{subject}</Code> },
  {
    label: texts.lastUsedAt,
    tight: true,
    cell: ({ lastUsedAt }) => (
      <Time at={lastUsedAt} zone={view.viewer?.zone ?? "UTC"} now={view.now} />
    ),
  },
  {
    label: texts.unlink,
    labelHidden: true,
    align: "end",
    tight: true,
    cell: (person) => (
      <ActionButton
        action={`${view.path}/${person.userId}`}
        method="delete"
        small
        label={texts.unlinkPerson(nameOf(person))}
      >
        {texts.unlink}
      </ActionButton>
    ),
  },
];
