// Resets that need a second administrator: lists, and one of them with the decision.
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
import type { FactorReset, FactorResetList, ResetState } from "../schema.ts";
import { stateText, texts } from "../texts.ts";
import { At, Head, OtherHalf, queryOf, Refusal, zoneOf } from "./parts.tsx";

const path = "/recovery/factor-resets";
const tones: Readonly<Record<ResetState, Tone>> = {
  waiting: "caution",
  approved: "positive",
  denied: "critical",
  withdrawn: "neutral",
  expired: "neutral",
  void: "neutral",
};

export const ResetsPage: Screen<FactorResetList> = ({ data, view }) => (
  <>
    <Head side="resets" lead={texts.resetsLead} />
    <Stack>
      <OtherHalf path={path} view={view} />
      <ResetRegion data={data} view={view} />
    </Stack>
  </>
);

export const ResetRegion: Screen<FactorResetList> = ({ data, view }) => {
  const query = queryOf(view);
  const summary = texts.count(data.items.length);
  const isWaiting = query["state"] === "waiting";
  return (
    <ListRegion id="reset-list" announce={summary}>
      {data.items.length === 0 ? (
        <EmptyState icon="shield" title={isWaiting ? texts.nothingWaits : texts.noHistory}>
          {texts.noResetsText}
        </EmptyState>
      ) : (
        <>
          <Card flush>
            <ResetTable items={data.items} view={view} />
          </Card>
          <Pager path={path} query={query} next={data.next} summary={summary} region="reset-list" />
        </>
      )}
    </ListRegion>
  );
};

const requesterOf = ({ requestedBy }: FactorReset) => requestedBy?.name ?? texts.somebodyGone;

interface TableProps {
  readonly items: readonly FactorReset[];
  readonly view: View;
  /** For a list of what waits: nobody has decided. */
  readonly isToDo?: boolean;
}

export function ResetTable({ items, view, isToDo = false }: TableProps) {
  const columns: readonly Column<FactorReset>[] = [
    { label: texts.person, cell: ({ user }) => <Person name={user.name} detail={user.email} /> },
    { label: texts.requestedBy, secondary: true, cell: requesterOf },
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
      cell: ({ decidedBy }) => decidedBy?.name ?? texts.nobody,
    },
  ];
  return (
    <DataTable
      caption={texts.resets}
      columns={isToDo ? columns.filter(({ label }) => label !== texts.decidedBy) : columns}
      rows={items}
      href={({ id }) => `${path}/${id}`}
    />
  );
}

export const ResetPage: Screen<FactorReset> = ({ data, view }) => <One reset={data} view={view} />;

/** The same with why the decision was refused. */
export const ResetForm: FormScreen<FactorReset> = ({ data, view, problems }) => (
  <>
    <Refusal problems={problems} />
    <One reset={data} view={view} />
  </>
);

function One({ reset, view }: { reset: FactorReset; view: View }) {
  const { user, requestedAt, expiresAt, state, decidedAt, decidedBy } = reset;
  const zone = zoneOf(view);
  return (
    <Stack gap="large">
      <PageHeader
        title={texts.resetTitle(user.name)}
        description={user.email}
        breadcrumbs={[{ href: "/recovery", label: texts.title }]}
        badges={<Status tone={tones[state]}>{stateText[state]}</Status>}
      />
      <Card>
        <KeyValues
          items={[
            { label: texts.person, value: <a href={`/users/${user.id}`}>{user.name}</a> },
            { label: texts.requestedBy, value: requesterOf(reset) },
            { label: texts.requestedAt, value: <Time at={requestedAt} zone={zone} /> },
            ...(state === "waiting"
              ? [{ label: texts.until, value: <Time at={expiresAt} zone={zone} /> }]
              : []),
            ...(decidedAt === null
              ? []
              : [{ label: texts.decided, value: <Time at={decidedAt} zone={zone} /> }]),
            ...(decidedBy === null ? [] : [{ label: texts.decidedBy, value: decidedBy.name }]),
          ]}
        />
      </Card>
      <Decision reset={reset} />
    </Stack>
  );
}

function Decision({ reset }: { reset: FactorReset }) {
  const { id, state, mayApprove, mayDeny } = reset;
  if (!mayApprove && !mayDeny) return state === "waiting" ? <p>{texts.aboveYouNote}</p> : null;
  return (
    <Card
      title={texts.approveReset}
      description={mayApprove ? texts.resetTextTwo(requesterOf(reset)) : texts.ownRequestNote}
      tone={mayApprove ? "critical" : "neutral"}
    >
      <Cluster>
        {mayApprove && (
          <ActionButton action={`${path}/${id}/approval`} method="put" kind="danger" icon="shield">
            {texts.approveReset}
          </ActionButton>
        )}
        {mayDeny && (
          <ActionButton action={`${path}/${id}/denial`} method="put" icon="ban">
            {mayApprove ? texts.denyReset : texts.withdrawReset}
          </ActionButton>
        )}
      </Cluster>
    </Card>
  );
}
