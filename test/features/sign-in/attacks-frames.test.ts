// A11: other sites. They sign no browser in, link no account, and show no page of ours in a frame: neither one where somebody signs in or agrees,
// nor one where somebody changes something. Pages and steps are those of the route table and of the state table.
import { beforeAll, describe, expect, test } from "bun:test";
import { routeTable } from "#src/app.ts";
import { signInTable } from "#features/sign-in/table.ts";
import type { LiveState } from "#features/sign-in/schema.ts";
import { furnish, nameOf, pathWith, type World } from "../../http/support/world.ts";
import { headerProblems } from "../../http/support/answers.ts";
import { goodPassword, testApp, type TestTenant } from "../../support/a-tenant.ts";
import type { Browser } from "../../support/browser.ts";
import { anIdp, answer, signInBy, toProvider } from "../identity-providers/support.ts";
import { aPasskey } from "../passkeys/support.ts";
import { anSp, authnRequest, waitingAt } from "../sso/support.ts";
import {
  byPasskey,
  isSignedIn,
  locationOf,
  mailedCode,
  resetLink,
  setPolicy,
  signIn,
  throughPassword,
  withApp,
} from "./support.ts";

const house = await testApp();
const cannotBeFramed = (sent: Response) => ({
  policy: sent.headers.get("content-security-policy")?.includes("frame-ancestors 'none'"),
  old: sent.headers.get("x-frame-options"),
  wrong: headerProblems(sent),
});
const framedByNobody = { policy: true, old: "DENY", wrong: [] };

/** A browser at each step that asks something. */
const reach: Readonly<
  Record<LiveState, (tenant: TestTenant, browser: Browser) => Promise<unknown>>
> = {
  email_proof: async (tenant, browser) => {
    await setPolicy(tenant, { email_proof_first: true });
    await browser.post("/sign-in", { email: "nobody@acme.example", return_to: "/" });
  },
  password: (_, browser) =>
    browser.post("/sign-in", { email: "nobody@acme.example", return_to: "/" }),
  new_password: async (tenant, browser) =>
    browser.post(await resetLink(tenant, await tenant.aUser())),
  email_code: async (tenant, browser) => throughPassword(browser, (await tenant.aUser()).email),
  totp: async (tenant, browser) => {
    const user = await tenant.aUser();
    await withApp(house, tenant, user);
    await throughPassword(browser, user.email);
  },
  passkey: async (tenant, browser) => {
    const user = await tenant.aUser();
    await aPasskey(house, tenant, user);
    await setPolicy(tenant, { strength: "phishing_resistant", grace_days: 0 });
    await throughPassword(browser, user.email);
  },
  enrol: async (tenant, browser) => {
    await setPolicy(tenant, { strength: "strong", grace_days: 0 });
    const user = await tenant.aUser();
    await throughPassword(browser, user.email);
    await browser.post("/sign-in/code", { code: await mailedCode(tenant, user.email) });
  },
  provider: async (tenant, browser) => {
    const idp = await anIdp(tenant);
    await toProvider(browser, `nobody@${idp.domain}`);
  },
  link: async (tenant, browser) => {
    const idp = await anIdp(tenant);
    await tenant.aUser({ role: "super_admin", email: `ada@${idp.domain}` });
    await signInBy(house, browser, idp);
  },
};

let world: World;
beforeAll(async () => {
  world = await furnish(house, await house.aTenant({ signedInAs: "super_admin" }));
});

describe("A11: login CSRF, account-link CSRF, clickjacking of consent", () => {
  test("cannot sign a browser in, by any form of a sign-in", async () => {
    const tenant = await house.aTenant();
    const user = await tenant.aUser();
    const { authenticator } = await aPasskey(house, tenant, user);
    const browser = tenant.newBrowser();
    const foreign = [
      { "sec-fetch-site": "cross-site", origin: "https://evil.example" },
      { "sec-fetch-site": "same-site", origin: "https://other.id.weft.test" },
    ];
    for (const headers of foreign) {
      const answers = [
        await browser.post("/sign-in", { email: user.email, return_to: "/" }, { headers }),
        await browser.post("/sign-in/passkey/options", {}, { headers }),
        await browser.post("/sign-in/password", { password: goodPassword }, { headers }),
        await browser.post("/sign-in/passkey", { response: "{}" }, { headers }),
        await browser.post("/sign-in/enrolment/later", {}, { headers }),
      ];
      expect(answers.map(({ status }) => status)).toEqual([403, 403, 403, 403, 403]);
    }
    expect([...browser.cookies.keys()]).toEqual([]);
    await byPasskey(tenant, browser, authenticator, { path: "/sign-in" });
    expect(await isSignedIn(browser)).toBe(true);
  });

  test("cannot link an account: neither by its form, nor by an answer that another browser asked for", async () => {
    const tenant = await house.aTenant();
    const idp = await anIdp(tenant);
    await tenant.aUser({ role: "super_admin", email: `ada@${idp.domain}` });
    const victim = tenant.newBrowser();
    await signInBy(house, victim, idp);
    const headers = { "sec-fetch-site": "cross-site", origin: "https://evil.example" };
    const posted = await victim.post("/sign-in/link", { password: goodPassword }, { headers });
    expect(posted.status).toBe(403);
    // The attacker's own answer, brought to a browser that asked for none.
    const request = await toProvider(tenant.newBrowser(), `eve@${idp.domain}`);
    const stranger = tenant.newBrowser();
    await answer(house, stranger, idp, { request, nameId: "00u-eve", email: `eve@${idp.domain}` });
    expect(await isSignedIn(stranger)).toBe(false);
    expect(await tenant.events("identity_provider.person_linked")).toEqual([]);
  });

  for (const state of Object.keys(reach) as LiveState[]) {
    const { page } = signInTable[state];
    test(`cannot put ${page} into a frame`, async () => {
      const tenant = await house.aTenant();
      const browser = tenant.newBrowser();
      await reach[state](tenant, browser);
      const shown = await browser.get(page ?? "");
      expect([page, shown.status]).toEqual([page, 200]);
      expect(cannotBeFramed(shown)).toEqual(framedByNobody);
      expect(shown.headers.get("cache-control")).toContain("no-store");
    });
  }

  test("cannot put the page that asks for consent into a frame, nor the one that hands over", async () => {
    const tenant = await house.aTenant({ signedInAs: "member" });
    const sp = await anSp(tenant);
    const path = await waitingAt(tenant.browser, authnRequest(house, sp));
    const asking = await tenant.browser.get(path);
    expect(cannotBeFramed(asking)).toEqual(framedByNobody);
    expect(await asking.text()).toContain(`${path}/consent`);
    const foreign = { "sec-fetch-site": "cross-site", origin: "https://evil.example" };
    const forced = await tenant.browser.post(
      `${path}/consent`,
      { choice: "continue" },
      { headers: foreign },
    );
    expect(forced.status).toBe(403);
    expect(await tenant.events("sso.assertion_issued")).toEqual([]);
  });

  test("cannot put any page of the route table into a frame, whoever opens it", async () => {
    const { browser } = world.tenant;
    const seen: Record<string, number> = {};
    for (const route of routeTable.filter(({ method }) => method === "get")) {
      for (const by of [browser, world.tenant.newBrowser()]) {
        const sent = await by.get(pathWith(route, world.ids));
        const { policy, old } = cannotBeFramed(sent);
        expect([nameOf(route), policy, old]).toEqual([nameOf(route), true, "DENY"]);
        seen[sent.status] = (seen[sent.status] ?? 0) + 1;
      }
    }
    // Pages, not refusals of them: most are shown to the one who may see them.
    expect(seen[200]).toBeGreaterThan(60);
  });

  test("get nobody by return_to, whichever way the sign-in ends", async () => {
    const tenant = await house.aTenant();
    const user = await tenant.aUser();
    const { authenticator } = await aPasskey(house, tenant, await tenant.aUser());
    for (const evil of [
      "https://evil.example",
      "//evil.example",
      "/\\evil.example",
      "javascript:alert(1)",
      "/\t/evil",
    ]) {
      const byCode = tenant.newBrowser();
      expect(
        await (await byCode.get(`/sign-in?return_to=${encodeURIComponent(evil)}`)).text(),
      ).not.toContain("evil");
      expect(locationOf(await signIn(tenant, byCode, user, evil))).toBe("/");
      const wish = { path: "/sign-in", fields: { return_to: evil } } as const;
      expect(locationOf(await byPasskey(tenant, tenant.newBrowser(), authenticator, wish))).toBe(
        "/",
      );
    }
  });
});
