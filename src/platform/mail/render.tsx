// A message from its template: subject, text and HTML, each framed with who sends it and why.
import type { Child } from "hono/jsx";
import type { z } from "zod";
import type { EmailDefinition, MailFrame } from "./define.ts";
import { MailLayout } from "./layout.tsx";
import { withLogo } from "./logo.ts";
import { oneLine } from "./message.ts";
import { texts } from "./texts.ts";

export interface RenderedMail {
  readonly fromName: string;
  readonly subject: string;
  readonly text: string;
  readonly html: string;
}

/** Fills in a template. Pure and without awaiting, so that it may be done inside a transaction. */
export function renderMail<D extends z.ZodType>(
  email: EmailDefinition<D>,
  data: z.output<D>,
  { tenantName, baseUrl }: MailFrame,
): RenderedMail {
  const frame = { tenantName: oneLine(tenantName), baseUrl };
  const parts = {
    sender: frame.tenantName,
    subject: subjectOf(email, data, frame),
    text: email.text(data, frame),
    body: email.html(data, frame),
    footer: [texts.footer(frame.tenantName, frame.baseUrl), texts.footerAutomatic],
  };
  return frameMail(parts);
}

// Lines of at most 78 characters (RFC 5322 §2.1.1); lists of messages show fewer.
const subjectMost = 78;

/** The subject; where it is too long, the tenant's name in it gives way before what happened does. */
function subjectOf<D extends z.ZodType>(
  email: EmailDefinition<D>,
  data: z.output<D>,
  frame: MailFrame,
): string {
  const subject = oneLine(email.subject(data, frame));
  const excess = Array.from(subject).length - subjectMost;
  if (excess <= 0) return subject;
  const kept = Array.from(frame.tenantName).length - excess - 1;
  const tenantName = shortened(frame.tenantName, Math.max(kept, 1));
  return shortened(oneLine(email.subject(data, { ...frame, tenantName })), subjectMost - 1);
}

/** At most `most` characters and an ellipsis for the rest. */
function shortened(text: string, most: number): string {
  const characters = Array.from(text);
  if (characters.length <= most + 1) return text;
  return `${characters.slice(0, most).join("").trimEnd()}…`;
}

/** What a list of messages shows below the subject: the first paragraph that is no greeting. */
const preheaderOf = (text: string): string =>
  text.split("\n\n").find((paragraph) => !paragraph.trimEnd().endsWith(",")) ?? "";

/** The message that shows an operator that mail can be sent. */
export const renderTestMail = (): RenderedMail =>
  withLogo(
    frameMail({
      sender: texts.product,
      subject: texts.testSubject,
      text: texts.testText,
      body: <p>{texts.testText}</p>,
      footer: [texts.testFooter],
    }),
    null,
  );

interface Parts {
  readonly sender: string;
  readonly subject: string;
  readonly text: string;
  readonly body: Child;
  readonly footer: readonly string[];
}

function frameMail({ sender, subject, text, body, footer }: Parts): RenderedMail {
  const document = (
    <MailLayout title={subject} preheader={preheaderOf(text)} sender={sender} footer={footer}>
      {body}
    </MailLayout>
  );
  // Nested components decide at run time whether this is a string or a promise of one.
  const html: unknown = document instanceof Promise ? null : document.toString();
  if (typeof html !== "string") throw new Error("a mail template may not be asynchronous");
  return {
    fromName: oneLine(sender),
    subject: oneLine(subject),
    text: `${text.trim()}\n\n-- \n${footer.join("\n")}\n`,
    html: `<!doctype html>\n${html}`,
  };
}
