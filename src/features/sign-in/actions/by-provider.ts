// Signing in by an identity provider: what becomes of its word. The word comes to the browser that holds this sign-in's
// handle and to no other, so that nobody is signed in to an account that an attacker prepared (login CSRF).
import {
  type Asserted,
  createPerson,
  findEnabled,
  onlyProviderOf,
  routeOf,
  takeNames,
  takeOutcome,
  wordOn,
} from "#features/identity-providers/index.ts";
import type { Method } from "#features/policy/index.ts";
import { record } from "#platform/audit/record.ts";
import { randomToken } from "#platform/crypto/token.ts";
import type { TenantDb } from "#platform/db/database.ts";
import type { IdentityProviderId, IdentityProviderRequestId, UserId } from "#src/ids.ts";
import { providerRefused } from "../events.ts";
import { policyFor } from "../policy-for.ts";
import {
  type Claimed,
  findLinked,
  findSignIn,
  hasSubject,
  isAt,
  lockOwner,
  lockPerson,
  lockSignIn,
  primaryEmail,
} from "../queries.ts";
import type { SignIn } from "../schema.ts";
import { handleOf, type Visit, visitor } from "../visit.ts";
import { advance, type Moved } from "./advance.ts";
import { askLink } from "./ask-link.ts";
import { backToProvider } from "./errand.ts";
import { hasStrongerStep } from "./standing.ts";

/** Why somebody whom the provider named does not come in. Told to them: they have proven there who they are. */
export type TurnedAway =
  | "declined"
  | "unknown"
  | "sent_elsewhere"
  | "address_unverified"
  | "other_subject"
  | "other_provider"
  | "no_address"
  | "no_names";

export type ProviderOutcome =
  | Moved
  /** For the first time, and it is somebody whose account takes more than that: a proof of their own links them. */
  | { readonly kind: "to_link"; readonly handle: string }
  | {
      readonly kind: "turned_away";
      readonly why: TurnedAway;
      readonly provider: string;
      readonly returnTo: string;
    }
  | { readonly kind: "deactivated"; readonly ask: string }
  | { readonly kind: "expired"; readonly returnTo: string };

type Expired = Extract<ProviderOutcome, { kind: "expired" }>;

/** Takes what came for this browser's sign-in, and goes on with it. */
export function returnFromProvider(
  visit: Visit,
  requestId: IdentityProviderRequestId,
): Promise<ProviderOutcome> {
  return visit.tenant.write(async (db): Promise<ProviderOutcome> => {
    const found = await findSignIn(db, handleOf(visit));
    const expired: Expired = { kind: "expired", returnTo: found?.returnTo ?? "/" };
    if (!isAt(found, ["provider"], visit.now) || found.identityProviderId === null) return expired;
    const taking = { requestId, signInId: found.id, now: visit.now };
    const outcome = await takeOutcome(db, taking);
    if (outcome === null) return expired;
    // Disabled while the person was there: nobody comes in by it any more.
    const provider = await findEnabled(db, found.identityProviderId);
    if (provider === null) return expired;
    const back: Back = { visit, provider, returnTo: found.returnTo };
    if (outcome.kind === "declined") return declined(db, back, outcome.why);
    if (outcome.asserted.providerId !== found.identityProviderId) return expired;
    const policy = await policyFor(db, found, visit.now);
    return welcome(db, { ...back, policy }, outcome.asserted);
  });
}

/** It let nobody in. Where it could not give what was asked for, it is asked for less, once: then ours is asked for. */
async function declined(
  db: TenantDb,
  back: Back,
  why: "no_context" | "other",
): Promise<ProviderOutcome> {
  const signIn = await lockSignIn(db, handleOf(back.visit));
  const isAtProvider = isAt(signIn, ["provider"], back.visit.now);
  if (why === "no_context" && isAtProvider && signIn.errand?.contexts === "asked")
    return backToProvider(db, signIn, { contexts: "declined" });
  return turnAway(db, back, { why: "declined", asserted: null });
}

interface Back {
  readonly visit: Visit;
  readonly provider: { readonly id: IdentityProviderId; readonly name: string };
  readonly returnTo: string;
}

/** Where addresses lead, in this sign-in. */
interface Routing {
  readonly policy: Parameters<typeof routeOf>[2];
}

/** Finds, or makes, whom the provider named, and goes on with its word. */
async function welcome(
  db: TenantDb,
  back: Back & Routing,
  asserted: Asserted,
): Promise<ProviderOutcome> {
  const { visit } = back;
  const whom = await personOf(db, back, asserted);
  if (whom.kind === "turned_away") return turnAway(db, back, { why: whom.why, asserted });
  const { userId } = whom;
  const person = await lockPerson(db, userId);
  const signIn = await lockSignIn(db, handleOf(visit));
  const expired: Expired = { kind: "expired", returnTo: back.returnTo };
  if (!person || !isAt(signIn, ["provider"], visit.now)) return expired;
  const email = await primaryEmail(db, userId);
  // Their invitation waits: it is not an administrator who keeps them out.
  if (person.state === "invited")
    return turnAway(db, back, { why: "address_unverified", asserted });
  if (person.state !== "active") {
    await refuse(db, back, { cause: "deactivated", asserted, userId });
    return { kind: "deactivated", ask: await askLink(db, { userId, email, now: visit.now }) };
  }
  // A second address, of another provider's domain, is no way round the one that may have locked them out.
  const only = await onlyProviderOf(db, { userId, email }, back.policy);
  if (only !== null && only.id !== asserted.providerId)
    return turnAway(db, back, { why: "other_provider", asserted, userId });
  const methods = methodsOf(asserted);
  const kept: SignIn = { ...signIn, email, federated: asserted, methods };
  const proof = whom.isLinked ? "word" : await proofToLink(db, person);
  if (proof === "password") return { kind: "to_link", handle: await toLink(db, kept, userId) };
  await keepWord(db, kept);
  if (proof === "word") await takeNames(db, visitor(visit, userId), asserted, userId);
  return advance(db, visit, kept, { person, methods, isLinking: proof === "second_step" });
}

/**
 * What makes the link at a first sign-in. Who may do much here is not taken over by whoever runs the provider; and an app or a passkey is not
 * stepped around by whoever had a session for a moment, added an address of their own to the account and comes by the provider under that.
 * Both prove first what they have here: the password and their second step, or, where there is no password to ask for, that step.
 */
async function proofToLink(
  db: TenantDb,
  person: Claimed,
): Promise<"word" | "password" | "second_step"> {
  if (person.role !== "member") return "password";
  if (!(await hasStrongerStep(db, person))) return "word";
  return person.passwordHash === null ? "second_step" : "password";
}

type Whom =
  | { readonly kind: "found"; readonly userId: UserId; readonly isLinked: boolean }
  | { readonly kind: "turned_away"; readonly why: TurnedAway };

/**
 * By the subject; a first time by the address, if that is confirmed here and nobody comes by it as another subject; else somebody new, where
 * the connection makes people. The address must lead to this provider, or an administrator have sent its owner there: the tenant's default,
 * which may name any, does not bring somebody in who comes by the provider of their domain.
 */
async function personOf(
  db: TenantDb,
  { visit, policy }: Back & Routing,
  asserted: Asserted,
): Promise<Whom> {
  const linked = await findLinked(db, asserted);
  if (linked !== null) return { kind: "found", userId: linked, isLinked: true };
  const away = (why: TurnedAway): Whom => ({ kind: "turned_away", why });
  const { email, firstName, lastName, createsPeople } = asserted;
  if (email === null) return away("no_address");
  const isLed = (await routeOf(db, email, policy))?.id === asserted.providerId;
  const owner = await lockOwner(db, email);
  const word = owner ? await wordOn(db, owner.userId) : undefined;
  if (!isLed && word !== asserted.providerId) return away("unknown");
  if (owner) {
    const { userId, isConfirmed } = owner;
    // An administrator has sent them to another one, or away from this one: what a domain is bound to does not undo that.
    if (word !== undefined && word !== asserted.providerId) return away("sent_elsewhere");
    // Given because of its domain, it may be of an account that somebody else opens: its owner would come in there, and be them.
    if (!isConfirmed) return away("address_unverified");
    // The provider gave the address to somebody else, or took it away and made it anew: it is not the one we know.
    if (await hasSubject(db, asserted, userId)) return away("other_subject");
    return { kind: "found", userId, isLinked: false };
  }
  if (!createsPeople) return away("unknown");
  if (firstName === null || lastName === null) return away("no_names");
  const newcomer = { firstName, lastName, email, now: visit.now };
  const userId = await createPerson(db, visitor(visit), asserted, newcomer);
  return userId === null ? away("unknown") : { kind: "found", userId, isLinked: false };
}

/** The provider's word; what it says of several factors only where it is trusted with that. */
function methodsOf({ trustsSecondStep, factors }: Asserted): Method[] {
  if (!trustsSecondStep || factors === "single" || factors === "named_single") return ["provider"];
  return ["provider", factors === "multi" ? "provider_mfa" : "provider_phishing_resistant"];
}

/** What was said stays with the sign-in until it ends. The address is the person's own from now on: codes go there. */
const keepWord = (db: TenantDb, { id, email, federated }: SignIn) =>
  db
    .updateTable("sign_ins")
    .set({ email, federated: JSON.stringify(federated) })
    .where("id", "=", id)
    .execute();

async function toLink(db: TenantDb, signIn: SignIn, userId: UserId): Promise<string> {
  await keepWord(db, signIn);
  const { token, hash } = randomToken();
  await db
    .updateTable("sign_ins")
    .set({ token_hash: hash, state: "link", user_id: userId, methods: [...signIn.methods] })
    .where("id", "=", signIn.id)
    .execute();
  return token;
}

async function turnAway(
  db: TenantDb,
  back: Back,
  {
    why,
    asserted,
    userId = null,
  }: { why: TurnedAway; asserted: Asserted | null; userId?: UserId | null },
): Promise<ProviderOutcome> {
  await refuse(db, back, { cause: why, asserted, userId });
  const { provider, returnTo } = back;
  return { kind: "turned_away", why, provider: provider.name, returnTo };
}

async function refuse(
  db: TenantDb,
  { visit, provider }: Back,
  {
    cause,
    asserted,
    userId,
  }: { cause: TurnedAway | "deactivated"; asserted: Asserted | null; userId: UserId | null },
): Promise<void> {
  await record(db, visitor(visit, userId), providerRefused, {
    identityProviderId: provider.id,
    userId,
    subject: asserted?.subject ?? null,
    email: asserted?.email ?? null,
    cause,
  });
}
