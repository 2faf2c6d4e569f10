// The time zone of somebody who never chose one: their browser says it once, on a page; what they saved themselves stays.
import { describe, expect, test } from "bun:test";
import { testApp, type TestTenant } from "../../support/a-tenant.ts";

const app = await testApp();
const path = "/profile/browser-time-zone";
const asksFor = async ({ browser }: TestTenant) =>
  (await (await browser.get("/")).text()).includes("data-browser-zone");
const zoneOf = async ({ tenant, me }: Awaited<ReturnType<typeof aMember>>) =>
  (
    await tenant.read((db) =>
      db
        .selectFrom("users")
        .select("time_zone as zone")
        .where("id", "=", me.id)
        .executeTakeFirstOrThrow(),
    )
  ).zone;
const aMember = () => app.aTenant({ signedInAs: "member" });

describe("the browser's time zone", () => {
  test("is taken once, where none was chosen, and recorded", async () => {
    const tenant = await aMember();
    expect(await asksFor(tenant)).toBe(true);
    expect((await tenant.browser.post(path, { timeZone: "Europe/Berlin" })).status).toBe(303);
    expect([await zoneOf(tenant), await asksFor(tenant)]).toEqual(["Europe/Berlin", false]);
    expect((await tenant.events("profile.changed")).map(({ data }) => data)).toMatchObject([
      { userId: tenant.me.id, timeZone: "Europe/Berlin" },
    ]);
    // Another browser, elsewhere: the first word stays.
    await tenant.browser.post(path, { timeZone: "Asia/Tokyo" });
    expect(await zoneOf(tenant)).toBe("Europe/Berlin");
    expect(await tenant.events("profile.changed")).toHaveLength(1);
  });

  test("is not taken from who saved one, UTC too", async () => {
    const tenant = await aMember();
    await tenant.browser.patch("/profile", { timeZone: "UTC" });
    expect(await asksFor(tenant)).toBe(false);
    await tenant.browser.post(path, { timeZone: "Europe/Berlin" });
    expect(await zoneOf(tenant)).toBe("UTC");
  });

  test("is taken only where there is such a zone, for oneself", async () => {
    const tenant = await aMember();
    expect((await tenant.browser.post(path, { timeZone: "Mars/Olympus" })).status).toBe(422);
    expect((await tenant.browser.post(path)).status).toBe(422);
    expect((await tenant.newBrowser().post(path, { timeZone: "Europe/Berlin" })).status).toBe(303);
    expect(await zoneOf(tenant)).toBe("UTC");
  });
});
