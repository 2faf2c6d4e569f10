// What SendGrid and Resend have in common: JSON over HTTPS through our own way out, and answers judged by their status.
import { outboundReason } from "#platform/outbound/errors.ts";
import { maskEmails } from "#platform/log.ts";
import type { Delivery } from "../message.ts";
import { texts } from "../texts.ts";

export interface ProviderSettings {
  readonly kind: "sendgrid" | "resend";
  readonly apiKey: string;
  /** Null: the provider's own address. */
  readonly baseUrl: string | null;
}

/** Where requests go, without a slash at the end. */
export const baseUrlOf = ({ baseUrl }: ProviderSettings, usual: string): string =>
  (baseUrl ?? usual).replace(/\/+$/, "");

/** The message itself is at fault: sending it again would get the same answer. */
const permanent: readonly number[] = [400, 413, 422];

/** What an HTTP status means for a message. 401 and 403 are the operator's to mend, 429 and 5xx pass. */
export function judgeStatus(provider: string, status: number, words: string): Delivery {
  if (status >= 200 && status < 300) return { outcome: "accepted" };
  const brief = maskEmails(words).replace(/\s+/g, " ").slice(0, 300);
  return {
    outcome: permanent.includes(status) ? "refused" : "failed",
    reason: texts.providerAnswer(provider, status, brief),
  };
}

/** A request that got no answer is worth another try; any other error is a mistake of ours and passes on. */
export function unreached(provider: string, error: unknown): Delivery {
  const reason = outboundReason(error);
  if (reason === null) throw error;
  return { outcome: "failed", reason: texts.providerUnreached(provider, reason) };
}
