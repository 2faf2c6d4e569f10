// Writes of the connections themselves. Keys are made and metadata is fetched before the transaction, never inside it.
import { findFederationSettings } from "#features/federation/index.ts";
import { identifyingField, type Registering } from "#features/peer-metadata/index.ts";
import { createKey } from "#features/signing-keys/index.ts";
import { record } from "#platform/audit/record.ts";
import type { TenantDb } from "#platform/db/database.ts";
import { readCertificate } from "#protocols/saml/keys.ts";
import type { LogoutEndpoint } from "#protocols/saml/metadata/logout-endpoint.ts";
import { IdentityProviderId } from "#src/ids.ts";
import { changedClaims } from "../attribute-claims.ts";
import { entityIdPinned, metadataRefused, notDescribed, subjectInUse } from "../errors.ts";
import { providerChanged, providerCreated, providerDescribed } from "../events.ts";
import { insertKey } from "../keys.ts";
import { type Described, describeProvider, logoutAfter } from "../metadata.ts";
import { presets } from "../presets.ts";
import { findProvider, type FoundProvider, lockProvider } from "../queries.ts";
import type { Description, IdentityProviderChanges, NewIdentityProvider } from "../schema.ts";
import { texts } from "../texts.ts";

/** Creates a draft: our side with its own key pair, so that the other side can be given it before we know theirs. */
export async function createProvider(
  by: Registering,
  { kind, name, preset }: NewIdentityProvider,
): Promise<IdentityProviderId> {
  const settings = await by.tenant.read(findFederationSettings);
  const key = await createKey(name, settings, by.now);
  const providerId = IdentityProviderId.parse(Bun.randomUUIDv7());
  const usual = presets[preset];
  await by.tenant.write(async (db) => {
    await db
      .insertInto("identity_providers")
      .values({
        id: providerId,
        kind,
        name,
        preset,
        email_attribute: usual.emailAttribute,
        first_name_attribute: usual.firstNameAttribute,
        last_name_attribute: usual.lastNameAttribute,
        subject_attribute: usual.subjectAttribute,
        attribute_claims: JSON.stringify(usual.attributeClaims),
      })
      .execute();
    await insertKey({ ...by, db }, { owner: providerId, key, state: "active" });
    await record(db, by.actor, providerCreated, { identityProviderId: providerId, name, preset });
  });
  return providerId;
}

const changeable = [
  "name",
  "emailAttribute",
  "firstNameAttribute",
  "lastNameAttribute",
  "subjectAttribute",
  "attributeClaims",
  "createsPeople",
  "trustsSecondStep",
  "speaksForAll",
  "isOffered",
  "logout",
  "slo",
] as const;

/**
 * Changes names and settings; only what differs is written and recorded.
 * @throws {providerNotFound} @throws {subjectInUse} @throws {metadataRefused} @throws {notDescribed}
 */
export async function changeProvider(
  db: TenantDb,
  { actor, allowHttp }: Pick<Registering, "actor" | "allowHttp">,
  providerId: IdentityProviderId,
  input: IdentityProviderChanges,
): Promise<void> {
  await lockProvider(db, providerId);
  const found = await findProvider(db, providerId);
  const before = { ...found, slo: found.provider?.slo ?? none };
  const slo = logoutAfter(before.slo, input, { allowHttp });
  // Its logout address without anything else to know it by would lead nowhere.
  if (slo !== before.slo && found.provider === null)
    throw notDescribed({ errors: { logoutUrl: texts.notDescribed } });
  const attributeClaims = changedClaims(before.attributeClaims, input.attributeClaims);
  const wanted = { ...before, ...withoutAbsent(input), attributeClaims, slo };
  const changed = changeable.filter((field) => wanted[field] !== before[field]);
  if (changed.length === 0) return;
  // Everybody would become somebody else: the names by which they are known would be others.
  if (changed.includes("subjectAttribute") && before.peopleCount > 0)
    throw subjectInUse({ errors: { subjectAttribute: texts.subjectInUse } });
  await db
    .updateTable("identity_providers")
    .set({
      name: wanted.name,
      email_attribute: wanted.emailAttribute,
      first_name_attribute: wanted.firstNameAttribute,
      last_name_attribute: wanted.lastNameAttribute,
      subject_attribute: wanted.subjectAttribute,
      attribute_claims: JSON.stringify(wanted.attributeClaims),
      creates_people: wanted.createsPeople,
      trusts_second_step: wanted.trustsSecondStep,
      speaks_for_all: wanted.speaksForAll,
      is_offered: wanted.isOffered,
      logout: wanted.logout,
      slo: JSON.stringify(wanted.slo),
    })
    .where("id", "=", providerId)
    .execute();
  const changes = Object.fromEntries(
    changed.map((field) => [field, { from: before[field], to: wanted[field] }]),
  );
  await record(db, actor, providerChanged, {
    identityProviderId: providerId,
    name: wanted.name,
    changes,
  });
}

const none: readonly LogoutEndpoint[] = [];

type Present<T> = { [K in keyof T]?: Exclude<T[K], undefined> };

const withoutAbsent = <T extends object>(input: T): Present<T> =>
  Object.fromEntries(
    Object.entries(input).filter(([, value]) => value !== undefined),
  ) as Present<T>;

/**
 * Keeps what the provider says of itself: given now, or, without a source, fetched again from the address that is known. Once it was in
 * use it stays the provider that it is: another entity id is another connection.
 * @throws {providerNotFound} @throws {metadataRefused} @throws {entityIdPinned}
 */
export async function keepDescription(
  by: Registering,
  providerId: IdentityProviderId,
  source: Description,
): Promise<void> {
  const known = await by.tenant.read((db) => findProvider(db, providerId));
  const described = await describeProvider(sourceOf(source, known), by);
  await by.tenant.write(async (db) => {
    const { name, state } = await lockProvider(db, providerId);
    const before = await findProvider(db, providerId);
    const isOther = before.provider !== null && before.provider.entityId !== described.entityId;
    if (state !== "draft" && isOther)
      throw entityIdPinned({ errors: { [identifyingField(source)]: texts.entityIdPinned } });
    await db
      .updateTable("identity_providers")
      .set({
        entity_id: described.entityId,
        sso_redirect_url: described.ssoRedirectUrl,
        sso_post_url: described.ssoPostUrl,
        // What was given by hand stays where a document says nothing of it; what another provider said does not: it would be told who signs out.
        ...(described.slo.length > 0 || isOther ? { slo: JSON.stringify(described.slo) } : {}),
        signing_certificates: [...described.signingCertificates],
        metadata_url: described.metadataUrl,
        described_at: by.now,
      })
      .where("id", "=", providerId)
      .execute();
    await record(db, by.actor, providerDescribed, {
      identityProviderId: providerId,
      name,
      from: trusted(before.provider),
      to: trusted(described),
    });
  });
}

function sourceOf(source: Description, known: FoundProvider) {
  const { metadataXml, metadataUrl, entityId, ssoUrl, certificates } = source;
  if ([metadataXml, metadataUrl, entityId, ssoUrl, certificates].some(Boolean)) return source;
  const metadata = known.provider?.metadataUrl;
  if (!metadata) throw metadataRefused({ errors: { source: texts.oneSource } });
  return { ...source, metadataUrl: metadata };
}

const trusted = (described: Omit<Described, "metadataUrl"> | null) => ({
  entityId: described?.entityId ?? null,
  ssoUrls: [described?.ssoRedirectUrl, described?.ssoPostUrl].flatMap((url) => url ?? []),
  sloUrls: (described?.slo ?? []).map(({ url }) => url),
  fingerprints: (described?.signingCertificates ?? []).map(
    (certificate) => readCertificate(certificate).fingerprintSha256,
  ),
});
