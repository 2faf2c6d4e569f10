// Counters of a person that were noted under an address which is not theirs any more: they go on counting, and are found and released.
import { describe, expect, test } from "bun:test";
import { releaseLimitsOf } from "#features/limits/index.ts";
import { setEmailByOperator } from "#features/addresses/index.ts";
import { findTenant } from "#features/tenants/index.ts";
import { declaredLimits, hitNoted } from "#platform/limits.ts";
import { postOf } from "#platform/http/handling.ts";
import { recover } from "../../../bin/_recover.ts";
import { testApp, type TestTenant, type TestUser } from "../../support/a-tenant.ts";
import { giveAddress, idOf, pathOf } from "../addresses/support.ts";
import { isSignedIn, locationOf, signIn, throughPassword } from "../sign-in/support.ts";

const house = await testApp();
const actor = { kind: "operator", command: "user set-email" } as const;
const newEmail = "new@elsewhere.example";

/** Sign-ins whose code is not typed, until no more codes are mailed. */
async function exhaustCodes(tenant: TestTenant, { email }: Pick<TestUser, "email">) {
  for (let tries = 0; tries < 10; tries += 1) await throughPassword(tenant.newBrowser(), email);
  expect((await throughPassword(tenant.newBrowser(), email)).status).toBe(429);
}
const setEmail = (tenant: TestTenant, { email }: TestUser) =>
  tenant.tenant.write((db) =>
    setEmailByOperator(
      { db, actor, post: postOf(house.services, tenant.site), now: house.clock.now() },
      { email, newEmail, confirm: true },
    ),
  );
const listed = async ({ api }: TestTenant) =>
  ((await (await api.get("/limits")).json()) as { items: { id: string; name: string }[] }).items;

describe("a counter that was noted under a former address", () => {
  test("is told on the person's page, and released by `weft user recover`", async () => {
    const tenant = await house.aTenant({ signedInAs: "admin" });
    const user = await tenant.aUser();
    await exhaustCodes(tenant, user);
    await setEmail(tenant, user);
    expect((await throughPassword(tenant.newBrowser(), newEmail)).status).toBe(429);
    const page = await (await tenant.browser.get(`/users/${user.id}`)).text();
    expect(page).toContain("This person is slowed down, after too many tries");
    const found = await house.services.database.system((db) => findTenant(db, tenant.subdomain));
    if (!found) throw new Error("no tenant");
    const done = await recover(house.services, actor, found, {
      email: newEmail,
      unlink: false,
      keepSecondSteps: false,
      revertPolicyTrial: false,
      defaultPolicy: false,
    });
    expect(done.limitsCleared).toBe(1);
    const sent = await throughPassword(tenant.newBrowser(), newEmail);
    expect(locationOf(sent)).toBe("/sign-in/code");
  });

  test("is released by an administrator, with one of a device of theirs, after an ordinary change", async () => {
    const tenant = await house.aTenant({ signedInAs: "admin" });
    const [user, other] = [await tenant.aUser(), await tenant.aUser()];
    await giveAddress(tenant, user, newEmail);
    const device = tenant.newBrowser();
    await signIn(tenant, device, user);
    expect(await isSignedIn(device)).toBe(true);
    await exhaustCodes(tenant, user);
    await noteDevice(tenant, user);
    await exhaustCodes(tenant, other);
    const former = await idOf(tenant, user, user.email);
    const id = await idOf(tenant, user, newEmail);
    const put = await tenant.api.put(`${pathOf(user)}/${id}/primary`, { confirm: true });
    expect(put.status).toBeLessThan(300);
    expect((await tenant.api.delete(`${pathOf(user)}/${former}`)).status).toBeLessThan(300);
    expect((await tenant.browser.delete(`/users/${user.id}/limits`)).status).toBe(303);
    expect(await tenant.events("limits.released")).toHaveLength(2);
    expect(locationOf(await throughPassword(tenant.newBrowser(), newEmail))).toBe("/sign-in/code");
    expect((await listed(tenant)).map(({ name }) => name)).toEqual(["sign_in.code_mails"]);
  });

  test("of somebody above is released by nobody below, one by one or all together", async () => {
    const tenant = await house.aTenant({ signedInAs: "admin" });
    const boss = await tenant.aUser({ role: "super_admin" });
    await exhaustCodes(tenant, boss);
    await setEmail(tenant, boss);
    const [one] = await listed(tenant);
    expect((await tenant.browser.delete(`/limits/${one?.id}`)).status).toBe(403);
    expect((await tenant.browser.delete(`/users/${boss.id}/limits`)).status).toBe(403);
    // Nor by way of whoever has the address now.
    const heir = await tenant.aUser({ email: boss.email });
    expect((await tenant.browser.delete(`/users/${heir.id}/limits`)).status).toBe(303);
    const stranger = await house.aTenant();
    const released = stranger.tenant.write((db) => releaseLimitsOf(db, actor, boss.id));
    expect(await released.catch(({ code }: { code: string }) => code)).toBe(
      "limits.person_not_found",
    );
    expect(await listed(tenant)).toHaveLength(1);
  });

  test("of a device of somebody above is released by nobody below, whoever has the address now", async () => {
    const tenant = await house.aTenant({ signedInAs: "admin" });
    const boss = await tenant.aUser({ role: "super_admin" });
    await signIn(tenant, tenant.newBrowser(), boss);
    await noteDevice(tenant, boss);
    const [one] = await listed(tenant);
    const release = () => tenant.browser.delete(`/limits/${one?.id}`);
    // As it is after an ordinary change: the browser stays known.
    await tenant.tenant.write((db) =>
      db
        .updateTable("user_emails")
        .set({ email: newEmail })
        .where("user_id", "=", boss.id)
        .execute(),
    );
    expect((await release()).status).toBe(403);
    const heir = await tenant.aUser({ email: boss.email });
    expect((await release()).status).toBe(403);
    const page = await (await tenant.browser.get(`/users/${heir.id}`)).text();
    expect(page).not.toContain("This person is slowed down");
    expect((await tenant.browser.delete(`/users/${heir.id}/limits`)).status).toBe(303);
    expect(await listed(tenant)).toHaveLength(1);
  });
});

/** Codes mailed from the browser they are known in, until no more are. */
async function noteDevice({ tenant }: TestTenant, { id, email }: TestUser): Promise<void> {
  const limit = declaredLimits().get("sign_in.code_mails_device");
  if (!limit) throw new Error("no such limit");
  await tenant.write(async (db) => {
    const device = await db
      .selectFrom("devices")
      .select("id")
      .where("user_id", "=", id)
      .executeTakeFirstOrThrow();
    const counter = { limit, key: device.id, about: `${email} (a known device)` };
    for (let hits = 0; hits < limit.most; hits += 1) await hitNoted(db, counter, house.clock.now());
  });
}
