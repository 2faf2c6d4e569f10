// What a connection's page says of certificates: the same for applications and identity providers, each in its own words.
import { describe, expect, test } from "bun:test";
import { X509Certificate } from "node:crypto";
import { theirs } from "../../protocols/saml/support/keys.ts";
import { testApp } from "../../support/a-tenant.ts";
import { anIdp } from "../identity-providers/support.ts";
import { anSp } from "../sso/support.ts";

const app = await testApp();

const kinds = [
  [
    "an application",
    "The certificate that its requests are signed with",
    async (tenant: Parameters<typeof anSp>[0]) =>
      `/applications/${(await anSp(tenant, { hasCertificate: true })).application.id}`,
  ],
  [
    "an identity provider",
    "The newest certificate of the provider",
    async (tenant: Parameters<typeof anSp>[0]) => `/identity-providers/${(await anIdp(tenant)).id}`,
  ],
] as const;

describe.each(kinds)("of %s", (_, theirCertificate, make) => {
  test("their certificate is said to expire before it does, and to have expired after that", async () => {
    const tenant = await app.aTenant({ signedInAs: "super_admin" });
    const path = await make(tenant);
    const certificate = new X509Certificate(Buffer.from(theirs.signing.certificate, "base64"));
    const end = new Date(certificate.validTo).getTime();
    const textAt = async (days: number) => {
      const at = end + days * 86_400_000;
      app.clock.advance({ seconds: (at - app.clock.now().getTime()) / 1_000 });
      const browser = await tenant.signedIn(tenant.me);
      return (await browser.get(path)).text();
    };
    const before = app.clock.now().getTime();
    expect(await textAt(-91)).not.toContain(theirCertificate);
    expect(await textAt(-89)).toContain(`${theirCertificate} expires on`);
    expect(await textAt(1)).toContain(`${theirCertificate} has expired on`);
    app.clock.advance({ seconds: (before - app.clock.now().getTime()) / 1_000 });
  });

  test("the prepared key is switched to by somebody who reads since when it is published", async () => {
    const tenant = await app.aTenant({ signedInAs: "super_admin" });
    const path = await make(tenant);
    const { id } = (await (await tenant.api.post(`${path}/keys`)).json()) as { id: string };
    const question = await (await tenant.browser.get(`${path}/keys/${id}/activation`)).text();
    expect(question).toContain("The next certificate is in our metadata since");
    expect(question).toContain("The key that signs now is erased: this cannot be undone.");
    expect(question).toContain(`href="${path}"`);
  });
});
