// Pages about sessions: everybody's for administrators. One's own list is on the "Security" page.
import type { Screen } from "#platform/http/view.ts";
import {
  Card,
  type Column,
  ConfirmDialog,
  ConfirmForm,
  DataTable,
  EmptyState,
  LinkButton,
  PageHeader,
  Pager,
  Person,
  Stack,
  Time,
} from "#platform/ui/index.ts";
import { DeviceOf, EndOf, SignInOf } from "./parts.tsx";
import type { Session, SessionCount, SessionList } from "./schema.ts";
import { texts } from "./texts.ts";

export const SessionsPage: Screen<SessionList> = ({ data, view }) => {
  const query = Object.fromEntries(new URLSearchParams(view.query));
  const isOfOne = query["userId"] !== undefined;
  const name = isOfOne ? data.items[0]?.user.name : undefined;
  return (
    <Stack gap="large">
      <PageHeader
        title={name === undefined ? texts.title : texts.titleOf(name)}
        description={texts.description}
        actions={
          <>
            {isOfOne && <LinkButton href="/sessions">{texts.everybody}</LinkButton>}
            {!isOfOne && view.viewer?.can("sessions.end_all") === true && (
              <LinkButton href="/sessions/end" icon="sign-out">
                {texts.endAll}
              </LinkButton>
            )}
          </>
        }
      />
      {data.items.length === 0 ? (
        <EmptyState icon="laptop" title={isOfOne ? texts.noneOf : texts.none}>
          {texts.noneText}
        </EmptyState>
      ) : (
        <Card flush>
          <DataTable
            caption={texts.title}
            columns={columns(
              view.viewer?.zone ?? "UTC",
              view.now,
              view.viewer?.can("sessions.end") === true,
            )}
            rows={data.items}
          />
        </Card>
      )}
      <Pager
        path="/sessions"
        query={query}
        next={data.next}
        summary={texts.count(data.items.length)}
      />
    </Stack>
  );
};

function columns(zone: string, now: Date, mayEnd: boolean): readonly Column<Session>[] {
  const shown: Column<Session>[] = [
    { label: texts.person, cell: ({ user }) => <Person name={user.name} detail={user.email} /> },
    { label: texts.device, cell: (session) => <DeviceOf {...session} /> },
    { label: texts.signedInAt, cell: (session) => <SignInOf {...session} zone={zone} /> },
    {
      label: texts.lastSeenAt,
      cell: ({ lastSeenAt }) => <Time at={lastSeenAt} zone={zone} format="relative" now={now} />,
    },
    { label: texts.endsAt, secondary: true, cell: (session) => <EndOf {...session} zone={zone} /> },
  ];
  if (!mayEnd) return shown;
  return [
    ...shown,
    {
      label: texts.actions,
      labelHidden: true,
      align: "end",
      tight: true,
      cell: (session) => <End {...session} />,
    },
  ];
}

function End({ id, user, device }: Session) {
  return (
    <ConfirmDialog
      id={`end-${id}`}
      trigger={texts.end}
      triggerLabel={texts.endOf(user.name, device)}
      triggerKind="secondary"
      small
      title={texts.endQuestion(user.name)}
      action={`/sessions/${id}`}
      method="delete"
      submit={texts.end}
      page={`/sessions/${id}/end`}
    >
      <p>{texts.endConsequence(device)}</p>
    </ConfirmDialog>
  );
}

/** A page and no dialog: how many it concerns is counted when it is asked. */
export const EndAllPage: Screen<SessionCount> = ({ data }) => (
  <Stack gap="large">
    <PageHeader
      title={texts.endAllQuestion}
      breadcrumbs={[{ href: "/sessions", label: texts.title }]}
    />
    <Card tone="critical">
      <ConfirmForm
        action="/sessions/end"
        method="put"
        submit={texts.endAll}
        cancel={<LinkButton href="/sessions">{texts.cancel}</LinkButton>}
      >
        <p>
          <strong>{texts.endAllCount(data.sessions, data.people)}</strong> {texts.endAllOwn}
        </p>
        <p>{texts.endAllConsequence}</p>
        <p>{texts.endAllStays}</p>
      </ConfirmForm>
    </Card>
  </Stack>
);

/** The same question as a page, for browsers without dialogs that open by HTML alone. */
export const EndSessionPage: Screen<Session> = ({ data: { id, user, device } }) => (
  <Stack gap="large">
    <PageHeader
      title={texts.endQuestion(user.name)}
      breadcrumbs={[{ href: "/sessions", label: texts.title }]}
    />
    <Card>
      <ConfirmForm
        action={`/sessions/${id}`}
        method="delete"
        submit={texts.end}
        cancel={<LinkButton href="/sessions">{texts.cancel}</LinkButton>}
      >
        <p>{texts.endConsequence(device)}</p>
      </ConfirmForm>
    </Card>
  </Stack>
);
