// Limits that are reached: who sees them, who releases them, and that releasing lets the person try again.
import { describe, expect, test } from "bun:test";
import { limitTexts } from "#features/limits/index.ts";
import { declaredLimits } from "#platform/limits.ts";
import { testApp, type TestTenant, type TestUser } from "../../support/a-tenant.ts";
import type { Browser } from "../../support/browser.ts";
import { statusesOf } from "../recovery/support.ts";
import { locationOf, throughPassword } from "../sign-in/support.ts";

const world = await testApp();

interface Reached {
  readonly id: string;
  readonly name: string;
  readonly says: string;
  readonly about: string;
  readonly since: string | null;
  readonly until: string;
}
const list = async ({ api }: TestTenant, query = "") =>
  (await (await api.get(`/limits${query}`)).json()) as {
    items: Reached[];
    next: string | null;
  };

/** Wrong passwords until no more are judged; answers the browser that tried. */
async function exhaust(tenant: TestTenant, user: TestUser): Promise<Browser> {
  const browser = tenant.newBrowser();
  for (let tries = 0; tries < 10; tries += 1) await throughPassword(browser, user.email, "wrong");
  expect((await throughPassword(browser, user.email)).status).toBe(429);
  return browser;
}

describe("GET /limits", () => {
  test("says whom a limit stops, which one, since when and until when", async () => {
    const tenant = await world.aTenant({ signedInAs: "admin" });
    expect(await (await tenant.browser.get("/limits")).text()).toContain("No limit is reached");
    const user = await tenant.aUser();
    const before = world.clock.now().toISOString();
    const { ip } = await exhaust(tenant, user);
    const { items } = await list(tenant);
    expect(items).toMatchObject([
      {
        name: "sign_in.password_account_ip",
        about: `${user.email} from ${ip}`,
        says: "Passwords tried for one account from one network",
      },
    ]);
    const [one] = items;
    expect(one?.since !== null && (one?.since ?? "") >= before).toBe(true);
    expect(Date.parse(one?.until ?? "")).toBeGreaterThan(world.clock.now().getTime());
    const page = await (await tenant.browser.get("/limits")).text();
    expect(page).toContain(user.email);
    expect(page).toContain(`/limits/${one?.id}`);
    expect(await (await tenant.browser.get(`/users/${user.id}`)).text()).toContain(
      "This person is slowed down, after too many tries",
    );
    world.clock.advance({ minutes: 31 });
    expect((await list(tenant)).items).toEqual([]);
  });

  test("finds by address and network, page by page", async () => {
    const tenant = await world.aTenant({ signedInAs: "admin" });
    const [one, other] = [await tenant.aUser(), await tenant.aUser()];
    const { ip } = await exhaust(tenant, one);
    await exhaust(tenant, other);
    expect((await list(tenant, `?q=${one.email.toUpperCase()}`)).items).toHaveLength(1);
    expect((await list(tenant, `?q=${ip}`)).items).toHaveLength(1);
    expect((await list(tenant, "?q=nobody%25")).items).toEqual([]);
    const first = await list(tenant, "?limit=1");
    const second = await list(tenant, `?limit=1&cursor=${first.next}`);
    expect(new Set([...first.items, ...second.items].map(({ about }) => about)).size).toBe(2);
    expect(second.next).toBeNull();
    const fragment = await tenant.browser.fragment(`/limits?q=${one.email}`, "limit-list");
    expect(await fragment.text()).not.toContain(other.email);
  });

  test("is for administrators, of this tenant", async () => {
    const [tenant, stranger] = [
      await world.aTenant({ signedInAs: "member" }),
      await world.aTenant({ signedInAs: "super_admin" }),
    ];
    const user = await tenant.aUser();
    await exhaust(tenant, user);
    const [one] = (await list(tenant)).items;
    expect((await tenant.browser.get("/limits")).status).toBe(403);
    expect((await list(stranger)).items).toEqual([]);
    expect((await stranger.api.delete(`/limits/${one?.id}`)).status).toBe(404);
    expect((await stranger.api.delete(`/users/${user.id}/limits`)).status).toBe(404);
    expect((await list(tenant)).items).toHaveLength(1);
  });

  test("every limit has a sentence, but for the one that stops nobody", () => {
    // Test files share processes: what others declare for themselves is none of the product's.
    const product = [...declaredLimits().keys()].filter((name) => !/^(names_)?test\./.test(name));
    const nameless = product.filter((name) => limitTexts[name] === undefined);
    // Messages to administrators wait and come together.
    expect(nameless).toEqual(["recovery.messages"]);
    expect(Object.keys(limitTexts).filter((name) => !declaredLimits().has(name))).toEqual([]);
  });
});

describe("DELETE /limits/:limitId", () => {
  test("lets the person try again, once; with an event about them", async () => {
    const tenant = await world.aTenant({ signedInAs: "admin" });
    const user = await tenant.aUser();
    const browser = await exhaust(tenant, user);
    const [one] = (await list(tenant)).items;
    expect((await tenant.browser.get(`/limits/${one?.id}/release`)).status).toBe(200);
    expect(locationOf(await tenant.browser.delete(`/limits/${one?.id}`))).toBe("/limits");
    expect(locationOf(await throughPassword(browser, user.email))).toBe("/sign-in/code");
    expect(await tenant.events("limits.released")).toMatchObject([
      { subjectId: user.id, data: { limit: "sign_in.password_account_ip", about: one?.about } },
    ]);
    expect((await tenant.browser.delete(`/limits/${one?.id}`)).status).toBe(404);
    expect((await tenant.browser.delete("/limits/nonsense")).status).toBe(404);
  });

  test("of two at once one does it", async () => {
    const tenant = await world.aTenant({ signedInAs: "admin" });
    await exhaust(tenant, await tenant.aUser());
    const [one] = (await list(tenant)).items;
    const both = await Promise.all([1, 2].map(() => tenant.api.delete(`/limits/${one?.id}`)));
    expect(statusesOf(both)).toEqual([204, 404]);
    expect(await tenant.events("limits.released")).toHaveLength(1);
  });

  test("gives nobody more guesses at somebody above them", async () => {
    const tenant = await world.aTenant({ signedInAs: "admin" });
    const boss = await tenant.aUser({ role: "super_admin" });
    await exhaust(tenant, boss);
    const [one] = (await list(tenant)).items;
    expect((await tenant.browser.delete(`/limits/${one?.id}`)).status).toBe(403);
    expect((await tenant.browser.delete(`/users/${boss.id}/limits`)).status).toBe(403);
    expect((await list(tenant)).items).toHaveLength(1);
    expect((await tenant.api.delete(`/limits/${one?.id}`)).status).toBe(204);
  });
});

test("DELETE /users/:userId/limits releases all of one person's and nobody else's", async () => {
  const tenant = await world.aTenant({ signedInAs: "admin" });
  const [user, other] = [await tenant.aUser(), await tenant.aUser()];
  const browser = await exhaust(tenant, user);
  await exhaust(tenant, user);
  await exhaust(tenant, other);
  expect((await tenant.browser.get(`/users/${user.id}/limits/release`)).status).toBe(200);
  expect(locationOf(await tenant.browser.delete(`/users/${user.id}/limits`))).toBe(
    `/users/${user.id}`,
  );
  expect((await list(tenant)).items.map(({ about }) => about.split(" ")[0])).toEqual([other.email]);
  expect(locationOf(await throughPassword(browser, user.email))).toBe("/sign-in/code");
  expect(await tenant.events("limits.released")).toHaveLength(2);
});
