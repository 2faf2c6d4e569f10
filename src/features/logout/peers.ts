// Whoever we talk to about signing out: an application, to which we are the provider, or a provider, to which we are an application. What
// is said is the same either way.
import {
  activeKey as applicationKey,
  type FoundApplication,
  openKey as openApplicationKey,
  ownIdentity as ownAsProvider,
} from "#features/applications/index.ts";
import {
  activeKey as providerKey,
  type FoundProvider,
  openKey as openProviderKey,
  ownIdentity as ownAsApplication,
} from "#features/identity-providers/index.ts";
import type { TenantDb } from "#platform/db/database.ts";
import type { Handling, Site } from "#platform/http/context.ts";
import {
  type LogoutEndpoint,
  preferredLogoutEndpoint,
} from "#protocols/saml/metadata/logout-endpoint.ts";
import type { SigningKey } from "#protocols/saml/signature/sign.ts";
import type { ApplicationId, IdentityProviderId } from "#src/ids.ts";

interface Side {
  readonly name: string;
  readonly entityId: string;
  readonly isEnabled: boolean;
  /** Base64 DER: what their messages are verified with. */
  readonly certificates: readonly string[];
  /** Where to send messages; null: nowhere. */
  readonly endpoint: LogoutEndpoint | null;
  readonly ourEntityId: string;
  /** Where their messages come in. */
  readonly ourUrl: string;
}
export type Peer = Side &
  (
    | { readonly kind: "application"; readonly id: ApplicationId }
    | { readonly kind: "provider"; readonly id: IdentityProviderId }
  );

type Described = Pick<FoundApplication, "id" | "name" | "isEnabled"> & {
  readonly serviceProvider: Pick<
    FoundApplication["serviceProvider"],
    "entityId" | "signingCertificates" | "slo"
  >;
};

export function applicationPeer(
  site: Site,
  { id, name, isEnabled, serviceProvider }: Described,
): Peer {
  const { entityId, signingCertificates: certificates, slo } = serviceProvider;
  const { entityId: ourEntityId, sloUrl: ourUrl } = ownAsProvider(site, id);
  const endpoint = preferredLogoutEndpoint(slo);
  const side = { name, entityId, isEnabled, certificates, endpoint, ourEntityId, ourUrl };
  return { kind: "application", id, ...side };
}

/** Null for a draft: nobody is known there yet. */
export function providerPeer(
  site: Site,
  { id, name, state, provider }: FoundProvider,
): Peer | null {
  if (provider === null) return null;
  const { entityId, signingCertificates: certificates, slo } = provider;
  const { entityId: ourEntityId, sloUrl: ourUrl } = ownAsApplication(site, id);
  const endpoint = preferredLogoutEndpoint(slo);
  const isEnabled = state === "enabled";
  const side = { name, entityId, isEnabled, certificates, endpoint, ourEntityId, ourUrl };
  return { kind: "provider", id, ...side };
}

/** The key that signs what this peer is sent. Opening takes a moment: call what it answers outside of the transaction. */
export async function signingKeyFor(
  db: TenantDb,
  by: Pick<Handling, "services" | "tenant">,
  peer: Peer,
): Promise<() => SigningKey> {
  if (peer.kind === "application") {
    const key = await applicationKey(db, peer.id);
    return () => openApplicationKey(by, key);
  }
  const key = await providerKey(db, peer.id);
  return () => openProviderKey(by, key);
}
