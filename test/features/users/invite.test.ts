// Inviting people, sending an invitation again, and cancelling it.
import { describe, expect, test } from "bun:test";
import { testApp } from "../../support/a-tenant.ts";

const world = await testApp();
const grace = {
  firstName: "Grace",
  lastName: "Hopper",
  email: "grace@example.com",
  role: "member",
};

describe("POST /users", () => {
  test("adds a person in state invited and mails the link", async () => {
    const tenant = await world.aTenant({ signedInAs: "admin" });
    const answer = await tenant.browser.post("/users", { ...grace, email: "  Grace@Example.COM " });
    expect(answer.status).toBe(303);
    const page = answer.headers.get("location") ?? "";
    expect(page).toMatch(/^\/users\/[0-9a-f-]{36}$/);
    const html = await (await tenant.browser.get(page)).text();
    expect(html).toContain("Invitation sent to grace@example.com");
    expect(html).toContain("Waiting for an answer to the invitation");

    expect(await tenant.mails()).toMatchObject([{ to: "grace@example.com" }]);
    expect((await tenant.events()).map(({ name }) => name)).toContain("user.created");
    const [created] = await tenant.events("user.created");
    expect(created).toMatchObject({
      actorKind: "user",
      subjectId: page.slice("/users/".length),
      data: { firstName: "Grace", lastName: "Hopper", email: "grace@example.com", role: "member" },
    });
  });

  test("as JSON answers 201 with the person and their address, and sends the invitation too", async () => {
    const tenant = await world.aTenant();
    const answer = await tenant.api.post("/users", {
      firstName: "Grace",
      lastName: "Hopper",
      email: "grace@example.com",
    });
    expect(answer.status).toBe(201);
    const user = (await answer.json()) as { id: string };
    expect(user).toMatchObject({ ...grace, role: "member", state: "invited", lastSignInAt: null });
    expect(answer.headers.get("location")).toBe(`/api/v1/users/${user.id}`);
    expect(await tenant.mails()).toHaveLength(1);
    const [email] = await tenant.tenant.read((db) =>
      db.selectFrom("user_emails").selectAll().execute(),
    );
    expect(email).toMatchObject({ is_primary: true, verified_at: null });
  });

  test("shows the form again with what was typed", async () => {
    const { browser } = await world.aTenant({ signedInAs: "admin" });
    const answer = await browser.post("/users", {
      ...grace,
      firstName: " ",
      email: "not-an-address",
    });
    expect(answer.status).toBe(422);
    const page = await answer.text();
    expect(page).toContain("Enter the first name");
    expect(page).toContain("This is not an e-mail address");
    expect(page).toContain('value="not-an-address"');
    expect(page).toContain('value="Hopper"');
    expect(page).toContain("<h1>Invite a person</h1>");
  });

  test("names a taken address at its field, whatever its case and whoever has it", async () => {
    const { browser, api, aUser } = await world.aTenant({ signedInAs: "admin" });
    await aUser({ email: "grace@example.com", state: "deactivated" });
    const answer = await browser.post("/users", { ...grace, email: "GRACE@example.com" });
    expect(answer.status).toBe(409);
    const page = await answer.text();
    expect(page).toContain("grace@example.com already belongs to somebody here");
    expect(page).toContain('id="field-email-problem"');
    expect(page).toContain('value="Grace"');
    const problem = await api.post("/users", grace);
    expect(problem.status).toBe(409);
    expect(await problem.json()).toMatchObject({
      code: "users.email_taken",
      errors: { email: expect.any(String) },
    });
  });

  test("takes an address that another organisation has", async () => {
    const [ours, theirs] = [await world.aTenant(), await world.aTenant()];
    await theirs.aUser({ email: "grace@example.com" });
    expect((await ours.api.post("/users", grace)).status).toBe(201);
  });

  test("refuses a role above the caller's, and leaves nobody behind", async () => {
    const tenant = await world.aTenant({ signedInAs: "admin" });
    expect((await tenant.browser.post("/users", { ...grace, role: "super_admin" })).status).toBe(
      403,
    );
    const problem = await (
      await tenant.script("admin")
    ).post("/users", { ...grace, role: "super_admin" });
    expect(problem.status).toBe(403);
    expect(await problem.json()).toMatchObject({ code: "users.role_above_own" });
    expect(await tenant.events("user.created")).toEqual([]);
    expect(await tenant.mails()).toEqual([]);
    expect(await (await tenant.browser.get("/users/new")).text()).not.toContain("super_admin");
  });

  test("refuses names that would look like something else", async () => {
    const { api } = await world.aTenant();
    for (const firstName of ["a\r\nBcc: x@example.com", "\u202Egnp.exe", "x".repeat(201), ""]) {
      const answer = await api.post("/users", { ...grace, firstName });
      expect(answer.status).toBe(422);
      expect(await answer.json()).toMatchObject({ errors: { firstName: expect.any(String) } });
    }
  });

  test("is for administrators", async () => {
    const { browser, script } = await world.aTenant({ signedInAs: "member" });
    expect((await browser.post("/users", grace)).status).toBe(403);
    expect((await (await script("member")).post("/users", grace)).status).toBe(403);
  });
});

describe("POST /users/:userId/invitation", () => {
  test("sends another link", async () => {
    const tenant = await world.aTenant({ signedInAs: "admin" });
    const page = (await tenant.browser.post("/users", grace)).headers.get("location") ?? "";
    const answer = await tenant.browser.post(`${page}/invitation`);
    expect(answer.headers.get("location")).toBe(page);
    const mails = await tenant.mails();
    expect(mails).toHaveLength(2);
    expect(mails[0]?.link).not.toBe(mails[1]?.link);
    expect((await tenant.api.post(`${page}/invitation`)).status).toBe(200);
  });

  test("refuses for somebody who has answered, somebody above, somebody unknown", async () => {
    const tenant = await world.aTenant();
    const [active, boss] = [
      await tenant.aUser(),
      await tenant.aUser({ role: "super_admin", state: "invited" }),
    ];
    const admin = await tenant.script("admin");
    const codes: unknown[] = [];
    for (const id of [active.id, boss.id, crypto.randomUUID()]) {
      const answer = await admin.post(`/users/${id}/invitation`);
      codes.push([answer.status, ((await answer.json()) as { code: string }).code]);
    }
    expect(codes).toEqual([
      [409, "users.not_invited"],
      [403, "users.above_role"],
      [404, "users.not_found"],
    ]);
    expect(await tenant.mails()).toEqual([]);
  });
});

describe("DELETE /users/:userId/invitation", () => {
  test("asks first, then removes the person with memberships and link, and keeps who it was", async () => {
    const tenant = await world.aTenant({ signedInAs: "admin" });
    const page = (await tenant.browser.post("/users", grace)).headers.get("location") ?? "";
    const [mail] = await tenant.mails();
    expect(await (await tenant.browser.get(`${page}/invitation`)).text()).toContain(
      "<h1>Cancel the invitation of Grace Hopper?</h1>",
    );
    const answer = await tenant.browser.delete(`${page}/invitation`);
    expect(answer.headers.get("location")).toBe("/users");
    expect((await tenant.browser.get(page)).status).toBe(404);
    expect((await tenant.newBrowser().get(mail?.link ?? "")).status).toBe(410);
    expect(await tenant.events("user.invitation_cancelled")).toMatchObject([
      { data: { firstName: "Grace", lastName: "Hopper", email: "grace@example.com" } },
    ]);
    // The address is free again.
    expect((await tenant.api.post("/users", grace)).status).toBe(201);
  });

  test("as JSON answers 204", async () => {
    const tenant = await world.aTenant();
    const user = await tenant.aUser({ state: "invited" });
    expect((await tenant.api.delete(`/users/${user.id}/invitation`)).status).toBe(204);
  });

  test("never removes somebody who has answered", async () => {
    const tenant = await world.aTenant({ signedInAs: "super_admin" });
    for (const state of ["active", "deactivated"] as const) {
      const user = await tenant.aUser({ state });
      const answer = await tenant.browser.delete(`/users/${user.id}/invitation`);
      expect(answer.status).toBe(409);
      expect(await answer.text()).toContain("This person is not waiting for an invitation");
      expect((await tenant.api.get(`/users/${user.id}`)).status).toBe(200);
    }
  });

  test("is no way around deleting whoever has been here before", async () => {
    const tenant = await world.aTenant({ signedInAs: "admin" });
    const peer = await tenant.aUser({ role: "admin" });
    await world.asSuperuser(
      "update app.users set password_hash = null, last_sign_in_at = now() where id = $1",
      [peer.id],
    );
    const path = `/users/${peer.id}`;
    await tenant.browser.put(`${path}/deactivation`);
    await tenant.browser.delete(`${path}/deactivation`);
    const page = await (await tenant.browser.get(path)).text();
    expect(page).toContain("Waiting for an answer to the invitation");
    expect(page).not.toContain("Cancel invitation");
    const answer = await tenant.browser.delete(`${path}/invitation`);
    expect(answer.status).toBe(409);
    expect(await answer.text()).toContain("deactivate them, and then delete the account");
    // That way is there.
    expect((await tenant.browser.put(`${path}/deactivation`)).status).toBe(303);
    expect(await (await tenant.api.get(path)).json()).toMatchObject({ state: "deactivated" });
  });

  test("refuses for somebody above, and for another organisation's person", async () => {
    const [ours, theirs] = [await world.aTenant(), await world.aTenant()];
    const boss = await ours.aUser({ role: "super_admin", state: "invited" });
    const foreign = await theirs.aUser({ state: "invited" });
    const admin = await ours.script("admin");
    expect((await admin.delete(`/users/${boss.id}/invitation`)).status).toBe(403);
    expect((await admin.delete(`/users/${foreign.id}/invitation`)).status).toBe(404);
  });
});
