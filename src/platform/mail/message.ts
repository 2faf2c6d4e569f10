// A message on its way out, and the header fields that it leaves with (RFC 5322, RFC 3834).
import { z } from "zod";
import type { InlinePicture } from "./logo.ts";

export interface OutgoingMail {
  /** A UUID. Message-ID and the providers' idempotency key are made of it, so that a repeated delivery is known for one. */
  readonly id: string;
  /** When it was written; now, when absent. */
  readonly at?: Date;
  readonly fromName: string;
  readonly to: string;
  readonly subject: string;
  readonly text: string;
  readonly html: string;
  /** What the HTML version shows by `cid:`. None when absent. */
  readonly pictures?: readonly InlinePicture[];
}

/** Everything a back end needs, checked: no field can break out of its header line. */
export interface ComposedMail {
  readonly id: string;
  readonly from: { readonly name: string; readonly address: string };
  readonly to: string;
  readonly subject: string;
  readonly text: string;
  readonly html: string;
  readonly pictures: readonly InlinePicture[];
  readonly date: Date;
  /** `<id@domain of the sender>`. */
  readonly messageId: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** What becomes of one attempt: taken over, turned down for good, or worth another try. */
export type Delivery =
  | { readonly outcome: "accepted" }
  | { readonly outcome: "refused"; readonly reason: string }
  | { readonly outcome: "failed"; readonly reason: string };

/** Hands a message over; never throws for what a mail server may say or do. */
export type Deliver = (mail: ComposedMail, signal: AbortSignal) => Promise<Delivery>;

/** One recipient: no white space, no list, nothing of the syntax of address fields (header and envelope injection). */
const Recipient = z
  .string()
  .max(254)
  .regex(/^[^\s\p{Cc}@<>()[\]\\,;:"]+@[^\s\p{Cc}@<>()[\]\\,;:"]+$/u);

/** The message with its header fields; null when `to` is not the address of one recipient. */
export function compose(mail: OutgoingMail, from: string, now: Date): ComposedMail | null {
  const to = Recipient.safeParse(mail.to);
  if (!to.success) return null;
  return {
    id: mail.id,
    from: { name: oneLine(mail.fromName), address: from },
    to: to.data,
    subject: oneLine(mail.subject),
    text: mail.text,
    html: mail.html,
    pictures: mail.pictures ?? [],
    date: mail.at ?? now,
    messageId: `<${mail.id}@${from.slice(from.lastIndexOf("@") + 1)}>`,
    headers: {
      // No vacation notices to a machine, and none from it.
      "Auto-Submitted": "auto-generated",
      "X-Auto-Response-Suppress": "All",
    },
  };
}

/**
 * Text for a header field, or of a name in a message: a line break would begin a field or a paragraph of the attacker's own, a
 * direction override would make an address read as another one.
 */
export const oneLine = (text: string): string =>
  text
    .replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, " ")
    .replace(/[\u202A-\u202E\u2066-\u2069]/g, "")
    .trim();

/** The data of a message with every text in it on one line: no template needs to think of what people call themselves. */
export function inOneLine(data: unknown): unknown {
  if (typeof data === "string") return oneLine(data);
  if (Array.isArray(data)) return data.map(inOneLine);
  if (typeof data !== "object" || data === null || data instanceof Date) return data;
  return Object.fromEntries(Object.entries(data).map(([key, value]) => [key, inOneLine(value)]));
}
