// Connections as super administrators set them up: a draft, what the provider says of itself, domains, keys, and their end.
import { afterAll, describe, expect, test } from "bun:test";
import { readSpMetadata } from "#protocols/saml/metadata/read-sp.ts";
import { serve, wayOut } from "../../platform/outbound/peers.ts";
import { idpMetadata } from "../../protocols/saml/support/idp.ts";
import { anOpensslKey, theirs, theirsNext } from "../../protocols/saml/support/keys.ts";
import { testApp, type TestTenant } from "../../support/a-tenant.ts";
import { refusalOf } from "../applications/support.ts";
import { locationOf } from "../sign-in/support.ts";
import { anIdp, type Connection, makeDefault, ok, signInBy } from "./support.ts";

const app = await testApp({ outbound: wayOut().outbound });
let published = idpMetadata();
const peer = serve(() => new Response(published));
afterAll(() => peer[Symbol.asyncDispose]());

const path = "/identity-providers";
const draft = ({ api }: TestTenant, preset = "okta") =>
  ok<Connection>(api.post(path, { name: "Okta", preset }));
const describeBy = ({ api }: TestTenant, id: string, source: object) =>
  api.put(`${path}/${id}/description`, source);
const show = ({ api }: TestTenant, id: string) => ok<Connection>(api.get(`${path}/${id}`));

describe("a draft", () => {
  test("has our side before theirs is known: identity, key, metadata and a page for their administrator", async () => {
    const tenant = await app.aTenant();
    const made = await draft(tenant, "entra");
    expect(made).toMatchObject({
      kind: "saml",
      state: "draft",
      provider: null,
      domains: [],
      entityId: `urn:weftid:${tenant.id}:sp:${made.id}`,
      acsUrl: `${tenant.origin}/saml/sp/acs/${made.id}`,
      emailAttribute: "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/emailaddress",
      subjectAttribute: "http://schemas.microsoft.com/identity/claims/objectidentifier",
      trustsSecondStep: false,
      speaksForAll: false,
    });
    const browser = tenant.newBrowser();
    const metadata = await browser.get(new URL(made.metadataUrl).pathname);
    expect(metadata.headers.get("content-type")).toStartWith("application/samlmetadata+xml");
    const read = readSpMetadata(await metadata.text(), { now: app.clock.now() });
    expect([read.entityId, read.acs[0]?.url]).toEqual([made.entityId, made.acsUrl]);
    expect(read.requestedAttributes.map(({ name }) => name)).toContain(
      "http://schemas.microsoft.com/identity/claims/objectidentifier",
    );
    const page = await (await browser.get(new URL(made.setupUrl).pathname)).text();
    for (const value of [made.entityId, made.acsUrl, made.metadataUrl, "Entra admin center"])
      expect(page).toContain(value);
    expect((await tenant.events("identity_provider.created"))[0]?.data).toEqual({
      identityProviderId: made.id,
      name: "Okta",
      preset: "entra",
    });
  });

  test("is not enabled before theirs is known", async () => {
    const tenant = await app.aTenant({ signedInAs: "super_admin" });
    const { id } = await draft(tenant);
    expect(await refusalOf(await tenant.api.delete(`${path}/${id}/disablement`))).toMatchObject({
      status: 409,
      code: "identity_providers.not_described",
    });
    const page = await tenant.browser.delete(`${path}/${id}/disablement`);
    expect([page.status, await page.text()]).toEqual([
      409,
      expect.stringContaining("Give the provider’s metadata first"),
    ]);
  });
});

describe("what the provider says of itself", () => {
  test("is read from metadata XML, from its address, and by hand", async () => {
    const tenant = await app.aTenant();
    const { id } = await draft(tenant);
    const known = async (source: object) => {
      await ok(describeBy(tenant, id, source));
      return (await show(tenant, id)).provider;
    };
    expect(await known({ metadataXml: idpMetadata() })).toMatchObject({
      entityId: "https://idp.example.org/metadata",
      ssoRedirectUrl: "https://idp.example.org/sso",
      ssoPostUrl: null,
      signingCertificates: [theirs.signing.certificate],
      metadataUrl: null,
    });
    published = idpMetadata({ entityId: "https://other.example/idp" });
    const metadataUrl = `${peer.origin}/idp`;
    expect(await known({ metadataUrl })).toMatchObject({
      entityId: "https://other.example/idp",
      metadataUrl,
    });
    published = idpMetadata({
      entityId: "https://other.example/idp",
      certificates: [theirs.signing.certificate, theirsNext.signing.certificate],
    });
    // Without a source it is fetched again.
    expect((await known({}))?.signingCertificates).toHaveLength(2);
    expect(
      await known({
        entityId: "urn:hand",
        ssoUrl: "https://hand.example/sso",
        binding: "post",
        certificates: theirs.certificatePem + theirsNext.certificatePem,
      }),
    ).toMatchObject({
      entityId: "urn:hand",
      ssoRedirectUrl: null,
      ssoPostUrl: "https://hand.example/sso",
      signingCertificates: [theirs.signing.certificate, theirsNext.signing.certificate],
    });
    expect((await tenant.events("identity_provider.described")).at(-1)?.data).toMatchObject({
      from: { entityId: "https://other.example/idp" },
      to: {
        entityId: "urn:hand",
        fingerprints: [theirs.fingerprintSha256, theirsNext.fingerprintSha256],
      },
    });
  });

  test("names the field at fault, and keeps what was typed", async () => {
    const tenant = await app.aTenant({ signedInAs: "super_admin" });
    const { id } = await draft(tenant);
    const weak = anOpensslKey("-newkey", "rsa:1024").certificatePem;
    const hand = { entityId: "urn:x", ssoUrl: "https://x.example/sso" };
    const fields = async (source: object) =>
      (await refusalOf(await describeBy(tenant, id, source))).fields;
    expect({
      nothing: await fields({}),
      two: await fields({ metadataXml: "<x/>", metadataUrl: "https://x.example" }),
      xml: await fields({ metadataXml: "<x/>" }),
      html: await fields({ metadataXml: "<!DOCTYPE html><html></html>" }),
      "no certificate": await fields(hand),
      weak: await fields({ ...hand, certificates: weak }),
      http: await fields({
        ...hand,
        ssoUrl: "http://x.example",
        certificates: theirs.certificatePem,
      }),
      private: await fields({ metadataUrl: "https://127.0.0.1/metadata" }),
    }).toEqual({
      nothing: ["source"],
      two: ["source"],
      xml: ["metadataXml"],
      html: ["metadataXml"],
      "no certificate": ["certificates"],
      weak: ["certificates"],
      http: ["ssoUrl"],
      private: ["metadataUrl"],
    });
    const long = await describeBy(tenant, id, { ...hand, certificates: "x".repeat(64_001) });
    expect(await long.json()).toMatchObject({
      errors: { certificates: "Use at most 64,000 characters" },
    });
    const form = await tenant.browser.put(`${path}/${id}/description`, {
      source: "xml",
      metadataXml: "<typed/>",
      metadataUrl: "https://kept.example",
    });
    const page = await form.text();
    expect([
      form.status,
      page.includes("&lt;typed/&gt;"),
      page.includes("https://kept.example"),
    ]).toEqual([422, true, true]);
  });

  test("stays about the same provider once it was in use", async () => {
    const tenant = await app.aTenant();
    const idp = await anIdp(tenant);
    const other = { metadataXml: idpMetadata({ entityId: "https://evil.example/idp" }) };
    expect(await refusalOf(await describeBy(tenant, idp.id, other))).toEqual({
      status: 409,
      code: "identity_providers.entity_id_pinned",
      fields: ["metadataXml"],
    });
    const byHand = {
      entityId: "https://evil.example/idp",
      ssoUrl: "https://evil.example/sso",
      certificates: theirs.signing.certificate,
    };
    expect(await refusalOf(await describeBy(tenant, idp.id, byHand))).toMatchObject({
      fields: ["entityId"],
    });
    await ok(tenant.api.put(`${path}/${idp.id}/disablement`, {}));
    expect((await describeBy(tenant, idp.id, other)).status).toBe(409);
    expect((await show(tenant, idp.id)).provider?.entityId).toBe(idp.entityId);
  });
});

describe("a draft that becomes another provider's", () => {
  const at = (host: string, logout = "") =>
    idpMetadata({
      entityId: `${host}/metadata`,
      endpoints: `${logout}<md:SingleSignOnService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect" Location="${host}/sso"/>`,
    });
  const logoutAt = `<md:SingleLogoutService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect" Location="https://one.example/slo"/>`;

  test("tells the former one nothing of who signs out", async () => {
    const tenant = await app.aTenant();
    const { id } = await draft(tenant);
    const described = async (metadataXml: string) => {
      await ok(describeBy(tenant, id, { metadataXml }));
      return (await show(tenant, id)).provider;
    };
    const own = { slo: [{ url: "https://one.example/slo" }] };
    expect(await described(at("https://one.example", logoutAt))).toMatchObject(own);
    // Of the same provider it stays: it may have been given by hand.
    expect(await described(at("https://one.example"))).toMatchObject(own);
    expect(await described(at("https://other.example"))).toMatchObject({ slo: [] });
  });
});

describe("domains", () => {
  test("are kept in one form, and bound to one provider", async () => {
    const tenant = await app.aTenant();
    const [one, other] = [await draft(tenant), await draft(tenant)];
    const bind = (id: string, domain: string) =>
      tenant.api.post(`${path}/${id}/domains`, { domain });
    for (const domain of ["Example.COM", "@bücher.example.", "sub.example.com"])
      await ok(bind(one.id, domain));
    await ok(bind(one.id, "EXAMPLE.com"));
    expect((await show(tenant, one.id)).domains).toEqual([
      "example.com",
      "sub.example.com",
      "xn--bcher-kva.example",
    ]);
    expect(await refusalOf(await bind(other.id, "example.com"))).toEqual({
      status: 409,
      code: "identity_providers.domain_taken",
      fields: ["domain"],
    });
    for (const domain of [
      "",
      "localhost",
      "1.2.3.4",
      "a b.example",
      "ex_ample.com",
      "-x.example",
      "x.example/y",
    ])
      expect([domain, (await bind(one.id, domain)).status]).toEqual([domain, 422]);
    const elsewhere = await app.aTenant();
    await ok(
      elsewhere.api.post(`${path}/${(await draft(elsewhere)).id}/domains`, {
        domain: "example.com",
      }),
    );
    await ok(tenant.api.delete(`${path}/${one.id}/domains/example.com`));
    expect((await tenant.api.delete(`${path}/${one.id}/domains/example.com`)).status).toBe(404);
    await ok(bind(other.id, "example.com"));
    expect(
      (await tenant.events("identity_provider.domain_bound")).map(({ data }) => data["domain"]),
    ).toEqual(["example.com", "xn--bcher-kva.example", "sub.example.com", "example.com"]);
  });
});

describe("keys", () => {
  test("the next is published before it signs, signs after the switch, and the former is erased", async () => {
    const tenant = await app.aTenant();
    const { id, metadataUrl } = (await anIdp(tenant)).connection;
    const certificates = async () => {
      const xml = await (await tenant.newBrowser().get(new URL(metadataUrl).pathname)).text();
      return Array.from(xml.matchAll(/X509Certificate>([^<]+)</g), ([, found = ""]) => found);
    };
    const [first] = await certificates();
    const key = await ok<{ id: string }>(tenant.api.post(`${path}/${id}/keys`));
    expect((await tenant.api.post(`${path}/${id}/keys`)).status).toBe(409);
    const [still, next] = await certificates();
    expect(still).toBe(first);
    await ok(tenant.api.put(`${path}/${id}/keys/${key.id}/activation`));
    expect(await certificates()).toEqual([next ?? ""]);
    expect((await tenant.api.put(`${path}/${id}/keys/${key.id}/activation`)).status).toBe(409);
    const erased = await app.asSuperuser(
      "select state::text, sealed_key is null as erased from app.identity_provider_keys where tenant_id = $1 and state = 'retired'",
      [tenant.id],
    );
    expect(erased).toEqual([{ state: "retired", erased: true }]);
    const another = await ok<{ id: string }>(tenant.api.post(`${path}/${id}/keys`));
    await ok(tenant.api.delete(`${path}/${id}/keys/${another.id}`));
    expect(await certificates()).toHaveLength(1);
  });
});

describe("its end", () => {
  const linkedAlone = async () => {
    const tenant = await app.aTenant({ signedInAs: "super_admin" });
    const idp = await anIdp(tenant);
    await signInBy(app, tenant.newBrowser(), idp);
    return { tenant, idp };
  };

  test("names who would be left without a way in, and wants to be confirmed", async () => {
    const { tenant, idp } = await linkedAlone();
    const user = await tenant.aUser({ email: `grace@${idp.domain}` });
    await signInBy(app, tenant.newBrowser(), idp, { nameId: "grace", email: user.email });
    const page = await (await tenant.browser.get(`${path}/${idp.id}/disablement`)).text();
    expect(page).toContain("1 person would be left without a way in:");
    expect(page).toContain("Ada Lovelace</a>");
    // Who is linked to it is mailed no password before it is gone (forgotten.test.ts).
    const byMail = "They can ask for a new password by mail afterwards.";
    expect(page).not.toContain(byMail);
    const deletion = await tenant.browser.get(`${path}/${idp.id}/deletion`);
    expect(await deletion.text()).toContain(byMail);
    const refused = await tenant.api.put(`${path}/${idp.id}/disablement`, {});
    expect(await refusalOf(refused)).toEqual({
      status: 422,
      code: "identity_providers.leaves_people_out",
      fields: ["confirmed"],
    });
    const asked = await tenant.browser.put(`${path}/${idp.id}/disablement`);
    expect([asked.status, (await show(tenant, idp.id)).state]).toEqual([422, "enabled"]);
    await tenant.browser.put(`${path}/${idp.id}/disablement`, { confirmed: "on" });
    expect((await show(tenant, idp.id)).state).toBe("disabled");
    expect((await tenant.events("identity_provider.disabled"))[0]?.data["leftOutCount"]).toBe(1);
    // Who deletes it then leaves nobody out who is not out already.
    const then = await (await tenant.browser.get(`${path}/${idp.id}/deletion`)).text();
    expect(then).toContain("1 person is without a way in already, because it is not enabled:");
    expect(then).not.toContain("would be left");
  });

  test("takes keys, domains and links with it, and nobody", async () => {
    const { tenant, idp } = await linkedAlone();
    expect((await tenant.api.delete(`${path}/${idp.id}`, {})).status).toBe(422);
    await ok(tenant.api.delete(`${path}/${idp.id}`, { confirmed: true }));
    expect((await tenant.api.get(`${path}/${idp.id}`)).status).toBe(404);
    const left = await app.asSuperuser(
      `select (select count(*)::int from app.identity_provider_keys where tenant_id = $1) as keys,
         (select count(*)::int from app.identity_provider_domains where tenant_id = $1) as domains,
         (select count(*)::int from app.federated_identities where tenant_id = $1) as links,
         (select count(*)::int from app.users where tenant_id = $1) as people`,
      [tenant.id],
    );
    expect(left).toEqual([{ keys: 0, domains: 0, links: 0, people: 2 }]);
  });

  test("is refused while it is the tenant's default, however it is confirmed", async () => {
    const { tenant, idp } = await linkedAlone();
    await makeDefault(tenant, idp);
    for (const sent of [
      await tenant.api.put(`${path}/${idp.id}/disablement`, { confirmed: true }),
      await tenant.api.delete(`${path}/${idp.id}`, { confirmed: true }),
    ])
      expect(await refusalOf(sent)).toMatchObject({
        status: 409,
        code: "identity_providers.is_default",
      });
    const page = await (await tenant.browser.get(`${path}/${idp.id}/deletion`)).text();
    expect(page).toContain("Choose another one in the sign-in settings first");
  });
});

describe("people", () => {
  test("are listed, and unlinked: then their next time is a first time", async () => {
    const tenant = await app.aTenant({ signedInAs: "super_admin" });
    const idp = await anIdp(tenant);
    await signInBy(app, tenant.newBrowser(), idp);
    const { items } = await ok<{ items: { userId: string; subject: string }[] }>(
      tenant.api.get(`${path}/${idp.id}/people`),
    );
    expect(items).toMatchObject([{ subject: "00u-ada", email: `ada@${idp.domain}` }]);
    const page = await (await tenant.browser.get(`${path}/${idp.id}/people`)).text();
    expect(page).toContain("Change how Ada Lovelace comes in");
    const person = `${path}/${idp.id}/people/${items[0]?.userId ?? ""}`;
    await ok(tenant.api.delete(person, { way: "again" }));
    const again = await signInBy(app, tenant.newBrowser(), idp, { nameId: "another" });
    expect(locationOf(again)).toBe("/");
    expect(await tenant.events("identity_provider.person_created")).toHaveLength(1);
    expect(
      (await tenant.events("identity_provider.person_linked")).map(({ data }) => data["subject"]),
    ).toEqual(["00u-ada", "another"]);
  });

  test("keep the identifier by which they are known", async () => {
    const tenant = await app.aTenant();
    const idp = await anIdp(tenant);
    await signInBy(app, tenant.newBrowser(), idp);
    const changed = await tenant.api.patch(`${path}/${idp.id}`, { subjectAttribute: "oid" });
    expect(await refusalOf(changed)).toEqual({
      status: 422,
      code: "identity_providers.subject_in_use",
      fields: ["subjectAttribute"],
    });
  });
});

describe("who may", () => {
  test("super administrators alone, and no other tenant's", async () => {
    const [ours, theirTenant] = [await app.aTenant(), await app.aTenant()];
    const { id } = await draft(ours);
    for (const role of ["member", "admin"] as const)
      expect((await (await ours.script(role)).get(`${path}/${id}`)).status).toBe(403);
    expect((await theirTenant.api.get(`${path}/${id}`)).status).toBe(404);
    expect((await theirTenant.api.patch(`${path}/${id}`, { name: "Taken" })).status).toBe(404);
    expect(
      (await theirTenant.api.post(`${path}/${id}/domains`, { domain: "x.example" })).status,
    ).toBe(404);
    expect((await theirTenant.newBrowser().get(`/saml/sp/metadata/${id}`)).status).toBe(404);
    expect((await theirTenant.newBrowser().get(`/saml/sp/setup/${id}`)).status).toBe(404);
    expect(await show(ours, id)).toMatchObject({ name: "Okta", domains: [] });
  });

  test("changes are recorded as far as they are changes", async () => {
    const tenant = await app.aTenant({ signedInAs: "super_admin" });
    const { id } = await draft(tenant);
    await tenant.browser.patch(`${path}/${id}`, {
      name: "Okta EU",
      emailAttribute: "email",
      firstNameAttribute: "firstName",
      lastNameAttribute: "lastName",
      subjectAttribute: "",
      createsPeople: "false",
      trustsSecondStep: "true",
      speaksForAll: "false",
    });
    await ok(tenant.api.patch(`${path}/${id}`, { name: "Okta EU" }));
    expect(
      (await tenant.events("identity_provider.changed")).map(({ data }) => data["changes"]),
    ).toEqual([
      {
        name: { from: "Okta", to: "Okta EU" },
        createsPeople: { from: true, to: false },
        trustsSecondStep: { from: false, to: true },
      },
    ]);
  });
});
