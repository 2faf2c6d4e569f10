// What comes from elsewhere: another tenant, another site, an address to be led away to.
import { describe, expect, test } from "bun:test";
import { testApp } from "../../support/a-tenant.ts";
import {
  handleCookie,
  isSignedIn,
  locationOf,
  mailedCode,
  sessionCookie,
  signIn,
  throughPassword,
} from "./support.ts";

const { aTenant } = await testApp();

describe("another tenant", () => {
  test("knows neither this one's people, nor its handles, nor its sessions", async () => {
    const [ours, theirs] = [await aTenant(), await aTenant()];
    const user = await ours.aUser();
    expect((await throughPassword(theirs.newBrowser(), user.email)).status).toBe(422);

    const browser = ours.newBrowser();
    await throughPassword(browser, user.email);
    const code = await mailedCode(ours, user.email);
    const stranger = theirs.newBrowser();
    const handle = browser.cookies.get(handleCookie);
    if (!handle) throw new Error("no handle");
    stranger.cookies.set(handleCookie, handle);
    expect((await stranger.post("/sign-in/code", { code })).status).toBe(410);

    await browser.post("/sign-in/code", { code });
    const session = browser.cookies.get(sessionCookie);
    if (!session) throw new Error("no session");
    stranger.cookies.set(sessionCookie, session);
    expect(await isSignedIn(stranger)).toBe(false);
    expect(await isSignedIn(browser)).toBe(true);
  });

  test("with a person of the same address and password is another person", async () => {
    const [ours, theirs] = [await aTenant(), await aTenant()];
    const [here, there] = [
      await ours.aUser({ email: "ada@example.com" }),
      await theirs.aUser({ email: "ada@example.com" }),
    ];
    await signIn(ours, ours.newBrowser(), here);
    expect((await theirs.events("session.started")).length).toBe(0);
    expect((await ours.events("session.started"))[0]?.subjectId).toBe(here.id);
    expect(here.id).not.toBe(there.id);
  });
});

describe("a form of another site", () => {
  const posts = [
    "/sign-in",
    "/sign-in/password",
    "/sign-in/code",
    "/sign-in/codes",
    "/sign-in/totp",
    "/sign-in/backup-code",
    "/sign-in/new-password",
    "/sign-out",
    "/forgotten-password",
  ];
  test.each(posts)("cannot post to %s (login CSRF)", async (path) => {
    const tenant = await aTenant();
    const fields = { email: "a@example.com", return_to: "/", password: "x", code: "1" };
    for (const site of ["cross-site", "same-site", "none"]) {
      const headers = { "sec-fetch-site": site, origin: "https://evil.example" };
      const answer = await tenant.newBrowser().post(path, fields, { headers });
      expect([site, answer.status]).toEqual([site, 403]);
      expect(answer.headers.getSetCookie()).toEqual([]);
    }
    const bare = { "sec-fetch-site": undefined, origin: undefined };
    expect((await tenant.newBrowser().post(path, fields, { headers: bare })).status).toBe(403);
  });
});

describe("return_to", () => {
  const evil = [
    "https://evil.example",
    "//evil.example",
    "/\\evil.example",
    "\\\\evil.example",
    "javascript:alert(1)",
    "/\t/evil.example",
    "/\n//evil.example",
    " //evil.example",
    "evil.example",
    "/x\\y",
    `/${"x".repeat(3000)}`,
    "",
  ];
  test.each(evil)("leads home instead of to %j", async (target) => {
    const tenant = await aTenant();
    const user = await tenant.aUser();
    const browser = tenant.newBrowser();
    const answer = await signIn(tenant, browser, user, target);
    expect(locationOf(answer)).toBe("/");
    const again = await browser.get(`/sign-in?return_to=${encodeURIComponent(target)}`);
    expect(locationOf(again)).toBe("/");
  });
});
