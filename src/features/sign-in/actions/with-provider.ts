// To a provider that the address does not lead to: chosen among those that everybody is offered, or by a link from a mail. Who comes back is
// found by what the provider says; the address that was typed plays no part.
import { deviceTokenOf, findAnyDevice } from "#features/devices/index.ts";
import { findEnabled } from "#features/identity-providers/index.ts";
import type { IdentityProviderId } from "#src/ids.ts";
import { countStart, type Wait } from "../limits.ts";
import { findSignIn, isAt, lockSignIn } from "../queries.ts";
import { handleOf, type Visit, visitor } from "../visit.ts";
import { beginSignIn } from "./begin.ts";
import { toProvider } from "./to-provider.ts";

export type WithProvider =
  /** `handle`: of a new sign-in; null: the one that this browser had goes on. */
  | { readonly kind: "going"; readonly handle: string | null }
  | { readonly kind: "no_provider" }
  | { readonly kind: "limited"; readonly wait: NonNullable<Wait> };

/**
 * Goes on to a provider with this browser's sign-in, where that stands at the password; else with a new one, which leads to where the former
 * one would have.
 */
export function goWith(
  visit: Visit,
  { providerId, returnTo }: { providerId: IdentityProviderId; returnTo: string | undefined },
): Promise<WithProvider> {
  const { tenant, now, origin, session, cookies } = visit;
  return tenant.write(async (db): Promise<WithProvider> => {
    const provider = await findEnabled(db, providerId);
    if (provider === null) return { kind: "no_provider" };
    const signIn = await lockSignIn(db, handleOf(visit));
    if (isAt(signIn, ["password"], now)) {
      await toProvider(db, signIn, provider.id);
      return { kind: "going", handle: null };
    }
    const deviceId = await findAnyDevice(db, { token: deviceTokenOf(cookies), now });
    const trier = { email: provider.name, ip: origin.ip, deviceId };
    const wait = await countStart({ db, actor: visitor(visit), now }, trier);
    if (wait !== null) return { kind: "limited", wait };
    const earlier = await findSignIn(db, handleOf(visit));
    const handle = await beginSignIn(db, {
      // Nobody typed one: the provider says who it is.
      email: "",
      returnTo: returnTo ?? earlier?.returnTo ?? "/",
      now,
      replaces: handleOf(visit),
      state: "provider",
      providerId: provider.id,
      // What was wished at the first page. Nobody else is asked: the page sends itself, and a link must not wish it for them.
      keep: earlier?.keepSignedIn ?? false,
      // Somebody who is signed in and signs in once more proves it anew, as with an address.
      reauthenticate: session !== null || (earlier?.reauthenticate ?? false),
    });
    return { kind: "going", handle };
  });
}
