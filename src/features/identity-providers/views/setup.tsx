// For the administrator of the other side: every value to enter there, with nothing secret on it.
import type { Screen } from "#platform/http/view.ts";
import {
  Card,
  CopyField,
  DataTable,
  FramePage,
  KeyValues,
  LinkButton,
  Stack,
  Time,
} from "#platform/ui/index.ts";
import type { CertificateSummary } from "#protocols/saml/keys.ts";
import type { OwnIdentity } from "../identity.ts";
import { type PresetName, presets } from "../presets.ts";
import { texts } from "../texts.ts";
import type { WantedAttribute } from "../wanted.ts";

interface Setup extends OwnIdentity {
  readonly tenant: string;
  readonly preset: PresetName;
  readonly attributes: readonly WantedAttribute[];
  readonly subjectIsNameId: boolean;
  readonly certificates: readonly (CertificateSummary & { readonly isNext: boolean })[];
}

export const SetupPage: Screen<Setup> = ({ data, view }) => (
  <FramePage
    view={view}
    title={texts.setupFor(data.tenant)}
    lead={texts.setupLead(data.tenant)}
    width="wide"
  >
    <Stack>
      <Card
        title={texts.setupEasiest}
        description={texts.setupEasiestHint}
        actions={
          <LinkButton href={`${data.metadataUrl}?download=1`} icon="download">
            {texts.downloadMetadata}
          </LinkButton>
        }
      >
        <CopyField id="metadata-url" label={texts.ourMetadataUrl} value={data.metadataUrl} />
      </Card>
      <Card title={texts.setupByHand} description={presets[data.preset].where}>
        <Stack>
          <CopyField id="acs-url" label={texts.ourAcsUrl} value={data.acsUrl} />
          <CopyField id="slo-url" label={texts.ourSloUrl} value={data.sloUrl} />
          <CopyField id="entity-id" label={texts.ourEntityId} value={data.entityId} />
          {data.certificates.map((certificate, index) => (
            <>
              <CopyField
                id={`certificate-${index}`}
                label={certificate.isNext ? texts.ourNextCertificate : texts.ourCertificate}
                value={certificate.pem}
                multiline
                rows={6}
              />
              <KeyValues
                items={[
                  { label: texts.fingerprint, value: <code>{certificate.fingerprintSha256}</code> },
                  {
                    label: texts.validUntil,
                    value: (
                      <Time
                        at={certificate.notAfter}
                        zone={view.viewer?.zone ?? "UTC"}
                        now={view.now}
                      />
                    ),
                  },
                ]}
              />
            </>
          ))}
        </Stack>
      </Card>
      <Card title={texts.wanted} description={texts.wantedHint} flush>
        <DataTable
          caption={texts.wanted}
          rows={[
            ...(data.subjectIsNameId ? [{ name: "NameID", meaning: texts.meaningNameId }] : []),
            ...data.attributes,
          ]}
          columns={[
            { label: texts.attributeName, cell: (row) => <code>{row.name}</code> },
            { label: texts.attributeMeaning, cell: (row) => row.meaning },
          ]}
        />
      </Card>
    </Stack>
  </FramePage>
);
