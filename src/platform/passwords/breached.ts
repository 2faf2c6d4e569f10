// Whether a password appeared in a known breach, asked without telling it: k-anonymity by the first five digits of its SHA-1
// (the range API of Have I Been Pwned).
import { createHash } from "node:crypto";
import { outboundReason } from "#platform/outbound/errors.ts";
import type { Outbound } from "#platform/outbound/fetch.ts";
import { normalise } from "./password.ts";

export interface BreachCheck {
  /** Where the ranges are asked for. */
  readonly baseUrl?: string;
  readonly signal?: AbortSignal;
}

/** "unknown" when the service cannot be reached within 3 s or gives no usable answer: nobody is kept from setting a password by that. */
export async function breached(
  outbound: Outbound,
  password: string,
  { baseUrl = "https://api.pwnedpasswords.com", signal }: BreachCheck = {},
): Promise<"yes" | "no" | "unknown"> {
  const text = normalise(password);
  if (text === null) return "unknown";
  const digest = createHash("sha1").update(text).digest("hex").toUpperCase();
  try {
    const answer = await outbound.fetch(`${baseUrl}/range/${digest.slice(0, 5)}`, {
      // Padded answers are of one size, so that an eavesdropper cannot tell ranges apart.
      headers: { "add-padding": "true" },
      accept: "text/plain",
      timeoutSeconds: 3,
      ...(signal ? { signal } : {}),
    });
    if (answer.status !== 200) return "unknown";
    return isListed(answer.text(), digest.slice(5));
  } catch (error) {
    if (outboundReason(error) === null) throw error;
    return "unknown";
  }
}

/** Lines of `SUFFIX:COUNT`; a count of 0 is padding. */
function isListed(answer: string, suffix: string): "yes" | "no" | "unknown" {
  const lines = answer.trim().split(/\r?\n/);
  if (!lines.every((line) => /^[\dA-F]{35}:\d+$/i.test(line))) return "unknown";
  const line = lines.find((entry) => entry.toUpperCase().startsWith(`${suffix}:`));
  return line !== undefined && Number(line.split(":")[1]) > 0 ? "yes" : "no";
}
