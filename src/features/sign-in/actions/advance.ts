// From one proof to what comes next: the second step, setting one up, or the session. Every way through a sign-in passes here.
import { isRemembered } from "#features/devices/index.ts";
import { meets, type Method, strengthOf } from "#features/policy/index.ts";
import { randomToken } from "#platform/crypto/token.ts";
import type { TenantDb } from "#platform/db/database.ts";
import type { SignIn } from "../schema.ts";
import type { Visit } from "../visit.ts";
import { nextOf, type Way } from "../ways.ts";
import { completeSignIn, type Entry } from "./complete.ts";
import { backToProvider, errandOf, inVainOf } from "./errand.ts";
import { newCode } from "./second-step.ts";
import { mayGoOn, type Person, type Situation, situationOf } from "./standing.ts";

export type Moved =
  /** Under a new handle. `inVain`: the provider that was asked for several factors, and named none. */
  | {
      readonly kind: "at";
      readonly handle: string;
      readonly state: Way | "enrol" | "provider";
      readonly inVain?: string;
    }
  | { readonly kind: "signed_in"; readonly entry: Entry }
  | { readonly kind: "limited"; readonly seconds: number };

export interface Proven {
  readonly person: Person;
  /** Everything that was proven in this sign-in, in order. */
  readonly methods: readonly Method[];
  /** The person wants this browser to stand for the second step from now on. */
  readonly remember?: boolean;
  /** The person wants to set up a stronger step another day. */
  readonly postpone?: boolean;
  /** The identity provider is to be linked by this: whatever its word counts for later, it does not stand for their own step now. */
  readonly isLinking?: boolean;
}

/**
 * Goes on with what has been proven. Any step gets a new handle: whoever knew the old one (session fixation) is left behind.
 */
export async function advance(
  db: TenantDb,
  visit: Visit,
  signIn: SignIn,
  proven: Proven,
): Promise<Moved> {
  const { person } = proven;
  const { trialId, reauthenticate } = signIn;
  const found = await situationOf(db, visit, signIn, person);
  const situation = proven.isLinking === true ? { ...found, trustsProvider: false } : found;
  const methods = withDevice(proven.methods, situation, { visit, reauthenticate });
  const next = nextOf({ ...situation, methods });
  const mayWait = mayGoOn(situation, person, { methods, trialId, now: visit.now });
  if (next === "done" || (next === "enrol" && proven.postpone === true && mayWait)) {
    const ending = { person, methods, situation, remember: proven.remember === true };
    return { kind: "signed_in", entry: await completeSignIn(db, visit, signIn, ending) };
  }
  const errand = errandOf(signIn, { ...situation, methods }, visit.now);
  if (errand !== null) return backToProvider(db, signIn, errand);
  const isOurs = !meets(strengthOf(methods), situation.own);
  if (next === "enrol" && isOurs && trialId === null) await noteAsked(db, visit, person);
  const moved = await moveTo(db, visit, signIn, { state: next, person, methods, situation });
  const inVain = inVainOf(signIn, methods);
  return moved.kind === "at" && inVain !== null ? { ...moved, inVain } : moved;
}

/** A remembered device stands for the second step after a password; never where more than the least is asked, nor when asked again. */
function withDevice(
  methods: readonly Method[],
  { policy, required, device }: Situation,
  { visit, reauthenticate }: { visit: Visit; reauthenticate: boolean },
): readonly Method[] {
  const stands =
    methods.at(-1) === "password" &&
    !methods.includes("provider") &&
    required === "baseline" &&
    !reauthenticate &&
    isRemembered(device, policy.rememberDeviceDays, visit.now);
  return stands ? [...methods, "remembered_device"] : methods;
}

interface Move {
  readonly state: Way | "enrol";
  readonly person: Person;
  readonly methods: readonly Method[];
  readonly situation: Situation;
}

async function moveTo(
  db: TenantDb,
  visit: Visit,
  signIn: SignIn,
  { state, person, methods, situation }: Move,
): Promise<Moved> {
  const { userId } = person;
  const trier = { userId, email: signIn.email, deviceId: situation.device?.id ?? null };
  const code =
    state === "email_code"
      ? await newCode(db, visit, { ...signIn, methods }, trier)
      : { kept: { code_hash: null, code_expires_at: null } };
  if ("wait" in code) return { kind: "limited", seconds: code.wait };
  const { token, hash } = randomToken();
  await db
    .updateTable("sign_ins")
    .set({
      token_hash: hash,
      state,
      user_id: userId,
      link_purpose: null,
      reset_cause: null,
      methods: [...methods],
      code_tries: 0,
      ...code.kept,
    })
    .where("id", "=", signIn.id)
    .execute();
  return { kind: "at", handle: token, state };
}

/** The days of grace count from the first time that more is asked for than the person has. */
async function noteAsked(
  db: TenantDb,
  { now }: Visit,
  { userId, strengthAskedAt }: Person,
): Promise<void> {
  if (strengthAskedAt !== null) return;
  await db.updateTable("users").set({ strength_asked_at: now }).where("id", "=", userId).execute();
}
