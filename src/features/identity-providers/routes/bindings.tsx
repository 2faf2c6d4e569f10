// Whom a connection speaks for: its domains.
import { routes } from "#platform/http/route.ts";
import { bindDomain, releaseDomain } from "../actions/domains.ts";
import { findProvider, listDomains } from "../queries.ts";
import { DomainList, DomainParams, NewDomain, ProviderParams } from "../schema.ts";
import { texts } from "../texts.ts";
import { ProviderForm } from "../views/detail.tsx";
import { shown } from "./shown.ts";

const path = "/identity-providers";
const one = `${path}/:providerId`;
const manage = { permit: "identity_providers.manage" } as const;
const change = { ...manage, fresh: true } as const;
const pageOf = (_: unknown, { providerId }: { providerId: string }) => `${path}/${providerId}`;

export const identityProviderBindingRoutes = routes()
  .on("get", `${one}/domains`, {
    ...manage,
    params: ProviderParams,
    reply: DomainList,
    summary: "List the e-mail domains bound to an identity provider",
    handle: ({ tenant, params: { providerId } }) =>
      tenant.read(async (db) => {
        await findProvider(db, providerId);
        return listDomains(db, providerId);
      }),
    next: pageOf,
  })
  .on("post", `${one}/domains`, {
    ...change,
    params: ProviderParams,
    input: NewDomain,
    reply: DomainList,
    summary: "Bind an e-mail domain to an identity provider",
    handle: ({ tenant, actor, params: { providerId }, input }) =>
      tenant.write(async (db) => {
        await bindDomain(db, actor, providerId, input.domain);
        return listDomains(db, providerId);
      }),
    load: shown,
    form: ProviderForm,
    next: pageOf,
    notice: () => texts.bound,
  })
  .on("delete", `${one}/domains/:domain`, {
    ...change,
    params: DomainParams,
    reply: DomainList,
    summary: "Release an e-mail domain from an identity provider",
    handle: ({ tenant, actor, params: { providerId, domain } }) =>
      tenant.write(async (db) => {
        await releaseDomain(db, actor, providerId, domain);
        return listDomains(db, providerId);
      }),
    next: pageOf,
    notice: () => texts.released,
  });
