// A passkey: at the first page in the place of everything, later as the second step. It is two factors in one.
import { deviceTokenOf, findAnyDevice } from "#features/devices/index.ts";
import { onlyProviderOf } from "#features/identity-providers/index.ts";
import {
  beginAssertion,
  passkeyHandle,
  passkeyRefused,
  usePasskey,
  type VerifiedPasskey,
  verifyPasskey,
} from "#features/passkeys/index.ts";
import { record } from "#platform/audit/record.ts";
import type { TenantDb } from "#platform/db/database.ts";
import type { UserId } from "#src/ids.ts";
import { countPasskey, type Wait } from "../limits.ts";
import { policyFor } from "../policy-for.ts";
import { findByEmail, findSignIn, isAt, lockPerson, lockSignIn, primaryEmail } from "../queries.ts";
import type { PasskeyInput, SignIn } from "../schema.ts";
import { handleOf, type Visit, visitor } from "../visit.ts";
import type { Moved } from "./advance.ts";
import { askLink } from "./ask-link.ts";
import { dropSignIn, trialOf } from "./begin.ts";
import { completeSignIn } from "./complete.ts";
import { situationOf } from "./standing.ts";

export type PasskeyOutcome =
  | Extract<Moved, { kind: "signed_in" | "limited" }>
  | { readonly kind: "refused" }
  /** Right, but this person comes in by their identity provider: that is where they may have been locked out. */
  | { readonly kind: "by_provider"; readonly provider: string }
  | { readonly kind: "deactivated"; readonly ask: string };

/** States in which a person is known: a passkey of anybody else is refused there. */
const knownStates = ["email_code", "totp", "passkey", "enrol", "link"] as const;
const openStates = ["email_proof", "password", "provider"] as const;

/** Options for the browser. They name nobody and list nothing, whoever asks at whichever step (no enumeration). */
export function passkeyOptions(visit: Visit) {
  const { tenant, site, now } = visit;
  return tenant.write(async (db) => {
    const seconds = await countTry(db, visit);
    if (seconds !== null) return { kind: "limited" as const, seconds };
    const start = { site, now, ceremony: "sign_in", userId: null } as const;
    return { kind: "options" as const, ...(await beginAssertion(db, start)) };
  });
}

/**
 * Judges the browser's answer: who it is, and, at a step after the password, whether it is the one who gave that. The first page begins
 * anew, whatever this browser had begun before; a step goes on with it.
 */
export async function tryPasskey(
  visit: Visit,
  input: PasskeyInput,
  page: "first" | "step",
): Promise<PasskeyOutcome> {
  const { tenant, cookies, now } = visit;
  const { seconds, userId } = await tenant.write(async (db) => ({
    seconds: await countTry(db, visit),
    userId: page === "first" ? null : knownPerson(await findSignIn(db, handleOf(visit)), now),
  }));
  if (seconds !== null) return { kind: "limited", seconds };
  const verified = await verifyPasskey(
    { ...visit, actor: visitor(visit, userId) },
    {
      handle: passkeyHandle(cookies),
      response: input.response || input.autofill,
      ceremony: "sign_in",
      userId,
    },
  );
  if (verified.kind === "refused") return { kind: "refused" };
  return tenant.write((db) => accept(db, visit, { verified, input, userId, page }));
}

async function countTry(db: TenantDb, visit: Visit): Promise<Wait> {
  const { cookies, now, origin } = visit;
  const deviceId = await findAnyDevice(db, { token: deviceTokenOf(cookies), now });
  return countPasskey({ db, actor: visitor(visit), now }, { ip: origin.ip, deviceId });
}

/** Who has given a password in a sign-in; null while nobody is known. */
const knownPerson = (signIn: SignIn | null, now: Date): UserId | null =>
  isAt(signIn, knownStates, now) ? signIn.userId : null;

interface Accepting {
  readonly verified: VerifiedPasskey;
  readonly input: PasskeyInput;
  readonly userId: UserId | null;
  readonly page: "first" | "step";
}

async function accept(
  db: TenantDb,
  visit: Visit,
  { verified, input, userId: expected, page }: Accepting,
): Promise<PasskeyOutcome> {
  const { now } = visit;
  const handle = handleOf(visit);
  const person = await lockPerson(db, verified.userId);
  const found = await lockSignIn(db, handle);
  const isOpen = page === "step" && isAt(found, [...openStates, ...knownStates], now);
  const signIn = isOpen ? found : null;
  // The sign-in became another one meanwhile.
  if (knownPerson(signIn, now) !== expected) return { kind: "refused" };
  if (!person || !(await usePasskey(db, verified, now))) return { kind: "refused" };
  const refused = (cause: "deactivated" | "by_provider") => {
    const { userId, passkeyId, ceremony } = verified;
    return record(db, visitor(visit, userId), passkeyRefused, {
      userId,
      passkeyId,
      ceremony,
      cause,
    });
  };
  if (person.state !== "active") {
    const { userId } = person;
    await refused("deactivated");
    const asking = { userId, email: await primaryEmail(db, userId), now };
    return { kind: "deactivated", ask: await askLink(db, asking) };
  }
  const provider = expected === null ? await onlyProvider(db, visit, person.userId) : null;
  if (provider !== null) {
    await refused("by_provider");
    return { kind: "by_provider", provider };
  }
  if (page === "first" && handle !== undefined) await dropSignIn(db, handle);
  const ended = signIn
    ? await asTheirs(db, signIn, person.userId)
    : await withoutRow(db, visit, { input, userId: person.userId });
  const situation = await situationOf(db, visit, ended, person);
  const methods = [...ended.methods, "passkey" as const];
  const ending = { person, methods, situation, remember: input.remember };
  return { kind: "signed_in", entry: await completeSignIn(db, visit, ended, ending) };
}

/** The provider by which alone a person comes in; null when they may come in by what they have here. */
async function onlyProvider(db: TenantDb, { now }: Visit, userId: UserId): Promise<string | null> {
  const policy = await policyFor(db, { trialId: null }, now);
  const email = await primaryEmail(db, userId);
  return (await onlyProviderOf(db, { userId, email }, policy))?.name ?? null;
}

/**
 * The sign-in of whose passkey it was. While nobody was known the address is what somebody typed: where it is another one's, what its mailbox
 * has proven says nothing of this person, and what was guessed against it is not forgiven by their coming in.
 */
async function asTheirs(db: TenantDb, signIn: SignIn, userId: UserId): Promise<SignIn> {
  if (signIn.userId !== null) return signIn;
  const owner = await findByEmail(db, signIn.email);
  if (owner?.userId === userId) return signIn;
  return { ...signIn, email: await primaryEmail(db, userId), methods: [] };
}

/** A passkey alone: there is no row to finish. */
async function withoutRow(
  db: TenantDb,
  visit: Visit,
  { input, userId }: { input: PasskeyInput; userId: UserId },
) {
  return {
    id: null,
    email: await primaryEmail(db, userId),
    returnTo: input.return_to,
    trialId: await trialOf(db, visit, input.trial),
    keepSignedIn: input.keep,
    reauthenticate: false,
    federated: null,
    methods: [],
  };
}
