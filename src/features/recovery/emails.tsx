// Messages about ways back in: to the person, to who asked, to who may decide.
import { z } from "zod";
import { Circumstances, notice, type WayOut } from "#features/notices/index.ts";
import { defineEmail, type MailFrame } from "#platform/mail/define.ts";
import { MailButton, MailNote } from "#platform/mail/layout.tsx";
import { formatTime } from "#platform/ui/index.ts";
import { texts, waitingText } from "./texts.ts";

export const secondStepsResetMail = defineEmail(
  "recovery.second_steps_reset",
  notice(
    Circumstances.extend({ taken: z.array(z.string()) }),
    {
      subject: texts.mailResetSubject,
      text: (tenant, { taken }) => texts.mailReset(tenant, taken.join(", ")),
    },
    { text: texts.mailResetWayOut, button: texts.mailNewPassword, path: "/forgotten-password" },
  ),
);

/** Nothing has changed yet: what to do about it is to speak up. */
const speakUp: WayOut = {
  text: texts.mailRequestedWayOut,
  button: texts.mailLookAtSecurity,
  path: "/security",
};

export const resetRequestedMail = defineEmail(
  "recovery.reset_requested",
  notice(
    Circumstances,
    { subject: texts.mailRequestedSubject, text: (tenant) => texts.mailRequested(tenant) },
    speakUp,
  ),
);

export const resetNotDoneMail = defineEmail(
  "recovery.reset_not_done",
  notice(
    Circumstances,
    { subject: texts.mailNotDoneSubject, text: (tenant) => texts.mailNotDone(tenant) },
    { ...speakUp, text: texts.mailNotDoneNote },
  ),
);

export const recoveredMail = defineEmail(
  "recovery.recovered_by_operator",
  notice(
    Circumstances.extend({ taken: z.array(z.string()) }),
    {
      subject: texts.mailRecoveredSubject,
      text: (tenant, { taken }) => texts.mailRecovered(tenant, taken.join(", ")),
    },
    { text: texts.mailResetWayOut, button: texts.mailNewPassword, path: "/forgotten-password" },
  ),
);

interface Letter<D extends { readonly firstName: string }> {
  readonly subject: (data: D, tenant: string) => string;
  readonly paragraphs: (data: D, tenant: string) => readonly string[];
  readonly items?: (data: D) => readonly string[];
  readonly button: string;
  readonly path: string;
  /** What to do for whom it comes unexpected; none where the message itself says it. */
  readonly question?: string;
}

/** A short message that ends with the page it is about. */
function letter<S extends z.ZodType<{ firstName: string }>>(
  data: S,
  { subject, paragraphs, items, button, path, question }: Letter<z.output<S>>,
) {
  const address = ({ baseUrl }: MailFrame) => `${baseUrl}${path}`;
  const itemsOf = (about: z.output<S>) => items?.(about) ?? [];
  return {
    data,
    subject: (about: z.output<S>, { tenantName }: MailFrame) => subject(about, tenantName),
    text: (about: z.output<S>, frame: MailFrame) =>
      [
        texts.mailGreeting(about.firstName),
        ...paragraphs(about, frame.tenantName),
        ...(items
          ? [
              itemsOf(about)
                .map((item) => `- ${item}`)
                .join("\n"),
            ]
          : []),
        `${button}: ${address(frame)}`,
        ...(question === undefined ? [] : [question]),
      ].join("\n\n"),
    html: (about: z.output<S>, frame: MailFrame) => (
      <>
        <p>{texts.mailGreeting(about.firstName)}</p>
        {paragraphs(about, frame.tenantName).map((paragraph) => (
          <p>{paragraph}</p>
        ))}
        {items && (
          <ul>
            {itemsOf(about).map((item) => (
              <li>{item}</li>
            ))}
          </ul>
        )}
        <MailButton href={address(frame)} label={button} />
        {question !== undefined && <MailNote>{question}</MailNote>}
      </>
    ),
  };
}

const Waiting = z.object({ what: z.enum(["reactivation", "reset"]), name: z.string() });

/** The reason that somebody gave is on the page, not here: a stranger's words do not travel in our mail. */
export const waitingMail = defineEmail(
  "recovery.waiting",
  letter(z.object({ firstName: z.string(), waiting: z.array(Waiting), more: z.int() }), {
    subject: (_, tenant) => texts.mailWaitingSubject(tenant),
    paragraphs: (_, tenant) => [texts.mailWaiting(tenant)],
    items: ({ waiting, more }) => [
      ...waiting.map(waitingText),
      ...(more > 0 ? [texts.mailWaitingMore(more)] : []),
    ],
    button: texts.mailWaitingOpen,
    path: "/recovery",
  }),
);

export const resetDecidedMail = defineEmail(
  "recovery.reset_decided",
  letter(
    z.object({
      firstName: z.string(),
      person: z.string(),
      who: z.string(),
      outcome: z.enum(["approved", "denied"]),
    }),
    {
      subject: ({ person }) => texts.mailDecidedSubject(person),
      paragraphs: ({ outcome, who, person }, tenant) => [
        outcome === "approved"
          ? texts.mailApproved(who, person, tenant)
          : texts.mailDenied(who, person, tenant),
      ],
      button: texts.mailOpenHistory,
      path: "/recovery/factor-resets",
      question: texts.mailNotAsked,
    },
  ),
);

export const reactivationDeniedMail = defineEmail(
  "recovery.reactivation_denied",
  letter(Circumstances.extend({ againAt: z.iso.datetime() }), {
    subject: (_, tenant) => texts.mailReactivationDeniedSubject(tenant),
    paragraphs: ({ againAt }, tenant) => [
      texts.mailReactivationDenied(tenant),
      texts.mailAskAgain(formatTime(new Date(againAt), "UTC", "date")),
    ],
    button: texts.mailSignIn,
    path: "/",
    question: texts.mailQuestion,
  }),
);

/** To the super administrators who were not recovered: whoever is at the machine acts in nobody's name. */
export const recoveredToldMail = defineEmail(
  "recovery.operator_recovered_somebody",
  letter(
    z.object({
      firstName: z.string(),
      person: z.string(),
      email: z.string(),
      policy: z.string(),
      keptSecondSteps: z.boolean().default(false),
    }),
    {
      subject: (_, tenant) => texts.mailToldSubject(tenant),
      paragraphs: ({ person, email, policy, keptSecondSteps }, tenant) => [
        (keptSecondSteps ? texts.mailToldKept : texts.mailTold)(person, email, tenant),
        ...(policy === "" ? [] : [policy]),
        texts.mailToldNote,
      ],
      button: texts.mailOpenTrail,
      path: "/events",
    },
  ),
);

/** To the super administrators but the one whose address it is, for the same reason. */
export const addressSetToldMail = defineEmail(
  "recovery.operator_set_address",
  letter(
    z.object({ firstName: z.string(), person: z.string(), from: z.string(), to: z.string() }),
    {
      subject: (_, tenant) => texts.mailAddressSetSubject(tenant),
      paragraphs: ({ person, from, to }, tenant) => [
        texts.mailAddressSet(person, tenant),
        texts.mailAddressFromTo(from, to),
        texts.mailToldNote,
      ],
      button: texts.mailOpenTrail,
      path: "/events",
    },
  ),
);

/** The link that the operator's command prints as well. */
export const operatorLinkMail = defineEmail("recovery.operator_link", {
  data: z.object({ firstName: z.string(), url: z.string() }),
  subject: (_, { tenantName }) => texts.mailLinkSubject(tenantName),
  text: ({ firstName, url }, { tenantName }) =>
    [
      texts.mailGreeting(firstName),
      texts.mailLink(tenantName),
      `${texts.mailNewPassword}: ${url}`,
      texts.mailLinkNote,
    ].join("\n\n"),
  html: ({ firstName, url }, { tenantName }) => (
    <>
      <p>{texts.mailGreeting(firstName)}</p>
      <p>{texts.mailLink(tenantName)}</p>
      <MailButton href={url} label={texts.mailNewPassword} />
      <MailNote>{texts.mailLinkNote}</MailNote>
    </>
  ),
});
