// One application: what it is, who may use it, what its other side needs and said.
import type { FederationSettings } from "#features/federation/index.ts";
import { LogoutAddresses, peerTexts } from "#features/peer-metadata/index.ts";
import type { PageScreen, View } from "#platform/http/view.ts";
import {
  ActionButton,
  Card,
  Cluster,
  Code,
  ConfirmDialog,
  CopyField,
  KeyValues,
  LinkButton,
  PageHeader,
  Stack,
  Time,
} from "#platform/ui/index.ts";
import { nameIdFormats } from "#protocols/saml/name-id.ts";
import type { Application, SentChoices, SigningKey } from "../schema.ts";
import { texts } from "../texts.ts";
import { deleteQuestion, disableQuestion } from "./confirm.tsx";
import { Grants, type GrantsShown } from "./grants.tsx";
import { Expiring, Keys } from "./keys.tsx";
import { EnabledBadge } from "./list.tsx";
import { ToldGroups } from "./group-scope.tsx";
import { SentCard } from "./sent.tsx";
import { AskedStrength } from "./strength.tsx";

interface More extends GrantsShown {
  readonly keys: readonly SigningKey[];
  readonly federation: FederationSettings;
  readonly sent: SentChoices;
}
type Part = { data: Application; view: View };

export const ApplicationPage: PageScreen<Application, More> = ({ data, view, more }) => {
  const canManage = view.viewer?.can("applications.manage") === true;
  const canGrant = view.viewer?.can("applications.grant") === true;
  return (
    <>
      <PageHeader
        title={data.name}
        description={data.description || undefined}
        badges={<EnabledBadge isEnabled={data.isEnabled} />}
        breadcrumbs={[{ label: texts.title, href: "/applications" }]}
        actions={
          canManage && <LinkButton href={`/applications/${data.id}/edit`}>{texts.edit}</LinkButton>
        }
      />
      <Stack>
        <Expiring
          keys={more.keys}
          certificates={data.serviceProvider.signingCertificates}
          windowDays={more.federation.rotationWindowDays}
          view={view}
        />
        <Setup data={data} view={view} />
        <Grants data={data} more={more} canGrant={canGrant} canManage={canManage} />
        <AskedStrength data={data} canManage={canManage} />
        <ToldGroups data={data} federation={more.federation} canManage={canManage} />
        <SentCard application={data} sent={more.sent} />
        <Told data={data} view={view} canManage={canManage} />
        <Keys connection={data} keys={more.keys} view={view} canManage={canManage} />
        {canManage && <Danger data={data} view={view} />}
      </Stack>
    </>
  );
};

const Setup = ({ data }: Part) => (
  <Card
    title={texts.setup}
    description={texts.setupHint}
    actions={
      <LinkButton href={data.setupUrl} icon="external">
        {texts.openSetup}
      </LinkButton>
    }
  >
    <CopyField id="metadata-url" label={peerTexts.ourMetadataUrl} value={data.metadataUrl} />
  </Card>
);

const nameIdTexts: Readonly<Record<string, string>> = {
  [nameIdFormats.emailAddress]: texts.nameIdEmail,
  [nameIdFormats.persistent]: texts.nameIdPersistent,
  [nameIdFormats.transient]: texts.nameIdTransient,
};

const Told = ({ data, view, canManage }: Part & { canManage: boolean }) => {
  const sp = data.serviceProvider;
  const signs = sp.signsRequests
    ? texts.signsYes
    : sp.signingCertificates.length > 0
      ? texts.signsIfSigned
      : texts.signsNo;
  return (
    <Card
      title={texts.trust}
      actions={
        canManage && (
          <Cluster>
            {sp.metadataUrl && (
              <ActionButton
                action={`/applications/${data.id}/metadata`}
                method="put"
                icon="refresh"
              >
                {texts.refresh}
              </ActionButton>
            )}
            <LinkButton href={`/applications/${data.id}/metadata`}>{texts.replaceTitle}</LinkButton>
          </Cluster>
        )
      }
    >
      <KeyValues
        items={[
          { label: texts.entityId, value: <Code>{sp.entityId}</Code> },
          {
            label: texts.acsUrls,
            value: sp.acs.map(({ url, isDefault }) => (
              <div>
                <Code>{url}</Code> {isDefault && sp.acs.length > 1 && texts.defaultMark}
              </div>
            )),
          },
          { label: texts.signsRequests, value: signs },
          { label: texts.nameIdFormat, value: nameIdTexts[sp.nameIdFormat] },
          { label: peerTexts.logout, value: <LogoutAt serviceProvider={sp} /> },
          {
            label: texts.source,
            value: sp.metadataUrl ? <Code>{sp.metadataUrl}</Code> : texts.sourceByHand,
          },
          {
            label: texts.updated,
            value: <Time at={sp.updatedAt} zone={view.viewer?.zone ?? "UTC"} now={view.now} />,
          },
        ]}
      />
    </Card>
  );
};

const LogoutAt = ({
  serviceProvider: { slo, signingCertificates },
}: Pick<Application, "serviceProvider">) => {
  if (slo.length === 0) return <>{texts.logoutNone}</>;
  return (
    <>
      <LogoutAddresses slo={slo} />
      {signingCertificates.length === 0 && <div class="muted">{texts.logoutUnsigned}</div>}
    </>
  );
};

const Danger = ({ data }: Part) => (
  <Card title={texts.danger} description={texts.dangerHint} tone="critical">
    <Cluster>
      {data.isEnabled ? (
        <ConfirmDialog
          id="disable"
          trigger={texts.disable}
          triggerKind="secondary"
          page={`/applications/${data.id}/disablement`}
          {...disableQuestion(data)}
        >
          <p>{texts.disableBody}</p>
        </ConfirmDialog>
      ) : (
        <ActionButton
          action={`/applications/${data.id}/disablement`}
          method="delete"
          kind="primary"
        >
          {texts.enable}
        </ActionButton>
      )}
      <ConfirmDialog
        id="delete"
        trigger={texts.remove}
        page={`/applications/${data.id}/deletion`}
        {...deleteQuestion(data)}
      >
        <p>{texts.removeBody}</p>
      </ConfirmDialog>
    </Cluster>
  </Card>
);
