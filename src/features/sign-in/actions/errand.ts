// Back to the identity provider whose word is not enough, before anything of ours is set up: to name several factors, or to have the
// person prove anew who they are. For each once, so that nobody is sent round in a circle.
import type { Method } from "#features/policy/index.ts";
import { randomToken } from "#platform/crypto/token.ts";
import type { TenantDb } from "#platform/db/database.ts";
import { freshSeconds } from "#platform/http/fresh.ts";
import type { Errand, SignIn } from "../schema.ts";
import { nextOf, type Standing } from "../ways.ts";

/** What the provider is to be asked once more, when its word has just come; null: nothing. */
export function errandOf(signIn: SignIn, standing: Standing, now: Date): Errand | null {
  const { state, federated, errand, reauthenticate } = signIn;
  if (state !== "provider" || federated === null || !endsInEnrolment(standing)) return null;
  const contexts = errand?.contexts ?? null;
  // A word that cannot be phished has no name that the usual providers know: that is set up here.
  const isAskable = federated.trustsSecondStep && federated.takesContexts && contexts === null;
  if (isAskable && standing.required === "strong") return { contexts: "wanted" };
  const hasOwn = standing.hasTotp || standing.passkeys !== "none";
  // A desk that was left comes in by the session there: it must not bind a factor of a stranger's to the account.
  const isStale = !reauthenticate && !isRecent(federated.authenticatedAt, now);
  return !hasOwn && isStale ? { contexts } : null;
}

/** Whether the person will have to set something up, now or after a code by e-mail. */
function endsInEnrolment(standing: Standing): boolean {
  const next = nextOf(standing);
  if (next !== "email_code") return next === "enrol";
  return nextOf({ ...standing, methods: [...standing.methods, "email_code"] }) === "enrol";
}

const isRecent = (instant: string | null, now: Date): boolean =>
  instant !== null && now.getTime() - Date.parse(instant) <= freshSeconds * 1_000;

/** Sends a sign-in to its provider again, where everything is asked for anew. What was said there is forgotten. */
export async function backToProvider(
  db: TenantDb,
  { id }: SignIn,
  errand: Errand,
): Promise<{ readonly kind: "at"; readonly handle: string; readonly state: "provider" }> {
  const { token, hash } = randomToken();
  await db
    .updateTable("sign_ins")
    .set({
      token_hash: hash,
      state: "provider",
      methods: [],
      reauthenticate: true,
      federated: JSON.stringify({ errand }),
    })
    .where("id", "=", id)
    .execute();
  return { kind: "at", handle: token, state: "provider" };
}

/** The name of the provider that was asked for several factors, and whose word names none; null: it was not asked, or said so. */
export function inVainOf(
  { state, federated, errand }: SignIn,
  methods: readonly Method[],
): string | null {
  const isAsked = errand?.contexts === "asked" || errand?.contexts === "declined";
  const isNamed =
    methods.includes("provider_mfa") || methods.includes("provider_phishing_resistant");
  return state === "provider" && isAsked && !isNamed ? (federated?.providerName ?? null) : null;
}
