// Word to a person whose way in an administrator has changed.
import { z } from "zod";
import { Circumstances, notice } from "#features/notices/index.ts";
import { withProviderPath } from "#features/sign-in/index.ts";
import { defineEmail } from "#platform/mail/define.ts";
import { MailButton, MailNote } from "#platform/mail/layout.tsx";
import { IdentityProviderId } from "#src/ids.ts";
import { texts } from "./texts.ts";

export const assignedMail = defineEmail(
  "provider_people.assigned",
  notice(
    Circumstances.extend({ provider: z.string(), providerId: IdentityProviderId }),
    {
      subject: texts.mailSubject,
      text: (tenant, { provider }) => texts.mailAssigned(tenant, provider),
    },
    ({ provider, providerId }) => ({
      text: texts.mailAssignedDo(provider),
      button: texts.mailAssignedButton(provider),
      path: withProviderPath(providerId),
    }),
  ),
);

/** Past the provider that the address may still lead to. */
const localPath = "/sign-in?local=1";

export const sentBackMail = defineEmail(
  "provider_people.by_password",
  notice(
    Circumstances,
    { subject: texts.mailSubject, text: (tenant) => texts.mailSentBack(tenant) },
    { text: texts.mailSentBackDo, button: texts.mailSentBackButton, path: localPath },
  ),
);

/** For somebody who has nothing here yet. */
export const setPasswordMail = defineEmail("provider_people.set_password", {
  data: z.object({ firstName: z.string(), url: z.string() }),
  subject: (_, { tenantName }) => texts.mailSubject(tenantName),
  text: ({ firstName, url }, { tenantName, baseUrl }) =>
    [
      texts.mailGreeting(firstName),
      texts.mailSetPassword(tenantName),
      `${texts.mailSetPasswordButton}: ${url}`,
      `${texts.mailSetPasswordNote} ${baseUrl}/forgotten-password`,
    ].join("\n\n"),
  html: ({ firstName, url }, { tenantName, baseUrl }) => (
    <>
      <p>{texts.mailGreeting(firstName)}</p>
      <p>{texts.mailSetPassword(tenantName)}</p>
      <MailButton href={url} label={texts.mailSetPasswordButton} />
      <MailNote>
        {texts.mailSetPasswordNote} {`${baseUrl}/forgotten-password`}
      </MailNote>
    </>
  ),
});
