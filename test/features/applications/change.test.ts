// Changing, disabling, deleting an application and replacing what it told us.
import { afterAll, describe, expect, test } from "bun:test";
import { nameIdFormats } from "#protocols/saml/name-id.ts";
import { stateOf } from "../../http/support/state.ts";
import { serve, wayOut } from "../../platform/outbound/peers.ts";
import { theirs } from "../../protocols/saml/support/keys.ts";
import { descriptor, keyDescriptor, oneAcs } from "../../protocols/saml/support/sp-metadata.ts";
import { testApp } from "../../support/a-tenant.ts";
import { anEntityId, byHand, metadataOf, refusalOf, register, show } from "./support.ts";

const app = await testApp({ outbound: wayOut().outbound });
let published = "";
const peer = serve(() => new Response(published));
afterAll(() => peer[Symbol.asyncDispose]());

describe("PATCH /applications/:applicationId", () => {
  test("changes what is given, leaves the rest, and records from what to what", async () => {
    const tenant = await app.aTenant();
    const { id } = await register(tenant, { ...byHand("Wiki"), description: "Old" });
    const changes = { name: "Notes", nameIdFormat: nameIdFormats.transient };
    const answer = await tenant.api.patch(`/applications/${id}`, changes);
    expect(answer.status).toBe(200);
    expect(await answer.json()).toMatchObject({
      name: "Notes",
      description: "Old",
      availableToAll: false,
      serviceProvider: { nameIdFormat: nameIdFormats.transient },
    });
    const [event] = await tenant.events("application.changed");
    expect(event?.data).toEqual({
      applicationId: id,
      name: "Notes",
      changes: {
        name: { from: "Wiki", to: "Notes" },
        nameIdFormat: { from: nameIdFormats.emailAddress, to: nameIdFormats.transient },
      },
    });
  });

  test("asks for a stronger second step, and for as much as from everybody again", async () => {
    const tenant = await app.aTenant({ signedInAs: "super_admin" });
    const { id } = await register(tenant, byHand("Wiki"));
    const path = `/applications/${id}`;
    expect((await tenant.browser.patch(path, { strength: "strong" })).status).toBe(303);
    expect(await (await tenant.browser.get(path)).text()).toContain('value="strong" selected');
    expect(await (await tenant.api.patch(path, { description: "x" })).json()).toMatchObject({
      strength: "strong",
    });
    await tenant.browser.patch(path, { strength: "" });
    expect(await (await tenant.api.get(path)).json()).toMatchObject({ strength: null });
    const [first, , last] = await tenant.events("application.changed");
    expect(first?.data).toMatchObject({ changes: { strength: { from: null, to: "strong" } } });
    expect(last?.data).toMatchObject({ changes: { strength: { from: "strong", to: null } } });
    expect((await tenant.api.patch(path, { strength: "most" })).status).toBe(422);
    const admin = await tenant.signedIn(await tenant.aUser({ role: "admin" }));
    expect((await admin.patch(path, { strength: "strong" })).status).toBe(403);
    expect(await (await admin.get(path)).text()).not.toContain('name="strength"');
  });

  test("records nothing when nothing differs", async () => {
    const tenant = await app.aTenant();
    const { id, name } = await register(tenant);
    const before = await stateOf(app, tenant);
    expect((await tenant.api.patch(`/applications/${id}`, { name })).status).toBe(200);
    expect((await tenant.api.patch(`/applications/${id}`, {})).status).toBe(200);
    expect(await stateOf(app, tenant)).toEqual(before);
  });

  test.each([
    [{ name: "" }, "name"],
    [{ nameIdFormat: "urn:oasis:names:tc:SAML:2.0:nameid-format:entity" }, "nameIdFormat"],
    [{ availableToAll: "perhaps" }, "availableToAll"],
    [{ description: "x".repeat(2_001) }, "description"],
  ])("refuses %j", async (changes, field) => {
    const tenant = await app.aTenant();
    const { id } = await register(tenant);
    const refusal = await refusalOf(await tenant.api.patch(`/applications/${id}`, changes));
    expect(refusal).toMatchObject({ status: 422, fields: [field] });
  });

  test("by form: shows the form again with what was typed", async () => {
    const tenant = await app.aTenant({ signedInAs: "super_admin" });
    const { id } = await register(tenant);
    const form = await (await tenant.browser.get(`/applications/${id}/edit`)).text();
    expect(form).toContain('value="Wiki"');
    const again = await tenant.browser.patch(`/applications/${id}`, {
      name: "",
      description: "Kept",
    });
    expect(again.status).toBe(422);
    expect(await again.text()).toContain("Kept");
  });
});

describe("a disabled application", () => {
  test("is disabled and enabled again, each recorded once", async () => {
    const tenant = await app.aTenant();
    const { id } = await register(tenant);
    const path = `/applications/${id}/disablement`;
    for (const _ of [1, 2])
      expect(await (await tenant.api.put(path)).json()).toMatchObject({ isEnabled: false });
    for (const _ of [1, 2])
      expect(await (await tenant.api.delete(path)).json()).toMatchObject({ isEnabled: true });
    expect(await tenant.events("application.disabled")).toHaveLength(1);
    expect(await tenant.events("application.enabled")).toHaveLength(1);
  });

  test("asks before, on a page of its own", async () => {
    const tenant = await app.aTenant({ signedInAs: "super_admin" });
    const { id } = await register(tenant);
    const page = await (await tenant.browser.get(`/applications/${id}/disablement`)).text();
    expect(page).toContain("Disable Wiki?");
    const answer = await tenant.browser.put(`/applications/${id}/disablement`);
    expect(answer.headers.get("location")).toBe(`/applications/${id}`);
    expect(await (await tenant.browser.get(`/applications/${id}`)).text()).toContain(
      "Application disabled",
    );
  });

  test("is nobody's tile", async () => {
    const tenant = await app.aTenant({ signedInAs: "member" });
    const { id } = await register(tenant, { ...byHand("Wiki"), availableToAll: true });
    expect(await (await tenant.browser.get("/")).text()).toContain("Wiki");
    await tenant.api.put(`/applications/${id}/disablement`);
    expect(await (await tenant.browser.get("/")).text()).not.toContain("Wiki");
  });
});

describe("DELETE /applications/:applicationId", () => {
  test("removes it with its keys, grants and identifiers, and nothing of another", async () => {
    const tenant = await app.aTenant({ signedInAs: "super_admin" });
    const [gone, stays] = [await register(tenant), await register(tenant)];
    const { id: groupId } = await tenant.aGroup();
    for (const { id } of [gone, stays])
      await tenant.api.post(`/applications/${id}/grants`, { groupId });
    const answer = await tenant.browser.delete(`/applications/${gone.id}`);
    expect(answer.headers.get("location")).toBe("/applications");
    for (const table of [
      "applications where id",
      "saml_keys where application_id",
      "application_grants where application_id",
    ]) {
      const left = async (id: string) =>
        (await app.asSuperuser(`select from app.${table} = $1`, [id])).length;
      expect({ table, gone: await left(gone.id), stays: await left(stays.id) }).toEqual({
        table,
        gone: 0,
        stays: 1,
      });
    }
    expect((await tenant.events("application.deleted")).map(({ data }) => data)).toEqual([
      { applicationId: gone.id, name: gone.name, entityId: gone.serviceProvider.entityId },
    ]);
    for (const path of ["", "/grants"]) {
      expect((await tenant.api.get(`/applications/${gone.id}${path}`)).status).toBe(404);
    }
    expect((await tenant.newBrowser().get(`/saml/idp/metadata/${gone.id}`)).status).toBe(404);
  });

  test("frees the entity id, for an application with another identity", async () => {
    const tenant = await app.aTenant();
    const input = byHand();
    const first = await register(tenant, input);
    expect((await tenant.api.delete(`/applications/${first.id}`)).status).toBe(200);
    expect((await register(tenant, input)).entityId).not.toBe(first.entityId);
  });
});

describe("PUT /applications/:applicationId/metadata", () => {
  test("takes new addresses and certificates of the same entity id", async () => {
    const tenant = await app.aTenant();
    const { id, serviceProvider } = await register(tenant);
    const { entityId } = serviceProvider;
    const metadataXml = descriptor(keyDescriptor(theirs.signing.certificate, "signing") + oneAcs, {
      id: entityId,
      role: 'AuthnRequestsSigned="true"',
    });
    const answer = await tenant.api.put(`/applications/${id}/metadata`, { metadataXml });
    expect(await answer.json()).toMatchObject({
      serviceProvider: {
        entityId,
        acs: [{ url: "https://sp.example.org/acs" }],
        signsRequests: true,
      },
    });
    const [event] = await tenant.events("application.metadata_replaced");
    expect(event?.data).toMatchObject({
      acsUrls: ["https://sp.example.org/acs"],
      signingCertificates: 1,
    });
  });

  test("fetches again from the address that is known when no XML is given", async () => {
    const tenant = await app.aTenant({ signedInAs: "super_admin" });
    const entityId = anEntityId();
    published = metadataOf(entityId, "https://old.example.org/acs");
    const metadataUrl = `${peer.origin}/metadata`;
    const { id } = await register(tenant, { name: "Fetched", metadataUrl });
    published = metadataOf(entityId, "https://new.example.org/acs");
    const answer = await tenant.browser.put(`/applications/${id}/metadata`);
    expect(answer.headers.get("location")).toBe(`/applications/${id}`);
    expect((await show(tenant, id)).serviceProvider).toMatchObject({
      metadataUrl,
      acs: [{ url: "https://new.example.org/acs" }],
    });
  });

  test("keeps everything when what is fetched now is another's or broken", async () => {
    const tenant = await app.aTenant();
    published = metadataOf(anEntityId());
    const { id } = await register(tenant, {
      name: "Fetched",
      metadataUrl: `${peer.origin}/metadata`,
    });
    const before = await stateOf(app, tenant);
    published = metadataOf(anEntityId());
    const another = await refusalOf(await tenant.api.put(`/applications/${id}/metadata`, {}));
    expect(another).toMatchObject({ status: 409, code: "applications.entity_id_changed" });
    published = "<broken";
    const broken = await refusalOf(await tenant.api.put(`/applications/${id}/metadata`, {}));
    expect(broken).toMatchObject({ status: 422, fields: ["metadataUrl"] });
    expect(await stateOf(app, tenant)).toEqual(before);
  });

  test("refuses metadata of another entity id, naming the box", async () => {
    const tenant = await app.aTenant();
    const { id } = await register(tenant);
    const metadataXml = metadataOf(anEntityId());
    expect(
      await refusalOf(await tenant.api.put(`/applications/${id}/metadata`, { metadataXml })),
    ).toEqual({
      status: 409,
      code: "applications.entity_id_changed",
      fields: ["metadataXml"],
    });
  });

  test("asks for XML where no address is known", async () => {
    const tenant = await app.aTenant({ signedInAs: "super_admin" });
    const { id } = await register(tenant);
    const refusal = await refusalOf(await tenant.api.put(`/applications/${id}/metadata`, {}));
    expect(refusal).toMatchObject({ status: 422, fields: ["metadataXml"] });
    const form = await tenant.browser.put(`/applications/${id}/metadata`, { metadataXml: "" });
    expect(form.status).toBe(422);
    // The box says what is wrong with it, not only the page's head.
    expect(await form.text()).toMatch(/aria-invalid="true"/);
  });
});
