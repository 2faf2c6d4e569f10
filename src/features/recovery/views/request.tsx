// What both kinds of request look like: a list of those that wait or were decided, and one of them with its facts.
import type { Child } from "hono/jsx";
import type { View } from "#platform/http/view.ts";
import {
  Card,
  type Column,
  DataTable,
  EmptyState,
  type IconName,
  KeyValues,
  ListRegion,
  PageHeader,
  Pager,
  Person,
  Stack,
  Status,
  Time,
  type Tone,
} from "#platform/ui/index.ts";
import type { ResetState } from "../schema.ts";
import { stateText, texts } from "../texts.ts";
import { At, queryOf, zoneOf } from "./parts.tsx";

/** What is told of a request of either kind; the states of the one are among those of the other. */
interface Request {
  readonly id: string;
  readonly user: { readonly id: string; readonly name: string; readonly email: string };
  readonly requestedAt: string;
  readonly state: ResetState;
}

const tones: Readonly<Record<ResetState, Tone>> = {
  waiting: "caution",
  approved: "positive",
  denied: "critical",
  withdrawn: "neutral",
  expired: "neutral",
  void: "neutral",
};

const StateOf = ({ state }: Pick<Request, "state">) => (
  <Status tone={tones[state]}>{stateText[state]}</Status>
);

interface RegionProps {
  readonly id: string;
  readonly path: string;
  readonly icon: IconName;
  /** What would stand here. */
  readonly about: string;
  readonly shown: number;
  readonly next: string | null;
  readonly view: View;
  readonly children: Child;
}

/** The part of the page that paging replaces; `children` is the table. */
export function RequestRegion({ id, path, icon, about, shown, next, view, children }: RegionProps) {
  const query = queryOf(view);
  const summary = texts.count(shown);
  const isWaiting = query["state"] === "waiting";
  return (
    <ListRegion id={id} announce={summary}>
      {shown === 0 ? (
        <EmptyState icon={icon} title={isWaiting ? texts.nothingWaits : texts.noHistory}>
          {about}
        </EmptyState>
      ) : (
        <>
          <Card flush>{children}</Card>
          <Pager path={path} query={query} next={next} summary={summary} region={id} />
        </>
      )}
    </ListRegion>
  );
}

interface TableProps<R extends Request> {
  readonly caption: string;
  readonly path: string;
  readonly items: readonly R[];
  readonly view: View;
  /** For a list of what waits: nobody has decided. */
  readonly isToDo?: boolean | undefined;
  readonly requestedBy?: (request: R) => string;
  readonly decidedBy: (request: R) => string;
}

export function RequestTable<R extends Request>(props: TableProps<R>) {
  const { caption, path, items, view, isToDo = false, requestedBy, decidedBy } = props;
  const columns: Column<R>[] = [
    { label: texts.person, cell: ({ user }) => <Person name={user.name} detail={user.email} /> },
    ...(requestedBy ? [{ label: texts.requestedBy, secondary: true, cell: requestedBy }] : []),
    {
      label: texts.requestedAt,
      tight: true,
      cell: ({ requestedAt }) => <At at={requestedAt} view={view} />,
    },
    { label: texts.state, tight: true, cell: ({ state }) => <StateOf state={state} /> },
    ...(isToDo ? [] : [{ label: texts.decidedBy, secondary: true, cell: decidedBy }]),
  ];
  return (
    <DataTable
      caption={caption}
      columns={columns}
      rows={items}
      href={({ id }) => `${path}/${id}`}
    />
  );
}

export interface Fact {
  readonly label: string;
  readonly value: Child;
}

interface PageProps {
  readonly title: string;
  readonly request: Pick<Request, "user" | "state">;
  readonly facts: readonly Fact[];
  /** The decision. */
  readonly children?: Child;
}

/** One request: whose, in what state, `facts` about it, and what can be decided. */
export const RequestPage = ({ title, request: { user, state }, facts, children }: PageProps) => (
  <Stack gap="large">
    <PageHeader
      title={title}
      description={user.email}
      breadcrumbs={[{ href: "/recovery", label: texts.title }]}
      badges={<StateOf state={state} />}
    />
    <Card>
      <KeyValues
        items={[
          { label: texts.person, value: <a href={`/users/${user.id}`}>{user.name}</a> },
          ...facts,
        ]}
      />
    </Card>
    {children}
  </Stack>
);

/** An instant as a fact; none for null. */
export const instant = (label: string, at: string | null, view: View): readonly Fact[] =>
  at === null ? [] : [{ label, value: <Time at={at} zone={zoneOf(view)} /> }];
