// Attack cases on the way in, each by its number: A2 fixation, A3 orders of steps (walks.test.ts has the rest), A5 limits without a
// database (two-processes.test.ts has the cache), A11 login CSRF and clickjacking; and open redirects.
import { describe, expect, test } from "bun:test";
import { goodPassword, testApp } from "../../support/a-tenant.ts";
import { aPasskey } from "../passkeys/support.ts";
import {
  byPasskey,
  deviceCookie,
  handleCookie,
  isSignedIn,
  locationOf,
  mailedCode,
  sessionCookie,
  setPolicy,
  signIn,
  throughPassword,
} from "./support.ts";

const house = await testApp();

describe("A2: fixation", () => {
  test("each step that proves something renews the handle, and the session and the device are new", async () => {
    const tenant = await house.aTenant();
    await setPolicy(tenant, { email_proof_first: true, strength: "strong", grace_days: 7 });
    const user = await tenant.aUser();
    const browser = tenant.newBrowser();
    const handles: string[] = [];
    const keep = () => handles.push(browser.cookies.get(handleCookie)?.value ?? "none");
    await browser.post("/sign-in", { email: user.email, return_to: "/" });
    keep();
    await browser.post("/sign-in/proof", { code: await mailedCode(tenant, user.email) });
    keep();
    await browser.post("/sign-in/password", { password: goodPassword });
    keep();
    expect(new Set(handles).size).toBe(3);
    const thief = tenant.newBrowser();
    for (const handle of handles.slice(0, 2)) {
      thief.cookies.set(handleCookie, { value: handle, header: "" });
      expect((await thief.post("/sign-in/enrolment/later")).status).toBe(410);
    }
    const planted = { value: "A".repeat(43), header: "" };
    browser.cookies.set(sessionCookie, planted).set(deviceCookie, planted);
    await browser.post("/sign-in/enrolment/later");
    expect(await isSignedIn(browser)).toBe(true);
    for (const cookie of [sessionCookie, deviceCookie])
      expect(browser.cookies.get(cookie)?.value).not.toBe(planted.value);
  });
});

describe("A3: steps out of order", () => {
  test("every form of every step is refused to a browser without that step", async () => {
    const tenant = await house.aTenant();
    const user = await tenant.aUser();
    const forms = [
      "proof",
      "proofs",
      "password",
      "code",
      "codes",
      "totp",
      "backup-code",
      "ways",
      "enrolment/later",
      "enrolment/app",
      "enrolment/app/confirmation",
      "enrolment/passkey",
      "new-password",
    ];
    const fields = { code: "12345678", password: goodPassword, way: "totp", response: "{}" };
    for (const at of ["nothing", "password", "code"] as const) {
      for (const form of forms) {
        const browser = tenant.newBrowser();
        if (at === "password")
          await browser.post("/sign-in", { email: user.email, return_to: "/" });
        if (at === "code" && form !== "password") await throughPassword(browser, user.email);
        if (form.startsWith(at) || (at === "code" && form === "ways")) continue;
        expect([at, form, (await browser.post(`/sign-in/${form}`, fields)).status]).toEqual([
          at,
          form,
          410,
        ]);
        expect(await isSignedIn(browser)).toBe(false);
      }
      // Ten codes an hour is what one account gets.
      house.clock.advance({ hours: 2 });
    }
  }, 120_000);
});

describe("A5: limits", () => {
  test("do not open when they cannot be counted: nothing is judged", async () => {
    const tenant = await house.aTenant();
    const user = await tenant.aUser();
    const browser = tenant.newBrowser();
    await browser.post("/sign-in", { email: user.email, return_to: "/" });
    await house.asSuperuser("alter table app.limits rename to limits_away");
    try {
      expect((await browser.post("/sign-in/password", { password: goodPassword })).status).toBe(
        500,
      );
    } finally {
      await house.asSuperuser("alter table app.limits_away rename to limits");
    }
    expect(locationOf(await browser.get("/sign-in/code"))).toBe("/sign-in/password");
    expect(await isSignedIn(browser)).toBe(false);
  });

  test("say in words for administrators whom they stop, and no secret", async () => {
    const tenant = await house.aTenant();
    for (let tries = 0; tries < 10; tries += 1) {
      const browser = tenant.newBrowser();
      browser.ip = "2001:db8:1:2:3:4:5:6";
      await throughPassword(browser, "ada@example.com", "wrong and wrong again");
    }
    const rows = await house.asSuperuser<{ about: string }>(
      "select about from app.limits where tenant_id = $1 and about is not null",
      [tenant.id],
    );
    expect(rows.map(({ about }) => about)).toEqual(["ada@example.com from 2001:db8:1:2"]);
  });
});

describe("A11: other sites", () => {
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

  test("cannot put a page of a sign-in into a frame", async () => {
    const tenant = await house.aTenant();
    const user = await tenant.aUser();
    const browser = tenant.newBrowser();
    await throughPassword(browser, user.email);
    for (const path of ["/sign-in", "/sign-in/code", "/sign-in/ways"]) {
      const { headers } = await browser.get(path);
      expect(headers.get("content-security-policy")).toContain("frame-ancestors 'none'");
      expect(headers.get("x-frame-options")).toBe("DENY");
      expect(headers.get("cache-control")).toContain("no-store");
    }
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
