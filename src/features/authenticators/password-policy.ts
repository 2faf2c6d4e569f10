// Which passwords are accepted: as long and as hard to guess as the tenant asks, for someone who knows the person; not common, not in
// a known breach. No rules of composition, and none of age (NIST SP 800-63B-4 §3.1.1.2).
import { findPolicy, type Policy } from "#features/policy/index.ts";
import type { TenantDb } from "#platform/db/database.ts";
import type { PasswordProblem } from "#platform/passwords/strength.ts";
import { assessPassword, type PasswordPolicy, problemText } from "#platform/passwords/strength.ts";
import { texts as passwordTexts } from "#platform/passwords/texts.ts";
import type { Services } from "#platform/services.ts";
import type { UserId } from "#src/ids.ts";
import type { Role } from "#src/permissions.ts";
import { type PasswordStamp, type StampOwner, stampOf } from "./password-stamp.ts";
import {
  type PasswordRating,
  type PasswordRules,
  type PersonFacts,
  superAdminMinLength,
} from "./schema.ts";
import { texts } from "./texts.ts";

export interface Candidate {
  readonly password: string;
  readonly person: PersonFacts;
  /** The tenant's name. */
  readonly organisation: string;
  readonly rules: PasswordRules;
}

/** What the policy asks of somebody with this role. */
export const rulesFor = (
  { passwordMinLength, passwordMinScore }: Policy,
  role: Role,
): PasswordRules => ({
  minLength:
    role === "super_admin" ? Math.max(superAdminMinLength, passwordMinLength) : passwordMinLength,
  minScore: passwordMinScore,
});

/** What is asked of one person's next password. Three statements. */
export async function findPasswordRules(
  db: TenantDb,
  { userId, now }: { userId: UserId; now: Date },
): Promise<PasswordRules> {
  const policy = await findPolicy(db, now);
  const person = await db
    .selectFrom("users")
    .select("role")
    .where("id", "=", userId)
    .executeTakeFirst();
  const rules = rulesFor(policy, person?.role ?? "member");
  return { ...rules, addresses: await addressesOf(db, userId) };
}

/** Every address of a person. At most ten. */
async function addressesOf(db: TenantDb, userId: UserId): Promise<string[]> {
  const rows = await db
    .selectFrom("user_emails")
    .select("email")
    .where("user_id", "=", userId)
    .orderBy("email")
    .limit(10)
    .execute();
  return rows.map(({ email }) => email);
}

/** What every password here is guessed with first. */
const product = ["WeftID", "Weft"];

export function policyFor({
  person,
  organisation,
  rules,
}: Omit<Candidate, "password">): PasswordPolicy {
  const { firstName, lastName, email } = person;
  const { addresses = [], ...asked } = rules;
  const names = [firstName, lastName, `${firstName}${lastName}`];
  return { ...asked, inputs: [...names, email, ...addresses, organisation, ...product] };
}

export type Judgement =
  | { readonly problem: string }
  /** Good: the stamp is stored beside the hash. */
  | { readonly problem: null; readonly stamp: PasswordStamp };

/**
 * The sentence that says why a new password is refused, or what is remembered of it. Asks about breaches last; when there is nobody to
 * ask, that check is left to the weekly one.
 */
export async function judgeNewPassword(
  { services, now, signal }: { services: JudgeServices; now: Date; signal: AbortSignal },
  candidate: Candidate,
  owner: StampOwner,
): Promise<Judgement> {
  const policy = policyFor(candidate);
  const { password } = candidate;
  const { problems, score } = await assessPassword(password, policy);
  const [worst] = problems.toSorted((a, b) => order.indexOf(a) - order.indexOf(b));
  if (worst !== undefined) return { problem: problemText(worst, policy) };
  const known = await services.breaches.check(password, signal);
  if (known === "listed") return { problem: passwordTexts.breached };
  const checkedAt = known === "unlisted" ? now : null;
  return { problem: null, stamp: stampOf(services.keys, owner, { password, score, checkedAt }) };
}
export type JudgeServices = Pick<Services, "breaches" | "keys">;

const justNotAccepted = 2;

/** What helps the person most comes first. */
const order: readonly PasswordProblem[] = ["too_long", "common", "too_short", "too_weak"];

/** How good a password is that is still being typed; asks nobody outside. */
export async function ratePassword(candidate: Candidate): Promise<PasswordRating> {
  if (candidate.password === "") return { score: null, advice: null, crackTime: null };
  const policy = policyFor(candidate);
  const { ok, score, problems, warning, suggestions, crackTimeText } = await assessPassword(
    candidate.password,
    policy,
  );
  const crackTime = crackTimeText === null ? null : texts.passwordCrackTime(crackTimeText);
  if (ok) return { score, advice: texts.passwordGoodEnough, crackTime };
  // A score that is not accepted must not look like one that is.
  const shown = score < policy.minScore && score < 3 ? score : justNotAccepted;
  const [worst] = problems.toSorted((a, b) => order.indexOf(a) - order.indexOf(b));
  const isTooWeak = worst === undefined || worst === "too_weak";
  const advice = isTooWeak
    ? (warning ?? suggestions[0] ?? texts.passwordAddWords)
    : problemText(worst, policy);
  return { score: shown, advice, crackTime };
}
