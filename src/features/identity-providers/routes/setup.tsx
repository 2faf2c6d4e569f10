// What the other side reads: our metadata and the page with every value to enter there. Public, and nothing on them is secret.
import { findAttributeSettings } from "#features/attributes/index.ts";
import { ourCertificates } from "#features/peer-metadata/index.ts";
import { routes } from "#platform/http/route.ts";
import { readCertificate } from "#protocols/saml/keys.ts";
import { writeSpMetadata } from "#protocols/saml/metadata/write-sp.ts";
import { ownIdentity } from "../identity.ts";
import { publishedKeys } from "../keys.ts";
import { findProvider } from "../queries.ts";
import { ProviderParams } from "../schema.ts";
import { SetupPage } from "../views/setup.tsx";
import { wantedAttributes } from "../wanted.ts";

const metadataType = "application/samlmetadata+xml; charset=utf-8";

export const identityProviderSetupRoutes = routes()
  .endpoint("get", "/saml/sp/metadata/:providerId", {
    credentials: "none",
    params: ProviderParams,
    summary: "Our metadata for one identity provider",
    handle: async ({ tenant, site, params: { providerId } }, c) => {
      const { provider, keys, settings } = await tenant.read(async (db) => ({
        provider: await findProvider(db, providerId),
        keys: await publishedKeys(db, providerId),
        settings: await findAttributeSettings(db),
      }));
      const [first, ...rest] = keys.map(({ certificate }) => readCertificate(certificate).base64);
      if (!first) throw new Error(`identity provider ${providerId} publishes no certificate`);
      const { entityId, acsUrl, sloUrl } = ownIdentity(site, providerId);
      const xml = writeSpMetadata({
        entityId,
        acsUrl,
        sloUrl,
        name: site.name,
        signingCertificates: [first, ...rest],
        attributes: wantedAttributes(provider, settings),
      });
      const download =
        c.req.query("download") === undefined
          ? {}
          : { "content-disposition": 'attachment; filename="metadata.xml"' };
      return c.body(xml, 200, { "content-type": metadataType, ...download });
    },
  })
  .screen("get", "/saml/sp/setup/:providerId", {
    permit: "public",
    params: ProviderParams,
    frame: "card",
    handle: async ({ tenant, site, params: { providerId } }) => {
      const { provider, keys, settings } = await tenant.read(async (db) => ({
        provider: await findProvider(db, providerId),
        keys: await publishedKeys(db, providerId),
        settings: await findAttributeSettings(db),
      }));
      return {
        tenant: site.name,
        preset: provider.preset,
        ...ownIdentity(site, providerId),
        attributes: wantedAttributes(provider, settings),
        subjectIsNameId: provider.subjectAttribute === null,
        certificates: ourCertificates(keys),
      };
    },
    page: SetupPage,
  });
