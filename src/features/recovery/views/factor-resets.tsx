// Resets that need a second administrator: lists, and one of them with the decision.
import type { FormScreen, Screen, View } from "#platform/http/view.ts";
import { ActionButton, Card, Cluster, Stack } from "#platform/ui/index.ts";
import type { FactorReset, FactorResetList } from "../schema.ts";
import { texts } from "../texts.ts";
import { Head, OtherHalf, Refusal } from "./parts.tsx";
import { instant, RequestPage, RequestRegion, RequestTable } from "./request.tsx";

const path = "/recovery/factor-resets";

export const ResetsPage: Screen<FactorResetList> = ({ data, view }) => (
  <>
    <Head side="resets" lead={texts.resetsLead} />
    <Stack>
      <OtherHalf path={path} view={view} />
      <ResetRegion data={data} view={view} />
    </Stack>
  </>
);

export const ResetRegion: Screen<FactorResetList> = ({ data: { items, next }, view }) => (
  <RequestRegion
    id="reset-list"
    path={path}
    icon="shield"
    about={texts.noResetsText}
    shown={items.length}
    next={next}
    view={view}
  >
    <ResetTable items={items} view={view} />
  </RequestRegion>
);

const requesterOf = ({ requestedBy }: FactorReset) => requestedBy?.name ?? texts.somebodyGone;

interface TableProps {
  readonly items: readonly FactorReset[];
  readonly view: View;
  readonly isToDo?: boolean;
}

export const ResetTable = (props: TableProps) => (
  <RequestTable
    caption={texts.resets}
    path={path}
    requestedBy={requesterOf}
    decidedBy={({ decidedBy }) => decidedBy?.name ?? texts.nobody}
    {...props}
  />
);

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
  return (
    <RequestPage
      title={texts.resetTitle(user.name)}
      request={reset}
      facts={[
        { label: texts.requestedBy, value: requesterOf(reset) },
        ...instant(texts.requestedAt, requestedAt, view),
        ...instant(texts.until, state === "waiting" ? expiresAt : null, view),
        ...instant(texts.decided, decidedAt, view),
        ...(decidedBy === null ? [] : [{ label: texts.decidedBy, value: decidedBy.name }]),
      ]}
    >
      <Decision reset={reset} />
    </RequestPage>
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
