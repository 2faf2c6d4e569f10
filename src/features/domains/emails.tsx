// What super administrators are told when a domain is proved: from then on addresses there count as verified, on an administrator's word. And
// when the record that proved it is gone: somebody else may have the domain, and read the mail of its addresses.
import { z } from "zod";
import { defineEmail, type MailFrame } from "#platform/mail/define.ts";
import { MailButton, MailNote } from "#platform/mail/layout.tsx";
import { OrganisationDomainId } from "#src/ids.ts";
import { DomainProof } from "./schema.ts";
import { texts } from "./texts.ts";

const Proved = z.object({
  firstName: z.string(),
  who: z.string(),
  domainId: OrganisationDomainId,
  domain: z.string(),
  how: DomainProof,
});
type Proved = z.output<typeof Proved>;

const introOf = ({ how, who, domain }: Proved, { tenantName }: MailFrame) =>
  how === "dns"
    ? texts.mailProvedByRecord(who, domain, tenantName)
    : texts.mailProvedByOperator(domain, tenantName);
const effects = [texts.effectVerified, texts.effectWelcome, texts.mailGroups];
const pageOf = ({ domainId }: Pick<Proved, "domainId">, { baseUrl }: MailFrame) =>
  `${baseUrl}/settings/domains/${domainId}`;

export const domainProvedMail = defineEmail("domains.proved", {
  data: Proved,
  subject: ({ domain }, { tenantName }) => texts.mailSubject(domain, tenantName),
  text: (data, frame) =>
    [
      texts.mailGreeting(data.firstName),
      introOf(data, frame),
      texts.mailFromNowOn,
      effects.map((effect) => `- ${effect}`).join("\n"),
      `${texts.mailOpen}: ${pageOf(data, frame)}`,
      texts.mailQuestion,
    ].join("\n\n"),
  html: (data, frame) => (
    <>
      <p>{texts.mailGreeting(data.firstName)}</p>
      <p>{introOf(data, frame)}</p>
      <p>{texts.mailFromNowOn}</p>
      <ul>
        {effects.map((effect) => (
          <li>{effect}</li>
        ))}
      </ul>
      <MailButton href={pageOf(data, frame)} label={texts.mailOpen} />
      <MailNote>{texts.mailQuestion}</MailNote>
    </>
  ),
});

const Missing = z.object({
  firstName: z.string(),
  domainId: OrganisationDomainId,
  domain: z.string(),
  /** The day, ready to read. */
  since: z.string(),
  recordName: z.string(),
  recordValue: z.string(),
});

export const recordMissingMail = defineEmail("domains.record_missing", {
  data: Missing,
  subject: ({ domain }) => texts.missingSubject(domain),
  text: (data, frame) =>
    [
      texts.mailGreeting(data.firstName),
      texts.missingIntro(data.domain, frame.tenantName, data.since),
      texts.missingOurs,
      `${data.recordName}\nTXT\n${data.recordValue}`,
      texts.missingNotOurs,
      `${texts.mailOpen}: ${pageOf(data, frame)}`,
      texts.missingWhy,
    ].join("\n\n"),
  html: (data, frame) => (
    <>
      <p>{texts.mailGreeting(data.firstName)}</p>
      <p>{texts.missingIntro(data.domain, frame.tenantName, data.since)}</p>
      <p>{texts.missingOurs}</p>
      <p>
        {data.recordName}
        <br />
        TXT
        <br />
        {data.recordValue}
      </p>
      <p>{texts.missingNotOurs}</p>
      <MailButton href={pageOf(data, frame)} label={texts.mailOpen} />
      <MailNote>{texts.missingWhy}</MailNote>
    </>
  ),
});
