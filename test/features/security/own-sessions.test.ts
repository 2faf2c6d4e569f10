// One's own sessions: seeing them, ending one, ending all others.
import { describe, expect, test } from "bun:test";
import { testApp, type TestTenant } from "../../support/a-tenant.ts";
import { isSignedIn, locationOf, sessionCookie } from "../sign-in/support.ts";

const { aTenant } = await testApp();
const path = "/security/sessions";

async function idsOf(tenant: TestTenant): Promise<string[]> {
  const rows = await tenant.tenant.read((db) =>
    db
      .selectFrom("sessions")
      .select("id")
      .where("user_id", "=", tenant.me.id)
      .orderBy("id")
      .execute(),
  );
  return rows.map(({ id }) => id);
}

describe("GET /security/sessions", () => {
  test("shows devices and places, marks this one, and offers to end the others", async () => {
    const tenant = await aTenant({ signedInAs: "member" });
    const phone = await tenant.signedIn(tenant.me);
    const stranger = await tenant.signedIn(await tenant.aUser());
    const [mine = "", other = ""] = await idsOf(tenant);
    const page = await (await tenant.browser.get(path)).text();

    expect(page.match(/This device/g)?.length).toBe(1);
    expect(page).toContain(tenant.browser.ip);
    expect(page).toContain(phone.ip);
    expect(page).not.toContain(stranger.ip);
    expect(page).toContain(`${path}/${other}?_method=delete`);
    expect(page).not.toContain(`${path}/${mine}?_method=delete`);
  });
});

describe("ending", () => {
  test("one ends that one", async () => {
    const tenant = await aTenant({ signedInAs: "member" });
    const phone = await tenant.signedIn(tenant.me);
    const [, id = ""] = await idsOf(tenant);
    expect((await tenant.browser.get(`${path}/${id}/end`)).status).toBe(200);
    const answer = await tenant.browser.delete(`${path}/${id}`);

    expect([answer.status, locationOf(answer)]).toEqual([303, path]);
    expect(await isSignedIn(phone)).toBe(false);
    expect(await isSignedIn(tenant.browser)).toBe(true);
    expect((await tenant.events("session.ended"))[0]?.data["reason"]).toBe("ended_by_person");
    expect((await tenant.browser.delete(`${path}/${id}`)).status).toBe(404);
  });

  test("all others leaves this one", async () => {
    const tenant = await aTenant({ signedInAs: "member" });
    const others = [await tenant.signedIn(tenant.me), await tenant.signedIn(tenant.me)];
    const answer = await tenant.browser.delete(path, {}, { follow: true });
    expect(await answer.text()).toContain("2 sessions have ended");
    for (const browser of others) expect(await isSignedIn(browser)).toBe(false);
    expect(await isSignedIn(tenant.browser)).toBe(true);
  });

  test("all others leaves no copy of this one's cookie behind", async () => {
    const tenant = await aTenant({ signedInAs: "member" });
    const thief = tenant.newBrowser();
    const copied = tenant.browser.cookies.get(sessionCookie)?.value ?? "none";
    thief.cookies.set(sessionCookie, { value: copied, header: "" });
    expect(await isSignedIn(thief)).toBe(true);
    await tenant.browser.delete(path);
    expect(await isSignedIn(thief)).toBe(false);
    expect(await isSignedIn(tenant.browser)).toBe(true);
  });

  test("all others from several of them at once leaves one", async () => {
    const tenant = await aTenant({ signedInAs: "member" });
    const all = [tenant.browser];
    for (let n = 0; n < 4; n += 1) all.push(await tenant.signedIn(tenant.me));
    const answers = await Promise.all(all.map((browser) => browser.delete(path)));
    // Whoever comes later has no session any more: at the door, or at the end of their own request.
    for (const { status } of answers) expect([303, 404]).toContain(status);
    expect((await Promise.all(all.map(isSignedIn))).filter(Boolean)).toHaveLength(1);
  });

  test("reaches nobody else's session, also as an administrator", async () => {
    const tenant = await aTenant({ signedInAs: "super_admin" });
    const other = await tenant.aUser();
    const browser = await tenant.signedIn(other);
    const [row] = await tenant.tenant.read((db) =>
      db.selectFrom("sessions").select("id").where("user_id", "=", other.id).execute(),
    );
    expect((await tenant.browser.delete(`${path}/${row?.id}`)).status).toBe(404);
    expect((await tenant.browser.get(`${path}/${row?.id}/end`)).status).toBe(404);
    expect(await isSignedIn(browser)).toBe(true);
  });
});

describe("GET /security", () => {
  test("says how one proves oneself and where one is signed in", async () => {
    const tenant = await aTenant({ signedInAs: "member" });
    await tenant.signedIn(tenant.me);
    const page = await (await tenant.browser.get("/security")).text();
    expect(page).toContain("Code by e-mail");
    expect(page).toContain(tenant.me.email);
    expect(page).toContain("On 2 devices");
  });

  test("sends people who are not signed in to sign-in and back", async () => {
    const tenant = await aTenant();
    expect(locationOf(await tenant.newBrowser().get("/security"))).toBe(
      "/sign-in?return_to=%2Fsecurity",
    );
  });
});
