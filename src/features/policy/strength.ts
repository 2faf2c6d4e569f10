// What a sign-in's proofs are worth, and whether that is enough.
import { type Method, Strength } from "./schema.ts";

const order = Strength.options;

/**
 * What the proofs of a session are worth. A code by e-mail is no second factor beyond the baseline: whoever has the password often
 * has the mailbox (NIST SP 800-63B-4 §3.1.3.1). A remembered device stands for the step that it saved, and no more than that.
 * An identity provider's word alone is the baseline; what it says about several factors is in the methods only where it is trusted with it.
 */
export function strengthOf(methods: readonly Method[]): Strength {
  const has = (method: Method) => methods.includes(method);
  if (has("passkey") || has("provider_phishing_resistant")) return "phishing_resistant";
  if (has("provider_mfa")) return "strong";
  const isStrong = has("totp") || has("backup_code");
  return (has("password") || has("provider")) && isStrong ? "strong" : "baseline";
}

/** Whether `actual` is at least `required`. */
export const meets = (actual: Strength, required: Strength): boolean =>
  order.indexOf(actual) >= order.indexOf(required);

/** The strictest of several demands; a null asks for nothing. */
export const strictest = (...demands: readonly (Strength | null)[]): Strength =>
  demands.reduce<Strength>(
    (most, demand) => (demand !== null && meets(demand, most) ? demand : most),
    "baseline",
  );
