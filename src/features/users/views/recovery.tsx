// What administrators do for somebody who cannot get in: second steps that are lost, tries that were too many.
import type { ReachedLimit } from "#features/limits/index.ts";
import type { View } from "#platform/http/view.ts";
import { Card, ConfirmDialog, LinkButton, Notice, Time } from "#platform/ui/index.ts";
import { fullName, type UserDetail } from "../schema.ts";
import { texts } from "../texts.ts";

interface SlowedDownProps {
  readonly user: UserDetail;
  readonly limits: readonly ReachedLimit[];
  readonly view: View;
}

/** The longest of a person's limits, and the way to release them all. */
export function SlowedDown({ user, limits, view }: SlowedDownProps) {
  const [longest] = limits.toSorted((one, other) => (one.until > other.until ? -1 : 1));
  if (longest === undefined) return null;
  const zone = view.viewer?.zone ?? "UTC";
  return (
    <Notice
      kind="warning"
      title={texts.slowedDown}
      action={
        user.allowedActions.includes("edit") && (
          <ConfirmDialog
            id="release-limits"
            trigger={texts.release}
            triggerKind="secondary"
            small
            danger={false}
            title={texts.releaseQuestion(fullName(user))}
            action={`/users/${user.id}/limits`}
            method="delete"
            submit={texts.release}
            page={`/users/${user.id}/limits/release`}
          >
            <p>{texts.releaseText}</p>
          </ConfirmDialog>
        )
      }
    >
      {longest.says}. {texts.slowedUntil} <Time at={longest.until} zone={zone} />
    </Notice>
  );
}

/** For somebody who lost what they sign in with. */
export function SecondSteps({ user }: { user: UserDetail }) {
  if (!user.allowedActions.includes("reset_second_steps")) return null;
  return (
    <Card title={texts.secondSteps} description={texts.secondStepsHint}>
      <LinkButton icon="shield" href={`/users/${user.id}/second-step-reset`}>
        {texts.resetSecondSteps}
      </LinkButton>
    </Card>
  );
}
