// For the administrator of the other side: every value to enter there, with nothing secret on it.
import {
  Attributes,
  ByMetadata,
  Certificates,
  type OurCertificate,
  peerTexts,
} from "#features/peer-metadata/index.ts";
import type { Screen } from "#platform/http/view.ts";
import { Card, CopyField, FramePage, Stack } from "#platform/ui/index.ts";
import type { SentAttribute } from "../attributes.ts";
import type { OwnIdentity } from "../identity.ts";
import { texts } from "../texts.ts";

interface Setup extends OwnIdentity {
  readonly name: string;
  readonly tenant: string;
  readonly attributes: readonly SentAttribute[];
  readonly certificates: readonly OurCertificate[];
}

export const SetupPage: Screen<Setup> = ({ data, view }) => (
  <FramePage
    view={view}
    title={texts.setupFor(data.name)}
    lead={texts.setupLead(data.tenant)}
    width="wide"
  >
    <Stack>
      <ByMetadata url={data.metadataUrl} hint={texts.setupEasiestHint} />
      <Card title={peerTexts.byHand}>
        <Stack>
          <CopyField id="entity-id" label={texts.ourEntityId} value={data.entityId} />
          <CopyField id="sso-url" label={texts.ourSsoUrl} value={data.ssoUrl} />
          <CopyField id="slo-url" label={peerTexts.ourSloUrl} value={data.sloUrl} />
          <Certificates certificates={data.certificates} words={texts} view={view} />
        </Stack>
      </Card>
      <Attributes title={texts.attributes} rows={data.attributes} />
    </Stack>
  </FramePage>
);
