// What does not let anybody in: wrong, old, used, foreign and repeated proofs.
import { describe, expect, test } from "bun:test";
import { endSessions } from "#features/sessions/index.ts";
import { goodPassword, testApp } from "../../support/a-tenant.ts";
import {
  handleCookie,
  isSignedIn,
  locationOf,
  mailedCode,
  sessionCookie,
  signIn,
  throughPassword,
  withApp,
  wrong,
} from "./support.ts";

const house = await testApp();
const { aTenant } = house;

describe("POST /sign-in/password", () => {
  test("refuses a wrong password and records the cause", async () => {
    const tenant = await aTenant();
    const user = await tenant.aUser();
    const browser = tenant.newBrowser();
    const answer = await throughPassword(browser, user.email, "not the password at all");

    expect(answer.status).toBe(422);
    expect(await answer.text()).toContain("do not match");
    expect(await tenant.events("sign_in.password_refused")).toMatchObject([
      { subjectId: user.id, data: { userId: user.id, cause: "wrong_password" } },
    ]);
    expect((await tenant.mails()).length).toBe(0);
    expect(locationOf(await browser.get("/sign-in/code"))).toBe("/sign-in/password");
  });

  test("tells a deactivated person so, but only with the right password", async () => {
    const tenant = await aTenant();
    const user = await tenant.aUser({ state: "deactivated" });
    const guess = await throughPassword(tenant.newBrowser(), user.email, "not the password at all");
    expect(guess.status).toBe(422);
    expect(await guess.text()).not.toContain("deactivated");

    const answer = await throughPassword(tenant.newBrowser(), user.email);
    expect(answer.status).toBe(403);
    expect(await answer.text()).toContain("Your account is deactivated");
    const causes = (await tenant.events("sign_in.password_refused")).map(
      ({ data }) => data["cause"],
    );
    expect(causes).toEqual(["wrong_password", "deactivated"]);
    expect((await tenant.mails()).length).toBe(0);
  });

  test("refuses an invited person, who has no password, like anybody unknown", async () => {
    const tenant = await aTenant();
    const user = await tenant.aUser({ state: "invited" });
    const answer = await throughPassword(tenant.newBrowser(), user.email, "");
    expect(answer.status).toBe(422);
    expect((await throughPassword(tenant.newBrowser(), user.email)).status).toBe(422);
  });

  test("refuses an address nobody has proved to be theirs", async () => {
    const tenant = await aTenant();
    const user = await tenant.aUser();
    await tenant.tenant.write((db) =>
      db
        .updateTable("user_emails")
        .set({ verified_at: null })
        .where("user_id", "=", user.id)
        .execute(),
    );
    expect((await throughPassword(tenant.newBrowser(), user.email)).status).toBe(422);
  });

  test.each([
    ["a megabyte", "x".repeat(60_000)],
    ["nothing", ""],
    ["a null byte", "otter\0lantern"],
    ["half a surrogate pair", "\uD83D"],
  ])("refuses %s without falling over", async (_, password) => {
    const tenant = await aTenant();
    const user = await tenant.aUser();
    expect((await throughPassword(tenant.newBrowser(), user.email, password)).status).toBe(422);
  });

  test("takes the same password however its characters were composed", async () => {
    const tenant = await aTenant();
    const user = await tenant.aUser({ password: "zwölf Öfen glühen über Nacht".normalize("NFC") });
    const typed = "zwölf Öfen glühen über Nacht".normalize("NFD");
    expect((await throughPassword(tenant.newBrowser(), user.email, typed)).status).toBe(303);
  });

  test("never shows a password again", async () => {
    const tenant = await aTenant();
    const user = await tenant.aUser();
    const answer = await throughPassword(tenant.newBrowser(), user.email, "my secret guess 1234");
    expect(await answer.text()).not.toContain("my secret guess 1234");
  });

  test("hashes anew when the stored hash is of weaker parameters, and not otherwise", async () => {
    const tenant = await aTenant();
    const user = await tenant.aUser();
    const hashNow = async () =>
      (
        await tenant.tenant.read((db) =>
          db.selectFrom("users").select("password_hash").where("id", "=", user.id).execute(),
        )
      )[0]?.password_hash ?? "";
    const fresh = await hashNow();
    await throughPassword(tenant.newBrowser(), user.email);
    expect(await hashNow()).toBe(fresh);

    const weak = await Bun.password.hash(goodPassword, {
      algorithm: "argon2id",
      memoryCost: 8_192,
      timeCost: 1,
    });
    await tenant.tenant.write((db) =>
      db.updateTable("users").set({ password_hash: weak }).where("id", "=", user.id).execute(),
    );
    expect((await throughPassword(tenant.newBrowser(), user.email)).status).toBe(303);
    expect(await hashNow()).toContain("m=19456,t=2,p=1");
    expect((await throughPassword(tenant.newBrowser(), user.email)).status).toBe(303);
  });
});

describe("POST /sign-in/code", () => {
  async function atCode() {
    const tenant = await aTenant();
    const user = await tenant.aUser();
    const browser = tenant.newBrowser();
    await throughPassword(browser, user.email);
    return { tenant, user, browser, code: await mailedCode(tenant, user.email) };
  }

  test("refuses a wrong code, says how many tries are left, and takes the right one after it", async () => {
    const { tenant, user, browser, code } = await atCode();
    const answer = await browser.post("/sign-in/code", { code: wrong(code) });
    expect(answer.status).toBe(422);
    expect(await answer.text()).toContain("4 tries are left");
    expect(await tenant.events("sign_in.second_step_refused")).toMatchObject([
      { data: { userId: user.id, method: "email_code", cause: "wrong_code" } },
    ]);
    expect((await browser.post("/sign-in/code", { code })).status).toBe(303);
  });

  test.each(["1234567", "123456789", "abcdefgh", "１２３４５６７８", "1234 567", "' or 1=1"])(
    "refuses %j, which is no code",
    async (code) => {
      const { browser } = await atCode();
      expect((await browser.post("/sign-in/code", { code })).status).toBe(422);
      expect(await isSignedIn(browser)).toBe(false);
    },
  );

  test("refuses the right code after five wrong ones, until a new one is sent", async () => {
    const { tenant, user, browser, code } = await atCode();
    for (let tries = 0; tries < 5; tries += 1) {
      expect((await browser.post("/sign-in/code", { code: wrong(code) })).status).toBe(422);
    }
    const late = await browser.post("/sign-in/code", { code });
    expect(late.status).toBe(422);
    expect(await late.text()).toContain("can no longer be used");
    expect((await tenant.events("sign_in.second_step_refused")).at(-1)?.data["cause"]).toBe(
      "code_void",
    );

    expect(locationOf(await browser.post("/sign-in/codes"))).toBe("/sign-in/code");
    const next = await mailedCode(tenant, user.email);
    expect((await browser.post("/sign-in/code", { code: next })).status).toBe(303);
  });

  test("counts five of twenty wrong codes sent at once, and no more", async () => {
    const { tenant, browser, code } = await atCode();
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => browser.post("/sign-in/code", { code: wrong(code) })),
    );
    expect(answers.every(({ status }) => status === 422)).toBe(true);
    const causes = (await tenant.events("sign_in.second_step_refused")).map(
      ({ data }) => data["cause"],
    );
    expect(causes.filter((cause) => cause === "wrong_code").length).toBe(5);
    expect(causes.filter((cause) => cause === "code_void").length).toBe(15);
    expect((await browser.post("/sign-in/code", { code })).status).toBe(422);
  });

  test("gives one session for the same code sent ten times at once", async () => {
    const { tenant, browser, code } = await atCode();
    const answers = await Promise.all(
      Array.from({ length: 10 }, () => browser.post("/sign-in/code", { code })),
    );
    const statuses = answers.map(({ status }) => status).toSorted((a, b) => a - b);
    expect(statuses).toEqual([303, ...Array.from({ length: 9 }, () => 410)]);
    expect((await tenant.events("session.started")).length).toBe(1);
  });

  test("refuses a code after ten minutes", async () => {
    const { browser, code } = await atCode();
    house.clock.advance({ minutes: 10, seconds: 1 });
    const answer = await browser.post("/sign-in/code", { code });
    expect(answer.status).toBe(422);
    expect(await isSignedIn(browser)).toBe(false);
  });

  test("refuses the earlier code once another was sent", async () => {
    const { tenant, user, browser, code } = await atCode();
    await browser.post("/sign-in/codes");
    const next = await mailedCode(tenant, user.email);
    expect(next).not.toBe(code);
    expect((await browser.post("/sign-in/code", { code })).status).toBe(422);
    expect((await browser.post("/sign-in/code", { code: next })).status).toBe(303);
  });

  test("refuses the code of one sign-in in another one of the same person", async () => {
    const { tenant, user, code } = await atCode();
    const other = tenant.newBrowser();
    await throughPassword(other, user.email);
    expect((await other.post("/sign-in/code", { code })).status).toBe(422);
  });

  test("sends four codes in one sign-in, then the person starts again", async () => {
    const { tenant, user, browser } = await atCode();
    for (let sends = 1; sends < 4; sends += 1) {
      expect((await browser.post("/sign-in/codes")).status).toBe(303);
    }
    expect((await browser.post("/sign-in/codes")).status).toBe(410);
    expect((await tenant.mails()).filter(({ to }) => to === user.email).length).toBe(4);
    expect(locationOf(await browser.get("/sign-in/code"))).toBe("/sign-in");
  });

  test("refuses someone who was deactivated, or whose proofs were called back, meanwhile", async () => {
    const first = await atCode();
    await first.tenant.tenant.write((db) =>
      db
        .updateTable("users")
        .set({ state: "deactivated", deactivated_at: new Date() })
        .where("id", "=", first.user.id)
        .execute(),
    );
    expect((await first.browser.post("/sign-in/code", { code: first.code })).status).toBe(410);

    const second = await atCode();
    await second.tenant.tenant.write((db) =>
      endSessions(
        db,
        { kind: "operator", command: "test" },
        { userId: second.user.id, reason: "password_changed" },
      ),
    );
    expect((await second.browser.post("/sign-in/code", { code: second.code })).status).toBe(410);
  });

  test("does not take a code by e-mail from someone who set up an app meanwhile", async () => {
    const { tenant, user, browser, code } = await atCode();
    await withApp(house, tenant, user);
    expect((await browser.post("/sign-in/code", { code })).status).toBe(410);
    expect(await isSignedIn(browser)).toBe(false);
  });
});

describe("POST /sign-in/totp", () => {
  async function atTotp() {
    const tenant = await aTenant();
    const user = await tenant.aUser();
    const app = await withApp(house, tenant, user);
    const browser = tenant.newBrowser();
    await throughPassword(browser, user.email);
    return { tenant, user, app, browser };
  }

  test("takes a code once: not again in the same step, in another sign-in", async () => {
    const { tenant, user, app, browser } = await atTotp();
    const code = app.code();
    expect((await browser.post("/sign-in/totp", { code })).status).toBe(303);

    const other = tenant.newBrowser();
    await throughPassword(other, user.email);
    const again = await other.post("/sign-in/totp", { code });
    expect(again.status).toBe(422);
    house.clock.advance({ seconds: 30 });
    expect((await other.post("/sign-in/totp", { code: app.code() })).status).toBe(303);
  });

  test("takes a code once of two sign-ins at the same moment", async () => {
    const { tenant, user, app, browser } = await atTotp();
    const other = tenant.newBrowser();
    await throughPassword(other, user.email);
    const code = app.code();
    const answers = await Promise.all(
      [browser, other].map((each) => each.post("/sign-in/totp", { code })),
    );
    expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([303, 422]);
  });

  test("ends the sign-in after five wrong codes, by app or by backup code", async () => {
    const { tenant, user, app, browser } = await atTotp();
    for (let tries = 0; tries < 2; tries += 1) {
      expect((await browser.post("/sign-in/totp", { code: wrong(app.code()) })).status).toBe(422);
      const codes = { code: "00000-00000-00000" };
      expect((await browser.post("/sign-in/backup-code", codes)).status).toBe(422);
    }
    expect((await browser.post("/sign-in/totp", { code: "000000" })).status).toBe(410);
    expect((await browser.post("/sign-in/totp", { code: app.code() })).status).toBe(410);
    expect(await tenant.events("session.started")).toEqual([]);
    const causes = await tenant.events("sign_in.second_step_refused");
    expect(causes.map(({ data }) => data["method"])).toEqual([
      "totp",
      "backup_code",
      "totp",
      "backup_code",
      "totp",
    ]);
    expect(causes.every(({ subjectId }) => subjectId === user.id)).toBe(true);
  });

  test("takes no code by e-mail", async () => {
    const { browser } = await atTotp();
    expect((await browser.post("/sign-in/code", { code: "12345678" })).status).toBe(410);
    expect((await browser.post("/sign-in/codes")).status).toBe(410);
  });
});

describe("POST /sign-in/backup-code", () => {
  test("takes a code once, also of two at the same moment", async () => {
    const tenant = await aTenant();
    const user = await tenant.aUser();
    const { backupCodes } = await withApp(house, tenant, user);
    const browsers = [tenant.newBrowser(), tenant.newBrowser(), tenant.newBrowser()];
    for (const browser of browsers) await throughPassword(browser, user.email);
    const [code = ""] = backupCodes;
    const answers = await Promise.all(
      browsers.map((browser) => browser.post("/sign-in/backup-code", { code })),
    );
    expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([303, 422, 422]);
    const later = tenant.newBrowser();
    await throughPassword(later, user.email);
    expect((await later.post("/sign-in/backup-code", { code })).status).toBe(422);
  });

  test("takes nobody else's code", async () => {
    const tenant = await aTenant();
    const [one, other] = [await tenant.aUser(), await tenant.aUser()];
    const { backupCodes } = await withApp(house, tenant, one);
    await withApp(house, tenant, other);
    const browser = tenant.newBrowser();
    await throughPassword(browser, other.email);
    const answer = await browser.post("/sign-in/backup-code", { code: backupCodes[0] ?? "" });
    expect(answer.status).toBe(422);
  });
});

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
