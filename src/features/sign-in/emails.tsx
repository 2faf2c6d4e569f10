// Mails of a sign-in: the code, the way to a new password, and the way back to an invitation that was left half-way.
import { z } from "zod";
import { Circumstances, notice } from "#features/notices/index.ts";
import { defineEmail } from "#platform/mail/define.ts";
import { MailButton, MailCode, MailNote } from "#platform/mail/layout.tsx";
import { IdentityProviderId } from "#src/ids.ts";
import { guessTexts } from "./guess-texts.ts";
import { withProviderPath } from "./provider-path.ts";
import { codeSeconds } from "./schema.ts";
import { texts } from "./texts.ts";

const codeMinutes = codeSeconds / 60;

export const signInCode = defineEmail("sign_in.code", {
  data: z.object({
    code: z.string(),
    /** That they come in by, in the place of a password. */
    provider: z.string().nullable().default(null),
  }),
  // Not the code itself: subjects are shown on locked screens.
  subject: (_, { tenantName }) => texts.codeSubject(tenantName),
  text: ({ code, provider }, { tenantName }) =>
    [texts.codeIntro(tenantName), `    ${code}`, texts.codeNote(codeMinutes, provider)].join(
      "\n\n",
    ),
  html: ({ code, provider }, { tenantName }) => (
    <>
      <p>{texts.codeIntro(tenantName)}</p>
      <MailCode code={code} />
      <MailNote>{texts.codeNote(codeMinutes, provider)}</MailNote>
    </>
  ),
});

/** The same shape, sent before anybody is known: it says so, and asks nobody to change a password. */
export const proofCode = defineEmail("sign_in.proof_code", {
  data: z.object({ code: z.string() }),
  subject: (_, { tenantName }) => texts.codeSubject(tenantName),
  text: ({ code }, { tenantName }) =>
    [texts.proofIntro(tenantName), `    ${code}`, texts.proofNote(codeMinutes)].join("\n\n"),
  html: ({ code }, { tenantName }) => (
    <>
      <p>{texts.proofIntro(tenantName)}</p>
      <MailCode code={code} />
      <MailNote>{texts.proofNote(codeMinutes)}</MailNote>
    </>
  ),
});

const NewDevice = Circumstances.extend({ methods: z.string() });

/** To the owner of an account that a browser came into for the first time. */
export const newDeviceMail = defineEmail(
  "sign_in.new_device",
  notice(
    NewDevice,
    {
      subject: texts.newDeviceSubject,
      text: (tenant, { methods }) => texts.newDeviceText(tenant, methods),
    },
    { text: texts.newDeviceNotYou, button: texts.newDeviceButton, path: "/security/sessions" },
  ),
);

/** To the owner of an account that an identity provider opened for the first time. */
export const linkedMail = defineEmail(
  "sign_in.linked",
  notice(
    Circumstances.extend({ provider: z.string(), isOnlyWay: z.boolean() }),
    {
      subject: texts.linkedSubject,
      text: (tenant, { provider, isOnlyWay }) =>
        isOnlyWay
          ? `${texts.linkedText(tenant, provider)} ${texts.linkedOnlyWay(tenant, provider)}`
          : texts.linkedText(tenant, provider),
    },
    { text: texts.linkedNotYou, button: texts.newDeviceButton, path: "/security/sessions" },
  ),
);

/** To the owner of an account whose password, or identity provider, somebody has got past: the second step is all that keeps them out. */
export const codesGuessedMail = defineEmail(
  "sign_in.codes_guessed",
  notice(
    Circumstances.extend({ provider: z.string().nullable() }),
    {
      subject: guessTexts.subject,
      text: (tenant, { provider }) => guessTexts.text(tenant, provider),
    },
    ({ provider }) =>
      provider === null
        ? { text: guessTexts.notYou, button: texts.resetButton, path: "/forgotten-password" }
        : { text: guessTexts.notYouThere(provider) },
  ),
);

const ByProvider = z.object({
  firstName: z.string(),
  provider: z.string(),
  providerId: IdentityProviderId,
});

/** In the place of a link to a new password, for somebody who has none here. */
export const signsInByProvider = defineEmail("sign_in.by_provider", {
  data: ByProvider,
  subject: (_, { tenantName }) => texts.byProviderSubject(tenantName),
  text: ({ firstName, provider, providerId }, { tenantName, baseUrl }) =>
    [
      texts.greeting(firstName),
      texts.byProviderIntro(tenantName, provider),
      `${texts.byProvider(provider)}: ${baseUrl}${withProviderPath(providerId)}`,
      texts.byProviderNote,
    ].join("\n\n"),
  html: ({ firstName, provider, providerId }, { tenantName, baseUrl }) => (
    <>
      <p>{texts.greeting(firstName)}</p>
      <p>{texts.byProviderIntro(tenantName, provider)}</p>
      <MailButton
        href={`${baseUrl}${withProviderPath(providerId)}`}
        label={texts.byProvider(provider)}
      />
      <MailNote>{texts.byProviderNote}</MailNote>
    </>
  ),
});

/** The same while their provider lets nobody in: a password here would outlive it, and is an administrator's to give. */
export const providerClosed = defineEmail("sign_in.provider_closed", {
  data: ByProvider.omit({ providerId: true }),
  subject: (_, { tenantName }) => texts.byProviderSubject(tenantName),
  text: ({ firstName, provider }, { tenantName }) =>
    [
      texts.greeting(firstName),
      texts.providerClosedIntro(tenantName, provider),
      texts.providerClosedHow(tenantName),
      texts.byProviderNote,
    ].join("\n\n"),
  html: ({ firstName, provider }, { tenantName }) => (
    <>
      <p>{texts.greeting(firstName)}</p>
      <p>{texts.providerClosedIntro(tenantName, provider)}</p>
      <p>{texts.providerClosedHow(tenantName)}</p>
      <MailNote>{texts.byProviderNote}</MailNote>
    </>
  ),
});

const Way = z.object({ firstName: z.string(), url: z.string() });
type Way = z.infer<typeof Way>;

interface WaySaid {
  readonly subject: (tenant: string) => string;
  readonly intro: (tenant: string) => string;
  readonly button: string;
  readonly note: string;
}

/** A mail whose point is one link. */
const way = ({ subject, intro, button, note }: WaySaid) => ({
  data: Way,
  subject: (_: Way, { tenantName }: { tenantName: string }) => subject(tenantName),
  text: ({ firstName, url }: Way, { tenantName }: { tenantName: string }) =>
    [texts.greeting(firstName), intro(tenantName), `${button}: ${url}`, note].join("\n\n"),
  html: ({ firstName, url }: Way, { tenantName }: { tenantName: string }) => (
    <>
      <p>{texts.greeting(firstName)}</p>
      <p>{intro(tenantName)}</p>
      <MailButton href={url} label={button} />
      <MailNote>{note}</MailNote>
    </>
  ),
});

export const resetPassword = defineEmail(
  "sign_in.reset_password",
  way({
    subject: texts.resetSubject,
    intro: texts.resetIntro,
    button: texts.resetButton,
    note: texts.resetNote,
  }),
);

export const continueSetUp = defineEmail(
  "sign_in.continue_set_up",
  way({
    subject: texts.setUpSubject,
    intro: texts.setUpIntro,
    button: texts.setUpButton,
    note: texts.setUpNote,
  }),
);

export const accountDeactivated = defineEmail(
  "sign_in.account_deactivated",
  way({
    subject: texts.deactivatedSubject,
    intro: texts.deactivatedIntro,
    button: texts.deactivatedAsk,
    note: texts.deactivatedNote,
  }),
);
