// What is still to be proven, decided in one place from facts alone: no clock, no database.
import { meets, type Method, type Strength, strengthOf } from "#features/policy/index.ts";

/** A second step as a page. */
export type Way = "passkey" | "totp" | "email_code";

export interface Standing {
  /** What this sign-in has proven. */
  readonly methods: readonly Method[];
  /** What is asked of this person. */
  readonly required: Strength;
  /** Suspended ones open nothing, and still stand in the way of a mailbox: somebody has a copy of one. */
  readonly passkeys: "usable" | "suspended" | "none";
  readonly hasTotp: boolean;
  /** The identity provider's word counts in the place of a second step. */
  readonly trustsProvider: boolean;
}
type Enrolled = Omit<Standing, "methods" | "trustsProvider">;

/** Whether a sign-in with this step is enough for what is asked. */
function isEnough(way: Way, { required, passkeys }: Enrolled): boolean {
  if (way === "passkey") return passkeys === "usable";
  return meets(way === "totp" ? "strong" : "baseline", required);
}

/**
 * The steps a person may prove, strongest first. A mailbox is a second step only where there is nothing stronger: else whoever reads the
 * mail would step around the passkey. What would not be enough is left out while something is.
 */
export function waysOf(enrolled: Enrolled): readonly [Way, ...Way[]] {
  const { passkeys, hasTotp } = enrolled;
  const ways: Way[] = [
    ...(passkeys === "usable" ? (["passkey"] as const) : []),
    ...(hasTotp ? (["totp"] as const) : []),
    ...(passkeys === "suspended" ? (["passkey"] as const) : []),
  ];
  const enough = ways.filter((way) => isEnough(way, enrolled));
  const [best = "email_code", ...others] = enough.length > 0 ? enough : ways;
  return [best, ...others];
}

/** Whether a backup code may stand for the app or the passkey: not where it would be worth less than what the person has and must use. */
export function mayUseBackupCode(enrolled: Enrolled): boolean {
  const [best] = waysOf(enrolled);
  if (best === "email_code") return false;
  return meets("strong", enrolled.required) || !isEnough(best, enrolled);
}

/**
 * What comes next. `enrol` only for somebody who has proven the strongest step they have: a password and a mailbox never bind a new
 * strong factor beside one that is there.
 */
export function nextOf(standing: Standing): Way | "enrol" | "done" {
  const { methods, required, passkeys, hasTotp } = standing;
  const isStrong = methods.includes("totp") || methods.includes("backup_code");
  // The operator's link stands for the mailbox, and where that counts for nothing it does not either.
  const hasMailbox = methods.includes("email_code") || methods.includes("operator_link");
  const isWeak = hasMailbox && passkeys === "none" && !hasTotp;
  // Who gave a password beside the provider's word is being linked to it: that takes a whole proof of our own.
  const isProvided =
    methods.includes("provider") && !methods.includes("password") && standing.trustsProvider;
  const isSecond =
    methods.includes("passkey") ||
    isStrong ||
    isWeak ||
    isProvided ||
    methods.includes("remembered_device");
  if (isSecond && meets(strengthOf(methods), required)) return "done";
  const [best] = waysOf(standing);
  if (!isSecond) return best;
  // A provider's word stands for a second step; whoever is to bind another one beside the app or the passkey proves that first.
  const isOwn = isStrong || methods.includes("passkey");
  return best !== "email_code" && (!isOwn || isEnough(best, standing)) ? best : "enrol";
}
