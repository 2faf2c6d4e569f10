// The way in, step by step, through the assembled application.
import { describe, expect, test } from "bun:test";
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
} from "./support.ts";

const house = await testApp();
const { aTenant } = house;

describe("signing in with a code by e-mail", () => {
  test("leads from the address to the password, to the code, to the page that was asked for", async () => {
    const tenant = await aTenant();
    const user = await tenant.aUser();
    const browser = tenant.newBrowser();
    const asked = await browser.get("/security/sessions?x=1");
    expect(locationOf(asked)).toBe("/sign-in?return_to=%2Fsecurity%2Fsessions%3Fx%3D1");
    const first = await browser.get(locationOf(asked) ?? "");
    expect(await first.text()).toContain('value="/security/sessions?x=1"');

    const answers = [
      await browser.post("/sign-in", { email: user.email, return_to: "/security/sessions?x=1" }),
      await browser.post("/sign-in/password", { password: goodPassword }),
      await browser.post("/sign-in/code", { code: await mailedCode(tenant, user.email) }),
    ];

    expect(answers.map((answer) => [answer.status, locationOf(answer)])).toEqual([
      [303, "/sign-in/password"],
      [303, "/sign-in/code"],
      [303, "/security/sessions?x=1"],
    ]);
    expect(await isSignedIn(browser)).toBe(true);
  });

  test("records the session and how it was proved, and when the person was last here", async () => {
    const tenant = await aTenant();
    const user = await tenant.aUser();
    await signIn(tenant, tenant.newBrowser(), user);

    const [event, ...more] = await tenant.events("session.started");
    expect(more).toEqual([]);
    expect(event).toMatchObject({
      actorKind: "visitor",
      subjectId: user.id,
      data: { methods: ["password", "email_code"] },
    });
    const [row] = await tenant.tenant.read((db) =>
      db.selectFrom("users").select("last_sign_in_at").where("id", "=", user.id).execute(),
    );
    expect(row?.last_sign_in_at).not.toBeNull();
  });

  test("does not mind capitals and spaces around the address, nor spaces in the code", async () => {
    const tenant = await aTenant();
    const user = await tenant.aUser();
    const browser = tenant.newBrowser();
    await throughPassword(browser, `  ${user.email.toUpperCase()} `);
    const code = await mailedCode(tenant, user.email);
    const answer = await browser.post("/sign-in/code", {
      code: ` ${code.slice(0, 4)} ${code.slice(4)} `,
    });
    expect(answer.status).toBe(303);
    expect(await isSignedIn(browser)).toBe(true);
  });

  test("keeps neither the code nor the handle nor the session token in the database", async () => {
    const tenant = await aTenant();
    const user = await tenant.aUser();
    const browser = tenant.newBrowser();
    await throughPassword(browser, user.email);
    const code = await mailedCode(tenant, user.email);
    const handle = browser.cookies.get(handleCookie)?.value ?? "missing";
    const sealedRow = await house.asSuperuser<{ all: string }>(
      "select row_to_json(s)::text as all from app.sign_ins s where tenant_id = $1",
      [tenant.id],
    );
    await browser.post("/sign-in/code", { code });
    const token = browser.cookies.get(sessionCookie)?.value ?? "missing";
    const sessionRow = await house.asSuperuser<{ all: string }>(
      "select row_to_json(s)::text as all from app.sessions s where tenant_id = $1",
      [tenant.id],
    );

    const stored = JSON.stringify([sealedRow, sessionRow]);
    for (const secret of [code, handle, token]) {
      expect(secret.length).toBeGreaterThan(7);
      expect(stored).not.toContain(secret);
      expect(stored).not.toContain(Buffer.from(secret).toString("hex"));
    }
  });
});

describe("signing in with an authenticator app", () => {
  test("asks for the app's code and sends no mail", async () => {
    const tenant = await aTenant();
    const user = await tenant.aUser();
    const app = await withApp(house, tenant, user);
    const before = (await tenant.mails()).length;
    const browser = tenant.newBrowser();

    expect(locationOf(await throughPassword(browser, user.email))).toBe("/sign-in/totp");
    const answer = await browser.post("/sign-in/totp", { code: app.code() });

    expect([answer.status, locationOf(answer)]).toEqual([303, "/"]);
    expect(await isSignedIn(browser)).toBe(true);
    expect((await tenant.mails()).length).toBe(before);
    expect((await tenant.events("session.started")).at(-1)?.data["methods"]).toEqual([
      "password",
      "totp",
    ]);
  });

  test("takes a backup code instead, tells the person by mail, and says how many are left", async () => {
    const tenant = await aTenant();
    const user = await tenant.aUser();
    const { backupCodes } = await withApp(house, tenant, user);
    const browser = tenant.newBrowser();
    await throughPassword(browser, user.email);
    const answer = await browser.post("/sign-in/backup-code", {
      code: backupCodes[0]?.toUpperCase().replaceAll("-", " ") ?? "",
    });

    expect(answer.status).toBe(303);
    expect(await isSignedIn(browser)).toBe(true);
    expect((await tenant.events("backup_codes.used"))[0]?.data).toEqual({
      userId: user.id,
      left: 9,
    });
    const notice = (await tenant.mails()).at(-1);
    expect(notice?.to).toBe(user.email);
    expect(notice?.text).toContain("9 more are left");
  });
});

describe("pages of steps", () => {
  test("lead to where the sign-in stands", async () => {
    const tenant = await aTenant();
    const user = await tenant.aUser();
    const browser = tenant.newBrowser();
    const pages = ["password", "code", "totp", "backup-code", "new-password"].map(
      (step) => `/sign-in/${step}`,
    );
    const places = async () =>
      Promise.all(pages.map(async (page) => locationOf(await browser.get(page)) ?? "here"));

    expect(await places()).toEqual(Array.from(pages, () => "/sign-in"));
    await browser.post("/sign-in", { email: user.email, return_to: "/security" });
    const atPassword = "/sign-in/password";
    expect(await places()).toEqual(["here", atPassword, atPassword, atPassword, atPassword]);
    await browser.post("/sign-in/password", { password: goodPassword });
    const atCode = "/sign-in/code";
    expect(await places()).toEqual([atCode, "here", atCode, atCode, atCode]);
  });

  test("lead back to the start with the page that was asked for when the sign-in is too old", async () => {
    const tenant = await aTenant();
    const browser = tenant.newBrowser();
    await browser.post("/sign-in", { email: "ada@example.com", return_to: "/security" });
    house.clock.advance({ minutes: 31 });

    expect(locationOf(await browser.get("/sign-in/password"))).toBe(
      "/sign-in?return_to=%2Fsecurity",
    );
    const posted = await browser.post("/sign-in/password", { password: goodPassword });
    expect(posted.status).toBe(410);
    expect(await posted.text()).toContain('href="/sign-in?return_to=%2Fsecurity"');
  });

  test("answer 410 with the way back for a form without a sign-in", async () => {
    const tenant = await aTenant();
    for (const step of ["password", "code", "totp", "backup-code", "codes", "new-password"]) {
      const fields = { password: goodPassword, code: "12345678" };
      const answer = await tenant.newBrowser().post(`/sign-in/${step}`, fields);
      expect([step, answer.status]).toEqual([step, 410]);
    }
  });
});

describe("a browser that is signed in", () => {
  test("goes on at once", async () => {
    const { browser } = await aTenant({ signedInAs: "member" });
    expect(locationOf(await browser.get("/sign-in?return_to=/security"))).toBe("/security");
    expect(locationOf(await browser.get("/sign-in"))).toBe("/");
  });

  test("is asked for everything again when the other side wants that, and gets a fresh session", async () => {
    const tenant = await aTenant({ signedInAs: "member" });
    const { browser, me } = tenant;
    const old = browser.cookies.get(sessionCookie)?.value;
    house.clock.advance({ minutes: 5 });
    const page = await browser.get("/sign-in?return_to=/security&reauthenticate=1");
    expect(page.status).toBe(200);
    expect(await page.text()).toContain(me.email);

    expect(locationOf(await signIn(tenant, browser, me, "/security"))).toBe("/security");

    expect(browser.cookies.get(sessionCookie)?.value).not.toBe(old);
    const rows = await tenant.tenant.read((db) =>
      db.selectFrom("sessions").select(["authenticated_at", "end_reason"]).orderBy("id").execute(),
    );
    const [before, after] = rows;
    expect(before?.end_reason).toBe("replaced");
    expect(after?.end_reason).toBeNull();
    expect(
      Number(after?.authenticated_at) - Number(before?.authenticated_at),
    ).toBeGreaterThanOrEqual(300_000);
  });
});

describe("POST /sign-out", () => {
  test("is a button of every page of somebody signed in", async () => {
    const { browser, me } = await aTenant({ signedInAs: "super_admin" });
    for (const path of ["/", "/profile", "/security", "/users", `/users/${me.id}`, "/events"]) {
      const answer = await browser.get(path);
      expect([path, answer.status]).toEqual([path, 200]);
      expect(await answer.text()).toContain('action="/sign-out"');
    }
  });

  test("ends the session on the server and takes the cookie away", async () => {
    const tenant = await aTenant({ signedInAs: "member" });
    const { browser } = tenant;
    const kept = browser.cookies.get(sessionCookie);
    if (!kept) throw new Error("no session");
    const answer = await browser.post("/sign-out");

    expect([answer.status, locationOf(answer)]).toEqual([303, "/sign-in"]);
    expect(browser.cookies.has(sessionCookie)).toBe(false);
    expect((await tenant.events("session.ended"))[0]?.data["reason"]).toBe("signed_out");
    browser.cookies.set(sessionCookie, kept);
    expect(await isSignedIn(browser)).toBe(false);
  });

  test("leads to sign-in also when there is no session", async () => {
    const tenant = await aTenant();
    expect(locationOf(await tenant.newBrowser().post("/sign-out"))).toBe("/sign-in");
  });
});

describe("cookies", () => {
  test("are for this host alone, out of reach of scripts and of other sites", async () => {
    const tenant = await aTenant();
    const user = await tenant.aUser();
    const browser = tenant.newBrowser();
    await throughPassword(browser, user.email);
    const handle = browser.cookies.get(handleCookie)?.header ?? "";
    await browser.post("/sign-in/code", { code: await mailedCode(tenant, user.email) });
    const session = browser.cookies.get(sessionCookie)?.header ?? "";

    for (const header of [handle, session]) {
      const attributes = header
        .split("; ")
        .slice(1)
        .map((attribute) => attribute.toLowerCase());
      expect(attributes).toContain("secure");
      expect(attributes).toContain("httponly");
      expect(attributes).toContain("samesite=lax");
      expect(attributes).toContain("path=/");
      expect(attributes.some((attribute) => attribute.startsWith("domain"))).toBe(false);
    }
    expect(browser.cookies.has(handleCookie)).toBe(false);
  });

  test("are new after every proof: a handle or a session planted before is worth nothing", async () => {
    const tenant = await aTenant();
    const [victim, attacker] = [await tenant.aUser(), await tenant.aUser()];
    const browser = await tenant.signedIn(attacker);
    const planted = browser.cookies.get(sessionCookie);
    await browser.post("/sign-in", { email: victim.email, return_to: "/" });
    const early = browser.cookies.get(handleCookie);
    if (!planted || !early) throw new Error("no cookies");
    await browser.post("/sign-in/password", { password: goodPassword });
    const code = await mailedCode(tenant, victim.email);

    const thief = tenant.newBrowser();
    thief.cookies.set(handleCookie, early);
    expect((await thief.post("/sign-in/code", { code })).status).toBe(410);
    expect((await browser.post("/sign-in/code", { code })).status).toBe(303);
    thief.cookies.set(sessionCookie, planted);
    expect(await isSignedIn(thief)).toBe(false);
    expect(await isSignedIn(browser)).toBe(true);
  });
});
