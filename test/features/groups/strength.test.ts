// What a group asks of its members at sign-in.
import { expect, test } from "bun:test";
import { testApp } from "../../support/a-tenant.ts";

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
