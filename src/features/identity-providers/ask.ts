// Asking a provider who is there: a signed AuthnRequest by the binding that it takes (SAML Bindings §3.4–3.5).
import { meets, type Strength } from "#features/policy/index.ts";
import type { Handling } from "#platform/http/context.ts";
import { encodePost, encodeRedirect } from "#protocols/saml/bindings.ts";
import { messageId } from "#protocols/saml/canonical.ts";
import { signElement } from "#protocols/saml/signature/sign.ts";
import { authnRequestElement } from "#protocols/saml/write-authn-request.ts";
import { type IdentityProviderId, IdentityProviderRequestId } from "#src/ids.ts";
import { ownIdentity } from "./identity.ts";
import { activeKey, openKey } from "./keys.ts";
import { presets } from "./presets.ts";
import { findProvider } from "./queries.ts";
import type { NewRequest, Whose } from "./requests.ts";

/** How the browser gets to the provider: by a link, or by a form that posts itself. */
export type Sending =
  | { readonly kind: "link"; readonly url: string }
  | {
      readonly kind: "form";
      readonly url: string;
      readonly fields: Readonly<Record<string, string>>;
    };

export interface Question {
  readonly provider: { readonly id: IdentityProviderId; readonly name: string };
  readonly sending: Sending;
  /** To be kept before the browser is sent. */
  readonly request: NewRequest;
  /** Several factors are asked for. */
  readonly asksContexts: boolean;
}

type By = Pick<Handling, "tenant" | "site" | "services" | "now">;

interface Wish {
  readonly providerId: IdentityProviderId;
  readonly whose: Whose;
  /** Everything is asked for again. */
  readonly forceAuthn: boolean;
  /** What is asked of this sign-in, as far as it is known. */
  readonly strength: Strength;
  /** A draft or a disabled one is asked for a test only. */
  readonly states: readonly ("draft" | "enabled" | "disabled")[];
}

/**
 * A request to a provider, signed; null when it may not be asked. Contexts are asked for where more than the least is wanted and the
 * provider's word on it is believed.
 */
export async function askProvider(by: By, wish: Wish): Promise<Question | null> {
  const { tenant, site, now } = by;
  const { provider, key } = await tenant.read(async (db) => ({
    provider: await findProvider(db, wish.providerId),
    key: await activeKey(db, wish.providerId),
  }));
  const theirs = provider.provider;
  if (theirs === null || !wish.states.includes(provider.state)) return null;
  const destination = theirs.ssoRedirectUrl ?? theirs.ssoPostUrl;
  if (destination === null) return null;
  const { entityId, acsUrl } = ownIdentity(site, provider.id);
  const isStrong = provider.trustsSecondStep && !meets("baseline", wish.strength);
  const contexts = isStrong ? presets[provider.preset].strongContexts : [];
  const id = messageId(crypto.getRandomValues(new Uint8Array(20)));
  const element = authnRequestElement({
    id,
    issuer: entityId,
    destination,
    acsUrl,
    now,
    forceAuthn: wish.forceAuthn,
    contexts,
  });
  const signing = openKey(by, key);
  const sending: Sending =
    theirs.ssoRedirectUrl === null
      ? {
          kind: "form",
          url: destination,
          fields: { SAMLRequest: encodePost(await signElement(element, signing)) },
        }
      : {
          kind: "link",
          url: await encodeRedirect({
            destination,
            parameter: "SAMLRequest",
            xml: element.head + element.tail,
            key: signing,
          }),
        };
  return {
    provider: { id: provider.id, name: provider.name },
    sending,
    asksContexts: contexts.length > 0,
    request: {
      id: IdentityProviderRequestId.parse(Bun.randomUUIDv7()),
      providerId: provider.id,
      messageId: id,
      whose: wish.whose,
      forceAuthn: wish.forceAuthn,
    },
  };
}
