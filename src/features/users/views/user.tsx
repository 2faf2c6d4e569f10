// One person: profile and activity.
import type { ProviderValue } from "#features/attributes/index.ts";
import type { ComingIn } from "#features/identity-providers/index.ts";
import type { ReachedLimit } from "#features/limits/index.ts";
import type { Passkey } from "#features/passkeys/index.ts";
import { ProofOf } from "#features/sessions/index.ts";
import type { PageScreen, Screen, View } from "#platform/http/view.ts";
import {
  addressOf,
  Avatar,
  Badge,
  Card,
  Cluster,
  type Column,
  DataTable,
  KeyValues,
  LinkButton,
  Notice,
  PageHeader,
  Stack,
  Status,
  Tabs,
  Time,
  WithAside,
} from "#platform/ui/index.ts";
import {
  type Activity,
  fullName,
  groupsShownMost,
  type UserAction,
  type UserDetail,
} from "../schema.ts";
import { methodsText, roleText, stateText, texts } from "../texts.ts";
import { Access, End, Nobody } from "./access.tsx";
import { Invitation } from "./invitation.tsx";
import { Passkeys } from "./passkeys.tsx";
import { Password } from "./password.tsx";
import { Providers, SaidByProviders } from "./providers.tsx";
import { SecondSteps, SlowedDown } from "./recovery.tsx";
import { roleTone, stateTone } from "./tones.ts";

const pathOf = (user: UserDetail) => `/users/${user.id}`;
const zoneOf = (view: View) => view.viewer?.zone ?? "UTC";
const may = (user: UserDetail, action: UserAction) => user.allowedActions.includes(action);

function Head({ user, side }: { user: UserDetail; side: "profile" | "activity" }) {
  return (
    <>
      <PageHeader
        title={fullName(user)}
        description={user.state === "anonymised" ? undefined : user.email}
        figure={<Avatar name={fullName(user)} size="large" />}
        breadcrumbs={[{ href: "/users", label: texts.title }]}
        badges={
          <>
            {user.state !== "anonymised" && (
              <Badge tone={roleTone[user.role]}>{roleText[user.role]}</Badge>
            )}
            <Status tone={stateTone[user.state]}>{stateText[user.state]}</Status>
          </>
        }
        actions={
          may(user, "edit") ? (
            <LinkButton icon="edit" href={`${pathOf(user)}/edit`}>
              {texts.edit}
            </LinkButton>
          ) : undefined
        }
      />
      <Tabs
        label={texts.tabs}
        items={[
          { href: pathOf(user), label: texts.profileTab, current: side === "profile" },
          {
            href: `${pathOf(user)}/activity`,
            label: texts.activityTab,
            current: side === "activity",
          },
        ]}
      />
    </>
  );
}

/** What only the page of a person shows. */
export interface Seen {
  readonly passkeys: readonly Passkey[];
  readonly limits: readonly ReachedLimit[];
  readonly comingIn: ComingIn;
  readonly saidByProviders: readonly ProviderValue[];
}

export const UserPage: PageScreen<UserDetail, Seen> = ({ data, view, more }) =>
  data.state === "anonymised" ? (
    <>
      <Head user={data} side="profile" />
      <Nobody user={data} zone={zoneOf(view)} />
    </>
  ) : (
    <>
      <Head user={data} side="profile" />
      <Stack gap="large">
        {data.allowedActions.length === 0 && <Notice kind="info">{texts.aboveYours}</Notice>}
        {may(data, "resend_invitation") && <Invitation user={data} />}
        <SlowedDown user={data} limits={more.limits} view={view} />
        <WithAside aside={<Groups user={data} />}>
          <Details user={data} view={view} />
          <Passkeys user={data} passkeys={more.passkeys} view={view} />
          <Password user={data} />
          <SecondSteps user={data} />
          <Providers user={data} comingIn={more.comingIn} view={view} />
          <SaidByProviders said={more.saidByProviders} view={view} />
          <Access user={data} />
          <End user={data} />
        </WithAside>
      </Stack>
    </>
  );

function Details({ user, view }: { user: UserDetail; view: View }) {
  const zone = zoneOf(view);
  return (
    <Card
      title={texts.details}
      actions={
        <Cluster>
          <LinkButton small href={`${pathOf(user)}/addresses`}>
            {may(user, "edit") ? texts.addressesManage : texts.addressesShow}
          </LinkButton>
          <LinkButton small href={`${pathOf(user)}/attributes`}>
            {texts.attributes}
          </LinkButton>
        </Cluster>
      }
    >
      <KeyValues
        items={[
          { label: texts.addresses, value: <Addresses user={user} /> },
          {
            label: texts.lastSignIn,
            value:
              user.lastSignInAt === null ? (
                texts.never
              ) : (
                <Time at={user.lastSignInAt} zone={zone} />
              ),
          },
          {
            label: texts.lastSeen,
            value:
              user.lastSeenAt === null ? texts.never : <Time at={user.lastSeenAt} zone={zone} />,
          },
          { label: texts.method, value: methodsText(user.signInMethods) },
          { label: texts.timeZone, value: user.timeZone },
          { label: texts.addedAt, value: <Time at={user.createdAt} zone={zone} /> },
          ...(user.deactivatedAt === null
            ? []
            : [
                { label: texts.deactivatedAt, value: <Time at={user.deactivatedAt} zone={zone} /> },
              ]),
        ]}
      />
    </Card>
  );
}

function Addresses({ user }: { user: UserDetail }) {
  return (
    <Stack gap="small">
      {user.emails.map(({ email, isPrimary, verifiedAt }) => (
        <Cluster>
          <span>{email}</span>
          {isPrimary && user.emails.length > 1 && <Badge>{texts.primary}</Badge>}
          <Status tone={verifiedAt === null ? "caution" : "positive"}>
            {verifiedAt === null ? texts.unverified : texts.verified}
          </Status>
        </Cluster>
      ))}
    </Stack>
  );
}

function Groups({ user }: { user: UserDetail }) {
  return (
    <Card
      title={texts.groups}
      footer={
        user.groups.length === groupsShownMost ? texts.moreGroups(groupsShownMost) : undefined
      }
    >
      {user.groups.length === 0 ? (
        <p>{texts.noGroups}</p>
      ) : (
        <ul>
          {user.groups.map(({ id, name }) => (
            <li>
              <a href={`/groups/${id}`}>{name}</a>
            </li>
          ))}
        </ul>
      )}
    </Card>
  );
}

export const ActivityPage: Screen<Activity> = ({ data, view }) => (
  <>
    <Head user={data.user} side="activity" />
    <Sessions data={data} view={view} />
    <Events data={data} view={view} />
  </>
);

const Sessions: Screen<Activity> = ({ data: { user, sessions }, view }) => {
  const zone = zoneOf(view);
  return (
    <Card
      title={texts.sessions}
      description={texts.sessionsText}
      flush={sessions.length > 0}
      actions={
        view.viewer?.can("sessions.read") === true && sessions.length > 0 ? (
          <LinkButton small href={addressOf("/sessions", { userId: user.id })}>
            {texts.allSessions}
          </LinkButton>
        ) : undefined
      }
    >
      {sessions.length === 0 ? (
        <p>{texts.noSessions}</p>
      ) : (
        <DataTable
          caption={texts.sessions}
          rows={sessions}
          columns={[
            { label: texts.device, cell: ({ device }) => device },
            { label: texts.place, secondary: true, cell: ({ ip }) => ip },
            { label: texts.proof, secondary: true, cell: (session) => <ProofOf {...session} /> },
            {
              label: texts.lastSeen,
              tight: true,
              cell: ({ lastSeenAt }) => (
                <Time at={lastSeenAt} zone={zone} format="relative" now={view.now} />
              ),
            },
          ]}
        />
      )}
    </Card>
  );
};

const Events: Screen<Activity> = ({ data: { user, events }, view }) => {
  const columns: readonly Column<Activity["events"][number]>[] = [
    { label: texts.what, cell: ({ what, about }) => (about === "" ? what : `${what}: ${about}`) },
    { label: texts.who, cell: ({ who }) => who },
    { label: texts.when, tight: true, cell: ({ at }) => <Time at={at} zone={zoneOf(view)} /> },
  ];
  return (
    <Card
      title={texts.events}
      description={texts.eventsText}
      flush={events.length > 0}
      actions={
        view.viewer?.can("events.read") === true ? (
          <LinkButton small href={addressOf("/events", { person: user.id })}>
            {texts.allEvents}
          </LinkButton>
        ) : undefined
      }
    >
      {events.length === 0 ? (
        <p>{texts.noEvents}</p>
      ) : (
        <DataTable
          caption={texts.events}
          rows={events}
          columns={columns}
          href={({ id }) => `/events/${id}`}
        />
      )}
    </Card>
  );
};
