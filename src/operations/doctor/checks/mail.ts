// Would mail be taken? A connection with encryption and login, or the provider's word about the key; a message only when asked for.
import { mailProblem } from "#platform/mail/check.ts";
import { sendTest } from "#platform/mail/transport.ts";
import { maskEmail } from "#platform/log.ts";
import { type Check, fail, type Finding, ok } from "../check.ts";
import { setting, weftLine } from "../lines.ts";
import { texts } from "../texts.ts";
import type { MailBackend } from "#src/config.ts";

export const mail: Check = {
  name: "mail",
  title: "Mail",
  settings: ["EMAIL_BACKEND", "FROM_EMAIL", "SMTP_", "SENDGRID_", "RESEND_", "MAILBOX_PATH"],
  async run({ services, mailTo }, signal) {
    const { config, outbound, mail: transport } = services;
    const problem = await mailProblem(config.mail, outbound, signal);
    const findings: Finding[] = [
      problem === null
        ? ok(texts.mailReady(transport.route))
        : fail(texts.mailRefused(transport.route, problem), repairOf(config.mail.backend, problem)),
    ];
    if (mailTo !== null) {
      const delivery = await sendTest(transport, mailTo);
      const to = maskEmail(mailTo);
      findings.push(
        delivery.outcome === "accepted"
          ? ok(texts.mailSent(to))
          : fail(texts.mailNotSent(to, delivery.reason), weftLine(`verify-email --to ${mailTo}`)),
      );
    }
    return findings;
  },
};

function repairOf(backend: MailBackend, problem: string): string {
  switch (backend.kind) {
    case "smtp":
      if (/certificate|altname|self.?signed|unable to (get|verify)/i.test(problem))
        return setting("SMTP_TLS_CA", "/etc/weft/ca.pem");
      if (/auth|login|credential|535/i.test(problem))
        return setting("SMTP_PASS", "'<the password>'");
      if (/starttls|wrong version|ssl/i.test(problem)) return setting("SMTP_TLS", "implicit");
      return setting("SMTP_HOST", "<your mail server>");
    case "sendgrid":
      return setting("SENDGRID_API_KEY", "<a key that may send mail>");
    case "resend":
      return /domain/i.test(problem)
        ? setting("FROM_EMAIL", "<an address of a domain verified at Resend>")
        : setting("RESEND_API_KEY", "<a key that may send mail>");
    case "mailbox":
      return `chmod u+w ${backend.path}`;
    default:
      return backend satisfies never;
  }
}
