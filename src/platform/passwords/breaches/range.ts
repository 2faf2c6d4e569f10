// Listed passwords that share the first five digits of their SHA-1, asked for without telling which one is meant: k-anonymity by the
// range API of Have I Been Pwned (https://haveibeenpwned.com/API/v3#PwnedPasswords), or of a mirror of it.
import { outboundReason } from "#platform/outbound/errors.ts";
import type { Outbound } from "#platform/outbound/fetch.ts";
import { restDigits } from "./digest.ts";

/** Within these seconds, or nobody waits for it. */
const timeoutSeconds = 3;

/**
 * The next twelve digits of each listed hash with this prefix; some 1,000. Null when the service cannot be reached within 3 s or
 * gives no usable answer.
 */
export async function askRange(
  outbound: Outbound,
  { baseUrl, prefix, signal }: { baseUrl: string; prefix: string; signal?: AbortSignal },
): Promise<ReadonlySet<string> | null> {
  try {
    const answer = await outbound.fetch(`${baseUrl}/range/${prefix}`, {
      // Padded answers are of one size, so that an eavesdropper cannot tell ranges apart.
      headers: { "add-padding": "true" },
      accept: "text/plain",
      timeoutSeconds,
      namedByOperator: true,
      ...(signal ? { signal } : {}),
    });
    return answer.status === 200 ? listedOf(answer.text()) : null;
  } catch (error) {
    if (outboundReason(error) === null) throw error;
    return null;
  }
}

/** Lines of `SUFFIX:COUNT`; a count of 0 is padding. */
function listedOf(answer: string): ReadonlySet<string> | null {
  const lines = answer.trim().split(/\r?\n/);
  if (!lines.every((line) => /^[\dA-F]{35}:\d+$/i.test(line))) return null;
  const listed = lines.filter((line) => Number(line.slice(36)) > 0);
  return new Set(listed.map((line) => line.slice(0, restDigits).toUpperCase()));
}
