// Before somebody's second steps are reset: exactly what goes, and how the person comes back.
import type { FormScreen } from "#platform/http/view.ts";
import {
  Card,
  ConfirmForm,
  KeyValues,
  LinkButton,
  Notice,
  PageHeader,
  Stack,
} from "#platform/ui/index.ts";
import type { ResetPreview } from "../schema.ts";
import { texts } from "../texts.ts";
import { Refusal } from "./parts.tsx";

export const PreviewForm: FormScreen<ResetPreview> = ({ data, problems }) => {
  const { user } = data;
  const page = `/users/${user.id}`;
  return (
    <Stack gap="large">
      <PageHeader
        title={texts.previewTitle(user.name)}
        description={texts.previewLead}
        breadcrumbs={[
          { href: "/users", label: texts.users },
          { href: page, label: user.name },
        ]}
      />
      <Refusal problems={problems} />
      {isNothing(data) ? (
        <Notice action={<LinkButton href={page}>{texts.cancel}</LinkButton>}>
          {texts.previewNothing}
        </Notice>
      ) : (
        <Question preview={data} />
      )}
    </Stack>
  );
};

const isNothing = ({ hasTotp, backupCodes, passkeys }: ResetPreview) =>
  !hasTotp && backupCodes === 0 && passkeys.length === 0;

function Question({ preview }: { preview: ResetPreview }) {
  const { user, waiting, needsTwo } = preview;
  const page = `/users/${user.id}`;
  return (
    <>
      <Taken preview={preview} />
      <Return preview={preview} />
      {waiting !== null ? (
        <Notice
          action={
            <LinkButton href={`/recovery/factor-resets/${waiting.id}`}>{texts.look}</LinkButton>
          }
        >
          {texts.previewWaiting}
        </Notice>
      ) : (
        <Card>
          <ConfirmForm
            action={`${page}/factor-resets`}
            submit={needsTwo ? texts.previewAsk : texts.previewReset}
            danger={!needsTwo}
            cancel={<LinkButton href={page}>{texts.cancel}</LinkButton>}
          >
            {needsTwo && <p>{texts.previewTwo}</p>}
          </ConfirmForm>
        </Card>
      )}
    </>
  );
}

function Taken({ preview }: { preview: ResetPreview }) {
  const { hasTotp, backupCodes, passkeys, sessions, knownDevices } = preview;
  return (
    <Card title={texts.takenTitle}>
      <KeyValues
        items={[
          ...(hasTotp ? [{ label: texts.app, value: texts.appGoes }] : []),
          ...(backupCodes > 0
            ? [{ label: texts.backupCodes, value: texts.codes(backupCodes) }]
            : []),
          ...(passkeys.length > 0 ? [{ label: texts.passkeys, value: passkeys.join(", ") }] : []),
          { label: texts.sessions, value: texts.sessionsEnd(sessions) },
          { label: texts.devices, value: texts.devicesForgotten(knownDevices) },
        ]}
      />
    </Card>
  );
}

function Return({ preview: { toSetUp, told } }: { preview: ResetPreview }) {
  const setUp =
    toSetUp === null
      ? texts.setUpNothing
      : toSetUp === "strong"
        ? texts.setUpStrong
        : texts.setUpPasskey;
  return (
    <Card title={texts.comesBack}>
      <KeyValues
        items={[
          { label: texts.signsIn, value: texts.signsInWith },
          { label: texts.mustSetUp, value: setUp },
          { label: texts.toldAt, value: told.join(", ") },
        ]}
      />
    </Card>
  );
}
