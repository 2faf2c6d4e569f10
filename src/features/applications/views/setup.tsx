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
import type { SentAttribute } from "../attributes.ts";
import type { OwnIdentity } from "../identity.ts";
import { texts } from "../texts.ts";

interface Setup extends OwnIdentity {
  readonly name: string;
  readonly tenant: string;
  readonly attributes: readonly SentAttribute[];
  readonly certificates: readonly (CertificateSummary & { readonly isNext: boolean })[];
}

export const SetupPage: Screen<Setup> = ({ data, view }) => (
  <FramePage
    view={view}
    title={texts.setupFor(data.name)}
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
      <Card title={texts.setupByHand}>
        <Stack>
          <CopyField id="entity-id" label={texts.ourEntityId} value={data.entityId} />
          <CopyField id="sso-url" label={texts.ourSsoUrl} value={data.ssoUrl} />
          <CopyField id="slo-url" label={texts.ourSloUrl} value={data.sloUrl} />
          {data.certificates.map((certificate, index) => (
            <>
              <CopyField
                id={`certificate-${index}`}
                label={certificate.isNext ? texts.ourNextCertificate : texts.ourCertificate}
                hint={certificate.isNext ? texts.ourNextCertificateHint : undefined}
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
      <Card title={texts.attributes} flush>
        <DataTable
          caption={texts.attributes}
          rows={data.attributes}
          columns={[
            { label: texts.attributeName, cell: (row) => <code>{row.name}</code> },
            { label: texts.attributeMeaning, cell: (row) => row.meaning },
          ]}
        />
      </Card>
    </Stack>
  </FramePage>
);
