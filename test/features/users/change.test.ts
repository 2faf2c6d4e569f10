// One person's page, names and role.
import { describe, expect, test } from "bun:test";
import { testApp } from "../../support/a-tenant.ts";
import { statementsOf } from "../../support/statements.ts";

const world = await testApp();

describe("GET /users/:userId", () => {
  test("shows names, addresses, role, state and groups, and as JSON what the caller may do", async () => {
    const tenant = await world.aTenant({ signedInAs: "super_admin" });
    const grace = await tenant.aUser({ firstName: "Grace", lastName: "Hopper" });
    const group = await tenant.aGroup("Finance", [grace]);
    const page = await (await tenant.browser.get(`/users/${grace.id}`)).text();
    for (const text of [
      "Grace Hopper",
      grace.email,
      "Member",
      "Active",
      "Finance",
      "Never",
      "Verified",
    ]) {
      expect(page).toContain(text);
    }
    const json = (await (await tenant.browser.json(`/users/${grace.id}`)).json()) as object;
    expect(json).toMatchObject({
      id: grace.id,
      email: grace.email,
      emails: [{ email: grace.email, isPrimary: true, verifiedAt: expect.any(String) }],
      groups: [{ id: group.id, name: "Finance" }],
      allowedActions: [
        "edit",
        "change_role",
        "deactivate",
        "require_new_password",
        "reset_second_steps",
      ],
    });
    expect(JSON.stringify(json)).not.toContain("argon2");
  });

  test("tells the actions that fit the person's state and the caller's rank", async () => {
    const tenant = await world.aTenant({ signedInAs: "admin" });
    const allowed = async (script: { get(path: string): Promise<Response> }, id: string) =>
      ((await (await script.get(`/users/${id}`)).json()) as { allowedActions: string[] })
        .allowedActions;
    const admin = await tenant.script("admin");
    const ids = {
      invited: (await tenant.aUser({ state: "invited" })).id,
      deactivated: (await tenant.aUser({ state: "deactivated" })).id,
      boss: (await tenant.aUser({ role: "super_admin" })).id,
    };
    expect(await allowed(admin, ids.invited)).toEqual([
      "edit",
      "resend_invitation",
      "cancel_invitation",
    ]);
    expect(await allowed(admin, ids.deactivated)).toEqual([
      "edit",
      "reactivate",
      "reset_second_steps",
      "delete",
    ]);
    expect(await allowed(tenant.api, ids.deactivated)).toEqual([
      "edit",
      "change_role",
      "reactivate",
      "reset_second_steps",
      "anonymise",
      "delete",
    ]);
    expect(await allowed(admin, ids.boss)).toEqual([]);
    expect(await allowed(tenant.api, ids.boss)).toEqual([
      "edit",
      "change_role",
      "deactivate",
      "require_new_password",
      "reset_second_steps",
    ]);
    const own = (await (await tenant.browser.json(`/users/${tenant.me.id}`)).json()) as {
      allowedActions: string[];
    };
    expect(own.allowedActions).toEqual(["edit"]);
  });

  test("says to an administrator why there is nothing to do about somebody above", async () => {
    const tenant = await world.aTenant({ signedInAs: "admin" });
    const boss = await tenant.aUser({ role: "super_admin" });
    const pageOf = async ({ id }: { id: string }) =>
      (await tenant.browser.get(`/users/${id}`)).text();
    expect(await pageOf(boss)).toContain("role is above yours");
    expect(await pageOf(await tenant.aUser())).not.toContain("role is above yours");
    expect(await pageOf(tenant.me)).not.toContain("role is above yours");
  });

  test("takes three statements, however many groups there are", async () => {
    const tenant = await world.aTenant();
    const grace = await tenant.aUser();
    for (let count = 0; count < 12; count++) await tenant.aGroup(`Group ${count}`, [grace]);
    const sent = await statementsOf(() => tenant.api.get(`/users/${grace.id}`));
    const ofPeople = sent.filter(
      ({ text }) =>
        /"users"|"user_emails"|"group_members"/.test(text) && !text.includes('"api_tokens"'),
    );
    expect(ofPeople.length).toBeLessThanOrEqual(3);
  });

  test("answers 404 for an unknown id, another organisation's person and what is no id", async () => {
    const [ours, theirs] = [
      await world.aTenant({ signedInAs: "admin" }),
      await world.aTenant({ signedInAs: "admin" }),
    ];
    for (const id of [crypto.randomUUID(), theirs.me.id, "xyz"]) {
      for (const path of [
        `/users/${id}`,
        `/users/${id}/edit`,
        `/users/${id}/activity`,
        `/users/${id}/deactivation`,
      ]) {
        expect((await ours.browser.get(path)).status).toBe(404);
      }
      expect((await ours.api.get(`/users/${id}`)).status).toBe(404);
      expect((await ours.api.patch(`/users/${id}`, { firstName: "X" })).status).toBe(404);
      expect((await ours.api.put(`/users/${id}/deactivation`)).status).toBe(404);
      expect((await ours.api.delete(`/users/${id}/deactivation`)).status).toBe(404);
    }
    expect((await theirs.api.get(`/users/${theirs.me.id}`)).status).toBe(200);
  });
});

describe("GET /users/:userId/activity", () => {
  test("shows where the person is signed in and what happened", async () => {
    const tenant = await world.aTenant({ signedInAs: "admin" });
    const grace = await tenant.aUser({ firstName: "Grace", lastName: "Hopper" });
    await tenant.signedIn(grace);
    await tenant.api.patch(`/users/${grace.id}`, { lastName: "Murray" });
    const page = await (await tenant.browser.get(`/users/${grace.id}/activity`)).text();
    for (const text of [
      "Firefox on Windows",
      "Name changed",
      "API client test super_admin",
      "Signed in",
    ]) {
      expect(page).toContain(text);
    }
  });
});

describe("PATCH /users/:userId", () => {
  test("changes the names and records what they were", async () => {
    const tenant = await world.aTenant({ signedInAs: "admin" });
    const grace = await tenant.aUser({ firstName: "Grace", lastName: "Hopper" });
    const form = await (await tenant.browser.get(`/users/${grace.id}/edit`)).text();
    expect(form).toContain('value="Hopper"');
    const answer = await tenant.browser.patch(`/users/${grace.id}`, {
      firstName: "Grace",
      lastName: " Murray ",
    });
    expect(answer.headers.get("location")).toBe(`/users/${grace.id}`);
    expect(await tenant.events("user.names_changed")).toMatchObject([
      {
        subjectId: grace.id,
        data: {
          from: { firstName: "Grace", lastName: "Hopper" },
          to: { firstName: "Grace", lastName: "Murray" },
        },
      },
    ]);
  });

  test("as JSON changes what is named and answers the person", async () => {
    const tenant = await world.aTenant();
    const grace = await tenant.aUser({ firstName: "Grace", lastName: "Hopper" });
    const answer = await tenant.api.patch(`/users/${grace.id}`, { lastName: "Murray" });
    expect(answer.status).toBe(200);
    expect(await answer.json()).toMatchObject({
      firstName: "Grace",
      lastName: "Murray",
      role: "member",
    });
    expect((await tenant.api.patch(`/users/${grace.id}`, {})).status).toBe(422);
  });

  test("records nothing when nothing differs", async () => {
    const tenant = await world.aTenant();
    const grace = await tenant.aUser();
    await tenant.api.patch(`/users/${grace.id}`, { firstName: grace.firstName, role: grace.role });
    expect(await tenant.events()).toEqual([]);
    expect(await tenant.mails()).toEqual([]);
  });

  test("shows the form again with what was typed", async () => {
    const tenant = await world.aTenant({ signedInAs: "super_admin" });
    const grace = await tenant.aUser({ firstName: "Grace", lastName: "Hopper" });
    const answer = await tenant.browser.patch(`/users/${grace.id}`, {
      firstName: "",
      lastName: "Typed",
      role: "admin",
    });
    expect(answer.status).toBe(422);
    const page = await answer.text();
    expect(page).toContain("Enter the first name");
    expect(page).toContain('value="Typed"');
    expect(page).toContain("<h1>Edit Grace Hopper</h1>");
  });
});

describe("a change of role", () => {
  test("ends the person's sessions, tells them and is recorded", async () => {
    const tenant = await world.aTenant({ signedInAs: "super_admin" });
    const grace = await tenant.aUser({ firstName: "Grace" });
    const theirBrowser = await tenant.signedIn(grace);
    expect((await theirBrowser.get("/profile")).status).toBe(200);
    const answer = await tenant.browser.patch(`/users/${grace.id}`, {
      firstName: grace.firstName,
      lastName: grace.lastName,
      role: "admin",
    });
    expect(answer.status).toBe(303);
    expect((await theirBrowser.get("/profile")).headers.get("location")).toStartWith("/sign-in");
    expect(await tenant.events("user.role_changed")).toMatchObject([
      { data: { userId: grace.id, from: "member", to: "admin" } },
    ]);
    const mails = await tenant.mails();
    expect(mails).toMatchObject([{ to: grace.email }]);
    expect(mails[0]?.text).toContain("Administrator");
  });

  test("is for super admins", async () => {
    const tenant = await world.aTenant({ signedInAs: "admin" });
    const grace = await tenant.aUser();
    expect((await tenant.browser.patch(`/users/${grace.id}`, { role: "admin" })).status).toBe(403);
    const answer = await (
      await tenant.script("admin")
    ).patch(`/users/${grace.id}`, { firstName: "X", role: "admin" });
    expect(answer.status).toBe(403);
    expect(await answer.json()).toMatchObject({ code: "users.role_needs_permission" });
    // Nothing of the same request is kept.
    expect(await (await tenant.api.get(`/users/${grace.id}`)).json()).toMatchObject({
      firstName: grace.firstName,
      role: "member",
    });
    expect(await (await tenant.browser.get(`/users/${grace.id}/edit`)).text()).not.toContain(
      'name="role"',
    );
  });

  test("is refused for oneself, also when another super admin is there", async () => {
    const tenant = await world.aTenant({ signedInAs: "super_admin" });
    await tenant.aUser({ role: "super_admin" });
    const answer = await tenant.browser.patch(`/users/${tenant.me.id}`, { role: "member" });
    expect(answer.status).toBe(409);
    expect(await answer.text()).toContain("You cannot change your own role");
  });

  test("is refused for the last active super admin", async () => {
    const tenant = await world.aTenant();
    const last = await tenant.aUser({ role: "super_admin" });
    await tenant.aUser({ role: "super_admin", state: "deactivated" });
    const answer = await tenant.api.patch(`/users/${last.id}`, { role: "admin" });
    expect(answer.status).toBe(409);
    expect(await answer.json()).toMatchObject({ code: "users.last_super_admin" });
  });
});

test("an administrator reaches nothing of a super administrator", async () => {
  const tenant = await world.aTenant({ signedInAs: "admin" });
  const boss = await tenant.aUser({ role: "super_admin" });
  const path = `/users/${boss.id}`;
  const answers = [
    await tenant.browser.get(`${path}/edit`),
    await tenant.browser.patch(path, { firstName: "X", lastName: "Y" }),
    await tenant.browser.put(`${path}/deactivation`),
    await tenant.browser.delete(`${path}/deactivation`),
    await tenant.browser.post(`${path}/invitation`),
    await tenant.browser.delete(`${path}/invitation`),
  ];
  expect(answers.map(({ status }) => status)).toEqual([403, 403, 403, 403, 403, 403]);
  expect(await (await tenant.browser.get(path)).text()).not.toContain("/edit");
});
