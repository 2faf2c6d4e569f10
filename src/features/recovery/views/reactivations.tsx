// Requests to be let in again: lists, and one of them with the decision.
import type { FormScreen, Screen, View } from "#platform/http/view.ts";
import { ActionButton, Card, Cluster, Stack } from "#platform/ui/index.ts";
import { askAgainDays, type ReactivationList, type ReactivationRequest } from "../schema.ts";
import { texts } from "../texts.ts";
import { Head, OtherHalf, Refusal } from "./parts.tsx";
import { instant, RequestPage, RequestRegion, RequestTable } from "./request.tsx";

const path = "/recovery/reactivation-requests";

export const ReactivationsPage: Screen<ReactivationList> = ({ data, view }) => (
  <>
    <Head side="reactivations" lead={texts.reactivationsLead} />
    <Stack>
      <OtherHalf path={path} view={view} />
      <ReactivationRegion data={data} view={view} />
    </Stack>
  </>
);

export const ReactivationRegion: Screen<ReactivationList> = ({ data: { items, next }, view }) => (
  <RequestRegion
    id="reactivation-list"
    path={path}
    icon="users"
    about={texts.noReactivationsText}
    shown={items.length}
    next={next}
    view={view}
  >
    <ReactivationTable items={items} view={view} />
  </RequestRegion>
);

const deciderOf = ({ decidedBy }: ReactivationRequest) => decidedBy?.name ?? texts.aScript;

interface TableProps {
  readonly items: readonly ReactivationRequest[];
  readonly view: View;
  readonly isToDo?: boolean;
}

export const ReactivationTable = (props: TableProps) => (
  <RequestTable
    caption={texts.reactivations}
    path={path}
    decidedBy={(request) => (request.state === "waiting" ? texts.nobody : deciderOf(request))}
    {...props}
  />
);

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
  const { user, reason, requestedAt, state, decidedAt } = request;
  const isDecided = decidedAt !== null;
  return (
    <RequestPage
      title={texts.reactivationTitle(user.name)}
      request={request}
      facts={[
        ...instant(texts.requestedAt, requestedAt, view),
        { label: texts.reason, value: <Lines text={reason || texts.noReason} /> },
        ...instant(texts.decided, decidedAt, view),
        ...(isDecided ? [{ label: texts.decidedBy, value: deciderOf(request) }] : []),
      ]}
    >
      {state === "waiting" && <Decision request={request} />}
    </RequestPage>
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
