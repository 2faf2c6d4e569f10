// What waits for a decision.
import type { Screen, View } from "#platform/http/view.ts";
import { addressOf, Card, EmptyState, LinkButton, Stack } from "#platform/ui/index.ts";
import type { FactorReset, ReactivationRequest, ToDo } from "../schema.ts";
import { texts } from "../texts.ts";
import { ResetTable } from "./factor-resets.tsx";
import { Head } from "./parts.tsx";
import { ReactivationTable } from "./reactivations.tsx";
import { toDoMost } from "../schema.ts";

export const ToDoPage: Screen<ToDo> = ({ data, view }) => {
  const { reactivationRequests, factorResets } = data;
  return (
    <>
      <Head side="to-do" lead={texts.lead} />
      {reactivationRequests.length + factorResets.length === 0 ? (
        <EmptyState icon="check" title={texts.nothingToDo}>
          {texts.nothingToDoText}
        </EmptyState>
      ) : (
        <Stack gap="large">
          <Resets items={factorResets} view={view} />
          <Reactivations items={reactivationRequests} view={view} />
        </Stack>
      )}
    </>
  );
};

function Resets({ items, view }: { items: readonly FactorReset[]; view: View }) {
  if (items.length === 0) return null;
  return (
    <Card
      title={texts.resets}
      flush
      actions={<All path="/recovery/factor-resets" shown={items.length} />}
    >
      <ResetTable items={items} view={view} isToDo />
    </Card>
  );
}

function Reactivations({ items, view }: { items: readonly ReactivationRequest[]; view: View }) {
  if (items.length === 0) return null;
  return (
    <Card
      title={texts.reactivations}
      flush
      actions={<All path="/recovery/reactivation-requests" shown={items.length} />}
    >
      <ReactivationTable items={items} view={view} isToDo />
    </Card>
  );
}

const All = ({ path, shown }: { path: string; shown: number }) =>
  shown < toDoMost ? null : (
    <LinkButton small href={addressOf(path, { state: "waiting" })}>
      {texts.allWaiting}
    </LinkButton>
  );
