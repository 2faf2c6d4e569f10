// Setting up a stronger step in the middle of a sign-in.
import type { FC } from "hono/jsx";
import type { FormScreen, Screen } from "#platform/http/view.ts";
import {
  ActionButton,
  Cluster,
  Code,
  CopyButton,
  CopyField,
  Field,
  Form,
  formatTime,
  FramePage,
  LinkButton,
  Notice,
  PasskeyButton,
  Stack,
} from "#platform/ui/index.ts";
import { texts } from "../texts.ts";
import { Another, CodeForm } from "./parts.tsx";

export interface EnrolmentStep {
  readonly returnTo: string;
  readonly asksFor: "strong" | "phishing_resistant";
  /** The application that asks; null: the organisation. */
  readonly askedBy: string | null;
  /** Until when it may wait; null: it may not. */
  readonly until: Date | null;
  readonly mayGoOn: boolean;
  /** The person's time zone. */
  readonly zone: string;
}

export const EnrolmentPage: FormScreen<EnrolmentStep> = ({ data, view, values, problems }) => (
  <FramePage
    view={view}
    title={texts.enrolTitle}
    icon="shield"
    lead={
      data.asksFor === "strong"
        ? texts.enrolLead(data.askedBy ?? view.tenant.name)
        : texts.enrolLeadPasskey(data.askedBy ?? view.tenant.name)
    }
    after={<Another returnTo={data.returnTo} />}
  >
    <Stack gap="large">
      <Stack gap="small">
        <h2>{texts.enrolPasskey}</h2>
        <p class="field-hint">{texts.enrolPasskeyHint}</p>
        <Form
          action="/sign-in/enrolment/passkey"
          summary={false}
          values={{ name: values["name"] }}
          problems={problems}
        >
          <Field
            name="name"
            label={texts.enrolPasskeyName}
            hint={texts.enrolPasskeyNameHint}
            autocomplete="off"
            maxlength={100}
            optional
          />
          <PasskeyButton
            ceremony="create"
            from="/sign-in/enrolment/passkey/options"
            field="response"
            kind="primary"
            wide
            isNeeded={data.asksFor === "phishing_resistant"}
          >
            {texts.enrolPasskeyButton}
          </PasskeyButton>
        </Form>
        <noscript>
          <p class="field-hint">{texts.passkeyNeedsScript}</p>
        </noscript>
      </Stack>
      {data.asksFor === "strong" && (
        <Stack gap="small">
          <h2>{texts.enrolApp}</h2>
          <p class="field-hint">{texts.enrolAppHint}</p>
          <ActionButton action="/sign-in/enrolment/app" icon="qr-code" kind="secondary" wide>
            {texts.enrolAppButton}
          </ActionButton>
        </Stack>
      )}
      {data.mayGoOn && <Later {...data} />}
    </Stack>
  </FramePage>
);

const Later: FC<EnrolmentStep> = ({ askedBy, until, zone }) => (
  <Stack gap="small">
    {until !== null && (
      <p class="field-hint">{texts.enrolUntil(formatTime(until, zone, "date"))}</p>
    )}
    {askedBy !== null && <p class="field-hint">{texts.enrolWithoutHint(askedBy)}</p>}
    <ActionButton action="/sign-in/enrolment/later" kind="quiet" wide>
      {askedBy === null ? texts.enrolLater : texts.enrolWithout(askedBy)}
    </ActionButton>
  </Stack>
);

export interface NewApp {
  readonly returnTo: string;
  /** A picture drawn by us from an address of our making: it may stand in the page as it is. */
  readonly qr: string;
  readonly key: string;
}

export const NewAppPage: FormScreen<NewApp> = ({ data, view, values, problems }) => (
  <FramePage
    view={view}
    title={texts.appTitle}
    icon="qr-code"
    lead={texts.appLead}
    after={<Another returnTo={data.returnTo} />}
  >
    <Stack>
      <div role="img" aria-label={texts.appAlt} dangerouslySetInnerHTML={{ __html: data.qr }} />
      <CopyField id="totp-key" label={texts.appKey} value={data.key} />
      <CodeForm
        action="/sign-in/enrolment/app/confirmation"
        submit={texts.appSubmit}
        label={texts.appCode}
        values={values}
        problems={problems}
        maxlength={10}
      />
      <LinkButton href="/sign-in/enrolment" kind="quiet" wide>
        {texts.appAnother}
      </LinkButton>
    </Stack>
  </FramePage>
);

export interface FirstCodes {
  readonly codes: readonly string[];
  /** Where the person goes on. */
  readonly onward: string;
  readonly isPasskey: boolean;
}

/** The one time these codes are shown. */
export const FirstCodesPage: Screen<FirstCodes> = ({ data, view }) => (
  <FramePage view={view} title={texts.codesTitle} icon="key" lead={texts.codesLead} width="wide">
    <Stack>
      {data.isPasskey && <Notice kind="success">{texts.passkeyAdded}</Notice>}
      <Code block id="backup-codes">
        {data.codes.join("\n")}
      </Code>
      <Cluster>
        <CopyButton from="backup-codes" label={texts.codes} />
        <LinkButton href={fileOf(view.tenant.name, data.codes)} icon="download" download>
          {texts.codesDownload}
        </LinkButton>
        <LinkButton href={data.onward} kind="primary">
          {texts.codesDone}
        </LinkButton>
      </Cluster>
    </Stack>
  </FramePage>
);

const fileOf = (tenant: string, codes: readonly string[]): string =>
  `data:text/plain;charset=utf-8,${encodeURIComponent(texts.codesFile(tenant, codes))}`;
