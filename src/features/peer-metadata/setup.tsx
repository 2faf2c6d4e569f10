// Parts of the page for the other side's administrator, who has no account here: what is to be entered there. Nothing on it is secret.
import type { View } from "#platform/http/view.ts";
import { Card, CopyField, DataTable, KeyValues, LinkButton, Time } from "#platform/ui/index.ts";
import { type CertificateSummary, readCertificate } from "#protocols/saml/keys.ts";
import { texts } from "./texts.ts";

export type OurCertificate = CertificateSummary & { readonly isNext: boolean };

/** The certificates of the keys that are in our metadata. */
export const ourCertificates = (
  published: readonly { readonly certificate: string; readonly state: string }[],
): OurCertificate[] =>
  published.map(({ certificate, state }) => ({
    ...readCertificate(certificate),
    isNext: state === "next",
  }));

export const ByMetadata = ({ url, hint }: { url: string; hint: string }) => (
  <Card
    title={texts.easiest}
    description={hint}
    actions={
      <LinkButton href={`${url}?download=1`} icon="download">
        {texts.download}
      </LinkButton>
    }
  >
    <CopyField id="metadata-url" label={texts.ourMetadataUrl} value={url} />
  </Card>
);

interface CertificatesProps {
  readonly certificates: readonly OurCertificate[];
  readonly words: {
    readonly ourCertificate: string;
    readonly ourNextCertificate: string;
    readonly ourNextCertificateHint?: string;
    readonly validUntil: string;
  };
  readonly view: View;
}

export const Certificates = ({ certificates, words, view }: CertificatesProps) => (
  <>
    {certificates.map(({ isNext, pem, fingerprintSha256, notAfter }, index) => (
      <>
        <CopyField
          id={`certificate-${index}`}
          label={isNext ? words.ourNextCertificate : words.ourCertificate}
          hint={isNext ? words.ourNextCertificateHint : undefined}
          value={pem}
          multiline
          rows={6}
        />
        <KeyValues
          items={[
            { label: texts.fingerprint, value: <code>{fingerprintSha256}</code> },
            {
              label: words.validUntil,
              value: <Time at={notAfter} zone={view.viewer?.zone ?? "UTC"} now={view.now} />,
            },
          ]}
        />
      </>
    ))}
  </>
);

interface AttributesProps {
  readonly title: string;
  readonly description?: string;
  readonly rows: readonly { readonly name: string; readonly meaning: string }[];
}

export const Attributes = ({ title, description, rows }: AttributesProps) => (
  <Card title={title} description={description} flush>
    <DataTable
      caption={title}
      rows={rows}
      columns={[
        { label: texts.attributeName, cell: ({ name }) => <code>{name}</code> },
        { label: texts.attributeMeaning, cell: ({ meaning }) => meaning },
      ]}
    />
  </Card>
);
