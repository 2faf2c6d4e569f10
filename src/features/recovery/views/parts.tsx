// What the pages of this feature share.
import type { View } from "#platform/http/view.ts";
import {
  addressOf,
  Cluster,
  LinkButton,
  Notice,
  PageHeader,
  Tabs,
  Time,
} from "#platform/ui/index.ts";
import type { Problems } from "#platform/http/view.ts";
import { texts } from "../texts.ts";

export const zoneOf = (view: View) => view.viewer?.zone ?? "UTC";
export const queryOf = (view: View) => Object.fromEntries(new URLSearchParams(view.query));

export type Side = "to-do" | "reactivations" | "resets";

export function Head({ side, lead }: { side: Side; lead: string }) {
  return (
    <>
      <PageHeader title={texts.title} description={lead} />
      <Tabs
        label={texts.tabs}
        items={[
          { href: "/recovery", label: texts.toDoTab, current: side === "to-do" },
          {
            href: "/recovery/reactivation-requests",
            label: texts.reactivationsTab,
            current: side === "reactivations",
          },
          { href: "/recovery/factor-resets", label: texts.resetsTab, current: side === "resets" },
        ]}
      />
    </>
  );
}

/** The other half of a list: what waits, or what was decided. */
export function OtherHalf({ path, view }: { path: string; view: View }) {
  const isWaiting = queryOf(view)["state"] === "waiting";
  return (
    <Cluster>
      <LinkButton small href={addressOf(path, { state: isWaiting ? undefined : "waiting" })}>
        {isWaiting ? texts.showDecided : texts.showWaiting}
      </LinkButton>
    </Cluster>
  );
}

/** When, in the viewer's zone. */
export const At = ({ at, view }: { at: string; view: View }) => (
  <Time at={at} zone={zoneOf(view)} format="relative" now={view.now} />
);

/** Why a decision was refused. */
export function Refusal({ problems }: { problems: Problems }) {
  const [problem] = Object.values(problems);
  return problem === undefined ? null : <Notice kind="error">{problem}</Notice>;
}
