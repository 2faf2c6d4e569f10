// The notice of a sign-in from a browser that was not used before: to whom, when, and when not.
import { describe, expect, test } from "bun:test";
import { testApp, type TestTenant, type TestUser } from "../../support/a-tenant.ts";
import {
  deviceCookie,
  mailedCode,
  sessionCookie,
  setPolicy,
  signIn,
  throughPassword,
} from "./support.ts";

const app = await testApp();

const notices = async (tenant: TestTenant) =>
  (await tenant.mails()).filter(({ subject }) => subject.startsWith("New sign-in"));
const news = async (tenant: TestTenant) =>
  (await tenant.events("session.started")).map(({ data }) => data["isNewDevice"]);

async function withSecondAddress(tenant: TestTenant, user: TestUser) {
  const spare = `spare-${user.email}`;
  await tenant.tenant.write((db) =>
    db
      .insertInto("user_emails")
      .values({ user_id: user.id, email: spare, is_primary: false, verified_at: new Date() })
      .execute(),
  );
  return spare;
}

describe("a sign-in with a browser that is new to its person", () => {
  test("is told at all verified addresses: device, place, time, methods and the way to end it", async () => {
    const tenant = await app.aTenant();
    const user = await tenant.aUser();
    const spare = await withSecondAddress(tenant, user);
    await signIn(tenant, tenant.newBrowser(), user);
    const stranger = tenant.newBrowser();
    stranger.userAgent = "Mozilla/5.0 (X11; Linux x86_64) Chrome/156.0.0.0 Safari/537.36";
    await signIn(tenant, stranger, user);
    const mails = await notices(tenant);
    expect(mails.map(({ to }) => to).toSorted()).toEqual([user.email, spare].toSorted());
    for (const { text } of mails) {
      expect(text).toContain(`Chrome on Linux (${stranger.ip})`);
      expect(text).toContain("Proven by: Password, code by e-mail");
      expect(text).toContain(`${tenant.origin}/security/sessions`);
      expect(text).toContain("(UTC)");
    }
    expect(await news(tenant)).toEqual([true, true]);
  });

  test.each(["the owner", "an administrator"])(
    "is told again when %s has ended the session there, and it stands for nothing any more",
    async (who) => {
      const tenant = await app.aTenant({ signedInAs: "admin" });
      await setPolicy(tenant, { remember_device_days: 30 });
      const user = await tenant.aUser();
      const owner = tenant.newBrowser();
      await signIn(tenant, owner, user);
      const stranger = tenant.newBrowser();
      await throughPassword(stranger, user.email);
      const code = await mailedCode(tenant, user.email);
      await stranger.post("/sign-in/code", { code, remember: "on" });
      const [session] = await tenant.tenant.read((db) =>
        db.selectFrom("sessions").select("id").orderBy("id", "desc").limit(1).execute(),
      );
      const ended =
        who === "the owner"
          ? await owner.delete(`/security/sessions/${session?.id}`)
          : await tenant.browser.delete(`/sessions/${session?.id}`);
      expect(ended.status).toBe(303);

      await signIn(tenant, stranger, user);
      expect(await notices(tenant)).toHaveLength(2);
      // The browser that ended it is known as before.
      owner.cookies.delete(sessionCookie);
      await signIn(tenant, owner, user);
      expect(await notices(tenant)).toHaveLength(2);
    },
  );

  test("is not, when it is the person's very first", async () => {
    const tenant = await app.aTenant();
    await signIn(tenant, tenant.newBrowser(), await tenant.aUser());
    expect(await notices(tenant)).toEqual([]);
    expect(await news(tenant)).toEqual([true]);
  });

  test("is not, when the browser is known; it is, when another person signs in with it", async () => {
    const tenant = await app.aTenant();
    const [user, other] = [await tenant.aUser(), await tenant.aUser()];
    const browser = tenant.newBrowser();
    await signIn(tenant, browser, user);
    browser.cookies.delete(sessionCookie);
    await signIn(tenant, browser, user);
    expect(await notices(tenant)).toEqual([]);
    expect(await news(tenant)).toEqual([true, false]);
    await signIn(tenant, tenant.newBrowser(), other);
    await signIn(tenant, browser, other);
    expect((await notices(tenant)).map(({ to }) => to)).toEqual([other.email]);
  });

  test("is told for a device of another tenant, and of a made-up one", async () => {
    const [tenant, elsewhere] = [await app.aTenant(), await app.aTenant()];
    const user = await tenant.aUser();
    await signIn(tenant, tenant.newBrowser(), user);
    const foreign = elsewhere.newBrowser();
    await signIn(elsewhere, foreign, await elsewhere.aUser());
    const taken = foreign.cookies.get(deviceCookie);
    for (const value of [taken?.value ?? "", "A".repeat(43)]) {
      const browser = tenant.newBrowser();
      browser.cookies.set(deviceCookie, { value, header: "" });
      await signIn(tenant, browser, user);
    }
    expect(await notices(tenant)).toHaveLength(2);
    expect(await notices(elsewhere)).toEqual([]);
  });
});
