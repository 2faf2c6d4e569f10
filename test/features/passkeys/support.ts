// People with passkeys, and the two ceremonies without pages around them.
import {
  beginAssertion,
  beginRegistration,
  finishRegistration,
  type PasskeyVisit,
  usePasskey,
  verifyPasskey,
} from "#features/passkeys/index.ts";
import type { Actor } from "#src/actor.ts";
import type { UserId } from "#src/ids.ts";
import type { TestApp, TestTenant, TestUser } from "../../support/a-tenant.ts";
import {
  anAuthenticator,
  type AskedOptions,
  type Authenticator,
  type AuthenticatorWish,
  type Twist,
} from "../../support/authenticator.ts";
import type { Browser } from "../../support/browser.ts";

/** A visitor's request at a tenant's host, by default in Firefox on Windows. */
export function aVisit({ clock }: Pick<TestApp, "clock">, place: TestTenant): PasskeyVisit {
  const { ip, userAgent } = place.newBrowser();
  const actor: Actor = {
    kind: "visitor",
    userId: null,
    origin: { requestId: "test", ip, userAgent },
  };
  return { tenant: place.tenant, site: place.site, post: place.post, now: clock.now(), actor };
}

/** Registers a passkey for somebody, by the two actions and an authenticator in software. */
export async function register(
  house: Pick<TestApp, "clock">,
  place: TestTenant,
  user: TestUser,
  wish: AuthenticatorWish & { twist?: Twist; name?: string; authenticator?: Authenticator } = {},
) {
  const visit = aVisit(house, place);
  const authenticator = wish.authenticator ?? anAuthenticator(wish);
  const { options, handle } = await place.tenant.write((db) =>
    beginRegistration(db, { site: place.site, now: visit.now, userId: user.id }),
  );
  const response = authenticator.register(place.origin, options, wish.twist);
  const presented = { handle, response, userId: user.id, name: wish.name };
  const outcome = await finishRegistration(visit, presented, async () => null);
  return { authenticator, options, outcome };
}

/** A person with a passkey. */
export async function aPasskey(
  house: Pick<TestApp, "clock">,
  place: TestTenant,
  user: TestUser,
  wish: AuthenticatorWish & { name?: string } = {},
) {
  const { authenticator, outcome } = await register(house, place, user, wish);
  if (outcome.kind !== "registered") throw new Error(`not registered: ${outcome.cause}`);
  return { authenticator, passkeyId: outcome.passkeyId, name: outcome.name };
}

/** Begins a sign-in, or a proof of one person, as a page does. */
export const begin = (
  { clock }: Pick<TestApp, "clock">,
  place: TestTenant,
  userId: UserId | null = null,
) =>
  place.tenant.write((db) =>
    beginAssertion(db, {
      site: place.site,
      now: clock.now(),
      ceremony: userId === null ? "sign_in" : "proof",
      userId,
    }),
  );

/** Signs in (or proves, when a person is named) by a passkey: verified and used, or why not. */
export async function assertWith(
  house: Pick<TestApp, "clock">,
  place: TestTenant,
  authenticator: Authenticator,
  { userId = null, ...twist }: Twist & { userId?: UserId | null } = {},
): Promise<string> {
  const { options, handle } = await begin(house, place, userId);
  const response = authenticator.assert(place.origin, options, twist);
  return present(house, place, { handle, response, userId });
}

export async function present(
  house: Pick<TestApp, "clock">,
  place: TestTenant,
  { handle, response, userId = null }: { handle: string; response: string; userId?: UserId | null },
): Promise<string> {
  const visit = aVisit(house, place);
  const ceremony = userId === null ? "sign_in" : "proof";
  const outcome = await verifyPasskey(visit, { handle, response, ceremony, userId });
  if (outcome.kind === "refused") return outcome.cause;
  const isUsed = await place.tenant.write((db) => usePasskey(db, outcome, visit.now));
  return isUsed ? `signed in: ${outcome.userId}` : "not used";
}

/** A form's field with a passkey's answer to a question of this browser. */
export async function proofBy(browser: Browser, authenticator: Authenticator, twist: Twist = {}) {
  const asked = await browser.post(
    "/security/passkeys/proof",
    {},
    { headers: { accept: "application/json" } },
  );
  const { options } = (await asked.json()) as { options: AskedOptions };
  return { passkey: authenticator.assert(browser.origin, options, twist) };
}
