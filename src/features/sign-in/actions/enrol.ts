// Setting up what is asked for and not there yet: an authenticator app or a passkey, right in the sign-in.
import { bindTotp, firstBackupCodes } from "#features/authenticators/index.ts";
import {
  beginRegistration,
  finishRegistration,
  listPasskeys,
  passkeyHandle,
} from "#features/passkeys/index.ts";
import type { SealPlace } from "#platform/crypto/keyring.ts";
import type { TenantDb } from "#platform/db/database.ts";
import { newTotpSecret, verifyTotp } from "#protocols/totp.ts";
import { signInExpired } from "../errors.ts";
import { findPerson, findSignIn, isAt, lockPerson, lockSignIn } from "../queries.ts";
import type { SignIn } from "../schema.ts";
import { handleOf, type Visit, visitor } from "../visit.ts";
import { countSetUp, firstCodes, passkeySetUps } from "../set-up-limits.ts";
import { nextOf } from "../ways.ts";
import { advance, type Moved } from "./advance.ts";
import { type Expired, openStep } from "./open.ts";
import {
  mayGoOn,
  type Person,
  postponableUntil,
  type Situation,
  situationOf,
  usability,
} from "./standing.ts";

/** What the page of this step shows. */
export interface Enrolment {
  readonly signIn: SignIn;
  readonly organisationAsksFor: "strong" | "phishing_resistant";
  /** The application that asks for it; null: tenant or group do. */
  readonly askedBy: string | null;
  /** Until when it may wait; null: it may not. */
  readonly until: Date | null;
  /** It is not asked for but by the application: the person may go on without that one. */
  readonly mayGoOn: boolean;
  /** The person's time zone. */
  readonly zone: string;
  /** The secret of the app being set up, in Base32; null when none is. */
  readonly secret: string | null;
}

/** The set-up this browser's sign-in stands at; null when it stands elsewhere. */
export async function findEnrolment(db: TenantDb, visit: Visit): Promise<Enrolment | null> {
  const { now } = visit;
  const signIn = await findSignIn(db, handleOf(visit));
  if (!isAt(signIn, ["enrol"], now) || signIn.userId === null) return null;
  const person = await findPerson(db, signIn.userId);
  if (!person) return null;
  const situation = await situationOf(db, visit, signIn, person);
  return {
    signIn,
    organisationAsksFor:
      situation.required === "phishing_resistant" ? "phishing_resistant" : "strong",
    askedBy: situation.askedBy,
    ...later(situation, person, { ...signIn, now }),
    zone: person.zone,
    secret: openSecret(visit, signIn),
  };
}

/** How setting it up may be put off. */
function later(
  situation: Situation,
  person: Person,
  { methods, trialId, now }: Pick<SignIn, "methods" | "trialId"> & { now: Date },
): Pick<Enrolment, "until" | "mayGoOn"> {
  if (!mayGoOn(situation, person, { methods, trialId, now }))
    return { until: null, mayGoOn: false };
  const isOurs = nextOf({ ...situation, required: situation.own, methods }) === "enrol";
  return {
    until: isOurs ? postponableUntil(situation, person, { trialId, now }) : null,
    mayGoOn: true,
  };
}

/** The secret is this sign-in's own until its first code: nobody else who knows the password sees it. */
const placeOf = ({ site }: Visit, { id }: Pick<SignIn, "id">): SealPlace => ({
  tenantId: site.tenantId,
  table: "sign_ins",
  row: id,
  column: "sealed_totp",
});

const openSecret = (visit: Visit, signIn: SignIn): string | null =>
  signIn.sealedTotp === null
    ? null
    : visit.services.keys.open("totp-secret", placeOf(visit, signIn), signIn.sealedTotp).toString();

/** Makes a secret for an app. "no_app": the organisation asks for a passkey. */
export function startApp(
  visit: Visit,
): Promise<{ readonly kind: "started" } | { readonly kind: "no_app" } | Expired> {
  return visit.tenant.write(async (db) => {
    const step = await openStep(db, visit, ["enrol"]);
    if (step.kind !== "open") return step;
    if (step.situation.required === "phishing_resistant") return { kind: "no_app" };
    const { signIn } = step;
    const sealed = visit.services.keys.seal("totp-secret", placeOf(visit, signIn), newTotpSecret());
    await db
      .updateTable("sign_ins")
      .set({ sealed_totp: sealed })
      .where("id", "=", signIn.id)
      .execute();
    return { kind: "started" };
  });
}

export type AppOutcome =
  | Expired
  | { readonly kind: "wrong" }
  | { readonly kind: "limited"; readonly seconds: number }
  /** The app is the second step from now on, and this sign-in has used it. */
  | { readonly kind: "taken"; readonly backupCodes: readonly string[]; readonly moved: Moved };

/** Takes the app into use by its first code, which is the second step of this sign-in too. */
export function confirmApp(visit: Visit, code: string): Promise<AppOutcome> {
  const { now, post, services, site } = visit;
  return visit.tenant.write(async (db): Promise<AppOutcome> => {
    const step = await openStep(db, visit, ["enrol"]);
    if (step.kind !== "open") return step;
    const { signIn, person, situation } = step;
    const secret = openSecret(visit, signIn);
    if (secret === null || situation.required === "phishing_resistant")
      return { kind: "expired", returnTo: signIn.returnTo };
    const trier = { userId: person.userId, email: signIn.email, now };
    const seconds = await countSetUp(db, firstCodes, trier);
    if (seconds !== null) return { kind: "limited", seconds };
    const firstStep = verifyTotp({ secret, code, now, lastStep: null });
    if (firstStep === null) return { kind: "wrong" };
    const { userId } = person;
    const actor = visitor(visit, userId);
    const owner = { tenantId: site.tenantId, userId, keys: services.keys };
    await bindTotp(db, owner, { secret, step: firstStep, post, actor, now });
    const backupCodes = (await firstBackupCodes(db, { userId, post, actor, now })) ?? [];
    const moved = await advance(db, visit, signIn, {
      person: { ...person, secondStep: "totp" },
      methods: [...signIn.methods, "totp"],
    });
    return { kind: "taken", backupCodes, moved };
  });
}

/** Options for the browser to make a passkey with. */
export function newPasskeyOptions(visit: Visit) {
  const { site, now } = visit;
  return visit.tenant.write(async (db) => {
    const step = await openStep(db, visit, ["enrol"]);
    if (step.kind !== "open") return step;
    const { userId } = step.person;
    const trier = { userId, email: step.signIn.email, now };
    const seconds = await countSetUp(db, passkeySetUps, trier);
    if (seconds !== null) return { kind: "limited" as const, seconds };
    return { kind: "options" as const, ...(await beginRegistration(db, { site, now, userId })) };
  });
}

export type NewPasskeyOutcome =
  | Expired
  | { readonly kind: "refused"; readonly text: string }
  /** It is there; the sign-in goes on at the step where it is used for the first time. */
  | { readonly kind: "added"; readonly backupCodes: readonly string[]; readonly moved: Moved };

/** Keeps a passkey that was just made. Making one proves nothing yet: using it is the next step. */
export async function addPasskey(
  visit: Visit,
  { response, name }: { response?: string | undefined; name: string },
): Promise<NewPasskeyOutcome> {
  const { tenant, cookies, now, post } = visit;
  const opened = await tenant.write((db) => openStep(db, visit, ["enrol"]));
  if (opened.kind !== "open") return opened;
  const { userId } = opened.person;
  const actor = visitor(visit, userId);
  const presented = { handle: passkeyHandle(cookies), response, userId, name };
  const outcome = await finishRegistration(
    { ...visit, actor },
    presented,
    async (db, { passkeyId }) => {
      const person = await lockPerson(db, userId);
      const signIn = await lockSignIn(db, handleOf(visit));
      if (person?.state !== "active" || !isAt(signIn, ["enrol"], now)) throw signInExpired();
      // As it was before this passkey: nothing stronger may have been set up elsewhere meanwhile.
      const situation = await situationOf(db, visit, signIn, person);
      const others = (await listPasskeys(db, userId)).filter(({ id }) => id !== passkeyId);
      const before = { ...situation, passkeys: usability(others), methods: signIn.methods };
      if (nextOf(before) !== "enrol") throw signInExpired();
      const backupCodes = (await firstBackupCodes(db, { userId, post, actor, now })) ?? [];
      const moved = await advance(db, visit, signIn, { person, methods: signIn.methods });
      return { backupCodes, moved };
    },
  );
  return outcome.kind === "refused" ? outcome : { kind: "added", ...outcome.value };
}

/** Goes on without, while the days of grace last, or without the application that asks. "asked": it may not wait. */
export function postpone(visit: Visit): Promise<Moved | Expired | { readonly kind: "asked" }> {
  return visit.tenant.write(async (db) => {
    const step = await openStep(db, visit, ["enrol"]);
    if (step.kind !== "open") return step;
    const { signIn, person, situation } = step;
    if (!mayGoOn(situation, person, { ...signIn, now: visit.now })) return { kind: "asked" };
    return advance(db, visit, signIn, { person, methods: signIn.methods, postpone: true });
  });
}
