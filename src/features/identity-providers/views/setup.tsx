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
import type { OwnIdentity } from "../identity.ts";
import { type PresetName, presets } from "../presets.ts";
import { texts } from "../texts.ts";
import type { WantedAttribute } from "../wanted.ts";

interface Setup extends OwnIdentity {
  readonly tenant: string;
  readonly preset: PresetName;
  readonly attributes: readonly WantedAttribute[];
  readonly subjectIsNameId: boolean;
  readonly certificates: readonly OurCertificate[];
}

export const SetupPage: Screen<Setup> = ({ data, view }) => (
  <FramePage
    view={view}
    title={texts.setupFor(data.tenant)}
    lead={texts.setupLead(data.tenant)}
    width="wide"
  >
    <Stack>
      <ByMetadata url={data.metadataUrl} hint={texts.setupEasiestHint} />
      <Card title={peerTexts.byHand} description={presets[data.preset].where}>
        <Stack>
          <CopyField id="acs-url" label={texts.ourAcsUrl} value={data.acsUrl} />
          <CopyField id="slo-url" label={peerTexts.ourSloUrl} value={data.sloUrl} />
          <CopyField id="entity-id" label={texts.ourEntityId} value={data.entityId} />
          <Certificates certificates={data.certificates} words={texts} view={view} />
        </Stack>
      </Card>
      <Attributes
        title={texts.wanted}
        description={texts.wantedHint}
        rows={[
          ...(data.subjectIsNameId ? [{ name: "NameID", meaning: texts.meaningNameId }] : []),
          ...data.attributes,
        ]}
      />
    </Stack>
  </FramePage>
);
