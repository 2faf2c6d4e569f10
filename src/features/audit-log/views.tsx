// The audit trail as pages.
import type { FormScreen, Screen, Values } from "#platform/http/view.ts";
import {
  addressOf,
  Card,
  Code,
  type Column,
  DataTable,
  EmptyState,
  Field,
  type FieldProps,
  Form,
  Grid,
  KeyValues,
  LinkButton,
  ListRegion,
  PageHeader,
  Pager,
  SubmitButton,
  Time,
  Cluster,
  type Problems,
} from "#platform/ui/index.ts";
import type { Role } from "#src/permissions.ts";
import {
  type Event,
  type EventDetail,
  eventChoices,
  type EventList,
  type Reference,
} from "./schema.ts";
import { texts } from "./texts.ts";
import { referenceText } from "./words.ts";

const path = "/events";
const filters = ["name", "person", "from", "to"] as const;
const queryOf = (query: string) => Object.fromEntries(new URLSearchParams(query));
const isFiltered = (query: Values) => filters.some((name) => (query[name] ?? "") !== "");

export const EventsPage: Screen<EventList> = ({ data, view }) => {
  const query = queryOf(view.query);
  // A link that names a person by id: people read the address instead.
  const person = data.person?.email ?? query["person"];
  return (
    <>
      <Head />
      <Filter values={{ ...query, person }} />
      <EventRegion data={data} view={view} />
    </>
  );
};

/** The filter with what is wrong in it, instead of a list. */
export const FilterPage: FormScreen<undefined> = ({ values, problems }) => (
  <>
    <Head />
    <Filter values={values} problems={problems} />
  </>
);

const Head = () => <PageHeader title={texts.title} description={texts.description} />;

const anyEvent = { value: "", label: texts.anyEvent };

function Filter({ values, problems }: { values: Values; problems?: Problems }) {
  const fields: readonly FieldProps[] = [
    { name: "name", type: "select", label: texts.event, options: [anyEvent, ...eventChoices()] },
    {
      name: "person",
      inputmode: "email",
      label: texts.person,
      placeholder: texts.personPlaceholder,
      spellcheck: false,
      autocomplete: "off",
    },
    { name: "from", type: "date", label: texts.from },
    { name: "to", type: "date", label: texts.to },
  ];
  return (
    <Card>
      <Form action={path} method="get" values={values} problems={problems}>
        <Grid>
          {fields.map((field) => (
            // A column each: a problem below one field must not stretch the others.
            <div>
              <Field {...field} />
            </div>
          ))}
        </Grid>
        <Cluster>
          <SubmitButton kind="secondary">{texts.apply}</SubmitButton>
          {isFiltered(values) && (
            <LinkButton kind="quiet" href={path}>
              {texts.clear}
            </LinkButton>
          )}
        </Cluster>
      </Form>
    </Card>
  );
}

export const EventRegion: Screen<EventList> = ({ data, view }) => {
  const query = queryOf(view.query);
  const summary = texts.count(data.items.length);
  return (
    <ListRegion id="event-list" announce={summary}>
      {data.items.length === 0 ? (
        <NoEvents filtered={isFiltered(query)} />
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
          <Pager path={path} query={query} next={data.next} summary={summary} region="event-list" />
        </>
      )}
    </ListRegion>
  );
};

function NoEvents({ filtered }: { filtered: boolean }) {
  if (!filtered)
    return (
      <EmptyState icon="activity" title={texts.none}>
        {texts.noneText}
      </EmptyState>
    );
  return (
    <EmptyState
      icon="search"
      title={texts.nothingFound}
      action={<LinkButton href={path}>{texts.clear}</LinkButton>}
    >
      {texts.nothingFoundText}
    </EmptyState>
  );
}

const columns = (zone: string): readonly Column<Event>[] => [
  { label: texts.what, cell: ({ says, about }) => <Sentence says={says} about={about} /> },
  { label: texts.who, cell: ({ actor }) => referenceText(actor) },
  { label: texts.when, tight: true, cell: ({ at }) => <Time at={at} zone={zone} /> },
  { label: texts.where, tight: true, secondary: true, cell: ({ ip }) => ip ?? "–" },
];

function Sentence({ says, about }: Pick<Event, "says" | "about">) {
  return (
    <span class="person-text">
      <span class="person-name">{says}</span>
      {about.length > 0 && (
        <span class="person-detail">{about.map(referenceText).join(" · ")}</span>
      )}
    </span>
  );
}

export const EventPage: Screen<EventDetail> = ({ data, view }) => {
  const person = [data.actor, ...data.about].find(({ kind }) => kind === "user");
  return (
    <>
      <PageHeader
        title={data.says}
        description={<Time at={data.at} zone={view.viewer?.zone ?? "UTC"} />}
        breadcrumbs={[{ href: path, label: texts.title }]}
        actions={
          person?.id ? (
            <LinkButton href={addressOf(path, { person: person.id })}>
              {texts.allOfPerson}
            </LinkButton>
          ) : undefined
        }
      />
      <Card title={texts.detailTitle}>
        <KeyValues items={facts(data)} />
      </Card>
      <Card title={texts.data} description={texts.dataText}>
        <Data data={data.data} />
      </Card>
    </>
  );
};

const roleText: Readonly<Record<Role, string>> = {
  member: texts.member,
  admin: texts.admin,
  super_admin: texts.superAdmin,
};

const facts = (event: EventDetail) => [
  { label: texts.who, value: <Linked to={event.actor} /> },
  { label: texts.role, value: event.role === null ? "" : roleText[event.role] },
  {
    label: texts.about,
    value:
      event.about.length === 0 ? (
        ""
      ) : (
        <Cluster>
          {event.about.map((reference) => (
            <Linked to={reference} />
          ))}
        </Cluster>
      ),
  },
  { label: texts.address, value: event.ip },
  { label: texts.userAgent, value: event.userAgent },
  { label: texts.name, value: <Code>{event.name}</Code> },
  { label: texts.session, value: event.sessionId && <Code>{event.sessionId}</Code> },
  { label: texts.request, value: event.requestId && <Code>{event.requestId}</Code> },
  { label: texts.id, value: <Code>{event.id}</Code> },
];

function Data({ data }: { data: EventDetail["data"] }) {
  const entries = Object.entries(data);
  if (entries.length === 0) return <p>{texts.noData}</p>;
  return (
    <KeyValues
      items={entries.map(([label, value]) => ({
        label,
        value: typeof value === "string" ? value : <Code>{JSON.stringify(value)}</Code>,
      }))}
    />
  );
}

const pages: Partial<Record<Reference["kind"], string>> = {
  user: "/users",
  group: "/groups",
  application: "/applications",
};

/** A name that leads to its page, where it has one and is still there. */
function Linked({ to }: { to: Reference }) {
  const base = pages[to.kind];
  if (base === undefined || to.id === null || to.isGone) return <span>{referenceText(to)}</span>;
  return <a href={`${base}/${to.id}`}>{referenceText(to)}</a>;
}
