// The people whom a change on trial would keep out, all of them; and, apart from them, those who cannot sign in either way.
import type { z } from "zod";
import { meets, strengthText, worthText } from "#features/policy/index.ts";
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

const words = {
  change: {
    title: texts.affectedTitle,
    description: texts.affectedText,
    empty: texts.affectedEmpty,
  },
  already: { title: texts.alreadyTitle, description: texts.alreadyText, empty: texts.alreadyEmpty },
} as const;

const queryOf = ({ query }: View) => Object.fromEntries(new URLSearchParams(query));
const wordsFor = (view: View) => words[queryOf(view)["already"] === "true" ? "already" : "change"];

export const AffectedPeoplePage: Screen<Page> = ({ data, view }) => {
  const { title, description } = wordsFor(view);
  return (
    <>
      <PageHeader
        title={title}
        description={description}
        breadcrumbs={[{ href: "/settings/sign-in", label: texts.title }]}
      />
      <AffectedRegion data={data} view={view} />
    </>
  );
};

export const AffectedRegion: Screen<Page> = ({ data, view }) => {
  const { title, empty } = wordsFor(view);
  const summary = texts.affectedCount(data.items.length);
  return (
    <ListRegion id="people" announce={summary}>
      {data.items.length === 0 ? (
        <EmptyState icon="success" title={empty} />
      ) : (
        <Card flush>
          <DataTable
            caption={title}
            rows={data.items}
            href={({ id }) => `/users/${id}`}
            columns={columns(view)}
          />
        </Card>
      )}
      <Pager
        path={view.path}
        query={queryOf(view)}
        next={data.next}
        summary={summary}
        region="people"
      />
    </ListRegion>
  );
};

const columns = (view: View): readonly Column<AffectedPerson>[] => [
  {
    label: texts.person,
    cell: (person) => <Person name={nameOf(person)} detail={person.email} />,
  },
  {
    label: texts.has,
    tight: true,
    cell: (person) => (person.isStranded ? texts.stranded : worthText[person.has]),
  },
  { label: texts.asked, tight: true, cell: ({ required }) => strengthText[required] },
  { label: texts.deadline, secondary: true, cell: (person) => deadlineOf(person, view) },
];

function deadlineOf(person: AffectedPerson, view: View): string {
  const { has, required, graceDays, deadline } = person;
  // Nothing that they set up would lead them in.
  if (person.isStranded || meets(has, required)) return texts.nothingHelps;
  const zone = view.viewer?.zone ?? "UTC";
  if (deadline !== null) return texts.deadlineBy(formatTime(new Date(deadline), zone, "date"));
  return graceDays === 0 ? texts.deadlineNext : texts.deadlineGrace(graceDays);
}
