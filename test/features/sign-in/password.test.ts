// The password step: what it refuses, and what it does about hashes and odd passwords.
import { describe, expect, test } from "bun:test";
import { goodPassword, testApp } from "../../support/a-tenant.ts";
import { locationOf, throughPassword } from "./support.ts";

const { aTenant } = await testApp();

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

  test("asks nobody for another password because theirs is old", async () => {
    const tenant = await aTenant();
    const user = await tenant.aUser();
    await tenant.tenant.write((db) =>
      db
        .updateTable("users")
        .set({ password_changed_at: new Date("2016-01-01T00:00:00Z") })
        .where("id", "=", user.id)
        .execute(),
    );
    expect(locationOf(await throughPassword(tenant.newBrowser(), user.email))).toBe(
      "/sign-in/code",
    );
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
