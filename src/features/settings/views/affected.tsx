// The people whom a change on trial would keep out, all of them.
import type { z } from "zod";
import { type Strength, strengthText } from "#features/policy/index.ts";
import type { Screen, View } from "#platform/http/view.ts";
import {
  Card,
  type Column,
  DataTable,
  EmptyState,
  formatTime,
  ListRegion,
  PageHeader,
  Pager,
  Person,
} from "#platform/ui/index.ts";
import type { AffectedPage, AffectedPerson } from "../schema.ts";
import { texts } from "../texts.ts";

type Page = z.output<typeof AffectedPage>;

export const nameOf = ({ firstName, lastName }: AffectedPerson) => `${firstName} ${lastName}`;

export const AffectedPeoplePage: Screen<Page> = ({ data, view }) => (
  <>
    <PageHeader
      title={texts.affectedTitle}
      description={texts.affectedText}
      breadcrumbs={[{ href: "/settings/sign-in", label: texts.title }]}
    />
    <AffectedRegion data={data} view={view} />
  </>
);

export const AffectedRegion: Screen<Page> = ({ data, view }) => {
  const query = Object.fromEntries(new URLSearchParams(view.query));
  const summary = texts.affectedCount(data.items.length);
  return (
    <ListRegion id="people" announce={summary}>
      {data.items.length === 0 ? (
        <EmptyState icon="success" title={texts.affectedNone} />
      ) : (
        <Card flush>
          <DataTable
            caption={texts.affectedTitle}
            rows={data.items}
            href={({ id }) => `/users/${id}`}
            columns={columns(view)}
          />
        </Card>
      )}
      <Pager path={view.path} query={query} next={data.next} summary={summary} region="people" />
    </ListRegion>
  );
};

const hasText: Readonly<Record<Strength, string>> = {
  baseline: texts.hasBaseline,
  strong: texts.hasStrong,
  phishing_resistant: texts.hasPhishingResistant,
};

const columns = (view: View): readonly Column<AffectedPerson>[] => [
  {
    label: texts.person,
    cell: (person) => <Person name={nameOf(person)} detail={person.email} />,
  },
  {
    label: texts.has,
    tight: true,
    cell: (person) => (person.isStranded ? texts.stranded : hasText[person.has]),
  },
  { label: texts.asked, tight: true, cell: ({ required }) => strengthText[required] },
  { label: texts.deadline, secondary: true, cell: (person) => deadlineOf(person, view) },
];

function deadlineOf({ graceDays, deadline }: AffectedPerson, view: View): string {
  const zone = view.viewer?.zone ?? "UTC";
  if (deadline !== null) return texts.deadlineBy(formatTime(new Date(deadline), zone, "date"));
  return graceDays === 0 ? texts.deadlineNext : texts.deadlineGrace(graceDays);
}
