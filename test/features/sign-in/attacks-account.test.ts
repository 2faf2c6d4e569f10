// Attack cases around an account, each by its number: A4 guessing of second steps from many networks, A7 poisoned
// links, A8 links opened by programs, A12 factors removed without their owner.
import { describe, expect, test } from "bun:test";
import { goodPassword, testApp } from "../../support/a-tenant.ts";
import { aPasskey } from "../passkeys/support.ts";
import { stepsOf } from "../recovery/support.ts";
import {
  byPasskey,
  lastMethods,
  locationOf,
  mailedCode,
  resetLink,
  setPolicy,
  throughPassword,
  withApp,
  wrong,
} from "./support.ts";

const house = await testApp();

describe("A4: code of the app again in its window; guesses from many networks", () => {
  test("is bound by one count, from a network of one's own for every guess", async () => {
    const tenant = await house.aTenant();
    const user = await tenant.aUser();
    const app = await withApp(house, tenant, user);
    const statuses: number[] = [];
    while (statuses.length < 12) {
      const browser = tenant.newBrowser();
      browser.ip = `203.0.113.${statuses.length + 1}`;
      await throughPassword(browser, user.email);
      statuses.push((await browser.post("/sign-in/totp", { code: wrong(app.code()) })).status);
    }
    expect(statuses).toEqual([422, 422, 422, 422, 422, 422, 422, 422, 422, 422, 429, 429]);
    expect(await tenant.events("session.started")).toEqual([]);
  });

  test("takes a code once, whoever types it again within the window, also as a proof", async () => {
    const tenant = await house.aTenant();
    const user = await tenant.aUser();
    const app = await withApp(house, tenant, user);
    const code = app.code();
    const owner = tenant.newBrowser();
    await throughPassword(owner, user.email);
    expect(locationOf(await owner.post("/sign-in/totp", { code }))).toBe("/");
    const thief = tenant.newBrowser();
    await throughPassword(thief, user.email);
    expect((await thief.post("/sign-in/totp", { code })).status).toBe(422);
    const proof = { currentPassword: goodPassword, code };
    expect((await owner.delete("/security/authenticator-app", proof)).status).toBe(422);
  });
});

describe("somebody's own passkey in a sign-in that was begun with another one's address", () => {
  test("forgives nothing that was guessed against that address", async () => {
    const tenant = await house.aTenant();
    const [victim, guesser] = [await tenant.aUser(), await tenant.aUser()];
    const { authenticator } = await aPasskey(house, tenant, guesser);
    const browser = tenant.newBrowser();
    const guess = () => throughPassword(browser, victim.email, "wrong and wrong again");
    for (let tries = 0; tries < 10; tries += 1) expect((await guess()).status).toBe(422);
    expect((await guess()).status).toBe(429);
    expect(locationOf(await byPasskey(tenant, browser, authenticator))).toBe("/");
    await browser.post("/sign-out");
    expect((await guess()).status).toBe(429);
  });

  test("is all that the session says was proven", async () => {
    const tenant = await house.aTenant();
    await setPolicy(tenant, { email_proof_first: true });
    const [other, owner] = [await tenant.aUser(), await tenant.aUser()];
    const { authenticator } = await aPasskey(house, tenant, owner);
    for (const [{ email }, methods] of [
      [other, ["passkey"]],
      [owner, ["email_code", "passkey"]],
    ] as const) {
      const browser = tenant.newBrowser();
      await browser.post("/sign-in", { email });
      await browser.post("/sign-in/proof", { code: await mailedCode(tenant, email) });
      expect(locationOf(await byPasskey(tenant, browser, authenticator))).toBe("/");
      expect(await lastMethods(tenant)).toEqual([...methods]);
    }
  });
});

const poisons: readonly Readonly<Record<string, string>>[] = [
  { "x-forwarded-host": "evil.example" },
  { forwarded: "host=evil.example;proto=http" },
  { "x-forwarded-proto": "http", "x-forwarded-port": "8080" },
  { "x-original-host": "evil.example", "x-host": "evil.example" },
];

describe("A7: reset link, poisoned Host, X-Forwarded-Host, Forwarded", () => {
  test("reaches no link that is mailed", async () => {
    const tenant = await house.aTenant({ signedInAs: "super_admin" });
    for (const [at, headers] of poisons.entries()) {
      const user = await tenant.aUser();
      await tenant.newBrowser().post("/forgotten-password", { email: user.email }, { headers });
      const invitee = { firstName: "Eve", lastName: "Moe", role: "member" };
      const email = `eve${at}@example.com`;
      await tenant.browser.post("/users", { ...invitee, email }, { headers });
    }
    const mails = await tenant.mails();
    expect(mails).toHaveLength(2 * poisons.length);
    for (const { text, html } of mails) {
      for (const [address] of `${text} ${html}`.matchAll(/https?:\/\/[^\s"<]+/g))
        expect(new URL(address).origin).toBe(tenant.origin);
    }
  });

  test("in the Host field itself is nobody's: no page, no mail", async () => {
    const tenant = await house.aTenant();
    const user = await tenant.aUser();
    for (const host of ["evil.example", `${new URL(tenant.origin).host}.evil.example`]) {
      const headers = { host, origin: undefined, "sec-fetch-site": "same-origin" };
      const browser = tenant.newBrowser();
      const answer = await browser.post("/forgotten-password", { email: user.email }, { headers });
      expect(answer.status).toBe(404);
    }
    expect(await tenant.mails()).toEqual([]);
  });
});

describe("A8: link opened by a scanner (HEAD, GET, POST without what a page says)", () => {
  test("stays good: HEAD, GET, prefetch, and a POST without what a browser says of its page", async () => {
    const tenant = await house.aTenant();
    const user = await tenant.aUser();
    const link = await resetLink(tenant, user);
    const scanner = tenant.newBrowser();
    for (const method of ["HEAD", "GET"])
      expect((await scanner.send(method, link, null)).status).toBe(200);
    const purpose = { "sec-purpose": "prefetch", "sec-fetch-site": "cross-site" };
    expect((await scanner.get(link, { headers: purpose })).status).toBe(200);
    for (const headers of [
      { origin: undefined, "sec-fetch-site": undefined },
      { origin: "https://scanner.example", "sec-fetch-site": undefined },
      { origin: "null", "sec-fetch-site": "cross-site" },
      { origin: undefined, "sec-fetch-site": "none" },
    ])
      expect((await scanner.post(link, {}, { headers })).status).toBe(403);
    expect([...scanner.cookies.keys()]).toEqual([]);
    expect(locationOf(await tenant.newBrowser().post(link))).toBe("/sign-in/new-password");
  });

  test("with scripts and buttons uses it up in its own browser only: the password is not changed", async () => {
    const tenant = await house.aTenant();
    const user = await tenant.aUser();
    const link = await resetLink(tenant, user);
    await tenant.newBrowser().post(link);
    const owner = tenant.newBrowser();
    expect((await owner.post(link)).status).toBe(410);
    expect(locationOf(await owner.get("/sign-in/new-password"))).toBe("/sign-in");
    expect(locationOf(await throughPassword(owner, user.email))).toBe("/sign-in/code");
  });
});

describe("A12: admin deletes another's factor without fresh proof; last factor removed", () => {
  test("are not removed by their own session without proof", async () => {
    const tenant = await house.aTenant();
    const user = await tenant.aUser();
    await withApp(house, tenant, user);
    const thief = await tenant.signedIn(user);
    for (const fields of [
      {},
      { currentPassword: "" },
      { currentPassword: "wrong and wrong again" },
    ])
      expect((await thief.delete("/security/authenticator-app", fields)).status).toBe(422);
    expect(await tenant.events("totp.removed")).toEqual([]);
  });

  test("are not taken from others by an administrator whose proof is old, in any way", async () => {
    const tenant = await house.aTenant({ signedInAs: "super_admin" });
    const user = await tenant.aUser();
    await withApp(house, tenant, user);
    const { passkeyId } = await aPasskey(house, tenant, user);
    house.clock.advance({ minutes: 11 });
    const { browser } = tenant;
    const json = { headers: { accept: "application/json" } };
    const answers = [
      await browser.delete(`/users/${user.id}/passkeys/${passkeyId}`, {}, json),
      await browser.post(`/users/${user.id}/factor-resets`, {}, json),
      await browser.put(`/users/${user.id}/password-reset-requirement`, {}, json),
      await browser.put(`/users/${user.id}/deactivation`, {}, json),
    ];
    expect(answers.map(({ status }) => status)).toEqual([403, 403, 403, 403]);
    expect(await stepsOf(tenant, user)).toMatchObject({ hasTotp: true, passkeys: 1 });
    const names = (await tenant.events()).map(({ name }) => name);
    for (const name of ["passkey.revoked", "second_steps.reset", "user.deactivated"])
      expect(names).not.toContain(name);
  });

  test("the last one stays where more than a code by e-mail is asked for", async () => {
    const tenant = await house.aTenant();
    const user = await tenant.aUser();
    const app = await withApp(house, tenant, user);
    await setPolicy(tenant, { strength: "strong", grace_days: 0 });
    const browser = await tenant.signedIn(user);
    const proof = { currentPassword: goodPassword, code: app.code() };
    expect((await browser.delete("/security/authenticator-app", proof)).status).toBe(409);
    expect(await stepsOf(tenant, user)).toMatchObject({ hasTotp: true });
    expect(await tenant.events("totp.removed")).toEqual([]);
  });
});
