// What a request may ask for, and the exact status when it cannot be had (Core §3.2.2.2, §3.3.2.2.1, §3.4.1, §3.4.1.1).
import { describe, expect, test } from "bun:test";
import { authnContexts } from "#protocols/saml/authn-context.ts";
import { nameIdFormats } from "#protocols/saml/name-id.ts";
import { testApp, type TestTenant } from "../../support/a-tenant.ts";
import type { Browser } from "../../support/browser.ts";
import {
  anSp,
  authnRequest,
  headingOf,
  isPosting,
  received,
  signOn,
  type Sp,
  waitingAt,
} from "./support.ts";

const app = await testApp();

/** What becomes of a request: the status that the application is told, where the browser is sent, or the page that is shown. */
async function outcome(
  browser: Browser,
  sp: Sp,
  wish: Parameters<typeof authnRequest>[2],
): Promise<string> {
  const answer = await browser.get(await waitingAt(browser, authnRequest(app, sp, wish)));
  const location = answer.headers.get("location");
  if (location !== null) return location.replace(/return_to=.*/, "return_to=…");
  const page = await answer.clone().text();
  return isPosting(page) ? (await received(answer, sp)).status : headingOf(page);
}

describe("I3 ForceAuthn and IsPassive", () => {
  type State = "nobody" | "signed in" | "agreed before" | "without access";
  const ask = "Continue to Wiki?";
  const denied = "You have no access to Wiki";
  const signIn = "/sign-in?return_to=…";
  const again = "/sign-in?reauthenticate=1&return_to=…";
  const table: readonly [attributes: string, expected: Readonly<Record<State, string>>][] = [
    [
      "",
      { nobody: signIn, "signed in": ask, "agreed before": "Success", "without access": denied },
    ],
    [
      'ForceAuthn="false" IsPassive="0"',
      { nobody: signIn, "signed in": ask, "agreed before": "Success", "without access": denied },
    ],
    [
      'IsPassive="true"',
      {
        nobody: "Responder NoPassive",
        "signed in": "Responder NoPassive",
        "agreed before": "Success",
        "without access": "Responder RequestDenied",
      },
    ],
    [
      'ForceAuthn="true"',
      { nobody: signIn, "signed in": again, "agreed before": again, "without access": again },
    ],
    [
      'ForceAuthn="1" IsPassive="1"',
      {
        nobody: "Responder NoPassive",
        "signed in": "Responder NoPassive",
        "agreed before": "Responder NoPassive",
        "without access": "Responder NoPassive",
      },
    ],
  ];

  test.each(table)("%s", async (attributes, expected) => {
    const tenant = await app.aTenant({ signedInAs: "member" });
    const [open, closed] = [await anSp(tenant), await anSp(tenant, { availableToAll: false })];
    const agreed = await tenant.signedIn(await tenant.aUser());
    await signOn(agreed, open, authnRequest(app, open));
    const seen = {
      nobody: await outcome(tenant.newBrowser(), open, { attributes }),
      "signed in": await outcome(tenant.browser, open, { attributes }),
      "agreed before": await outcome(agreed, open, { attributes }),
      "without access": await outcome(tenant.browser, closed, { attributes }),
    };
    expect(seen).toEqual(expected);
  });

  test("ForceAuthn is met by a sign-in after the request, and says when it was", async () => {
    const tenant = await app.aTenant({ signedInAs: "member" });
    const { browser, me } = tenant;
    const sp = await anSp(tenant);
    await signOn(browser, sp, authnRequest(app, sp));
    const path = await waitingAt(
      browser,
      authnRequest(app, sp, { attributes: 'ForceAuthn="true"' }),
    );
    app.clock.advance({ seconds: 5 });
    expect((await browser.get(path)).status).toBe(303);
    const fresh = await tenant.signedIn(me);
    browser.cookies.set("__Host-session", fresh.cookies.get("__Host-session")!);
    const { status, xml } = await received(await browser.get(path), sp);
    expect(status).toBe("Success");
    const instant = /AuthnInstant="([^"]+)"/.exec(xml)?.[1] ?? "";
    expect(Math.abs(app.clock.now().getTime() - new Date(instant).getTime())).toBeLessThan(5_000);
  });

  test.each(["", 'IsPassive="true"'])(
    "a request without access is recorded (%s)",
    async (attributes) => {
      const tenant = await app.aTenant({ signedInAs: "member" });
      const sp = await anSp(tenant, { availableToAll: false });
      await outcome(tenant.browser, sp, { attributes });
      expect(await tenant.events("sso.access_denied")).toHaveLength(1);
      expect(await tenant.events("sso.assertion_issued")).toEqual([]);
    },
  );
});

test("who has to sign in again is told by whom, once", async () => {
  const tenant = await app.aTenant({ signedInAs: "member" });
  const sp = await anSp(tenant, { name: "Payroll <1>" });
  const xml = authnRequest(app, sp, { attributes: 'ForceAuthn="true"' });
  const answer = await tenant.browser.get(await waitingAt(tenant.browser, xml));
  const signIn = answer.headers.get("location") ?? "";
  const page = await (await tenant.browser.get(signIn)).text();
  expect(page).toContain("Payroll &lt;1&gt; asks you to sign in again");
  expect(await (await tenant.browser.get(signIn)).text()).not.toContain("Payroll");
});

describe("NameIDPolicy", () => {
  const { emailAddress, persistent, transient, unspecified, entity } = nameIdFormats;
  const refused = "Requester InvalidNameIDPolicy";
  const policy = (format: string | null, rest = 'AllowCreate="true"') =>
    `<samlp:NameIDPolicy ${format === null ? "" : `Format="${format}"`} ${rest}/>`;

  const table: readonly [configured: string, asked: string | null, expected: string][] = [
    [emailAddress, null, emailAddress],
    [emailAddress, unspecified, emailAddress],
    [emailAddress, emailAddress, emailAddress],
    [emailAddress, persistent, persistent],
    [emailAddress, transient, transient],
    [emailAddress, entity, refused],
    [emailAddress, "urn:example:unknown", refused],
    [persistent, null, persistent],
    [persistent, persistent, persistent],
    [persistent, transient, transient],
    // Never one that tells more than the administrator agreed to.
    [persistent, emailAddress, refused],
    [transient, transient, transient],
    [transient, persistent, refused],
    [transient, emailAddress, refused],
  ];

  test.each(table)("configured %s, asked for %s: %s", async (nameIdFormat, asked, expected) => {
    const tenant = await app.aTenant({ signedInAs: "member" });
    const sp = await anSp(tenant, { nameIdFormat });
    const message = await signOn(
      tenant.browser,
      sp,
      authnRequest(app, sp, { children: policy(asked) }),
    );
    expect(message.status === "Success" ? message.nameIdFormat : message.status).toBe(expected);
  });

  test("that cannot be met is told at once: nobody has to sign in for a refusal", async () => {
    const tenant = await app.aTenant();
    const sp = await anSp(tenant);
    expect(await outcome(tenant.newBrowser(), sp, { children: policy(entity) })).toBe(refused);
  });

  test("an identifier is made only when the request allows it", async () => {
    const tenant = await app.aTenant({ signedInAs: "member" });
    const { browser } = tenant;
    const sp = await anSp(tenant, { nameIdFormat: persistent });
    const asked = async (children: string) =>
      (await signOn(browser, sp, authnRequest(app, sp, { children }))).status;
    expect(await asked(policy(persistent, 'AllowCreate="false"'))).toBe(refused);
    expect(await asked(policy(persistent, ""))).toBe(refused);
    const rows = () =>
      app.asSuperuser("select from app.saml_persistent_ids where tenant_id = $1", [tenant.id]);
    expect(await rows()).toEqual([]);
    expect(await tenant.events("sso.assertion_issued")).toEqual([]);
    expect(await asked("")).toBe("Success");
    expect(await asked(policy(persistent, 'AllowCreate="false"'))).toBe("Success");
    expect(await rows()).toHaveLength(1);
  });

  test("may name the requester as the qualifier, and nobody else", async () => {
    const tenant = await app.aTenant({ signedInAs: "member" });
    const sp = await anSp(tenant);
    const asked = async (qualifier: string) => {
      const children = policy(persistent, `AllowCreate="true" SPNameQualifier="${qualifier}"`);
      return (await signOn(tenant.browser, sp, authnRequest(app, sp, { children }))).status;
    };
    expect(await asked(sp.entityId)).toBe("Success");
    expect(await asked("https://other.example.org")).toBe(refused);
  });
});

describe("I3 RequestedAuthnContext", () => {
  const {
    password,
    passwordProtectedTransport: transport,
    refedsMultiFactor: mfa,
    timeSyncToken,
    unspecified,
  } = authnContexts;
  const none = "Responder NoAuthnContext";
  const more = "/sign-in?reauthenticate=1&return_to=…";
  const asking = (comparison: string, ...classes: string[]) =>
    `<samlp:RequestedAuthnContext Comparison="${comparison}">${classes
      .map((name) => `<saml:AuthnContextClassRef>${name}</saml:AuthnContextClassRef>`)
      .join("")}</samlp:RequestedAuthnContext>`;

  /** A browser whose session was proved so. */
  async function provedBy(tenant: TestTenant, ...methods: string[]): Promise<Browser> {
    const user = await tenant.aUser();
    const browser = await tenant.signedIn(user);
    await app.asSuperuser("update app.sessions set methods = $1 where user_id = $2", [
      methods,
      user.id,
    ]);
    return browser;
  }

  const table: readonly [comparison: string, asked: string[], byMail: string, byApp: string][] = [
    ["exact", [transport], transport, transport],
    ["exact", [password], password, password],
    ["exact", [mfa], more, mfa],
    ["exact", [mfa, transport], transport, mfa],
    ["exact", [timeSyncToken], more, timeSyncToken],
    ["exact", ["urn:example:unknown"], none, none],
    ["minimum", [password], transport, mfa],
    ["minimum", [mfa], more, mfa],
    ["minimum", ["urn:example:unknown"], none, none],
    ["maximum", [password], password, password],
    ["maximum", [unspecified], unspecified, unspecified],
    ["better", [password], transport, mfa],
    ["better", [transport], more, mfa],
    ["better", [mfa], none, none],
  ];

  test.each(table)(
    "%s %j: by e-mail code %s, by authenticator app %s",
    async (comparison, asked, byMail, byApp) => {
      const tenant = await app.aTenant();
      const sp = await anSp(tenant);
      const children = asking(comparison, ...asked);
      const told = async (browser: Browser) => {
        const seen = await outcome(browser, sp, { children });
        if (seen !== "Continue to Wiki?") return seen;
        return (await signOn(browser, sp, authnRequest(app, sp, { children }))).context;
      };
      expect(await told(await provedBy(tenant, "password", "email_code"))).toBe(byMail);
      expect(await told(await provedBy(tenant, "password", "totp"))).toBe(byApp);
    },
  );

  test("that no way of ours meets is told at once: nobody has to sign in for a refusal", async () => {
    const tenant = await app.aTenant();
    const sp = await anSp(tenant);
    const seen = (attributes: string, ...asked: string[]) =>
      outcome(tenant.newBrowser(), sp, { attributes, children: asking("exact", ...asked) });
    expect(await seen("", "urn:example:unknown")).toBe(none);
    expect(await seen('IsPassive="true"', "urn:example:unknown")).toBe(none);
    expect(await seen('IsPassive="true"', mfa)).toBe("Responder NoPassive");
    expect(await seen("", mfa)).toBe("/sign-in?return_to=…");
  });

  test("that the person could meet is NoPassive where no page may be shown", async () => {
    const tenant = await app.aTenant();
    const sp = await anSp(tenant);
    const browser = await provedBy(tenant, "password", "email_code");
    const wish = { attributes: 'IsPassive="true"', children: asking("minimum", mfa) };
    expect(await outcome(browser, sp, wish)).toBe("Responder NoPassive");
  });

  test("by declaration is not met", async () => {
    const tenant = await app.aTenant({ signedInAs: "member" });
    const sp = await anSp(tenant);
    const children =
      "<samlp:RequestedAuthnContext><saml:AuthnContextDeclRef>urn:a</saml:AuthnContextDeclRef></samlp:RequestedAuthnContext>";
    expect(await outcome(tenant.browser, sp, { children })).toBe(none);
  });

  test("a second factor is told without being asked for, in no more than it is", async () => {
    const tenant = await app.aTenant();
    const sp = await anSp(tenant);
    const told = async (...methods: string[]) =>
      (await signOn(await provedBy(tenant, ...methods), sp, authnRequest(app, sp))).context;
    expect(await told("password", "totp")).toBe(transport);
    expect(await told("password", "email_code")).toBe(transport);
  });
});

describe("Subject", () => {
  const naming = (name: string) =>
    `<saml:Subject><saml:NameID>${name}</saml:NameID></saml:Subject>`;

  test("who is signed in is told, in any case of letters", async () => {
    const tenant = await app.aTenant({ signedInAs: "member" });
    const sp = await anSp(tenant);
    const children = naming(tenant.me.email.toUpperCase());
    expect((await signOn(tenant.browser, sp, authnRequest(app, sp, { children }))).nameId).toBe(
      tenant.me.email,
    );
  });

  test("anybody else is unknown: nobody is told in their place", async () => {
    const tenant = await app.aTenant({ signedInAs: "member" });
    const { email } = await tenant.aUser();
    const sp = await anSp(tenant);
    expect(await outcome(tenant.browser, sp, { children: naming(email) })).toBe(
      "Responder UnknownPrincipal",
    );
  });

  describe("by a persistent identifier (SAML Core §3.4.1.4)", () => {
    const { persistent, emailAddress, transient } = nameIdFormats;
    const named = (name: string, attributes: string) =>
      `<saml:Subject><saml:NameID ${attributes}>${name}</saml:NameID></saml:Subject>`;
    const asPersistent = (name: string, rest = "") => named(name, `Format="${persistent}" ${rest}`);
    const unknown = "Responder UnknownPrincipal";

    async function known() {
      const tenant = await app.aTenant({ signedInAs: "member" });
      const sp = await anSp(tenant, { nameIdFormat: persistent });
      const { nameId, issuer } = await signOn(tenant.browser, sp, authnRequest(app, sp));
      const told = async (children: string, browser = tenant.browser) =>
        (await signOn(browser, sp, authnRequest(app, sp, { children }))).status;
      return { tenant, sp, nameId: nameId ?? "", issuer, told };
    }

    test("finds the person whom it was made for, with or without its qualifiers", async () => {
      const { sp, nameId, issuer, told } = await known();
      const qualifiers = `NameQualifier="${issuer}" SPNameQualifier="${sp.entityId}"`;
      expect(await told(asPersistent(nameId))).toBe("Success");
      expect(await told(asPersistent(nameId, qualifiers))).toBe("Success");
      expect(await told(naming(nameId))).toBe("Success");
    });

    test("is nobody else's", async () => {
      const { tenant, sp, nameId } = await known();
      const other = await tenant.signedIn(await tenant.aUser());
      const xml = authnRequest(app, sp, { children: asPersistent(nameId) });
      expect((await received(await other.get(await waitingAt(other, xml)), sp)).status).toBe(
        unknown,
      );
    });

    test("is not one of another application, format, letter case or party", async () => {
      const { tenant, sp, nameId, told } = await known();
      const another = await anSp(tenant, { nameIdFormat: persistent });
      const there = await signOn(tenant.browser, another, authnRequest(app, another));
      expect(await told(asPersistent(there.nameId ?? ""))).toBe(unknown);
      expect(await told(asPersistent(nameId.toUpperCase()))).toBe(unknown);
      expect(await told(named(nameId, `Format="${emailAddress}"`))).toBe(unknown);
      expect(await told(named(nameId, `Format="${transient}"`))).toBe(unknown);
      expect(await told(asPersistent(tenant.me.email))).toBe(unknown);
      const foreign = "Requester UnknownPrincipal";
      expect(await told(asPersistent(nameId, 'NameQualifier="urn:other"'))).toBe(foreign);
      expect(await told(asPersistent(nameId, 'SPNameQualifier="urn:other"'))).toBe(foreign);
      expect(sp.entityId).not.toBe(another.entityId);
    });
  });
});
