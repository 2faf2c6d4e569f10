// What applications are told about people beside the five facts that everybody has: what the tenant lets out, the application is chosen for,
// and somebody other than the person said. And what an administrator sees of it.
import { describe, expect, test } from "bun:test";
import type { AttributeKey } from "#features/attributes/index.ts";
import { nameIdFormats } from "#protocols/saml/name-id.ts";
import { testApp, type TestTenant, type TestUser } from "../../support/a-tenant.ts";
import { use } from "../attributes/support.ts";
import { written } from "../attributes/written.ts";
import { ok } from "../identity-providers/support.ts";
import { agree, anSp, authnRequest, received, signOn, type Sp, waitingAt } from "./support.ts";

const app = await testApp();

/** Signed in as a member, with a super administrator's client beside. */
async function aWorld(wish: Parameters<typeof anSp>[1] = {}) {
  const tenant = await app.aTenant({ signedInAs: "member" });
  const sp = await anSp(tenant, wish);
  return { tenant, sp };
}

const say = (
  tenant: TestTenant,
  values: Partial<Record<AttributeKey, string>>,
  source: "self" | "admin" = "admin",
  user: Pick<TestUser, "id"> = tenant.me,
) =>
  Promise.all(
    Object.entries(values).map(([key, value]) =>
      written(app, tenant, { user, key: key as AttributeKey, value, source }),
    ),
  );

const send = (tenant: TestTenant, sp: Sp, attributes: Record<string, string>) =>
  ok(tenant.api.put(`/applications/${sp.application.id}/attributes`, { attributes }));

const five = {
  email: "email",
  firstName: "firstName",
  lastName: "lastName",
  displayName: "displayName",
  groups: "groups",
};

const toldTo = async (tenant: TestTenant, sp: Sp) =>
  (await signOn(tenant.browser, sp, authnRequest(app, sp))).attributes;

const fixedOf = ({ me }: TestTenant) => ({
  email: [me.email],
  firstName: [me.firstName],
  lastName: [me.lastName],
  displayName: [`${me.firstName} ${me.lastName}`],
});

describe("an assertion", () => {
  test("holds what the tenant lets out and the application is chosen for, under the names chosen", async () => {
    const { tenant, sp } = await aWorld();
    await say(tenant, { job_title: "Countess", department: "Analysis", city: "London" });
    expect(await toldTo(tenant, sp)).toEqual({
      ...fixedOf(tenant),
      title: ["Countess"],
      ou: ["Analysis"],
    });
    await send(tenant, sp, { email: "mail", job_title: "urn:oid:2.5.4.12", city: "town" });
    const message = await signOn(tenant.browser, sp, authnRequest(app, sp));
    expect(message.attributes).toEqual({
      mail: [tenant.me.email],
      "urn:oid:2.5.4.12": ["Countess"],
    });
    expect(message.xml).toContain(
      'FriendlyName="title" Name="urn:oid:2.5.4.12" NameFormat="urn:oasis:names:tc:SAML:2.0:attrname-format:uri"',
    );
    expect(message.xml).toContain(
      'Name="mail" NameFormat="urn:oasis:names:tc:SAML:2.0:attrname-format:basic"',
    );
    await use(tenant, { city: { enabled: true } });
    expect(await toldTo(tenant, sp)).toHaveProperty("town", ["London"]);
    const issued = await tenant.events("sso.assertion_issued");
    expect(issued.at(-1)?.data["released"]).toEqual(
      ["city", "email", "job_title", nameIdFormats.emailAddress].sort(),
    );
  });

  test("holds nothing but the Name ID where nothing is chosen", async () => {
    const { tenant, sp } = await aWorld();
    await send(tenant, sp, {});
    const message = await signOn(tenant.browser, sp, authnRequest(app, sp));
    expect([message.status, message.attributes]).toEqual(["Success", {}]);
    expect(message.nameId).toBe(tenant.me.email);
  });

  test("holds nothing that the tenant has taken out of use, or lets out to nobody", async () => {
    const { tenant, sp } = await aWorld();
    await say(tenant, { job_title: "Countess", department: "Analysis" });
    await use(tenant, {
      job_title: { enabled: false },
      department: { sendToApplications: false },
    });
    expect(await toldTo(tenant, sp)).toEqual(fixedOf(tenant));
  });

  test("holds nothing that only the person said, unless the tenant says so of the attribute", async () => {
    const { tenant, sp } = await aWorld();
    await say(tenant, { job_title: "Queen", department: "Treasury" }, "self");
    expect(await toldTo(tenant, sp)).toEqual(fixedOf(tenant));
    await use(tenant, { department: { allowSelfSourced: true } });
    expect(await toldTo(tenant, sp)).toEqual({ ...fixedOf(tenant), ou: ["Treasury"] });
  });

  test("says the display name in the place of first and last name, once, where it may leave", async () => {
    const { tenant, sp } = await aWorld();
    await say(tenant, { display_name: "The Enchantress" }, "self");
    expect(await toldTo(tenant, sp)).toEqual(fixedOf(tenant));
    await say(tenant, { display_name: "Ada, Countess of Lovelace" });
    const message = await signOn(tenant.browser, sp, authnRequest(app, sp));
    expect(message.attributes["displayName"]).toEqual(["Ada, Countess of Lovelace"]);
    expect(message.xml.split("Ada, Countess of Lovelace")).toHaveLength(2);
    await use(tenant, { display_name: { sendToApplications: false } });
    expect(await toldTo(tenant, sp)).toEqual(fixedOf(tenant));
  });

  test("of another tenant's application holds nothing because of these settings", async () => {
    const { tenant, sp } = await aWorld();
    const { tenant: second, sp: other } = await aWorld();
    await use(tenant, { department: { allowSelfSourced: true } });
    await say(second, { department: "Treasury" }, "self");
    expect(await toldTo(second, other)).toEqual(fixedOf(second));
    const path = `/applications/${sp.application.id}/attributes`;
    expect((await second.api.put(path, { attributes: five })).status).toBe(404);
    expect((await second.api.get(path)).status).toBe(404);
  });
});

describe("the person", () => {
  test("is asked about what would leave, as people read it, and again when another kind of fact would", async () => {
    const { tenant, sp } = await aWorld();
    await use(tenant, { country: { enabled: true } });
    await send(tenant, sp, { ...five, country: "c" });
    await say(tenant, { country: "DE", job_title: "Countess" });
    const asks = async () => {
      const path = await waitingAt(tenant.browser, authnRequest(app, sp));
      const page = await (await tenant.browser.get(path)).text();
      return { path, page, isAsking: page.includes(`${path}/consent`) };
    };
    const first = await asks();
    expect(first.isAsking).toBe(true);
    expect(first.page.includes("Germany")).toBe(true);
    expect(first.page.includes("Countess")).toBe(false);
    expect((await received(await agree(tenant.browser, first.path), sp)).attributes).toHaveProperty(
      "c",
      ["DE"],
    );
    // Another name for the same fact, and another value of it, are no other kind of fact.
    await send(tenant, sp, { ...five, country: "countryName" });
    await say(tenant, { country: "FR" });
    expect((await asks()).isAsking).toBe(false);
    await send(tenant, sp, { ...five, country: "countryName", job_title: "title" });
    const again = await asks();
    expect([again.isAsking, again.page.includes("Countess")]).toEqual([true, true]);
  });

  test("reads the address where the Name ID alone says it", async () => {
    const { tenant, sp } = await aWorld();
    await send(tenant, sp, { firstName: "given" });
    const path = await waitingAt(tenant.browser, authnRequest(app, sp));
    const page = await (await tenant.browser.get(path)).text();
    for (const text of [tenant.me.email, "First name", tenant.me.firstName])
      expect([text, page.includes(text)]).toEqual([text, true]);
  });
});

describe("our metadata and the setup page", () => {
  test("say what the application is sent, and nothing else", async () => {
    const { tenant, sp } = await aWorld();
    const stranger = tenant.newBrowser();
    const read = async (url: string) => (await stranger.get(new URL(url).pathname)).text();
    const { metadataUrl, setupUrl } = sp.application;
    expect(await read(metadataUrl)).toContain('Name="title"');
    expect(await read(metadataUrl)).not.toContain('Name="l"');
    const wished = { email: "mail", city: "town", job_title: "title", department: "unit" };
    await send(tenant, sp, wished);
    await use(tenant, {
      job_title: { sendToApplications: false },
      department: { enabled: false },
    });
    const names = Array.from(
      (await read(metadataUrl)).matchAll(/<saml:Attribute [^>]* Name="([^"]+)"/g),
      ([, name]) => name,
    );
    expect(names).toEqual(["mail"]);
    const page = await read(setupUrl);
    expect([page.includes("<code>mail</code>"), page.includes("<code>title</code>")]).toEqual([
      true,
      false,
    ]);
  });
});

describe("POST /applications/:applicationId/preview", () => {
  const previewOf = async (tenant: TestTenant, sp: Sp, email: string) => {
    const answer = await tenant.browser.post(`/applications/${sp.application.id}/preview`, {
      email,
    });
    const page = await answer.text();
    const rows = Array.from(page.matchAll(/<tr[^>]*>(.*?)<\/tr>/gs), ([, row = ""]) =>
      row
        .replace(/<[^>]+>/g, " ")
        .replace(/\s+/g, " ")
        .trim(),
    );
    return { status: answer.status, page, rows };
  };

  test("shows what would be told and what would not, sends nothing, and is recorded", async () => {
    const tenant = await app.aTenant({ signedInAs: "super_admin" });
    const sp = await anSp(tenant, { nameIdFormat: nameIdFormats.persistent });
    const grace = await tenant.aUser({ firstName: "Grace", lastName: "Hopper" });
    await say(tenant, { job_title: "Admiral" }, "admin", grace);
    await say(tenant, { department: "Treasury" }, "self", grace);
    const { status, rows, page } = await previewOf(tenant, sp, grace.email.toUpperCase());
    expect(status).toBe(200);
    for (const row of [
      "Identifier NameID Made at the sign-in",
      `E-mail address email ${grace.email}`,
      "Full name displayName Grace Hopper",
      "Job title title Admiral",
    ])
      expect(rows).toContain(row);
    expect([page.includes("Treasury"), /there is no value.*Department/s.test(page)]).toEqual([
      false,
      true,
    ]);
    expect(
      (await tenant.events("sso.preview_viewed")).map(({ subjectId, data }) => [subjectId, data]),
    ).toEqual([
      [grace.id, { userId: grace.id, applicationId: sp.application.id, application: "Wiki" }],
    ]);
    for (const table of ["saml_persistent_ids", "consents"])
      expect(
        await app.asSuperuser(`select from app.${table} where user_id = $1`, [grace.id]),
      ).toEqual([]);
  });

  test("tells nothing about who has no access, and names the field where there is nobody", async () => {
    const tenant = await app.aTenant({ signedInAs: "super_admin" });
    const sp = await anSp(tenant, { availableToAll: false });
    const { page, rows } = await previewOf(tenant, sp, tenant.me.email);
    expect([page.includes("has no access to Wiki"), rows]).toEqual([true, []]);
    const others = await app.aTenant();
    const theirs = await others.aUser();
    const nobody = await previewOf(tenant, sp, theirs.email);
    expect([nobody.status, nobody.page.includes("There is nobody with this address")]).toEqual([
      422,
      true,
    ]);
    expect((await previewOf(tenant, sp, "no address")).status).toBe(422);
    expect(await tenant.events("sso.preview_viewed")).toHaveLength(1);
  });

  test("is for super administrators, and not for another tenant's", async () => {
    const { sp } = await aWorld();
    for (const tenant of [
      await app.aTenant({ signedInAs: "admin" }),
      await app.aTenant({ signedInAs: "super_admin" }),
    ])
      expect((await previewOf(tenant, sp, tenant.me.email)).status).toBe(
        tenant.me.role === "admin" ? 403 : 404,
      );
  });
});
