// Setting up, replacing and removing the authenticator app, and its backup codes.
import type { FormScreen, Screen } from "#platform/http/view.ts";
import {
  Card,
  Cluster,
  Code,
  CopyButton,
  CopyField,
  Field,
  Form,
  LinkButton,
  Notice,
  PageHeader,
  Stack,
} from "#platform/ui/index.ts";
import { texts } from "../texts.ts";
import { breadcrumbs } from "./password.tsx";
import { ProofFields, type ProofStep, submitTyped, withoutProof } from "./proof.tsx";

export const SetUpPage: FormScreen<ProofStep> = ({ data, values, problems }) => (
  <Stack gap="large">
    <PageHeader
      title={data.hasTotp ? texts.replaceTitle : texts.setUpTitle}
      description={data.hasTotp ? texts.replaceLead : texts.setUpLead}
      breadcrumbs={breadcrumbs}
    />
    <Card title={texts.proofTitle}>
      <Form
        action="/security/authenticator-app"
        submit={submitTyped(data, texts.setUpNext)}
        cancel="/security"
        values={withoutProof(values)}
        problems={problems}
      >
        <ProofFields {...data} />
      </Form>
    </Card>
  </Stack>
);

export interface PendingApp {
  /** A picture drawn by us from an address of our making: it may stand in the page as it is. */
  readonly qr: string;
  readonly key: string;
}

export const ConfirmationPage: FormScreen<PendingApp> = ({ data, values, problems }) => (
  <Stack gap="large">
    <PageHeader title={texts.scanTitle} description={texts.scanLead} breadcrumbs={breadcrumbs} />
    <Card footer={texts.scanTime}>
      <Stack>
        <div role="img" aria-label={texts.scanAlt} dangerouslySetInnerHTML={{ __html: data.qr }} />
        <CopyField id="totp-key" label={texts.scanManual} value={data.key} />
        <Form
          action="/security/authenticator-app/confirmation"
          submit={texts.scanSubmit}
          cancel="/security"
          values={withoutProof(values)}
          problems={problems}
          summary={false}
        >
          <Field
            name="code"
            label={texts.scanCode}
            inputmode="numeric"
            autocomplete="one-time-code"
            spellcheck={false}
            maxlength={10}
            code
            required
          />
        </Form>
      </Stack>
    </Card>
  </Stack>
);

export interface IssuedCodes {
  readonly codes: readonly string[];
  /** What they were made for. */
  readonly because: "app" | "passkey" | "first_passkey" | "renewal";
}

const becauseText: Readonly<Record<IssuedCodes["because"], string>> = {
  app: texts.codesReady,
  passkey: texts.codesOfPasskey,
  first_passkey: texts.codesOfFirstPasskey,
  renewal: texts.codesRenewed,
};

/** The one time these codes are shown. */
export const BackupCodesPage: Screen<IssuedCodes> = ({ data, view }) => (
  <Stack gap="large">
    <PageHeader title={texts.codesTitle} description={texts.codesLead} />
    <Notice kind="success">{becauseText[data.because]}</Notice>
    <Card
      title={texts.codes}
      actions={<CopyButton from="backup-codes" label={texts.codes} />}
      footer={texts.codesPrint}
    >
      <Stack>
        <Code block id="backup-codes">
          {data.codes.join("\n")}
        </Code>
        <Cluster>
          <LinkButton href={fileOf(view.tenant.name, data.codes)} icon="download" download>
            {texts.codesDownload}
          </LinkButton>
          <LinkButton
            href={data.because.endsWith("passkey") ? "/security/passkeys" : "/security"}
            kind="primary"
          >
            {texts.codesDone}
          </LinkButton>
        </Cluster>
      </Stack>
    </Card>
  </Stack>
);

const fileOf = (tenant: string, codes: readonly string[]): string =>
  `data:text/plain;charset=utf-8,${encodeURIComponent(texts.codesFile(tenant, codes))}`;

export const RenewCodesPage: FormScreen<ProofStep> = ({ data, values, problems }) => (
  <Stack gap="large">
    <PageHeader title={texts.renewTitle} description={texts.renewLead} breadcrumbs={breadcrumbs} />
    <Card title={texts.proofTitle}>
      <Form
        action="/security/backup-codes"
        submit={submitTyped(data, texts.renewSubmit)}
        cancel="/security"
        values={withoutProof(values)}
        problems={problems}
      >
        <ProofFields {...data} />
      </Form>
    </Card>
  </Stack>
);

export const RemovalPage: FormScreen<ProofStep> = ({ data, values, problems }) => (
  <Stack gap="large">
    <PageHeader
      title={texts.removeTitle}
      description={data.hasPasskeys ? texts.removeLeadPasskeys : texts.removeLead}
      breadcrumbs={breadcrumbs}
    />
    <Card title={texts.proofTitle} tone="critical">
      <Form
        action="/security/authenticator-app"
        method="delete"
        submit={submitTyped(data, texts.removeSubmit)}
        submitKind="danger"
        cancel="/security"
        values={withoutProof(values)}
        problems={problems}
      >
        <ProofFields {...data} />
      </Form>
    </Card>
  </Stack>
);
