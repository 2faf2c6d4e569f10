// Names where the tenant keeps them.
import { expect, test } from "bun:test";
import { testApp, type TestTenant } from "../../support/a-tenant.ts";

const world = await testApp();

const keepNames = ({ tenant }: TestTenant) =>
  tenant.write((db) =>
    db.insertInto("sign_in_policies").values({ people_edit_names: false }).execute(),
  );
const profile = ({ firstName, lastName }: { firstName: string; lastName: string }) => ({
  firstName,
  lastName,
  timeZone: "Europe/Berlin",
  theme: "dark",
});

test("are read only, with a sentence, and everything else can be changed", async () => {
  const tenant = await world.aTenant({ signedInAs: "member" });
  const { browser, me } = tenant;
  expect(await (await browser.get("/profile")).text()).not.toContain("readonly");
  await keepNames(tenant);
  const page = await (await browser.get("/profile")).text();
  // Both names and the six attributes that are in use.
  expect(page.match(/readonly/g)).toHaveLength(8);
  expect(page).toContain("Your organisation keeps names");
  expect((await browser.patch("/profile", profile(me))).status).toBe(303);
  const refused = await browser.patch("/profile", profile({ ...me, lastName: "Byron" }));
  expect(refused.status).toBe(409);
  const again = await refused.text();
  expect(again).toContain('value="Byron"');
  expect(again).toContain("Ask an administrator to change your name");
  expect(await tenant.events("user.names_changed")).toEqual([]);
  expect(await tenant.events("profile.changed")).toHaveLength(1);
});

test("are fixed for administrators, too, not for super administrators; administrators change those of others", async () => {
  const tenant = await world.aTenant({ signedInAs: "super_admin" });
  await keepNames(tenant);
  const admin = await tenant.aUser({ role: "admin" });
  const theirs = await tenant.signedIn(admin);
  expect((await theirs.patch("/profile", profile({ ...admin, firstName: "X" }))).status).toBe(409);
  expect(
    (await tenant.browser.patch("/profile", profile({ ...tenant.me, firstName: "Augusta" })))
      .status,
  ).toBe(303);
  const member = await tenant.aUser();
  expect((await theirs.patch(`/users/${member.id}`, { firstName: "Grace" })).status).toBe(303);
});
