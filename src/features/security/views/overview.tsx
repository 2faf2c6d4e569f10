// The page "Security": each way of proving oneself, and what can be done about it.
import type { Screen, View } from "#platform/http/view.ts";
import {
  Badge,
  Card,
  Cluster,
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

/** Below this many backup codes the page asks for new ones. */
const fewCodes = 3;

export const SecurityPage: Screen<SecurityState> = ({ data, view }) => (
  <Stack gap="large">
    <PageHeader title={texts.title} description={texts.description} />
    <Section title={texts.password} description={texts.passwordAbout}>
      <Card>
        <Stack>
          <KeyValues
            items={[{ label: texts.passwordChanged, value: since(data.passwordChangedAt, view) }]}
          />
          <Cluster>
            <LinkButton href="/security/password">{texts.passwordChange}</LinkButton>
          </Cluster>
        </Stack>
      </Card>
    </Section>
    <Section title={texts.secondStep} description={texts.secondStepAbout}>
      {data.totpSince === null ? (
        <ByEmail email={data.email} />
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

const since = (at: Date | null, { viewer }: View) =>
  at && <Time at={at} zone={viewer?.zone ?? "UTC"} format="date" />;

function ByEmail({ email }: { email: string }) {
  return (
    <Card>
      <Stack>
        <Cluster>
          <strong>{texts.byEmail}</strong>
        </Cluster>
        <p>{texts.byEmailText(email)}</p>
        <p class="field-hint">{texts.appAdvice}</p>
        <Cluster>
          <LinkButton href="/security/authenticator-app" kind="primary" icon="shield-check">
            {texts.appSetUp}
          </LinkButton>
        </Cluster>
      </Stack>
    </Card>
  );
}

interface ByAppProps {
  readonly since: Date;
  readonly codesLeft: number;
  readonly view: View;
}

function ByApp({ since: at, codesLeft, view }: ByAppProps) {
  const isLow = codesLeft < fewCodes;
  return (
    <Card>
      <Stack>
        <Cluster>
          <strong>{texts.byApp}</strong>
        </Cluster>
        <KeyValues
          items={[
            { label: texts.byAppSince, value: since(at, view) },
            {
              label: texts.codesLeft,
              value: <Badge tone={isLow ? "caution" : "neutral"}>{codesLeft}</Badge>,
            },
          ]}
        />
        {isLow && <Notice kind="warning">{texts.codesLow}</Notice>}
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
