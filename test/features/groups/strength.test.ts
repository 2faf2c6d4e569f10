// What a group asks of its members at sign-in.
import { expect, test } from "bun:test";
import { listLacking } from "#features/groups/strength.ts";
import { testApp } from "../../support/a-tenant.ts";
import { planOf, statementsOf } from "../../support/statements.ts";
import { withTotp } from "../settings/support.ts";
import { setPolicy } from "../sign-in/support.ts";

const world = await testApp();

test("is set and taken away on the group's page, each with its event", async () => {
  const tenant = await world.aTenant({ signedInAs: "super_admin" });
  const group = await tenant.aGroup("Operators");
  const path = `/groups/${group.id}`;
  expect(await (await tenant.browser.get(path)).text()).toContain("Second step asked of members");
  expect((await tenant.browser.patch(path, { strength: "strong" })).status).toBe(303);
  expect(await (await tenant.browser.get(path)).text()).toContain('value="strong" selected');
  expect(await (await tenant.api.get(path)).json()).toMatchObject({ strength: "strong" });
  await tenant.api.patch(path, { name: "Operations" });
  await tenant.browser.patch(path, { strength: "" });
  await tenant.api.patch(path, { strength: null });
  expect(await (await tenant.api.get("/groups")).json()).toMatchObject({
    items: [{ name: "Operations", strength: null }],
  });
  expect(await tenant.events("group.strength_changed")).toMatchObject([
    { data: { groupId: group.id, from: null, to: "strong" } },
    { data: { from: "strong", to: null } },
  ]);
  expect((await tenant.api.patch(path, { strength: "stronger" })).status).toBe(422);
});

test("is for super administrators: others see it, and change the rest", async () => {
  const tenant = await world.aTenant({ signedInAs: "admin" });
  const group = await tenant.aGroup("Operators");
  const path = `/groups/${group.id}`;
  await tenant.api.patch(path, { strength: "phishing_resistant" });
  const page = await (await tenant.browser.get(path)).text();
  expect(page).toContain("Phishing-resistant");
  expect(page).not.toContain('name="strength"');
  const admin = await tenant.script("admin");
  const refused = await admin.patch(path, { strength: null, name: "Weaker" });
  expect(refused.status).toBe(403);
  expect(await refused.json()).toMatchObject({ code: "groups.strength_needs_permission" });
  expect((await admin.patch(path, { strength: "phishing_resistant", name: "Same" })).status).toBe(
    200,
  );
  expect(await (await tenant.api.get(path)).json()).toMatchObject({
    name: "Same",
    strength: "phishing_resistant",
  });
});

test("names the members who have nothing yet that is enough, and asks them once that is confirmed", async () => {
  const tenant = await world.aTenant({ signedInAs: "super_admin" });
  const [ready, lacking] = [
    await tenant.aUser({ firstName: "Rosa", lastName: "Ready" }),
    await tenant.aUser({ firstName: "Lars", lastName: "Lacking" }),
  ];
  await withTotp(tenant, ready);
  const gone = await tenant.aUser({ state: "deactivated" });
  const group = await tenant.aGroup("Operators", [ready, lacking, gone]);
  const path = `/groups/${group.id}`;
  const refused = await tenant.api.patch(path, { strength: "strong" });
  expect(refused.status).toBe(409);
  expect(await refused.json()).toMatchObject({
    code: "groups.keeps_out",
    count: 1,
    names: ["Lars Lacking"],
    graceDays: 7,
  });
  const answer = await tenant.browser.patch(path, { strength: "strong" });
  expect(answer.status).toBe(409);
  const page = await answer.text();
  expect(page).toContain("1 member has nothing yet that is enough: Lars Lacking. They have 7 days");
  expect(page).toContain('value="strong" selected');
  expect(page).toContain('name="confirmed"');
  expect(await tenant.events("group.strength_changed")).toEqual([]);
  const confirmed = { strength: "strong", confirmed: "on" };
  expect((await tenant.browser.patch(path, confirmed)).status).toBe(303);
  // Asking less keeps nobody out.
  expect((await tenant.browser.patch(path, { strength: "" })).status).toBe(303);
});

test("names those whom the change keeps out, and counts the others apart", async () => {
  const tenant = await world.aTenant();
  const [app, mail, other] = [
    await tenant.aUser({ firstName: "Ada", lastName: "App" }),
    await tenant.aUser({ firstName: "Max", lastName: "Mail" }),
    await tenant.aUser({ firstName: "Olga", lastName: "Other" }),
  ];
  await withTotp(tenant, app);
  const [group, strict] = [
    await tenant.aGroup("Operators", [app, mail]),
    await tenant.aGroup("Strict", [other]),
  ];
  const strong = { strength: "strong", confirmed: true };
  for (const { id } of [group, strict]) await tenant.api.patch(`/groups/${id}`, strong);
  await tenant.api.post(`/groups/${group.id}/members`, { userIds: [other.id] });
  const change = { strength: "phishing_resistant" };
  const refused = await tenant.api.patch(`/groups/${group.id}`, change);
  expect(refused.status).toBe(409);
  expect(await refused.json()).toMatchObject({
    code: "groups.keeps_out",
    count: 1,
    names: ["Ada App"],
    alreadyCount: 2,
    errors: { confirmed: expect.stringContaining("2 members have less than is asked of them") },
  });
  // Where everybody is short already the change keeps out nobody.
  await setPolicy(tenant, { strength: "strong", grace_days: 7 });
  const others = await tenant.aGroup("Others", [mail, other]);
  expect((await tenant.api.patch(`/groups/${others.id}`, change)).status).toBe(200);
});

test("finds them in one pass over the group's members, with look-ups by index", async () => {
  const tenant = await world.aTenant();
  const [{ id: groupId }, { id: other }] = [await tenant.aGroup("One"), await tenant.aGroup("Two")];
  await world.asSuperuser(
    `with made as (insert into app.users (tenant_id, first_name, last_name, state, password_hash)
       select $1, 'Person', n::text, 'active', 'x' from generate_series(1, 10000) as n returning id)
     insert into app.group_members (tenant_id, group_id, user_id)
     select $1, case when random() < 0.02 then $2::uuid else $3::uuid end, id from made`,
    [tenant.id, groupId, other],
  );
  await world.asSuperuser("analyze app.users, app.group_members, app.passkeys");
  const asked = { groupId, strength: "strong", everybody: "baseline" } as const;
  const sent = await statementsOf(() => tenant.tenant.read((db) => listLacking(db, asked)));
  expect(sent).toHaveLength(1);
  for (const statement of sent) {
    const plan = await planOf(world, tenant.id, statement);
    expect(plan).toContain("group_members_user");
    expect(plan).not.toMatch(/Seq Scan on group_members/);
  }
});

test("does not name members of another tenant's group", async () => {
  const [tenant, other] = [await world.aTenant(), await world.aTenant()];
  const group = await other.aGroup("Operators", [await other.aUser()]);
  const change = { strength: "strong" };
  expect((await tenant.api.patch(`/groups/${group.id}`, change)).status).toBe(404);
});
