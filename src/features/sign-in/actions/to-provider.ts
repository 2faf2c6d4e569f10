// The way to the identity provider that an address leads to, and what is asked for there.
import {
  askProvider,
  keepRequest,
  type Question,
  routeOf,
} from "#features/identity-providers/index.ts";
import { type Strength, strictest } from "#features/policy/index.ts";
import { demandOf } from "#features/sso/index.ts";
import type { TenantDb } from "#platform/db/database.ts";
import type { IdentityProviderId } from "#src/ids.ts";
import { policyFor } from "../policy-for.ts";
import { findSignIn, isAt, lockSignIn } from "../queries.ts";
import type { Errand, SignIn } from "../schema.ts";
import { handleOf, type Visit } from "../visit.ts";
import type { Expired } from "./open.ts";

/**
 * The way to the provider of this browser's sign-in: each time a request of its own, the one before answers nothing any more. What tenant
 * and application ask for is asked for there, where that is known to help.
 */
export async function goToProvider(visit: Visit): Promise<Question | Expired> {
  const { tenant, now } = visit;
  const { signIn, strength } = await tenant.read(async (db) => {
    const found = await findSignIn(db, handleOf(visit));
    return {
      signIn: found,
      strength: found === null ? "baseline" : await askedThere(db, found, now),
    };
  });
  const expired: Expired = { kind: "expired", returnTo: signIn?.returnTo ?? "/" };
  if (!isAt(signIn, ["provider"], now) || signIn.identityProviderId === null) return expired;
  const question = await askProvider(visit, {
    providerId: signIn.identityProviderId,
    whose: { signInId: signIn.id },
    forceAuthn: signIn.reauthenticate,
    strength,
    states: ["enabled"],
  });
  if (question === null) return expired;
  return tenant.write(async (db) => {
    const locked = await lockSignIn(db, handleOf(visit));
    if (!isAt(locked, ["provider"], now)) return expired;
    await keepRequest(db, question.request, now);
    if (question.asksContexts) await keepErrand(db, locked, { contexts: "asked" });
    return question;
  });
}

/** What the provider is asked for; whose groups would ask for more is not known yet. */
async function askedThere(db: TenantDb, signIn: SignIn, now: Date): Promise<Strength> {
  const { errand, returnTo } = signIn;
  if (errand?.contexts === "declined") return "baseline";
  if (errand?.contexts === "wanted") return "strong";
  const { strength } = await policyFor(db, signIn, now);
  const demand = await demandOf(db, { returnTo, userId: null, now });
  return strictest(strength, demand?.strength ?? null);
}

const keepErrand = (db: TenantDb, { id }: SignIn, errand: Errand) =>
  db
    .updateTable("sign_ins")
    .set({ federated: JSON.stringify({ errand }) })
    .where("id", "=", id)
    .execute();

/** From the password to the provider that the address leads to. */
export function chooseProvider(visit: Visit): Promise<{ readonly kind: "chosen" } | Expired> {
  return visit.tenant.write(async (db) => {
    const signIn = await lockSignIn(db, handleOf(visit));
    const expired: Expired = { kind: "expired", returnTo: signIn?.returnTo ?? "/" };
    if (!isAt(signIn, ["password"], visit.now)) return expired;
    const route = await routeOf(db, signIn.email, await policyFor(db, signIn, visit.now));
    if (route === null) return expired;
    await toProvider(db, signIn, route.id);
    return { kind: "chosen" };
  });
}

export const toProvider = (db: TenantDb, { id }: SignIn, providerId: IdentityProviderId) =>
  db
    .updateTable("sign_ins")
    // What was proven of the mailbox belongs to the way with the password.
    .set({ state: "provider", identity_provider_id: providerId, methods: [], federated: null })
    .where("id", "=", id)
    .execute();
