// One's own sessions: where one is signed in, and ending it.
import { DeviceOf, EndOf, type Session, SignInOf } from "#features/sessions/index.ts";
import type { Screen } from "#platform/http/view.ts";
import {
  Badge,
  Card,
  type Column,
  ConfirmDialog,
  ConfirmForm,
  DataTable,
  LinkButton,
  PageHeader,
  Stack,
  Time,
} from "#platform/ui/index.ts";
import { texts } from "../texts.ts";
import { type OwnDevice, OwnDevices } from "./devices.tsx";
import { breadcrumbs } from "./password.tsx";

export interface OwnSession extends Session {
  readonly isThis: boolean;
}

export interface OwnSessions {
  readonly sessions: readonly OwnSession[];
  readonly devices: readonly OwnDevice[];
}

export const OwnSessionsPage: Screen<OwnSessions> = ({ data: { sessions, devices }, view }) => (
  <Stack gap="large">
    <PageHeader
      title={texts.sessionsTitle}
      description={texts.sessionsAbout}
      breadcrumbs={breadcrumbs}
      actions={sessions.length > 1 ? <EndOthers /> : undefined}
    />
    <Card flush>
      <DataTable
        caption={texts.sessionsTitle}
        columns={columns(view.viewer?.zone ?? "UTC", view.now)}
        rows={sessions}
      />
    </Card>
    <OwnDevices devices={devices} view={view} />
  </Stack>
);

const columns = (zone: string, now: Date): readonly Column<OwnSession>[] => [
  {
    label: texts.device,
    cell: (session) => (
      <DeviceOf
        {...session}
        mark={session.isThis && <Badge tone="accent">{texts.thisDevice}</Badge>}
      />
    ),
  },
  { label: texts.started, cell: (session) => <SignInOf {...session} zone={zone} /> },
  {
    label: texts.lastSeen,
    cell: ({ lastSeenAt }) => <Time at={lastSeenAt} zone={zone} format="relative" now={now} />,
  },
  { label: texts.endsAt, secondary: true, cell: (session) => <EndOf {...session} zone={zone} /> },
  {
    label: texts.actions,
    labelHidden: true,
    align: "end",
    tight: true,
    cell: (session) => (session.isThis ? null : <EndOne {...session} />),
  },
];

function EndOne({ id, device }: OwnSession) {
  return (
    <ConfirmDialog
      id={`end-${id}`}
      trigger={texts.end}
      triggerLabel={texts.endOf(device)}
      triggerKind="secondary"
      small
      title={texts.endQuestion(device)}
      action={`/security/sessions/${id}`}
      method="delete"
      submit={texts.endSubmit}
      page={`/security/sessions/${id}/end`}
    >
      <p>{texts.endConsequence}</p>
    </ConfirmDialog>
  );
}

function EndOthers() {
  return (
    <ConfirmDialog
      id="end-others"
      trigger={texts.endOthers}
      triggerIcon="sign-out"
      title={texts.endOthersQuestion}
      action="/security/sessions"
      method="delete"
      submit={texts.endOthers}
      page="/security/sessions/end"
    >
      <p>{texts.endOthersConsequence}</p>
    </ConfirmDialog>
  );
}

const back = <LinkButton href="/security/sessions">{texts.cancel}</LinkButton>;

/** The questions of the dialogs as pages, for browsers that do not open dialogs by HTML alone. */
export const EndOnePage: Screen<OwnSession> = ({ data: { id, device } }) => (
  <Stack gap="large">
    <PageHeader title={texts.endQuestion(device)} breadcrumbs={breadcrumbs} />
    <Card>
      <ConfirmForm
        action={`/security/sessions/${id}`}
        method="delete"
        submit={texts.endSubmit}
        cancel={back}
      >
        <p>{texts.endConsequence}</p>
      </ConfirmForm>
    </Card>
  </Stack>
);

export const EndOthersPage: Screen<null> = () => (
  <Stack gap="large">
    <PageHeader title={texts.endOthersQuestion} breadcrumbs={breadcrumbs} />
    <Card>
      <ConfirmForm
        action="/security/sessions"
        method="delete"
        submit={texts.endOthers}
        cancel={back}
      >
        <p>{texts.endOthersConsequence}</p>
      </ConfirmForm>
    </Card>
  </Stack>
);
