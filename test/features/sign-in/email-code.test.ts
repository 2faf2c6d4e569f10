// Codes by e-mail: wrong, old, replaced, foreign and repeated ones let nobody in.
import { describe, expect, test } from "bun:test";
import { endSessions } from "#features/sessions/index.ts";
import { testApp } from "../../support/a-tenant.ts";
import { isSignedIn, locationOf, mailedCode, throughPassword, withApp, wrong } from "./support.ts";

const house = await testApp();
const { aTenant } = house;

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
