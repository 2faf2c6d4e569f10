// The page "Security": each way of proving oneself, and what can be done about it.
import { dueText, type StepDue } from "#features/authenticators/index.ts";
import type { Screen, View } from "#platform/http/view.ts";
import {
  Badge,
  Card,
  Cluster,
  formatTime,
  KeyValues,
  LinkButton,
  Notice,
  PageHeader,
  Section,
  Stack,
  Time,
} from "#platform/ui/index.ts";
import type { SecurityState } from "../schema.ts";
import { texts } from "../texts.ts";
import { ToReplace } from "./to-replace.tsx";

/** Below this many backup codes the page asks for new ones. */
const fewCodes = 3;

export const SecurityPage: Screen<SecurityState> = ({ data, view }) => (
  <Stack gap="large">
    <PageHeader title={texts.title} description={texts.description} />
    {data.due !== null && <Due due={data.due} view={view} />}
    <Section
      title={texts.password}
      description={data.hasPassword ? passwordAbout(data) : undefined}
    >
      <Card>
        <Stack>
          {data.resetCause !== null && <ToReplace cause={data.resetCause} />}
          {data.hasPassword ? (
            <KeyValues
              items={[{ label: texts.passwordChanged, value: since(data.passwordChangedAt, view) }]}
            />
          ) : (
            <p>{texts.passwordNone}</p>
          )}
          {data.hasPassword && data.resetCause === null && (
            <Cluster>
              <LinkButton href="/security/password">{texts.passwordChange}</LinkButton>
            </Cluster>
          )}
        </Stack>
      </Card>
    </Section>
    <Section title={texts.passkeys} description={passkeysAbout(data)}>
      <Passkeys data={data} />
    </Section>
    <Section title={texts.secondStep} description={secondStepAbout(data)}>
      {data.totpSince === null ? (
        <WithoutApp {...data} view={view} />
      ) : (
        <ByApp since={data.totpSince} codesLeft={data.codesLeft} view={view} />
      )}
    </Section>
    <Section title={texts.sessions} description={texts.sessionsAbout}>
      <Card>
        <Cluster align="between">
          <span>{texts.sessionsCount(data.sessions)}</span>
          <LinkButton href="/security/sessions">{texts.sessionsShow}</LinkButton>
        </Cluster>
      </Card>
    </Section>
  </Stack>
);

function Due({ due, view }: { due: StepDue; view: View }) {
  const zone = view.viewer?.zone ?? "UTC";
  return (
    <Notice
      kind="warning"
      title={texts.dueTitle}
      action={
        <Cluster>
          <LinkButton href="/security/passkeys/new">{texts.passkeyAdd}</LinkButton>
          {!due.isPasskey && (
            <LinkButton href="/security/authenticator-app">{texts.appSetUp}</LinkButton>
          )}
        </Cluster>
      }
    >
      {dueText(due, { tenant: view.tenant.name, zone })}
    </Notice>
  );
}

const passwordAbout = ({ provider }: SecurityState) =>
  provider === null ? texts.passwordAbout : texts.passwordByProvider(provider);

const passkeysAbout = ({ provider }: SecurityState) =>
  provider === null ? texts.passkeysAbout : texts.passkeysByProvider(provider);

const secondStepAbout = ({ provider }: SecurityState) =>
  provider === null ? texts.secondStepAbout : texts.secondStepByProvider(provider);

const since = (at: Date | null, { viewer }: View) =>
  at && <Time at={at} zone={viewer?.zone ?? "UTC"} format="date" />;

function Passkeys({ data: { passkeys, totpSince, codesLeft } }: { data: SecurityState }) {
  const [href, label] =
    passkeys === 0
      ? ["/security/passkeys/new", texts.passkeyAdd]
      : ["/security/passkeys", texts.passkeysShow];
  return (
    <Card>
      <Stack>
        <Cluster align="between">
          <span>{passkeys === 0 ? texts.passkeysNone : texts.passkeysCount(passkeys)}</span>
          <LinkButton href={href} icon="fingerprint">
            {label}
          </LinkButton>
        </Cluster>
        {passkeys > 0 && totpSince === null && <BackupCodes left={codesLeft} />}
      </Stack>
    </Card>
  );
}

/** Backup codes of somebody who has no app, whose card shows them otherwise. */
function BackupCodes({ left }: { left: number }) {
  return (
    <>
      <KeyValues items={[{ label: texts.codesLeft, value: <CodesLeft left={left} /> }]} />
      {left < fewCodes && <Notice kind="warning">{texts.codesLow}</Notice>}
      <Cluster>
        <LinkButton href="/security/backup-codes" icon="key">
          {texts.codesRenew}
        </LinkButton>
      </Cluster>
    </>
  );
}

const CodesLeft = ({ left }: { left: number }) => (
  <Badge tone={left < fewCodes ? "caution" : "neutral"}>{left}</Badge>
);

/** A mailbox counts only where there is no passkey, a suspended one included. */
function WithoutApp({ email, passkeys, hasPassword, due, view }: SecurityState & { view: View }) {
  const byEmail = hasPassword ? texts.byEmailText : texts.byEmailBesideProvider;
  return (
    <Card>
      <Stack>
        <Cluster>
          <strong>{passkeys > 0 ? texts.byPasskey : texts.byEmail}</strong>
        </Cluster>
        <p>{passkeys > 0 ? texts.byPasskeyText : byEmail(email)}</p>
        {due !== null && passkeys === 0 && <p>{notEnough(due, view)}</p>}
        <p class="field-hint">{due?.isPasskey === true ? texts.appNotEnough : texts.appAdvice}</p>
        <Cluster>
          <LinkButton
            href="/security/authenticator-app"
            kind={due?.isPasskey === true ? undefined : "primary"}
            icon="shield-check"
          >
            {texts.appSetUp}
          </LinkButton>
        </Cluster>
      </Stack>
    </Card>
  );
}

const notEnough = ({ until }: StepDue, { viewer }: View): string =>
  until === null
    ? texts.byEmailNotEnough
    : texts.byEmailUntil(formatTime(until, viewer?.zone ?? "UTC", "date"));

interface ByAppProps {
  readonly since: Date;
  readonly codesLeft: number;
  readonly view: View;
}

function ByApp({ since: at, codesLeft, view }: ByAppProps) {
  return (
    <Card>
      <Stack>
        <Cluster>
          <strong>{texts.byApp}</strong>
        </Cluster>
        <KeyValues
          items={[
            { label: texts.byAppSince, value: since(at, view) },
            { label: texts.codesLeft, value: <CodesLeft left={codesLeft} /> },
          ]}
        />
        {codesLeft < fewCodes && <Notice kind="warning">{texts.codesLow}</Notice>}
        <Cluster>
          <LinkButton href="/security/backup-codes" icon="key">
            {texts.codesRenew}
          </LinkButton>
          <LinkButton href="/security/authenticator-app" icon="refresh">
            {texts.appReplace}
          </LinkButton>
          <LinkButton href="/security/authenticator-app/removal" kind="quiet" icon="trash">
            {texts.appRemove}
          </LinkButton>
        </Cluster>
      </Stack>
    </Card>
  );
}
