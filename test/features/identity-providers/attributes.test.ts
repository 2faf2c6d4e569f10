// What identity providers say of people beside their names: kept as their word, in force where the tenant mirrors it, and taken back with them.
import { describe, expect, test } from "bun:test";
import { type AttributeKey, attributesOf, listProviderValues } from "#features/attributes/index.ts";
import { readSpMetadata } from "#protocols/saml/metadata/read-sp.ts";
import { type TestTenant, type TestUser, testApp } from "../../support/a-tenant.ts";
import { signAssertion } from "../../protocols/saml/support/idp.ts";
import { known, use } from "../attributes/support.ts";
import { written } from "../attributes/written.ts";
import { takeAway } from "../provider-people/support.ts";
import {
  anIdp,
  askedOn,
  type Idp,
  type IdpWish,
  ok,
  postResponse,
  responseTo,
  signInBy,
} from "./support.ts";

const app = await testApp();

type Claims = Readonly<Record<string, string[]>>;

async function aWorld(wish: IdpWish = {}) {
  const tenant = await app.aTenant({ signedInAs: "super_admin" });
  const idp = await anIdp(tenant, wish);
  return { tenant, idp };
}

const comes = (
  tenant: TestTenant,
  idp: Idp,
  attributes: Claims,
  person: { nameId?: string; email?: string } = {},
) =>
  signInBy(app, tenant.newBrowser(), idp, {
    attributes,
    ...person,
    ...(person.email === undefined ? {} : { typed: person.email }),
  });

/** Whom the provider made at the first sign-in. */
async function ada(tenant: TestTenant): Promise<Pick<TestUser, "id">> {
  const [made] = await tenant.events("identity_provider.person_created");
  return { id: made?.data["userId"] as TestUser["id"] };
}

const saidOf = async ({ tenant }: TestTenant, { id }: Pick<TestUser, "id">) =>
  Object.fromEntries(
    (await tenant.read((db) => listProviderValues(db, id))).map(({ key, value, isInForce }) => [
      key,
      isInForce ? value : `${value}, beside`,
    ]),
  );

const changes = async (tenant: TestTenant) =>
  (await tenant.events("user.attributes_changed")).map(({ data }) => data["changes"]);

const write = (
  tenant: TestTenant,
  user: Pick<TestUser, "id">,
  source: "self" | "admin",
  [key, value]: [AttributeKey, string],
) => written(app, tenant, { user, key, value, source });

describe("a sign-in", () => {
  test("that makes somebody puts in force what the provider says, by its word, with one event", async () => {
    const { tenant, idp } = await aWorld();
    await comes(tenant, idp, {
      title: ["Countess"],
      department: [" Analysis "],
      primaryPhone: ["+49 30 901820"],
      unheardOf: ["x"],
      city: ["London"],
    });
    const person = await ada(tenant);
    expect(await known(tenant, person)).toEqual({
      phone_work: "+4930901820 by idp",
      job_title: "Countess by idp",
      department: "Analysis by idp",
    });
    const [value] = await tenant.tenant.read((db) => attributesOf(db, person.id));
    expect(value?.identityProvider).toEqual({ id: idp.id as never, name: idp.connection.name });
    // Where somebody lives is not in use here.
    expect(await saidOf(tenant, person)).toEqual({
      phone_work: "+4930901820",
      job_title: "Countess",
      department: "Analysis",
    });
    const events = await tenant.events("user.attributes_changed");
    expect(events.map(({ data }) => data)).toEqual([
      {
        userId: person.id,
        source: "idp",
        identityProviderId: idp.id,
        changes: { phone_work: "added", job_title: "added", department: "added" },
      },
    ]);
  });

  test("takes the place of what anybody wrote, changes what differs alone, and says when", async () => {
    const { tenant, idp } = await aWorld();
    await comes(tenant, idp, { title: ["Countess"], department: ["Analysis"] });
    const person = await ada(tenant);
    await write(tenant, person, "admin", ["department", "Poetry"]);
    await write(tenant, person, "self", ["job_title", "Queen"]);
    const long = app.clock.now();
    app.clock.advance({ hours: 1 });
    await comes(tenant, idp, { title: ["Countess"], department: ["Analysis"] });
    expect(await known(tenant, person)).toEqual({
      job_title: "Countess by idp",
      department: "Analysis by idp",
    });
    expect((await changes(tenant)).at(-1)).toEqual({ job_title: "updated", department: "updated" });
    await comes(tenant, idp, { title: ["Countess"], department: ["Analysis"] });
    expect(await changes(tenant)).toHaveLength(2);
    const [{ saidAt } = { saidAt: null }] = await tenant.tenant.read((db) =>
      listProviderValues(db, person.id),
    );
    expect((saidAt?.getTime() ?? 0) - long.getTime()).toBeGreaterThanOrEqual(3_600_000);
  });

  test("vouches for what a person typed where it says the same, and leaves an administrator's word theirs", async () => {
    const { tenant, idp } = await aWorld();
    await comes(tenant, idp, {});
    const person = await ada(tenant);
    await write(tenant, person, "self", ["job_title", "Countess"]);
    await write(tenant, person, "admin", ["department", "Analysis"]);
    await comes(tenant, idp, { title: ["Countess"], department: ["Analysis"] });
    expect(await known(tenant, person)).toEqual({
      job_title: "Countess by idp",
      department: "Analysis by admin",
    });
  });

  test("keeps what is not mirrored beside the profile", async () => {
    const { tenant, idp } = await aWorld();
    await use(tenant, { job_title: { mirrorFromProvider: false } });
    await comes(tenant, idp, { title: ["Countess"] });
    const person = await ada(tenant);
    expect(await known(tenant, person)).toEqual({});
    expect(await saidOf(tenant, person)).toEqual({ job_title: "Countess, beside" });
    await write(tenant, person, "admin", ["job_title", "Admiral"]);
    await comes(tenant, idp, { title: ["Queen"] });
    expect(await known(tenant, person)).toEqual({ job_title: "Admiral by admin" });
    expect(await saidOf(tenant, person)).toEqual({ job_title: "Queen, beside" });
  });

  test("clears by a claim that came empty what the provider itself gave, and nothing by one that did not come", async () => {
    const { tenant, idp } = await aWorld();
    const all = { title: ["Countess"], department: ["Analysis"], organization: ["Engines"] };
    await comes(tenant, idp, all);
    const person = await ada(tenant);
    await write(tenant, person, "admin", ["department", "Poetry"]);
    await comes(tenant, idp, { title: [" "], department: [] });
    expect(await known(tenant, person)).toEqual({
      department: "Poetry by admin",
      organization: "Engines by idp",
    });
    expect(await saidOf(tenant, person)).toEqual({ organization: "Engines" });
    expect((await changes(tenant)).at(-1)).toEqual({ job_title: "cleared" });
  });

  test("is not stopped by what cannot be kept: it is skipped, and recorded once, without what was said", async () => {
    const { tenant, idp } = await aWorld();
    const bad = {
      primaryPhone: ["ask the porter"],
      title: ["x".repeat(300)],
      department: ["Analysis"],
    };
    const answer = await comes(tenant, idp, bad);
    expect(answer.status).toBe(303);
    const person = await ada(tenant);
    expect(await known(tenant, person)).toEqual({ department: "Analysis by idp" });
    await comes(tenant, idp, bad);
    const skipped = () => tenant.events("identity_provider.attributes_skipped");
    expect((await skipped()).map(({ data }) => data)).toEqual([
      {
        identityProviderId: idp.id,
        name: idp.connection.name,
        userId: person.id,
        keys: ["phone_work", "job_title"],
      },
    ]);
    expect(JSON.stringify(await skipped())).not.toContain("porter");
    await comes(tenant, idp, { primaryPhone: ["ask the porter"] });
    expect((await skipped()).at(-1)?.data["keys"]).toEqual(["phone_work"]);
    await comes(tenant, idp, { primaryPhone: ["+49 30 901820"] });
    await comes(tenant, idp, { primaryPhone: ["ask the porter"] });
    expect(await skipped()).toHaveLength(3);
  });
});

describe("the claims", () => {
  const path = (idp: Idp) => `/identity-providers/${idp.id}`;

  test("begin as the provider usually calls them, and are changed with old and new in the audit trail", async () => {
    const { tenant, idp } = await aWorld({ preset: "entra" });
    const before = await ok<{ attributeClaims: Record<string, string> }>(tenant.api.get(path(idp)));
    expect(before.attributeClaims["display_name"]).toBe(
      "http://schemas.microsoft.com/identity/claims/displayname",
    );
    const after = await ok<{ attributeClaims: Record<string, string> }>(
      tenant.api.patch(path(idp), { attributeClaims: { job_title: "Role", city: null } }),
    );
    const { city: _, ...rest } = before.attributeClaims;
    expect(after.attributeClaims).toEqual({ ...rest, job_title: "Role" });
    const [event] = (await tenant.events("identity_provider.changed")).slice(-1);
    expect(event?.data["changes"]).toEqual({
      attributeClaims: { from: before.attributeClaims, to: after.attributeClaims },
    });
    await ok(tenant.api.patch(path(idp), { attributeClaims: { job_title: "Role" } }));
    expect((await tenant.events("identity_provider.changed")).at(-1)).toEqual(event as never);
  });

  test("are fields of the form; one that is emptied is read no more", async () => {
    const { tenant, idp } = await aWorld();
    const page = await (await tenant.browser.get(`${path(idp)}/edit`)).text();
    expect(/name="attributeClaims.job_title"[^>]* value="title"/.test(page)).toBe(true);
    expect(page.includes("Not in use here: kept for when it is")).toBe(true);
    const answer = await tenant.browser.post(`${path(idp)}?_method=patch`, {
      name: idp.connection.name,
      "attributeClaims.job_title": "",
      "attributeClaims.department": " unit ",
    });
    expect(answer.status).toBe(303);
    const { attributeClaims } = await ok<{ attributeClaims: Record<string, string> }>(
      tenant.api.get(path(idp)),
    );
    expect(attributeClaims).toMatchObject({ department: "unit", organization: "organization" });
    expect(attributeClaims).not.toHaveProperty("job_title");
    await comes(tenant, idp, { title: ["Countess"], unit: ["Analysis"] });
    expect(await known(tenant, await ada(tenant))).toEqual({ department: "Analysis by idp" });
  });

  test("that are too long or of no attribute are refused, naming the field", async () => {
    const { tenant, idp } = await aWorld();
    const long = await tenant.api.patch(path(idp), {
      attributeClaims: { job_title: "x".repeat(256) },
    });
    expect([long.status, await long.json()]).toMatchObject([
      422,
      { errors: { "attributeClaims.job_title": "Use at most 255 characters" } },
    ]);
    const unknown = await tenant.api.patch(path(idp), { attributeClaims: { shoe_size: "x" } });
    expect(unknown.status).toBe(422);
  });

  test("are asked for in our metadata and on the setup page, of attributes that are in use", async () => {
    const { tenant, idp } = await aWorld({ preset: "other" });
    const stranger = tenant.newBrowser();
    const xml = await (await stranger.get(`/saml/sp/metadata/${idp.id}`)).text();
    const { requestedAttributes } = readSpMetadata(xml, { now: app.clock.now(), allowHttp: false });
    expect(requestedAttributes).toContainEqual({
      name: "urn:oid:2.5.4.12",
      nameFormat: "urn:oasis:names:tc:SAML:2.0:attrname-format:uri",
      friendlyName: "title",
      isRequired: false,
    });
    const names = requestedAttributes.map(({ name }) => name);
    // Where people live is not in use.
    expect(names).not.toContain("urn:oid:2.5.4.7");
    const page = await (await stranger.get(`/saml/sp/setup/${idp.id}`)).text();
    expect(page).toContain("urn:oid:2.5.4.12");
    expect(page).not.toContain("urn:oid:2.5.4.7<");
    await use(tenant, { city: { enabled: true }, job_title: { enabled: false } });
    const later = await (await stranger.get(`/saml/sp/metadata/${idp.id}`)).text();
    expect(later).toContain('"urn:oid:2.5.4.7"');
    expect(later).not.toContain('"urn:oid:2.5.4.12"');
  });

  test("are shown as they were read by a test sign-in, and what would become of them", async () => {
    const { tenant, idp } = await aWorld();
    await use(tenant, { organization: { mirrorFromProvider: false } });
    const started = await tenant.browser.post(`${path(idp)}/tests`);
    const asked = askedOn(await started.text());
    const xml = signAssertion(
      responseTo(app, idp, asked, {
        attributes: {
          title: ["Countess"],
          primaryPhone: ["ask the porter"],
          city: ["London"],
          department: [],
          organization: ["Engines"],
        },
      }),
    );
    const posted = await postResponse(tenant.browser, idp, xml);
    const page = await (await tenant.browser.get(posted.headers.get("location") ?? "")).text();
    const rows = Array.from(page.matchAll(/<tr[^>]*>(.*?)<\/tr>/gs), ([, row = ""]) =>
      row
        .replace(/<[^>]+>/g, " ")
        .replace(/\s+/g, " ")
        .trim(),
    );
    for (const row of [
      "Job title Countess put in force",
      "Work phone Cannot be used: it is skipped",
      "City London not in use here",
      "Department Empty takes back what it said before",
      "Organisation Engines kept beside the profile",
    ])
      expect(rows).toContain(row);
    expect(await tenant.events("user.attributes_changed")).toEqual([]);
  });
});

describe("what a provider said", () => {
  test("is on the person's page, with what of it is in force, and in the API for administrators", async () => {
    const { tenant, idp } = await aWorld();
    await comes(tenant, idp, { title: ["Countess"], department: ["Analysis"] });
    const person = await ada(tenant);
    await use(tenant, { department: { mirrorFromProvider: false } });
    await write(tenant, person, "admin", ["department", "Poetry"]);
    const page = await (await tenant.browser.get(`/users/${person.id}`)).text();
    expect(page).toContain("Said by identity providers");
    expect(page).toContain("Countess");
    // They come by the provider and have no password that could be replaced.
    expect(page).not.toContain("Require a new password");
    const path = `/users/${person.id}/identity-provider/attributes`;
    const { items } = await ok<{ items: object[] }>(tenant.api.get(path));
    const identityProvider = { id: idp.id, name: idp.connection.name };
    expect(items).toMatchObject([
      { identityProvider, key: "job_title", value: "Countess", isInForce: true },
      { identityProvider, key: "department", value: "Analysis", isInForce: false },
    ]);
    const others = await app.aTenant({ signedInAs: "super_admin" });
    expect((await others.api.get(path)).status).toBe(404);
    expect((await (await tenant.script("member")).get(path)).status).toBe(403);
    await use(tenant, { job_title: { enabled: false } });
    expect(await ok<{ items: object[] }>(tenant.api.get(path))).toMatchObject({
      items: [{ key: "department" }],
    });
  });

  test("goes when the person is taken away from it, as far as it is what it said last", async () => {
    const { tenant, idp } = await aWorld();
    const all = { title: ["Countess"], department: ["Analysis"], organization: ["Engines"] };
    await comes(tenant, idp, all);
    const person = await ada(tenant);
    await write(tenant, person, "admin", ["department", "Poetry"]);
    await use(tenant, { organization: { mirrorFromProvider: false } });
    await comes(tenant, idp, { organization: ["Looms"] });
    await comes(
      tenant,
      idp,
      { title: ["Admiral"] },
      { nameId: "00u-grace", email: `g@${idp.domain}` },
    );
    const made = (await tenant.events("identity_provider.person_created")).at(-1);
    const grace = { id: made?.data["userId"] as TestUser["id"] };
    await ok(takeAway(tenant, person, idp, { way: "password" }));
    expect([await known(tenant, grace), await saidOf(tenant, grace)]).toEqual([
      { job_title: "Admiral by idp" },
      { job_title: "Admiral" },
    ]);
    expect(await known(tenant, person)).toEqual({
      department: "Poetry by admin",
      organization: "Engines by idp",
    });
    expect(await saidOf(tenant, person)).toEqual({});
    expect((await changes(tenant)).at(-1)).toEqual({ job_title: "cleared" });
  });

  test("stays on the profile where that is chosen", async () => {
    const { tenant, idp } = await aWorld();
    await comes(tenant, idp, { title: ["Countess"] });
    const person = await ada(tenant);
    const page = await tenant.browser.get(`/identity-providers/${idp.id}/people/${person.id}`);
    expect(await page.text()).toContain('name="keepsAttributes"');
    await ok(takeAway(tenant, person, idp, { way: "password", keepsAttributes: true }));
    expect(await known(tenant, person)).toEqual({ job_title: "Countess by idp" });
    expect(await saidOf(tenant, person)).toEqual({});
  });

  test("goes with the provider, of everybody, as one event; others' people keep theirs", async () => {
    const { tenant, idp } = await aWorld();
    const second = await anIdp(tenant);
    await comes(tenant, idp, { title: ["Countess"], department: ["Analysis"] });
    const person = await ada(tenant);
    await signInBy(app, tenant.newBrowser(), second, {
      nameId: "00u-grace",
      attributes: { title: ["Admiral"] },
    });
    const grace = (await tenant.events("identity_provider.person_created")).at(-1)?.data["userId"];
    await write(tenant, person, "admin", ["department", "Poetry"]);
    const deletion = await tenant.browser.get(`/identity-providers/${idp.id}/deletion`);
    expect(await deletion.text()).toContain('name="keepsAttributes"');
    await ok(tenant.api.delete(`/identity-providers/${idp.id}`, { confirmed: true }));
    expect(await known(tenant, person)).toEqual({ department: "Poetry by admin" });
    expect(await known(tenant, { id: grace as TestUser["id"] })).toEqual({
      job_title: "Admiral by idp",
    });
    const taken = await tenant.events("identity_provider.attributes_taken_back");
    expect(taken.map(({ data }) => data)).toEqual([
      { identityProviderId: idp.id, name: idp.connection.name, count: 1, peopleCount: 1 },
    ]);
    await ok(
      tenant.api.delete(`/identity-providers/${second.id}`, {
        confirmed: true,
        keepsAttributes: true,
      }),
    );
    expect(await known(tenant, { id: grace as TestUser["id"] })).toEqual({
      job_title: "Admiral by idp",
    });
  });

  test("that nobody stands behind any more is vouched for by the next provider that says the same", async () => {
    const { tenant, idp } = await aWorld();
    await comes(tenant, idp, { title: ["Countess"] });
    const person = await ada(tenant);
    await app.asSuperuser(
      "update app.user_attributes set identity_provider_id = null where user_id = $1",
      [person.id],
    );
    await comes(tenant, idp, { title: ["Countess"] });
    expect(await saidOf(tenant, person)).toEqual({ job_title: "Countess" });
  });
});
