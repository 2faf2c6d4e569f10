// Requests to be let in again: lists, and one of them with the decision.
import type { FormScreen, Screen, View } from "#platform/http/view.ts";
import {
  ActionButton,
  Card,
  Cluster,
  type Column,
  DataTable,
  EmptyState,
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
import { askAgainDays, type ReactivationList, type ReactivationRequest } from "../schema.ts";
import { stateText, texts } from "../texts.ts";
import { At, Head, OtherHalf, queryOf, Refusal, zoneOf } from "./parts.tsx";

const path = "/recovery/reactivation-requests";
const tones: Readonly<Record<ReactivationRequest["state"], Tone>> = {
  waiting: "caution",
  approved: "positive",
  denied: "critical",
};

export const ReactivationsPage: Screen<ReactivationList> = ({ data, view }) => (
  <>
    <Head side="reactivations" lead={texts.reactivationsLead} />
    <Stack>
      <OtherHalf path={path} view={view} />
      <ReactivationRegion data={data} view={view} />
    </Stack>
  </>
);

export const ReactivationRegion: Screen<ReactivationList> = ({ data, view }) => {
  const query = queryOf(view);
  const summary = texts.count(data.items.length);
  const isWaiting = query["state"] === "waiting";
  return (
    <ListRegion id="reactivation-list" announce={summary}>
      {data.items.length === 0 ? (
        <EmptyState icon="users" title={isWaiting ? texts.nothingWaits : texts.noHistory}>
          {texts.noReactivationsText}
        </EmptyState>
      ) : (
        <>
          <Card flush>
            <ReactivationTable items={data.items} view={view} />
          </Card>
          <Pager
            path={path}
            query={query}
            next={data.next}
            summary={summary}
            region="reactivation-list"
          />
        </>
      )}
    </ListRegion>
  );
};

interface TableProps {
  readonly items: readonly ReactivationRequest[];
  readonly view: View;
  /** For a list of what waits: nobody has decided. */
  readonly isToDo?: boolean;
}

export function ReactivationTable({ items, view, isToDo = false }: TableProps) {
  const columns: readonly Column<ReactivationRequest>[] = [
    { label: texts.person, cell: ({ user }) => <Person name={user.name} detail={user.email} /> },
    {
      label: texts.requestedAt,
      tight: true,
      cell: ({ requestedAt }) => <At at={requestedAt} view={view} />,
    },
    {
      label: texts.state,
      tight: true,
      cell: ({ state }) => <Status tone={tones[state]}>{stateText[state]}</Status>,
    },
    {
      label: texts.decidedBy,
      secondary: true,
      cell: ({ state, decidedBy }) =>
        state === "waiting" ? texts.nobody : (decidedBy?.name ?? texts.aScript),
    },
  ];
  return (
    <DataTable
      caption={texts.reactivations}
      columns={isToDo ? columns.filter(({ label }) => label !== texts.decidedBy) : columns}
      rows={items}
      href={({ id }) => `${path}/${id}`}
    />
  );
}

export const ReactivationPage: Screen<ReactivationRequest> = ({ data, view }) => (
  <One request={data} view={view} />
);

/** The same with why the decision was refused. */
export const ReactivationForm: FormScreen<ReactivationRequest> = ({ data, view, problems }) => (
  <>
    <Refusal problems={problems} />
    <One request={data} view={view} />
  </>
);

function One({ request, view }: { request: ReactivationRequest; view: View }) {
  const { user, reason, requestedAt, state, decidedAt, decidedBy } = request;
  return (
    <Stack gap="large">
      <PageHeader
        title={texts.reactivationTitle(user.name)}
        description={user.email}
        breadcrumbs={[{ href: "/recovery", label: texts.title }]}
        badges={<Status tone={tones[state]}>{stateText[state]}</Status>}
      />
      <Card>
        <KeyValues
          items={[
            { label: texts.person, value: <a href={`/users/${user.id}`}>{user.name}</a> },
            { label: texts.requestedAt, value: <Time at={requestedAt} zone={zoneOf(view)} /> },
            { label: texts.reason, value: <Lines text={reason || texts.noReason} /> },
            ...(decidedAt === null
              ? []
              : [
                  { label: texts.decided, value: <Time at={decidedAt} zone={zoneOf(view)} /> },
                  { label: texts.decidedBy, value: decidedBy?.name ?? texts.aScript },
                ]),
          ]}
        />
      </Card>
      {state === "waiting" && <Decision request={request} />}
    </Stack>
  );
}

/** A text with its line breaks. */
function Lines({ text }: { text: string }) {
  return (
    <>
      {text.split("\n").map((line, index) => (
        <>
          {index > 0 && <br />}
          {line}
        </>
      ))}
    </>
  );
}

function Decision({ request: { id, mayDecide } }: { request: ReactivationRequest }) {
  if (!mayDecide) return <p>{texts.aboveYouNote}</p>;
  return (
    <Card description={texts.proofNote} title={texts.approveReactivation}>
      <Stack>
        <p>{texts.reactivationText}</p>
        <p>{texts.denyReactivationHint(askAgainDays)}</p>
        <Cluster>
          <ActionButton action={`${path}/${id}/approval`} method="put" kind="primary" icon="play">
            {texts.approveReactivation}
          </ActionButton>
          <ActionButton action={`${path}/${id}/denial`} method="put" icon="ban">
            {texts.denyReactivation}
          </ActionButton>
        </Cluster>
      </Stack>
    </Card>
  );
}
