// What the other side's administrator needs: public, because that person has no account here. Nothing secret is on it.
import { findAttributeSettings } from "#features/attributes/index.ts";
import { ourCertificates } from "#features/peer-metadata/index.ts";
import { routes } from "#platform/http/route.ts";
import { attributesFor } from "../attributes.ts";
import { ownIdentity } from "../identity.ts";
import { findApplication } from "../queries.ts";
import { ApplicationParams } from "../schema.ts";
import { publishedKeys } from "../keys.ts";
import { SetupPage } from "../views/setup.tsx";

export const applicationSetupRoutes = routes().screen("get", "/saml/idp/setup/:applicationId", {
  permit: "public",
  params: ApplicationParams,
  frame: "card",
  handle: async ({ tenant, site, params }) => {
    const { application, settings, keys } = await tenant.read(async (db) => ({
      application: await findApplication(db, params.applicationId),
      settings: await findAttributeSettings(db),
      keys: await publishedKeys(db, params.applicationId),
    }));
    return {
      name: application.name,
      attributes: attributesFor(application, settings),
      tenant: site.name,
      ...ownIdentity(site, params.applicationId),
      certificates: ourCertificates(keys),
    };
  },
  page: SetupPage,
});
