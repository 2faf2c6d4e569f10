// After the password: one of the person's second steps, or the choice among them.
import type { FormScreen } from "#platform/http/view.ts";
import type { IconName } from "#platform/ui/index.ts";
import {
  ActionButton,
  Field,
  Form,
  FramePage,
  LinkButton,
  PasskeyButton,
  Stack,
} from "#platform/ui/index.ts";
import { texts } from "../texts.ts";
import type { Way } from "../ways.ts";
import { Another, CodeForm, OtherWays, Remember, type SecondStep, withoutCode } from "./parts.tsx";

export const EmailCodePage: FormScreen<SecondStep> = ({ data, view, values, problems }) => (
  <FramePage
    view={view}
    title={texts.codeTitle}
    icon="mail"
    lead={texts.codeLead(data.email)}
    after={<Another returnTo={data.returnTo} />}
  >
    <Stack>
      <CodeForm
        action="/sign-in/code"
        label={texts.code}
        values={values}
        problems={problems}
        maxlength={20}
        rememberDays={data.rememberDays}
      />
      <p class="field-hint">{texts.codeNotThere}</p>
      <ActionButton action="/sign-in/codes" kind="secondary" icon="refresh" wide>
        {texts.codeSendAgain}
      </ActionButton>
    </Stack>
  </FramePage>
);

export const TotpPage: FormScreen<SecondStep> = ({ data, view, values, problems }) => (
  <FramePage
    view={view}
    title={texts.totpTitle}
    icon="phone"
    lead={texts.totpLead}
    after={<Another returnTo={data.returnTo} />}
  >
    <Stack>
      <CodeForm
        action="/sign-in/totp"
        label={texts.code}
        hint={texts.totpHint}
        values={values}
        problems={problems}
        maxlength={10}
        rememberDays={data.rememberDays}
      />
      <OtherWays {...data} />
    </Stack>
  </FramePage>
);

const isOnly = ({ ways, backupCode }: SecondStep) => ways.length === 1 && !backupCode;

export const PasskeyPage: FormScreen<SecondStep> = ({ data, view, values, problems }) => (
  <FramePage
    view={view}
    title={texts.passkeyTitle}
    icon="fingerprint"
    lead={texts.passkeyLead}
    after={<Another returnTo={data.returnTo} />}
  >
    <Stack>
      <Form
        action="/sign-in/passkey"
        summary={false}
        values={{ remember: values["remember"] }}
        problems={problems}
      >
        <Remember rememberDays={data.rememberDays} />
        <PasskeyButton
          ceremony="get"
          from="/sign-in/passkey/options"
          field="response"
          kind="primary"
          wide
          isNeeded
        >
          {texts.passkeySubmit}
        </PasskeyButton>
      </Form>
      <noscript>
        <p class="field-hint">{texts.passkeyNeedsScript}</p>
      </noscript>
      <OtherWays {...data} />
      {isOnly(data) && <p class="field-hint">{texts.passkeyLost}</p>}
    </Stack>
  </FramePage>
);

export const BackupCodePage: FormScreen<SecondStep> = ({ data, view, values, problems }) => (
  <FramePage
    view={view}
    title={texts.backupTitle}
    icon="key"
    lead={data.at === "passkey" ? texts.backupLeadPasskey : texts.backupLead}
    after={<Another returnTo={data.returnTo} />}
  >
    <Stack>
      <Form
        action="/sign-in/backup-code"
        submit={texts.signIn}
        wide
        summary={false}
        values={withoutCode(values)}
        problems={problems}
      >
        <Field
          name="code"
          label={texts.backupCode}
          hint={texts.backupHint}
          autocomplete="off"
          spellcheck={false}
          maxlength={40}
          mono
          required
          autofocus
        />
        <Remember rememberDays={data.rememberDays} />
      </Form>
      <OtherWays {...data} />
      <p class="field-hint">{texts.lostAll}</p>
    </Stack>
  </FramePage>
);

const faces: Readonly<Record<Way, { readonly label: string; readonly icon: IconName }>> = {
  passkey: { label: texts.wayPasskey, icon: "fingerprint" },
  totp: { label: texts.wayTotp, icon: "phone" },
  email_code: { label: texts.wayEmail, icon: "mail" },
};

export const WaysPage: FormScreen<SecondStep> = ({ data, view }) => (
  <FramePage
    view={view}
    title={texts.chooseTitle}
    icon="shield"
    lead={texts.chooseLead}
    after={<Another returnTo={data.returnTo} />}
  >
    <Stack>
      {data.ways.map((way) => (
        <ActionButton
          action="/sign-in/ways"
          hidden={{ way }}
          icon={faces[way].icon}
          kind="secondary"
          wide
        >
          {faces[way].label}
        </ActionButton>
      ))}
      {data.backupCode && (
        <LinkButton href="/sign-in/backup-code" icon="key" kind="secondary" wide>
          {texts.wayBackup}
        </LinkButton>
      )}
      <p class="field-hint">{texts.chooseLost}</p>
    </Stack>
  </FramePage>
);

/** A passkey that was not accepted: at the second step its page again, elsewhere the way back to where the sign-in stands. */
export const PasskeyRefusedPage: FormScreen<
  { readonly step: SecondStep } | { readonly step: null; readonly back: string }
> = ({ data, ...shown }) =>
  data.step === null ? (
    <FramePage
      view={shown.view}
      title={texts.passkeyTitle}
      icon="fingerprint"
      tone="critical"
      lead={shown.problems[""] ?? texts.passkeyRefused}
    >
      <LinkButton href={data.back} kind="primary" wide>
        {texts.backToSignIn}
      </LinkButton>
    </FramePage>
  ) : (
    <PasskeyPage data={data.step} {...shown} />
  );
