// How mail leaves: one transport over the back end that the configuration names.
import type { Clock } from "#platform/clock.ts";
import { insideTransaction } from "#platform/db/database.ts";
import type { Outbound } from "#platform/outbound/fetch.ts";
import { mailboxDeliver, type MailboxSettings } from "./backends/mailbox.ts";
import type { ProviderSettings } from "./backends/provider.ts";
import { resendDeliver } from "./backends/resend.ts";
import { sendgridDeliver } from "./backends/sendgrid.ts";
import { smtpDeliver, type SmtpSettings } from "./backends/smtp.ts";
import { compose, type Deliver, type Delivery, type OutgoingMail } from "./message.ts";
import { renderTestMail } from "./render.tsx";
import { texts } from "./texts.ts";

export interface MailSettings {
  /** The sender's address; the name before it is the tenant's. */
  readonly from: string;
  readonly backend: SmtpSettings | ProviderSettings | MailboxSettings;
}

export interface MailTransport {
  readonly from: string;
  /** The way mail takes, for operators: `smtp.example.com:587, STARTTLS`. */
  readonly route: string;
  /** One attempt, at most 25 s. Does not throw for what a mail server says or does. */
  send(mail: OutgoingMail, signal?: AbortSignal): Promise<Delivery>;
}

/** Below the 30 s of the delivery job, so that the outcome of the last attempt is still written down. */
const attemptTimeoutMs = 25_000;

/** The transport of the configured back end. Nothing is connected to before the first message. */
export function createMailTransport(
  { from, backend }: MailSettings,
  outbound: Outbound,
  clock: Clock,
): MailTransport {
  const deliver = deliverBy(backend, outbound);
  return {
    from,
    route: routeOf(backend),
    async send(mail, signal) {
      if (insideTransaction()) throw new Error("mail was sent inside a transaction: queue it");
      const composed = compose(mail, from, clock.now());
      if (!composed) return { outcome: "refused", reason: texts.notAnAddress };
      const deadline = AbortSignal.timeout(attemptTimeoutMs);
      return await deliver(composed, signal ? AbortSignal.any([deadline, signal]) : deadline);
    },
  };
}

/** Sends the test message: for `weft mail send-test`, which prints what became of it. */
export const sendTest = (transport: MailTransport, to: string): Promise<Delivery> =>
  transport.send({ id: Bun.randomUUIDv7(), to, ...renderTestMail() });

function deliverBy(backend: MailSettings["backend"], outbound: Outbound): Deliver {
  switch (backend.kind) {
    case "smtp":
      return smtpDeliver(backend);
    case "sendgrid":
      return sendgridDeliver(backend, outbound);
    case "resend":
      return resendDeliver(backend, outbound);
    case "mailbox":
      return mailboxDeliver(backend);
    default:
      return backend satisfies never;
  }
}

const encryption = { starttls: "STARTTLS", implicit: "TLS", off: texts.plain } as const;

function routeOf(backend: MailSettings["backend"]): string {
  switch (backend.kind) {
    case "smtp":
      return `${backend.host}:${backend.port}, ${encryption[backend.tls]}`;
    case "sendgrid":
    case "resend":
      return backend.baseUrl ?? backend.kind;
    case "mailbox":
      return backend.path;
    default:
      return backend satisfies never;
  }
}
