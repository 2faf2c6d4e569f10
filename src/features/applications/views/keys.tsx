// The keys we sign with for one application, what is about to expire, and the two questions asked before a key is replaced or discarded.
import type { FederationSettings } from "#features/federation/index.ts";
import type { Screen, View } from "#platform/http/view.ts";
import {
  ActionButton,
  Card,
  Cluster,
  Code,
  type Column,
  ConfirmDialog,
  DataTable,
  Notice,
  Stack,
  Status,
  Time,
  type Tone,
} from "#platform/ui/index.ts";
import { readCertificate } from "#protocols/saml/keys.ts";
import type { Application, SigningKey } from "../schema.ts";
import { texts } from "../texts.ts";
import { type Named, Question } from "./confirm.tsx";

/** Time to ask somebody else's administrator for another certificate of theirs. */
const theirNoticeDays = 90;

interface KeysProps {
  readonly data: Application;
  readonly keys: readonly SigningKey[];
  readonly view: View;
  readonly canManage: boolean;
}

const states: Readonly<Record<SigningKey["state"], { tone: Tone; text: string }>> = {
  active: { tone: "positive", text: texts.keyActive },
  next: { tone: "accent", text: texts.keyNext },
  retired: { tone: "neutral", text: texts.keyRetired },
};

export const Keys = ({ data, keys, view, canManage }: KeysProps) => {
  const next = keys.find(({ state }) => state === "next");
  return (
    <Card
      title={texts.keys}
      description={texts.keysHint}
      actions={
        canManage &&
        !next && (
          <ActionButton action={`/applications/${data.id}/keys`}>{texts.keyPrepare}</ActionButton>
        )
      }
    >
      <Stack>
        <DataTable caption={texts.keys} rows={keys} columns={columnsOf(view)} />
        {canManage && next && <Choices data={data} next={next} view={view} />}
      </Stack>
    </Card>
  );
};

const Day = ({ at, view }: { at: Date; view: View }) => (
  <Time at={at} zone={view.viewer?.zone ?? "UTC"} format="date" />
);

const columnsOf = (view: View): Column<SigningKey>[] => [
  {
    label: texts.keyState,
    cell: ({ state }) => <Status tone={states[state].tone}>{states[state].text}</Status>,
    tight: true,
  },
  { label: texts.keyFingerprint, cell: (key) => <Code>{key.fingerprintSha256}</Code> },
  {
    label: texts.keySince,
    cell: ({ retiredAt, createdAt }) => <Day at={retiredAt ?? createdAt} view={view} />,
    tight: true,
  },
  {
    label: texts.keyExpires,
    cell: ({ expiresAt }) => <Day at={expiresAt} view={view} />,
    tight: true,
  },
];

const Choices = ({ data, next, view }: { data: Named; next: SigningKey; view: View }) => (
  <Cluster>
    <ConfirmDialog
      id="switch-key"
      trigger={texts.keySwitch}
      triggerKind="primary"
      page={`/applications/${data.id}/keys/${next.id}/activation`}
      {...switchQuestion(data, next)}
    >
      <SwitchText next={next} view={view} />
    </ConfirmDialog>
    <ConfirmDialog
      id="discard-key"
      trigger={texts.keyDiscard}
      triggerKind="secondary"
      page={`/applications/${data.id}/keys/${next.id}/deletion`}
      {...discardQuestion(data, next)}
    >
      <p>{texts.keyDiscardBody}</p>
    </ConfirmDialog>
  </Cluster>
);

const switchQuestion = ({ id, name }: Named, next: SigningKey) => ({
  title: texts.keySwitchTitle(name),
  action: `/applications/${id}/keys/${next.id}/activation`,
  method: "put" as const,
  submit: texts.keySwitchSubmit,
});

const discardQuestion = ({ id }: Named, next: SigningKey) => ({
  title: texts.keyDiscardTitle,
  action: `/applications/${id}/keys/${next.id}`,
  method: "delete" as const,
  submit: texts.keyDiscardSubmit,
});

const SwitchText = ({ next, view }: { next: SigningKey; view: View }) => (
  <>
    <p>{texts.keySwitchBody}</p>
    <p>
      {texts.keySwitchSince}{" "}
      <Time at={next.createdAt} zone={view.viewer?.zone ?? "UTC"} now={view.now} />.
    </p>
  </>
);

interface Asked {
  readonly application: Named;
  readonly key: SigningKey;
}

export const ConfirmSwitch: Screen<Asked> = ({ data: { application, key }, view }) => (
  <Question application={application} question={switchQuestion(application, key)}>
    <SwitchText next={key} view={view} />
  </Question>
);

export const ConfirmDiscard: Screen<Asked> = ({ data: { application, key } }) => (
  <Question application={application} question={discardQuestion(application, key)}>
    <p>{texts.keyDiscardBody}</p>
  </Question>
);

interface ExpiringProps extends Omit<KeysProps, "canManage"> {
  readonly federation: FederationSettings;
}

/** Certificates of either side that come to their end, or have: said before sign-ins fail. */
export const Expiring = ({ data, keys, federation, view }: ExpiringProps) => {
  const active = keys.find(({ state }) => state === "active");
  const isPrepared = keys.some(({ state }) => state === "next");
  const theirs = data.serviceProvider.signingCertificates
    .map((certificate) => readCertificate(certificate).notAfter)
    .toSorted((a, b) => b.getTime() - a.getTime())
    .at(0);
  return (
    <>
      {active && (
        <Expires
          at={active.expiresAt}
          withinDays={federation.rotationWindowDays}
          view={view}
          soon={{
            says: texts.keyExpiresSoon,
            todo: isPrepared ? texts.keySwitchDo : texts.keyExpiresSoonDo,
          }}
          past={{
            says: texts.keyExpired,
            todo: `${texts.keyExpiredGoesOn} ${isPrepared ? texts.keySwitchDo : texts.keyExpiredDo}`,
          }}
        />
      )}
      {theirs && (
        <Expires
          at={theirs}
          withinDays={theirNoticeDays}
          view={view}
          soon={{ says: texts.theirKeyExpiresSoon, todo: texts.theirKeyDo }}
          past={{ says: texts.theirKeyExpired, todo: texts.theirKeyDo }}
        />
      )}
    </>
  );
};

interface Said {
  readonly says: string;
  readonly todo: string;
}

interface ExpiresProps {
  readonly at: Date;
  readonly withinDays: number;
  readonly view: View;
  readonly soon: Said;
  readonly past: Said;
}

const Expires = ({ at, withinDays, view, soon, past }: ExpiresProps) => {
  const left = at.getTime() - view.now.getTime();
  if (left > withinDays * 86_400_000) return null;
  const { says, todo } = left > 0 ? soon : past;
  return (
    <Notice kind="warning">
      {says} <Day at={at} view={view} />. {todo}
    </Notice>
  );
};
