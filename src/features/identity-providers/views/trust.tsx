// What each side told the other.
import { LogoutAddresses, peerTexts } from "#features/peer-metadata/index.ts";
import type { View } from "#platform/http/view.ts";
import {
  ActionButton,
  Card,
  Cluster,
  Code,
  CopyField,
  EmptyState,
  KeyValues,
  LinkButton,
  Stack,
  Time,
} from "#platform/ui/index.ts";
import { readCertificate } from "#protocols/saml/keys.ts";
import type { IdentityProvider } from "../schema.ts";
import { texts } from "../texts.ts";

type Part = { provider: IdentityProvider; view: View };

const pathOf = ({ id }: Pick<IdentityProvider, "id">) => `/identity-providers/${id}`;

export const Ours = ({ provider }: Pick<Part, "provider">) => (
  <Card
    title={texts.ours}
    description={texts.oursHint}
    actions={
      <LinkButton href={provider.setupUrl} icon="external">
        {texts.openSetup}
      </LinkButton>
    }
  >
    <Stack>
      <CopyField id="metadata-url" label={peerTexts.ourMetadataUrl} value={provider.metadataUrl} />
      <CopyField id="acs-url" label={texts.ourAcsUrl} value={provider.acsUrl} />
      <CopyField id="slo-url" label={peerTexts.ourSloUrl} value={provider.sloUrl} />
      <CopyField id="entity-id" label={texts.ourEntityId} value={provider.entityId} />
    </Stack>
  </Card>
);

export const Theirs = ({ provider, view }: Part) => {
  const theirs = provider.provider;
  const path = `${pathOf(provider)}/description`;
  if (theirs === null)
    return (
      <Card title={texts.theirs}>
        <EmptyState
          icon="certificate"
          title={texts.theirs}
          action={
            <LinkButton kind="primary" href={path}>
              {texts.describe}
            </LinkButton>
          }
        >
          {texts.theirsNone}
        </EmptyState>
      </Card>
    );
  return (
    <Card
      title={texts.theirs}
      actions={
        <Cluster>
          {theirs.metadataUrl !== null && (
            <ActionButton action={path} method="put" icon="refresh">
              {texts.fetchAgain}
            </ActionButton>
          )}
          <LinkButton href={path}>{texts.describeAgain}</LinkButton>
        </Cluster>
      }
    >
      <KeyValues items={theirItems(theirs, view)} />
    </Card>
  );
};

function theirItems(theirs: NonNullable<IdentityProvider["provider"]>, view: View) {
  const zone = view.viewer?.zone ?? "UTC";
  const isRedirect = theirs.ssoRedirectUrl !== null;
  return [
    { label: texts.entityId, value: <Code>{theirs.entityId}</Code> },
    {
      label: isRedirect ? texts.byRedirect : texts.byPost,
      value: <Code>{theirs.ssoRedirectUrl ?? theirs.ssoPostUrl ?? ""}</Code>,
    },
    {
      label: peerTexts.logout,
      value: theirs.slo.length === 0 ? texts.logoutNone : <LogoutAddresses slo={theirs.slo} />,
    },
    {
      label: texts.certificates,
      value: theirs.signingCertificates.map((certificate) => {
        const { fingerprintSha256, notAfter } = readCertificate(certificate);
        return (
          <div>
            <Code>{fingerprintSha256}</Code> {texts.certificateUntil}{" "}
            <Time at={notAfter} zone={zone} format="date" />
          </div>
        );
      }),
    },
    {
      label: texts.source,
      value: theirs.metadataUrl === null ? texts.sourceByHand : <Code>{theirs.metadataUrl}</Code>,
    },
    ...(theirs.describedAt === null
      ? []
      : [
          {
            label: texts.describedAt,
            value: <Time at={theirs.describedAt} zone={zone} now={view.now} />,
          },
        ]),
  ];
}
