// What an application is told: what it begins with, what its metadata asks for, and how an administrator changes it.
import { describe, expect, test } from "bun:test";
import type { z } from "zod";
import type { SentChoices } from "#features/applications/schema.ts";
import { testApp, type TestTenant } from "../../support/a-tenant.ts";
import { acs, descriptor } from "../../protocols/saml/support/sp-metadata.ts";
import { use } from "../attributes/support.ts";
import { ok } from "../identity-providers/support.ts";
import { anEntityId, byHand, refusalOf, register } from "./support.ts";

const app = await testApp();

type Sent = z.output<typeof SentChoices>;

const path = ({ id }: { id: string }) => `/applications/${id}/attributes`;

async function aWorld(input?: object) {
  const tenant = await app.aTenant({ signedInAs: "super_admin" });
  return { tenant, application: await register(tenant, input ?? byHand()) };
}

const sentOf = ({ api }: Pick<TestTenant, "api">, application: { id: string }) =>
  ok<Sent>(api.get(path(application)));

const namesOf = ({ items }: Sent): Record<string, string> =>
  Object.fromEntries(items.filter(({ isSent }) => isSent).map(({ key, name }) => [key, name]));

const requesting = (...requests: string[]) =>
  `<md:AttributeConsumingService index="0"><md:ServiceName xml:lang="en">Wiki</md:ServiceName>${requests
    .map((attributes) => `<md:RequestedAttribute ${attributes}/>`)
    .join("")}</md:AttributeConsumingService>`;

const metadataAsking = (entityId: string, ...requests: string[]) =>
  descriptor(acs('Location="https://sp.example.org/acs" index="0"') + requesting(...requests), {
    id: entityId,
  });

const five = {
  email: "email",
  firstName: "firstName",
  lastName: "lastName",
  displayName: "displayName",
  groups: "groups",
};

describe("a new application", () => {
  test("begins with what everybody has and what the tenant sends", async () => {
    const tenant = await app.aTenant({ signedInAs: "super_admin" });
    await use(tenant, {
      city: { enabled: true },
      department: { sendToApplications: false },
    });
    const application = await register(tenant);
    expect(namesOf(await sentOf(tenant, application))).toEqual({
      ...five,
      phone_work: "telephoneNumber",
      job_title: "title",
      organization: "o",
      city: "l",
      preferred_language: "preferredLanguage",
    });
  });

  test("is sent facts under the names that its metadata asks for", async () => {
    const { tenant, application } = await aWorld({
      name: "Wiki",
      metadataXml: metadataAsking(
        anEntityId(),
        'Name="urn:oid:0.9.2342.19200300.100.1.3" FriendlyName="mail" isRequired="true"',
        'Name="http://schemas.xmlsoap.org/ws/2005/05/identity/claims/givenname"',
        'Name="Abteilung" FriendlyName="department"',
        'Name="urn:oid:2.5.4.7"',
        'Name="shoeSize" isRequired="true"',
      ),
    });
    const sent = await sentOf(tenant, application);
    expect(namesOf(sent)).toMatchObject({
      ...five,
      email: "urn:oid:0.9.2342.19200300.100.1.3",
      firstName: "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/givenname",
      department: "Abteilung",
      job_title: "title",
    });
    const item = (wanted: string) => sent.items.find(({ key }) => key === wanted);
    expect(item("email")?.requested).toEqual({
      name: "urn:oid:0.9.2342.19200300.100.1.3",
      isRequired: true,
    });
    // Asked for, and not let out by the tenant: shown with the name that it would have.
    expect(item("city")).toMatchObject({
      isSent: false,
      isAllowed: false,
      name: "urn:oid:2.5.4.7",
      requested: { isRequired: false },
    });
    expect(sent.unknown).toEqual([{ name: "shoeSize", friendlyName: null, isRequired: true }]);
    const page = await (await tenant.browser.get(path(application))).text();
    for (const text of [
      "Its metadata requires it, as urn:oid:0.9.2342.19200300.100.1.3",
      "Its metadata asks for it, as urn:oid:2.5.4.7",
      "Not let out by the organisation",
      "shoeSize",
    ])
      expect([text, page.includes(text)]).toEqual([text, true]);
  });

  test("keeps its names when its metadata comes to ask for others; what is asked for is read anew", async () => {
    const entityId = anEntityId();
    const { tenant, application } = await aWorld({
      name: "Wiki",
      metadataXml: metadataAsking(entityId, 'Name="mail"'),
    });
    await ok(tenant.api.put(path(application), { attributes: { email: "adresse" } }));
    await ok(
      tenant.api.put(`/applications/${application.id}/metadata`, {
        metadataXml: metadataAsking(entityId, 'Name="emailAddress" isRequired="true"'),
      }),
    );
    const sent = await sentOf(tenant, application);
    expect(namesOf(sent)).toEqual({ email: "adresse" });
    expect(sent.items[0]?.requested).toEqual({ name: "emailAddress", isRequired: true });
  });
});

describe("PUT /applications/:applicationId/attributes", () => {
  test("changes all of it at once, and records old and new of what differs", async () => {
    const { tenant, application } = await aWorld();
    const before = namesOf(await sentOf(tenant, application));
    const wanted = { ...before, job_title: "urn:oid:2.5.4.12", city: "town" };
    const { organization: _, ...attributes } = wanted as Record<string, string>;
    expect(namesOf(await ok<Sent>(tenant.api.put(path(application), { attributes })))).toEqual(
      attributes,
    );
    await ok(tenant.api.put(path(application), { attributes }));
    const events = await tenant.events("application.attributes_changed");
    expect(events.map(({ data }) => data)).toEqual([
      {
        applicationId: application.id,
        name: application.name,
        changes: {
          job_title: { from: "title", to: "urn:oid:2.5.4.12" },
          organization: { from: "o", to: null },
          city: { from: null, to: "town" },
        },
      },
    ]);
  });

  test("takes a form's boxes: a name without its box is not sent", async () => {
    const { tenant, application } = await aWorld();
    const form = await (await tenant.browser.get(`${path(application)}/edit`)).text();
    expect([
      /name="sent.email"[^>]* checked/.test(form),
      /name="attributes.job_title"[^>]* value="title"/.test(form),
    ]).toEqual([true, true]);
    const answer = await tenant.browser.put(path(application), {
      form: "all",
      "sent.email": "on",
      "attributes.email": " mail ",
      "attributes.job_title": "title",
    });
    expect([answer.status, answer.headers.get("location")]).toEqual([303, path(application)]);
    expect(namesOf(await sentOf(tenant, application))).toEqual({ email: "mail" });
    const page = await (await tenant.browser.get(`/applications/${application.id}`)).text();
    expect(page.includes("<p>E-mail address</p>")).toBe(true);
  });

  test("refuses a name twice, an empty one, a long one and an unknown fact, and names the field", async () => {
    const { tenant, application } = await aWorld();
    const put = (attributes: unknown) => tenant.api.put(path(application), { attributes });
    const twice = await put({ email: "mail", firstName: "mail" });
    expect(await refusalOf(twice)).toMatchObject({
      status: 422,
      fields: ["attributes.firstName"],
    });
    for (const name of ["", "  ", "x".repeat(256), "a\u0007b", 7])
      expect(await refusalOf(await put({ email: name }))).toMatchObject({
        status: 422,
        fields: ["attributes.email"],
      });
    expect((await put({ shoe_size: "x" })).status).toBe(422);
    expect((await put({ display_name: "x" })).status).toBe(422);
    expect((await tenant.api.put(path(application), {})).status).toBe(422);
    const shown = await tenant.browser.put(path(application), {
      form: "all",
      "sent.email": "on",
      "attributes.email": "same",
      "sent.groups": "on",
      "attributes.groups": "same",
    });
    const page = await shown.text();
    expect([shown.status, page.includes("Another fact is sent under this name")]).toEqual([
      422,
      true,
    ]);
    expect(/name="sent.lastName"[^>]* checked/.test(page)).toBe(false);
    expect(namesOf(await sentOf(tenant, application))).toMatchObject(five);
  });

  test("is for super administrators, with fresh proof; admins read", async () => {
    const { tenant, application } = await aWorld();
    const admin = await tenant.script("admin");
    expect((await admin.get(path(application))).status).toBe(200);
    expect((await admin.put(path(application), { attributes: {} })).status).toBe(403);
    expect((await (await tenant.script("member")).get(path(application))).status).toBe(403);
    app.clock.advance({ minutes: 11 });
    const stale = await tenant.browser.put(path(application), { form: "all" });
    expect(stale.headers.get("location")).not.toBe(path(application));
    expect(await tenant.events("application.attributes_changed")).toEqual([]);
  });

  test("reaches no other tenant's application", async () => {
    const { application } = await aWorld();
    const others = await app.aTenant({ signedInAs: "super_admin" });
    for (const answer of [
      others.api.get(path(application)),
      others.api.put(path(application), { attributes: {} }),
      others.browser.get(`${path(application)}/edit`),
    ])
      expect((await answer).status).toBe(404);
  });
});
