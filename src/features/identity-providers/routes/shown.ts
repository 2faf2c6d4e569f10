// What the routes of a connection show of it.
import type { z } from "zod";
import { findFederationSettings } from "#features/federation/index.ts";
import type { Handling } from "#platform/http/context.ts";
import type { IdentityProviderId } from "#src/ids.ts";
import { ownIdentity } from "../identity.ts";
import { listKeys } from "../keys.ts";
import { findProvider, listDomains } from "../queries.ts";
import type { ProviderParams } from "../schema.ts";
import type { Shown } from "../views/detail.tsx";

export type Of = Pick<
  Handling<z.output<typeof ProviderParams>, unknown>,
  "tenant" | "site" | "params"
>;

/** One connection as the contract shows it: what we are to it beside what it told us. */
export async function show(
  { tenant, site }: Pick<Handling, "tenant" | "site">,
  providerId: IdentityProviderId,
) {
  const { provider, ...found } = await tenant.read((db) => findProvider(db, providerId));
  return { ...found, ...ownIdentity(site, providerId), provider };
}

/** What the page of a connection shows, also when a form on it is refused. */
export async function shown(handling: Of): Promise<Shown> {
  const { tenant, params } = handling;
  const provider = await show(handling, params.providerId);
  return tenant.read(async (db) => ({
    provider,
    keys: await listKeys(db, params.providerId),
    federation: await findFederationSettings(db),
    domains: (await listDomains(db, params.providerId)).items,
  }));
}
