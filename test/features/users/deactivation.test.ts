// Deactivating and reactivating people.
import { describe, expect, test } from "bun:test";
import { testApp } from "../../support/a-tenant.ts";
import { aPasskey } from "../passkeys/support.ts";
import { withoutPassword } from "../provider-people/support.ts";

const world = await testApp();

describe("PUT /users/:userId/deactivation", () => {
  test("asks first, then ends the person's sessions, tells them and is recorded", async () => {
    const tenant = await world.aTenant({ signedInAs: "admin" });
    const grace = await tenant.aUser({ firstName: "Grace", lastName: "Hopper" });
    const theirBrowser = await tenant.signedIn(grace);
    const path = `/users/${grace.id}/deactivation`;
    expect(await (await tenant.browser.get(path)).text()).toContain(
      "<h1>Deactivate Grace Hopper?</h1>",
    );
    expect((await tenant.browser.put(path)).headers.get("location")).toBe(`/users/${grace.id}`);

    expect((await theirBrowser.get("/profile")).headers.get("location")).toStartWith("/sign-in");
    expect(await tenant.events("user.deactivated")).toMatchObject([{ subjectId: grace.id }]);
    expect(await tenant.events("session.ended")).toMatchObject([
      { data: { reason: "deactivated" } },
    ]);
    expect(await tenant.mails()).toMatchObject([
      { to: grace.email, subject: expect.stringContaining("was deactivated") },
    ]);
    const page = await (await tenant.browser.get(`/users/${grace.id}`)).text();
    expect(page).toContain("Deactivated");
    expect(page).toContain("Reactivate");
  });

  test("as JSON answers the person, and a second time changes nothing", async () => {
    const tenant = await world.aTenant();
    const grace = await tenant.aUser();
    const first = await tenant.api.put(`/users/${grace.id}/deactivation`);
    expect(first.status).toBe(200);
    const answered = (await first.json()) as { state: string; deactivatedAt: string };
    expect(answered).toMatchObject({ state: "deactivated", deactivatedAt: expect.any(String) });
    const second = await tenant.api.put(`/users/${grace.id}/deactivation`);
    expect(await second.json()).toMatchObject({ deactivatedAt: answered.deactivatedAt });
    expect(await tenant.events("user.deactivated")).toHaveLength(1);
  });

  test("takes back links that were mailed", async () => {
    const tenant = await world.aTenant();
    const user = await tenant.api.post("/users", {
      firstName: "G",
      lastName: "H",
      email: "g@example.com",
    });
    const { id } = (await user.json()) as { id: string };
    const [mail] = await tenant.mails();
    expect((await tenant.newBrowser().get(mail?.link ?? "")).status).toBe(200);
    await tenant.api.put(`/users/${id}/deactivation`);
    await tenant.api.delete(`/users/${id}/deactivation`);
    expect(await (await tenant.api.get(`/users/${id}`)).json()).toMatchObject({ state: "invited" });
    expect((await tenant.newBrowser().get(mail?.link ?? "")).status).toBe(410);
    // Somebody who has never been in gets no word about it.
    expect(await tenant.mails()).toHaveLength(1);
  });

  test("is refused for oneself", async () => {
    const tenant = await world.aTenant({ signedInAs: "super_admin" });
    await tenant.aUser({ role: "super_admin" });
    const answer = await tenant.browser.put(`/users/${tenant.me.id}/deactivation`);
    expect(answer.status).toBe(409);
    const page = await answer.text();
    expect(page).toContain("You cannot do this to your own account");
    expect(page).toContain("<h1>Deactivate ");
  });

  test("is refused for the last active super admin, and says what to do", async () => {
    const tenant = await world.aTenant();
    const last = await tenant.aUser({ role: "super_admin" });
    const answer = await tenant.api.put(`/users/${last.id}/deactivation`);
    expect(answer.status).toBe(409);
    expect(await answer.json()).toMatchObject({
      code: "users.last_super_admin",
      title: expect.stringContaining("make someone else super administrator first"),
    });
    expect(await tenant.events("user.deactivated")).toEqual([]);
  });

  test("is for administrators", async () => {
    const tenant = await world.aTenant({ signedInAs: "member" });
    const grace = await tenant.aUser();
    expect((await tenant.browser.put(`/users/${grace.id}/deactivation`)).status).toBe(403);
    expect((await tenant.browser.delete(`/users/${grace.id}/deactivation`)).status).toBe(403);
  });
});

describe("DELETE /users/:userId/deactivation", () => {
  test("lets the person in again and tells them", async () => {
    const tenant = await world.aTenant({ signedInAs: "admin" });
    const grace = await tenant.aUser({ state: "deactivated" });
    expect((await tenant.browser.delete(`/users/${grace.id}/deactivation`)).status).toBe(303);
    expect(await (await tenant.api.get(`/users/${grace.id}`)).json()).toMatchObject({
      state: "active",
      deactivatedAt: null,
    });
    expect(await tenant.events("user.reactivated")).toMatchObject([{ subjectId: grace.id }]);
    expect(await tenant.mails()).toMatchObject([
      { to: grace.email, subject: expect.stringContaining("active again") },
    ]);
  });

  test("brings back no session that ended", async () => {
    const tenant = await world.aTenant();
    const grace = await tenant.aUser();
    const theirBrowser = await tenant.signedIn(grace);
    await tenant.api.put(`/users/${grace.id}/deactivation`);
    await tenant.api.delete(`/users/${grace.id}/deactivation`);
    expect((await theirBrowser.get("/profile")).status).toBe(303);
  });

  test("lets in whoever comes with a passkey alone", async () => {
    const tenant = await world.aTenant();
    const grace = await tenant.aUser();
    await aPasskey(world, tenant, grace);
    await withoutPassword(world, grace);
    await tenant.api.put(`/users/${grace.id}/deactivation`);
    const back = await tenant.api.delete(`/users/${grace.id}/deactivation`);
    expect(await back.json()).toMatchObject({ state: "active", signInMethods: ["passkey"] });
    await world.asSuperuser("update app.passkeys set suspended_at = now() where user_id = $1", [
      grace.id,
    ]);
    await tenant.api.put(`/users/${grace.id}/deactivation`);
    const again = await tenant.api.delete(`/users/${grace.id}/deactivation`);
    expect(await again.json()).toMatchObject({ state: "invited" });
  });

  test("changes nothing for somebody active", async () => {
    const tenant = await world.aTenant();
    const grace = await tenant.aUser();
    expect((await tenant.api.delete(`/users/${grace.id}/deactivation`)).status).toBe(200);
    expect(await tenant.events()).toEqual([]);
    expect(await tenant.mails()).toEqual([]);
  });
});
