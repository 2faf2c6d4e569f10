// Single sign-on from the request to the assertion: what an application is told, and that a person is asked once (Profiles §4.1).
import { describe, expect, test } from "bun:test";
import { authnContexts } from "#protocols/saml/authn-context.ts";
import { nameIdFormats } from "#protocols/saml/name-id.ts";
import { testApp } from "../../support/a-tenant.ts";
import {
  agree,
  anSp,
  authnRequest,
  fieldsOf,
  isPosting,
  received,
  signOn,
  waitingAt,
} from "./support.ts";

const app = await testApp();

describe.each(["redirect", "post"] as const)("a request by the %s binding", (binding) => {
  test("ends in an assertion about the person, after consent", async () => {
    const tenant = await app.aTenant({ signedInAs: "member" });
    const { browser, me } = tenant;
    await tenant.aGroup("Authors & Editors", [me]);
    const sp = await anSp(tenant);
    const id = "_asked-once";
    const path = await waitingAt(browser, authnRequest(app, sp, { id }), {
      binding,
      relayState: "/wiki?a=1&b=2",
    });
    const page = await browser.get(path);
    expect(page.status).toBe(200);
    const asked = await page.text();
    for (const told of ["Continue to Wiki?", me.email, "Ada Lovelace", "Authors &amp; Editors"]) {
      expect(asked).toContain(told);
    }
    const message = await received(await agree(browser, path), sp);
    expect(message).toMatchObject({
      acsUrl: sp.acsUrl,
      relayState: "/wiki?a=1&b=2",
      status: "Success",
      inResponseTo: id,
      issuer: sp.application.entityId,
      nameId: me.email,
      nameIdFormat: nameIdFormats.emailAddress,
      audience: sp.entityId,
      context: authnContexts.passwordProtectedTransport,
      attributes: {
        email: [me.email],
        firstName: [me.firstName],
        lastName: [me.lastName],
        displayName: [`${me.firstName} ${me.lastName}`],
        groups: ["Authors & Editors"],
      },
    });
    expect(
      (await tenant.events("sso.assertion_issued")).map(({ subjectId, data }) => [subjectId, data]),
    ).toEqual([
      [
        me.id,
        expect.objectContaining({
          applicationId: sp.application.id,
          inResponseTo: id,
          released: expect.arrayContaining(["email", "groups"]),
        }),
      ],
    ]);
  });

  test("without a session leads to the sign-in page and waits", async () => {
    const tenant = await app.aTenant();
    const user = await tenant.aUser();
    const sp = await anSp(tenant);
    const browser = tenant.newBrowser();
    const path = await waitingAt(browser, authnRequest(app, sp), { binding });
    const answer = await browser.get(path);
    expect(answer.headers.get("location")).toBe(`/sign-in?return_to=${encodeURIComponent(path)}`);
    const signedIn = await tenant.signedIn(user);
    for (const [name, cookie] of signedIn.cookies) browser.cookies.set(name, cookie);
    expect(await (await browser.get(path)).text()).toContain("Continue to Wiki?");
  });
});

describe("RelayState", () => {
  test.each([
    ["absent", undefined, null],
    ["empty", "", ""],
    ["of 80 bytes", "x".repeat(80), "x".repeat(80)],
    ["with markup", `"><script>alert(1)</script>&amp;'`, `"><script>alert(1)</script>&amp;'`],
    ["in another script", "wiki/Ärzte 💉", "wiki/Ärzte 💉"],
  ])("%s comes back as it was", async (_, relayState, expected) => {
    const tenant = await app.aTenant({ signedInAs: "member" });
    const sp = await anSp(tenant);
    for (const binding of ["redirect", "post"] as const) {
      const way = { binding, ...(relayState === undefined ? {} : { relayState }) };
      const message = await signOn(tenant.browser, sp, authnRequest(app, sp), way);
      expect(message.relayState).toBe(expected);
    }
  });

  test("comes back with a refusal too", async () => {
    const { browser, ...tenant } = await app.aTenant({ signedInAs: "member" });
    const sp = await anSp({ ...tenant, browser });
    const path = await waitingAt(browser, authnRequest(app, sp), { relayState: "kept" });
    const answer = await browser.post(`${path}/consent`, { choice: "cancel" });
    expect(await received(answer, sp)).toMatchObject({
      status: "Responder RequestDenied",
      relayState: "kept",
      nameId: null,
      attributes: {},
    });
  });
});

describe("consent", () => {
  test("is asked once, and recorded", async () => {
    const tenant = await app.aTenant({ signedInAs: "member" });
    const sp = await anSp(tenant);
    await signOn(tenant.browser, sp, authnRequest(app, sp));
    const path = await waitingAt(tenant.browser, authnRequest(app, sp));
    expect((await received(await tenant.browser.get(path), sp)).status).toBe("Success");
  });

  test("is asked again when more would be told: a first group, another kind of name", async () => {
    const tenant = await app.aTenant({ signedInAs: "member" });
    const { browser, me } = tenant;
    const sp = await anSp(tenant);
    await signOn(browser, sp, authnRequest(app, sp));
    const isAsked = async (children = "") => {
      const page = await browser.get(await waitingAt(browser, authnRequest(app, sp, { children })));
      return (await page.text()).includes("Continue to Wiki?");
    };
    expect(await isAsked()).toBe(false);
    await tenant.aGroup("Authors", [me]);
    expect(await isAsked()).toBe(true);
    await signOn(browser, sp, authnRequest(app, sp));
    expect(await isAsked()).toBe(false);
    // Another group is the same kind of fact: not asked for again.
    await tenant.aGroup("Editors", [me]);
    expect(await isAsked()).toBe(false);
    expect(
      await isAsked(
        `<samlp:NameIDPolicy Format="${nameIdFormats.persistent}" AllowCreate="true"/>`,
      ),
    ).toBe(true);
  });

  test("given for one application says nothing for another, nor for another person", async () => {
    const tenant = await app.aTenant({ signedInAs: "member" });
    const [one, other] = [await anSp(tenant), await anSp(tenant)];
    await signOn(tenant.browser, one, authnRequest(app, one));
    const somebody = await tenant.signedIn(await tenant.aUser());
    for (const [browser, sp] of [
      [tenant.browser, other],
      [somebody, one],
    ] as const) {
      const page = await browser.get(await waitingAt(browser, authnRequest(app, sp)));
      expect(await page.text()).toContain("Continue to Wiki?");
    }
  });

  test("declined is recorded, told to the application, and not remembered", async () => {
    const tenant = await app.aTenant({ signedInAs: "member" });
    const { browser } = tenant;
    const sp = await anSp(tenant);
    const path = await waitingAt(browser, authnRequest(app, sp));
    await received(await browser.post(`${path}/consent`, { choice: "cancel" }), sp);
    expect(await tenant.events("sso.declined")).toHaveLength(1);
    expect(await tenant.events("sso.assertion_issued")).toEqual([]);
    const again = await browser.get(await waitingAt(browser, authnRequest(app, sp)));
    expect(await again.text()).toContain("Continue to Wiki?");
  });

  test("covers only what the page showed: a fact that came since is asked for", async () => {
    const tenant = await app.aTenant({ signedInAs: "member" });
    const { browser, me } = tenant;
    const sp = await anSp(tenant);
    const path = await waitingAt(browser, authnRequest(app, sp));
    const form = fieldsOf(await (await browser.get(path)).text(), path);
    await tenant.aGroup("Secret project", [me]);
    const yes = { ...form, choice: "continue" };
    const answer = await browser.post(`${path}/consent`, yes, { follow: true });
    const page = await answer.text();
    expect([isPosting(page), page.includes("Secret project")]).toEqual([false, true]);
    expect(await tenant.events("sso.assertion_issued")).toEqual([]);
  });

  test("is the person's who saw the page: not of whoever is signed in when it is sent", async () => {
    const tenant = await app.aTenant({ signedInAs: "member" });
    const { browser } = tenant;
    const sp = await anSp(tenant);
    const path = await waitingAt(browser, authnRequest(app, sp));
    const form = fieldsOf(await (await browser.get(path)).text(), path);
    const another = await tenant.signedIn(await tenant.aUser());
    browser.cookies.set("__Host-session", another.cookies.get("__Host-session")!);
    const yes = { ...form, choice: "continue" };
    const answer = await browser.post(`${path}/consent`, yes, { follow: true });
    expect(isPosting(await answer.text())).toBe(false);
    expect(await tenant.events("sso.assertion_issued")).toEqual([]);
  });
});

describe("from the start page", () => {
  test("an application is launched without a request", async () => {
    const tenant = await app.aTenant({ signedInAs: "member" });
    const { browser, me } = tenant;
    const sp = await anSp(tenant);
    expect(await (await browser.get("/")).text()).toContain(
      `/saml/idp/launch/${sp.application.id}`,
    );
    const launched = await browser.get(`/saml/idp/launch/${sp.application.id}`);
    const path = launched.headers.get("location") ?? "";
    expect(await (await browser.get(path)).text()).toContain("Continue to Wiki?");
    expect(await received(await agree(browser, path), sp)).toMatchObject({
      acsUrl: sp.acsUrl,
      relayState: null,
      inResponseTo: null,
      nameId: me.email,
    });
  });

  test("I7 an application that one may not use, or that is disabled, is not", async () => {
    const tenant = await app.aTenant({ signedInAs: "member" });
    const [closed, disabled] = [await anSp(tenant, { availableToAll: false }), await anSp(tenant)];
    await tenant.api.put(`/applications/${disabled.application.id}/disablement`);
    for (const { application } of [closed, disabled]) {
      expect((await tenant.browser.get(`/saml/idp/launch/${application.id}`)).status).toBe(403);
    }
    const rows = await app.asSuperuser("select from app.sso_requests where tenant_id = $1", [
      tenant.id,
    ]);
    expect(rows).toEqual([]);
  });
});

describe("identifiers", () => {
  const asked = (format: string, allowCreate = true) =>
    `<samlp:NameIDPolicy Format="${format}" AllowCreate="${allowCreate}"/>`;

  test("a persistent one is the same for one person at one application, and another everywhere else", async () => {
    const tenant = await app.aTenant({ signedInAs: "member" });
    const somebody = await tenant.signedIn(await tenant.aUser());
    const [one, other] = [await anSp(tenant), await anSp(tenant)];
    const nameId = async (browser = tenant.browser, sp = one) =>
      (
        await signOn(
          browser,
          sp,
          authnRequest(app, sp, { children: asked(nameIdFormats.persistent) }),
        )
      ).nameId;
    const first = await nameId();
    expect(await nameId()).toBe(first);
    expect(new Set([first, await nameId(somebody), await nameId(undefined, other)]).size).toBe(3);
    expect(first).not.toContain("@");
  });

  test("a transient one is new every time, and so is nothing else", async () => {
    const tenant = await app.aTenant({ signedInAs: "member" });
    const sp = await anSp(tenant);
    const request = () => authnRequest(app, sp, { children: asked(nameIdFormats.transient) });
    const [first, second] = [
      await signOn(tenant.browser, sp, request()),
      await signOn(tenant.browser, sp, request()),
    ];
    expect(first.nameId).not.toBe(second.nameId);
    expect(first.sessionIndex).toBe(second.sessionIndex);
  });

  test("session indexes do not link two applications", async () => {
    const tenant = await app.aTenant({ signedInAs: "member" });
    const [one, other] = [await anSp(tenant), await anSp(tenant)];
    const index = async (sp: typeof one) =>
      (await signOn(tenant.browser, sp, authnRequest(app, sp))).sessionIndex;
    expect(await index(one)).not.toBe(await index(other));
  });
});
