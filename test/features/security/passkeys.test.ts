// One's own passkeys: adding, renaming, removing, and proving by one who one is.
import { describe, expect, test } from "bun:test";
import { goodPassword, testApp, type TestTenant, type TestUser } from "../../support/a-tenant.ts";
import {
  anAuthenticator,
  type AskedOptions,
  type Authenticator,
  type AuthenticatorWish,
  type Twist,
} from "../../support/authenticator.ts";
import type { Browser } from "../../support/browser.ts";
import { aPasskey, proofBy } from "../passkeys/support.ts";
import { isSignedIn, locationOf, sessionCookie, withApp } from "../sign-in/support.ts";

const house = await testApp();
const { aTenant, clock } = house;
const path = "/security/passkeys";

const codesOn = (page: string) => page.match(/\b[0-9a-z]{4}(?:-[0-9a-z]{4}){5}\b/g) ?? [];
const unescaped = (text: string) => text.replaceAll("&quot;", '"').replaceAll("&#39;", "'");
const subjects = async (tenant: TestTenant) => (await tenant.mails()).map(({ subject }) => subject);
const names = async (tenant: TestTenant) => (await tenant.events()).map(({ name }) => name);

/** What the page asks the browser's authenticator for. */
async function askedOn(browser: Browser): Promise<AskedOptions> {
  const page = await (await browser.get(`${path}/registration`)).text();
  const options = /data-passkey-options="([^"]*)"/.exec(page)?.[1];
  if (options === undefined) throw new Error("no options on the page");
  return JSON.parse(unescaped(options)) as AskedOptions;
}

/** Adds a passkey through the pages; answers the last answer. */
async function add(
  browser: Browser,
  proof: Record<string, string> = { currentPassword: goodPassword },
  wish: AuthenticatorWish & { name?: string; twist?: Twist } = {},
) {
  const authenticator = anAuthenticator(wish);
  expect(locationOf(await browser.post(`${path}/new`, proof))).toBe(`${path}/registration`);
  const response = authenticator.register(browser.origin, await askedOn(browser), wish.twist);
  const answer = await browser.post(path, { answer: response, name: wish.name ?? "" });
  return { authenticator, answer, response };
}

const demand = (tenant: TestTenant, strength: "strong" | "phishing_resistant") =>
  tenant.tenant.write((db) => db.insertInto("sign_in_policies").values({ strength }).execute());
const idOf = async (tenant: TestTenant, user: TestUser) => {
  const { passkeyId, authenticator } = await aPasskey(house, tenant, user);
  return { passkeyId, authenticator };
};

describe("adding a passkey", () => {
  test("ends other sessions when it is the first, and leaves them when it is one more", async () => {
    const tenant = await aTenant({ signedInAs: "member" });
    const phone = await tenant.signedIn(tenant.me);
    const before = tenant.browser.cookies.get(sessionCookie)?.value;
    const first = await (await add(tenant.browser)).answer.text();
    expect(first).toContain("Every other device is signed out");
    expect([await isSignedIn(phone), await isSignedIn(tenant.browser)]).toEqual([false, true]);
    expect(tenant.browser.cookies.get(sessionCookie)?.value).not.toBe(before);
    expect((await tenant.events("session.ended")).map(({ data }) => data["reason"])).toEqual([
      "second_step_changed",
    ]);
    const again = await tenant.signedIn(tenant.me);
    const code = codesOn(first)[0] ?? "";
    await add(tenant.browser, { currentPassword: goodPassword, code });
    expect([await isSignedIn(again), await isSignedIn(tenant.browser)]).toEqual([true, true]);
  });

  test("asks for proof, then the browser; the first one brings backup codes, shown once", async () => {
    const tenant = await aTenant({ signedInAs: "member" });
    const { browser, me } = tenant;
    const { answer } = await add(browser);
    expect(answer.status).toBe(200);
    expect(answer.headers.get("cache-control")).toBe("no-store");
    expect(new Set(codesOn(await answer.text())).size).toBe(10);
    expect(await names(tenant)).toEqual([
      "session.started",
      "passkey.registered",
      "backup_codes.issued",
    ]);
    expect((await tenant.mails()).map(({ to, subject }) => [to, subject])).toEqual([
      [me.email, `A passkey was added to your account at ${tenant.site.name}`],
    ]);
    expect(await (await browser.get(path)).text()).toContain("Firefox on Windows");
  });

  test("keeps the backup codes there are, with the second one", async () => {
    const tenant = await aTenant({ signedInAs: "member" });
    const { browser } = tenant;
    const first = await add(browser);
    const proof = await proofBy(browser, first.authenticator);
    const { answer } = await add(browser, proof, { name: "Desk" });
    expect(locationOf(answer)).toBe(path);
    const page = await (await browser.get(path)).text();
    expect(page).toContain("The passkey “Desk” is added.");
  });

  test("brings new codes to whom an administrator took the last factor away: the old ones open nothing", async () => {
    const tenant = await aTenant();
    const me = await tenant.aUser();
    const { answer } = await add(await tenant.signedIn(me));
    const old = codesOn(await answer.text());
    const listed = await (await tenant.api.get(`/users/${me.id}/passkeys`)).json();
    const { passkeys } = listed as { passkeys: { id: string }[] };
    const revoked = await tenant.api.delete(`/users/${me.id}/passkeys/${passkeys[0]?.id}`);
    expect(revoked.status).toBe(204);
    const again = await add(await tenant.signedIn(me));
    const fresh = codesOn(await again.answer.text());
    expect(fresh).toHaveLength(10);
    expect(fresh.filter((code) => new Set<string>(old).has(code))).toEqual([]);
    const kept = await tenant.tenant.read((db) =>
      db.selectFrom("backup_codes").select("code_hash").where("user_id", "=", me.id).execute(),
    );
    expect(kept).toHaveLength(10);
  });

  test("gives a cookie that only this host's own pages send", async () => {
    const { browser } = await aTenant({ signedInAs: "member" });
    await browser.post(`${path}/new`, { currentPassword: goodPassword });
    const header = browser.cookies.get("__Host-passkey")?.header ?? "";
    for (const part of ["HttpOnly", "Secure", "SameSite=Strict", "Path=/", "Max-Age=300"])
      expect(header).toContain(part);
  });

  test("needs the password, and makes nothing without", async () => {
    const tenant = await aTenant({ signedInAs: "member" });
    const { browser } = tenant;
    expect(locationOf(await browser.get(`${path}/registration`))).toBe("/security");
    expect(await (await browser.get("/security")).text()).toContain(
      "No passkey waits to be made: it was added already, or five minutes have passed.",
    );
    const refused = await browser.post(`${path}/new`, { currentPassword: "not the password" });
    expect(refused.status).toBe(422);
    expect(await refused.text()).toContain("This is not your current password");
    expect((await browser.post(`${path}/new`, {})).status).toBe(422);
    expect(locationOf(await browser.get(`${path}/registration`))).toBe("/security");
  });

  test("tells why an answer was refused, and begins anew", async () => {
    const tenant = await aTenant({ signedInAs: "member" });
    const { browser } = tenant;
    const { answer } = await add(browser, undefined, { twist: { isVerified: false } });
    expect(answer.status).toBe(422);
    expect(await answer.text()).toContain("The device did not check that it is you");
    expect(locationOf(await browser.get(`${path}/registration`))).toBe("/security");
    const again = await add(browser);
    const replay = await browser.post(path, { answer: again.response });
    expect(replay.status).toBe(422);
    expect(await replay.text()).toContain("That took too long, or was done already");
    expect((await browser.post(path, { answer: "nonsense" })).status).toBe(422);
  });

  test("has to be finished within five minutes, by the person who began it", async () => {
    const tenant = await aTenant({ signedInAs: "member" });
    const { browser } = tenant;
    await browser.post(`${path}/new`, { currentPassword: goodPassword });
    const options = await askedOn(browser);
    const other = await tenant.signedIn(await tenant.aUser());
    const cookie = browser.cookies.get("__Host-passkey");
    if (cookie) other.cookies.set("__Host-passkey", cookie);
    expect(locationOf(await other.get(`${path}/registration`))).toBe("/security");
    const response = anAuthenticator().register(browser.origin, options);
    expect((await other.post(path, { answer: response })).status).toBe(422);

    await browser.post(`${path}/new`, { currentPassword: goodPassword });
    const late = anAuthenticator().register(browser.origin, await askedOn(browser));
    clock.advance({ minutes: 5 });
    expect(locationOf(await browser.get(`${path}/registration`))).toBe("/security");
    expect((await browser.post(path, { answer: late })).status).toBe(422);
    expect(await names(tenant)).not.toContain("passkey.registered");
  });

  test("stops at twenty with a sentence", async () => {
    const tenant = await aTenant({ signedInAs: "member" });
    const { browser, me } = tenant;
    let last: Authenticator | null = null;
    for (let n = 0; n < 20; n += 1) last = (await aPasskey(house, tenant, me)).authenticator;
    expect(await (await browser.get(path)).text()).toContain("20 passkeys, which is the most");
    if (!last) throw new Error("none");
    const refused = await browser.post(`${path}/new`, await proofBy(browser, last));
    expect(refused.status).toBe(409);
    expect(await refused.text()).toContain("You have 20 passkeys, which is the most");
  });
});

describe("a passkey as proof", () => {
  test("stands for password and code wherever proof is asked for", async () => {
    const tenant = await aTenant({ signedInAs: "member" });
    const { browser, me } = tenant;
    await withApp(house, tenant, me);
    const { authenticator } = await aPasskey(house, tenant, me);
    const app = "/security/authenticator-app";
    expect(locationOf(await browser.post(app, await proofBy(browser, authenticator)))).toBe(
      `${app}/confirmation`,
    );
    const codes = await browser.post(
      "/security/backup-codes",
      await proofBy(browser, authenticator),
    );
    expect(codesOn(await codes.text())).toHaveLength(10);
    expect(locationOf(await browser.delete(app, await proofBy(browser, authenticator)))).toBe(
      "/security",
    );
  });

  test("works once, in this browser, for this person, and for nothing but proof", async () => {
    const tenant = await aTenant({ signedInAs: "member" });
    const { browser, me } = tenant;
    const { authenticator } = await aPasskey(house, tenant, me);
    const stranger = (await aPasskey(house, tenant, await tenant.aUser())).authenticator;
    const proof = await proofBy(browser, authenticator);
    const elsewhere = await tenant.signedIn(me);
    expect((await elsewhere.post(`${path}/new`, proof)).status).toBe(422);
    expect((await browser.post(`${path}/new`, proof)).status).toBe(303);
    expect((await browser.post(`${path}/new`, proof)).status).toBe(422);
    expect((await browser.post(`${path}/new`, await proofBy(browser, stranger))).status).toBe(422);
    const unverified = await proofBy(browser, authenticator, { isVerified: false });
    const refused = await browser.post(`${path}/new`, unverified);
    expect(refused.status).toBe(422);
    expect(await refused.text()).toContain("This passkey was not accepted");
  });

  test("is suspended where its counter goes back, and the change is not made", async () => {
    const tenant = await aTenant({ signedInAs: "member" });
    const { browser, me } = tenant;
    const { authenticator } = await aPasskey(house, tenant, me);
    await browser.post(`${path}/new`, await proofBy(browser, authenticator, { counter: 8 }));
    const copied = await proofBy(browser, authenticator, { counter: 3 });
    expect((await browser.post(`${path}/new`, copied)).status).toBe(422);
    expect(await names(tenant)).toContain("passkey.suspended");
    expect(await (await browser.get(path)).text()).toContain("Suspended");
  });

  test("is limited like the password, and so are its questions", async () => {
    const tenant = await aTenant({ signedInAs: "member" });
    const { browser } = tenant;
    for (let n = 0; n < 10; n += 1) await browser.post(`${path}/new`, { passkey: "{}" });
    const refused = await browser.post(`${path}/new`, { passkey: "{}" });
    expect(refused.status).toBe(429);
    expect(Number(refused.headers.get("retry-after"))).toBeGreaterThan(0);
    const ask = () =>
      browser.post(`${path}/proof`, {}, { headers: { accept: "application/json" } });
    for (let n = 0; n < 30; n += 1) expect((await ask()).status).toBe(200);
    const limited = await ask();
    expect(limited.status).toBe(429);
    expect(await limited.json()).toMatchObject({ code: "authenticators.too_many_tries" });
  });
});

describe("the password alone", () => {
  test("changes nothing for somebody who has a passkey; a backup code with it does", async () => {
    const tenant = await aTenant({ signedInAs: "member" });
    const { browser } = tenant;
    const { answer } = await add(browser);
    const [code = ""] = codesOn(await answer.text());
    const alone = { currentPassword: goodPassword };
    expect((await browser.post("/security/authenticator-app", alone)).status).toBe(422);
    expect((await browser.post(`${path}/new`, alone)).status).toBe(422);
    expect((await browser.post("/security/backup-codes", alone)).status).toBe(422);
    expect((await browser.post(`${path}/new`, { ...alone, code })).status).toBe(303);
    expect((await browser.post(`${path}/new`, { ...alone, code })).status).toBe(422);
  });

  test("does not remove a passkey of somebody who has an app too: passkey or backup code does, the app's code does not", async () => {
    const tenant = await aTenant({ signedInAs: "member" });
    const { browser, me } = tenant;
    const app = await withApp(house, tenant, me);
    const removal = (id: string, proof: Record<string, string>) =>
      browser.delete(`${path}/${id}`, proof);
    const currentPassword = goodPassword;
    const first = await idOf(tenant, me);
    expect((await removal(first.passkeyId, { currentPassword })).status).toBe(422);
    const byApp = await removal(first.passkeyId, { currentPassword, code: app.code() });
    expect(byApp.status).toBe(422);
    expect(await byApp.text()).toContain("a code of the app is not enough here");
    const code = app.backupCodes[0] ?? "";
    expect((await removal(first.passkeyId, { currentPassword, code })).status).toBe(303);
    const second = await idOf(tenant, me);
    const proof = await proofBy(browser, second.authenticator);
    expect((await removal(second.passkeyId, proof)).status).toBe(303);
    expect((await names(tenant)).filter((name) => name === "passkey.removed")).toHaveLength(2);
    expect(await subjects(tenant)).toContain(
      `A passkey was removed from your account at ${tenant.site.name}`,
    );
  });
});

describe("password and a code of the app, which a false page gets out of people", () => {
  const withBoth = async () => {
    const tenant = await aTenant({ signedInAs: "member" });
    const app = await withApp(house, tenant, tenant.me);
    const { passkeyId, authenticator } = await aPasskey(house, tenant, tenant.me);
    return { tenant, app, passkeyId, authenticator, browser: tenant.browser };
  };
  const changes = (browser: Browser, passkeyId: string) => ({
    add: (proof: Record<string, string>) => browser.post(`${path}/new`, proof),
    remove: (proof: Record<string, string>) => browser.delete(`${path}/${passkeyId}`, proof),
    replaceApp: (proof: Record<string, string>) =>
      browser.post("/security/authenticator-app", proof),
    removeApp: (proof: Record<string, string>) =>
      browser.delete("/security/authenticator-app", proof),
    newCodes: (proof: Record<string, string>) => browser.post("/security/backup-codes", proof),
  });

  test("change nothing beside a passkey, and the code is not even judged", async () => {
    const { tenant, app, passkeyId, browser } = await withBoth();
    const proof = { currentPassword: goodPassword, code: app.code() };
    for (const [what, change] of Object.entries(changes(browser, passkeyId)))
      expect([what, (await change(proof)).status]).toEqual([what, 422]);
    expect((await tenant.events("authenticators.proof_refused")).map(({ data }) => data)).toEqual(
      Array.from({ length: 5 }, () => ({ userId: tenant.me.id, cause: "wrong_code" })),
    );
    expect(await names(tenant)).not.toContain("passkey.removed");
    // It is still good where it is asked for.
    expect((await browser.post("/step-up", proof)).status).toBe(303);
  });

  test("with a backup code in the app's place each of them is made", async () => {
    const { app, passkeyId, browser } = await withBoth();
    const { add: one, replaceApp, removeApp, remove } = changes(browser, passkeyId);
    for (const [at, change] of [one, replaceApp, removeApp, remove].entries()) {
      const code = app.backupCodes[at] ?? "";
      expect((await change({ currentPassword: goodPassword, code })).status).toBe(303);
    }
  });

  test("the pages say what does, and what to do where the passkey is elsewhere", async () => {
    const { tenant, passkeyId, browser } = await withBoth();
    const pages = [
      `${path}/new`,
      `${path}/${passkeyId}/removal`,
      "/security/authenticator-app",
      "/security/authenticator-app/removal",
      "/security/backup-codes",
    ];
    for (const page of pages) {
      const shown = await (await browser.get(page)).text();
      expect(shown).toContain(
        "Type one of the backup codes you kept, or do this where the passkey",
      );
      expect(shown).not.toContain("6 digits from your authenticator app");
    }
    await tenant.tenant.write((db) =>
      db.deleteFrom("backup_codes").where("user_id", "=", tenant.me.id).execute(),
    );
    const without = await (await browser.get(`${path}/new`)).text();
    expect(without).toContain("only the passkey is proof enough here");
    expect(without).toContain("ask an administrator to reset your second steps");
    expect(without).not.toContain('name="currentPassword"');
  });

  test("do beside a passkey that is suspended: it cannot be used, and has to go", async () => {
    const { tenant, app, passkeyId, browser } = await withBoth();
    await tenant.tenant.write((db) =>
      db
        .updateTable("passkeys")
        .set({ suspended_at: clock.now() })
        .where("id", "=", passkeyId)
        .execute(),
    );
    const proof = { currentPassword: goodPassword, code: app.code() };
    expect((await changes(browser, passkeyId).remove(proof)).status).toBe(303);
  });
});

describe("renaming", () => {
  test("keeps the name, records it and tells it; the same name is no news", async () => {
    const tenant = await aTenant({ signedInAs: "member" });
    const { browser, me } = tenant;
    const { passkeyId } = await aPasskey(house, tenant, me, { name: "Old" });
    for (const name of [" New ", "New"])
      expect(locationOf(await browser.patch(`${path}/${passkeyId}`, { name }))).toBe(path);
    expect((await tenant.events("passkey.renamed")).map(({ data }) => data)).toMatchObject([
      { from: "Old", name: "New" },
    ]);
    expect((await subjects(tenant)).filter((subject) => subject.includes("renamed"))).toHaveLength(
      1,
    );
    for (const name of ["", "x".repeat(101), "a\u202Eb"])
      expect((await browser.patch(`${path}/${passkeyId}`, { name })).status).toBe(422);
  });
});

describe("removing", () => {
  test("warns that it is the last factor, and takes the backup codes along", async () => {
    const tenant = await aTenant({ signedInAs: "member" });
    const { browser, me } = tenant;
    const { authenticator } = await add(browser);
    const [passkey] = await tenant.tenant.read((db) =>
      db.selectFrom("passkeys").select("id").where("user_id", "=", me.id).execute(),
    );
    const page = await (await browser.get(`${path}/${passkey?.id}/removal`)).text();
    expect(page).toContain("It is your only factor beside the password");
    const proof = await proofBy(browser, authenticator);
    expect(locationOf(await browser.delete(`${path}/${passkey?.id}`, proof))).toBe(path);
    expect(locationOf(await browser.get("/security/backup-codes"))).toBe("/security");
    const codes = await tenant.tenant.read((db) =>
      db.selectFrom("backup_codes").select("code_hash").where("user_id", "=", me.id).execute(),
    );
    expect(codes).toEqual([]);
  });

  test("is refused where the policy would not be met any more, until there is another", async () => {
    const tenant = await aTenant({ signedInAs: "member" });
    const { browser, me } = tenant;
    await withApp(house, tenant, me);
    await demand(tenant, "phishing_resistant");
    const { passkeyId, authenticator } = await aPasskey(house, tenant, me);
    const page = await (await browser.get(`${path}/${passkeyId}/removal`)).text();
    expect(page).toContain("This one has to stay for now");
    const remove = async () =>
      browser.delete(`${path}/${passkeyId}`, await proofBy(browser, authenticator));
    expect((await remove()).status).toBe(409);
    expect(await names(tenant)).not.toContain("passkey.removed");
    await aPasskey(house, tenant, me);
    expect((await remove()).status).toBe(303);
  });

  test("of two at once leaves one, where one is asked for", async () => {
    const tenant = await aTenant({ signedInAs: "member" });
    const { browser, me } = tenant;
    await demand(tenant, "strong");
    const both = [await aPasskey(house, tenant, me), await aPasskey(house, tenant, me)];
    const proofs: Record<string, string>[] = [];
    for (const { authenticator } of both) proofs.push(await proofBy(browser, authenticator));
    const answers = await Promise.all(
      both.map(({ passkeyId }, at) => browser.delete(`${path}/${passkeyId}`, proofs[at] ?? {})),
    );
    // The later one is refused, or comes so late that its session has another token by then.
    const ends = answers.map((answer) => locationOf(answer) ?? answer.status);
    expect(ends.filter((end) => end === path)).toHaveLength(1);
    const left = await tenant.tenant.read((db) =>
      db.selectFrom("passkeys").select("id").where("user_id", "=", me.id).execute(),
    );
    expect(left).toHaveLength(1);
  });

  test("of the app is refused as well where nothing as strong is left", async () => {
    const tenant = await aTenant({ signedInAs: "member" });
    const { browser, me } = tenant;
    const app = await withApp(house, tenant, me);
    await demand(tenant, "strong");
    const remove = async (proof: Record<string, string>) =>
      (await browser.delete("/security/authenticator-app", proof)).status;
    expect(await remove({ currentPassword: goodPassword, code: app.code() })).toBe(409);
    const { authenticator } = await aPasskey(house, tenant, me);
    expect(await remove(await proofBy(browser, authenticator))).toBe(303);
    const left = await tenant.tenant.read((db) =>
      db.selectFrom("backup_codes").select("code_hash").where("user_id", "=", me.id).execute(),
    );
    expect(left.length).toBe(10);
  });

  test("of a suspended one is always possible", async () => {
    const tenant = await aTenant({ signedInAs: "member" });
    const { browser, me } = tenant;
    await demand(tenant, "phishing_resistant");
    const { passkeyId } = await aPasskey(house, tenant, me);
    const { authenticator } = await aPasskey(house, tenant, me);
    await tenant.tenant.write((db) =>
      db
        .updateTable("passkeys")
        .set({ suspended_at: clock.now() })
        .where("id", "=", passkeyId)
        .execute(),
    );
    const proof = await proofBy(browser, authenticator);
    expect((await browser.delete(`${path}/${passkeyId}`, proof)).status).toBe(303);
  });
});

test("another person's passkey, and another tenant's, are not there", async () => {
  const tenant = await aTenant({ signedInAs: "super_admin" });
  const { browser } = tenant;
  const neighbour = await aPasskey(house, tenant, await tenant.aUser());
  const elsewhere = await aTenant();
  const foreign = await aPasskey(house, elsewhere, await elsewhere.aUser());
  for (const { passkeyId, name } of [neighbour, foreign]) {
    expect(await (await browser.get(path)).text()).not.toContain(name);
    expect((await browser.get(`${path}/${passkeyId}`)).status).toBe(404);
    expect((await browser.get(`${path}/${passkeyId}/removal`)).status).toBe(404);
    expect((await browser.patch(`${path}/${passkeyId}`, { name: "Mine" })).status).toBe(404);
    const proof = { currentPassword: goodPassword };
    expect((await browser.delete(`${path}/${passkeyId}`, proof)).status).toBe(404);
  }
});
