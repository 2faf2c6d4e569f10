// Delivery to a mail server (RFC 5321) over a connection whose certificate is verified (RFC 3207, RFC 8314).
import { readFileSync } from "node:fs";
import { createTransport } from "nodemailer";
import { maskEmails } from "#platform/log.ts";
import type { ComposedMail, Deliver, Delivery } from "../message.ts";
import { texts } from "../texts.ts";

export interface SmtpSettings {
  readonly kind: "smtp";
  readonly host: string;
  readonly port: number;
  readonly login: { readonly user: string; readonly password: string } | null;
  /** `starttls`: the connection is upgraded or given up. `implicit`: TLS from the first byte. `off`: plain, for a relay on this machine. */
  readonly tls: "starttls" | "implicit" | "off";
  /** PEM of the authorities that are believed instead of the system's. */
  readonly caFile: string | null;
}

/** Of each step: connecting, the greeting, each answer. */
const stepTimeoutMs = 10_000;

/** Reads `caFile` at once. */
function transporterOf({ host, port, login, tls, caFile }: SmtpSettings) {
  return createTransport({
    host,
    port,
    secure: tls === "implicit",
    // A server that offers no STARTTLS, or a middleman who cut the offer out, gets nothing.
    requireTLS: tls === "starttls",
    ignoreTLS: tls === "off",
    tls: {
      rejectUnauthorized: true,
      minVersion: "TLSv1.2",
      ...(caFile === null ? {} : { ca: readFileSync(caFile, "utf8") }),
    },
    ...(login ? { auth: { user: login.user, pass: login.password } } : {}),
    connectionTimeout: stepTimeoutMs,
    greetingTimeout: stepTimeoutMs,
    socketTimeout: stepTimeoutMs,
    // No field of a message may name a file or an address to be read.
    disableFileAccess: true,
    disableUrlAccess: true,
  });
}

/** Connects, encrypts and logs in as delivery does, and sends nothing. Null when all of it worked, else why not. */
export async function smtpProblem(settings: SmtpSettings): Promise<string | null> {
  try {
    await transporterOf(settings).verify();
    return null;
  } catch (error) {
    const delivery = judge(error);
    return delivery.outcome === "accepted" ? null : delivery.reason;
  }
}

/** Delivery by these settings. A `caFile` that is missing stops the start and not the first mail. */
export function smtpDeliver(settings: SmtpSettings): Deliver {
  const transporter = transporterOf(settings);
  return async (mail, signal) => {
    const { promise: aborted, resolve } = Promise.withResolvers<Delivery>();
    const abort = () => resolve({ outcome: "failed", reason: texts.cancelled });
    if (signal.aborted) abort();
    signal.addEventListener("abort", abort, { once: true });
    const sent = transporter
      .sendMail(mimeOf(mail))
      .then((): Delivery => ({ outcome: "accepted" }), judge);
    return await Promise.race([sent, aborted]).finally(() =>
      signal.removeEventListener("abort", abort),
    );
  };
}

/** The message as multipart/alternative; the HTML version with its pictures as multipart/related (RFC 2387). The envelope is set apart, so that no header decides whom it goes to. */
export const mimeOf = ({
  from,
  to,
  subject,
  text,
  html,
  pictures,
  date,
  messageId,
  headers,
}: ComposedMail) => ({
  envelope: { from: from.address, to: [to] },
  from,
  to: { name: "", address: to },
  subject,
  text,
  html,
  date,
  messageId,
  headers: { ...headers },
  attachments: pictures.map(({ cid, fileName, mediaType, content }) => ({
    cid,
    filename: fileName,
    contentType: mediaType,
    contentDisposition: "inline" as const,
    content,
  })),
});

/** 5xx replies that are about our login or the state of the session: the operator mends them, or the next connection does. */
const passing: readonly number[] = [503, 530, 535, 538];

function judge(error: unknown): Delivery {
  if (!(error instanceof Error)) throw error;
  const words = maskEmails(error.message).replace(/\s+/g, " ").slice(0, 300);
  const reply: unknown = Reflect.get(error, "responseCode");
  const isAboutMessage = /^(EENVELOPE|EMESSAGE)$/.test(String(Reflect.get(error, "code")));
  return typeof reply === "number" && reply >= 500 && isAboutMessage && !passing.includes(reply)
    ? { outcome: "refused", reason: texts.smtpRefused(reply, words) }
    : { outcome: "failed", reason: texts.smtpFailed(words) };
}
