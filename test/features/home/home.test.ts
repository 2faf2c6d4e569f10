// The start page: who am I, and the applications that I may use.
import { describe, expect, test } from "bun:test";
import { headerProblems } from "../../http/support/answers.ts";
import { goodPassword, testApp, type TestTenant } from "../../support/a-tenant.ts";
import type { Browser } from "../../support/browser.ts";
import { byHand, register } from "../applications/support.ts";

const app = await testApp();

async function myApps(browser: Browser): Promise<{ name: string; launchPath: string }[]> {
  const answer = await browser.json("/my-apps");
  return ((await answer.json()) as { items: { name: string; launchPath: string }[] }).items;
}
const namesOf = async (browser: Browser) => (await myApps(browser)).map(({ name }) => name);

/** Applications in every state of access, for the person who is signed in. */
async function furnished(tenant: TestTenant) {
  const { id: groupId } = await tenant.aGroup("Authors", [tenant.me]);
  const { id: otherId } = await tenant.aGroup("Others");
  const grant = async (name: string, to: string) => {
    const { id } = await register(tenant, byHand(name));
    await tenant.api.post(`/applications/${id}/grants`, { groupId: to });
    return id;
  };
  await grant("By group", groupId);
  await grant("By another group", otherId);
  await register(tenant, byHand("For nobody"));
  await register(tenant, { ...byHand("for everyone"), availableToAll: true });
  const { id } = await register(tenant, { ...byHand("Disabled"), availableToAll: true });
  await tenant.api.put(`/applications/${id}/disablement`);
  return { groupId };
}

describe("GET /", () => {
  test("greets by name and says where one is signed in, as whom", async () => {
    const tenant = await app.aTenant({ signedInAs: "member" });
    const answer = await tenant.browser.get("/");
    expect([answer.status, headerProblems(answer)]).toEqual([200, []]);
    const page = await answer.text();
    for (const said of ["Hello, Ada", tenant.me.email, "No applications yet"])
      expect(page).toContain(said);
  });

  test("says since when one is signed in, whatever was proven since", async () => {
    const tenant = await app.aTenant({ signedInAs: "super_admin" });
    const since = async () =>
      /datetime="([^"]+)"/.exec(await (await tenant.browser.get("/")).text())?.[1];
    const signedIn = await since();
    expect(signedIn).toBeDefined();
    app.clock.advance({ minutes: 11 });
    await tenant.browser.post("/step-up", { currentPassword: goodPassword, return_to: "/" });
    expect(await tenant.events("session.reauthenticated")).toHaveLength(1);
    expect(await since()).toBe(signedIn);
  });

  test("has a tile for what one may use, by name, and for nothing else", async () => {
    const tenant = await app.aTenant({ signedInAs: "member" });
    await furnished(tenant);
    const page = await (await tenant.browser.get("/")).text();
    const tiles = await myApps(tenant.browser);
    expect(tiles.map(({ name }) => name)).toEqual(["By group", "for everyone"]);
    for (const { name, launchPath } of tiles) {
      expect(page).toContain(name);
      expect(page).toContain(`href="${launchPath}"`);
      expect((await tenant.browser.get(launchPath)).status).toBe(303);
    }
    for (const name of ["For nobody", "By another group", "Disabled"])
      expect(page).not.toContain(name);
  });

  test("follows the groups at once", async () => {
    const tenant = await app.aTenant({ signedInAs: "member" });
    const { groupId } = await furnished(tenant);
    await tenant.api.delete(`/groups/${groupId}/members/${tenant.me.id}`);
    expect(await namesOf(tenant.browser)).toEqual(["for everyone"]);
  });

  test("shows an application once, though several groups give it", async () => {
    const tenant = await app.aTenant({ signedInAs: "member" });
    const { id } = await register(tenant);
    for (const name of ["One", "Two"]) {
      const { id: groupId } = await tenant.aGroup(name, [tenant.me]);
      await tenant.api.post(`/applications/${id}/grants`, { groupId });
    }
    expect(await namesOf(tenant.browser)).toEqual(["Wiki"]);
  });

  test("offers what the role may do: registering to super admins, administration to admins", async () => {
    const pages = await Promise.all(
      (["member", "admin", "super_admin"] as const).map(async (role) => {
        const { browser } = await app.aTenant({ signedInAs: role });
        return (await browser.get("/")).text();
      }),
    );
    const offers = (href: string) => pages.map((page) => page.includes(`href="${href}"`));
    expect(offers("/users")).toEqual([false, true, true]);
    expect(offers("/applications/new")).toEqual([false, false, true]);
    expect(offers("/api-clients")).toEqual([false, false, true]);
    expect(offers("/profile")).toEqual([true, true, true]);
  });

  test("is not another's: two people in one tenant, two tenants", async () => {
    const tenant = await app.aTenant({ signedInAs: "member" });
    await furnished(tenant);
    const colleague = await tenant.signedIn(await tenant.aUser());
    expect(await namesOf(colleague)).toEqual(["for everyone"]);
    const elsewhere = await app.aTenant({ signedInAs: "member" });
    expect(await namesOf(elsewhere.browser)).toEqual([]);
  });
});

test("GET /my-apps leads a browser to the start page, which has the same list; a script reads it as JSON", async () => {
  const tenant = await app.aTenant({ signedInAs: "member" });
  await furnished(tenant);
  const answer = await tenant.browser.get("/my-apps");
  expect([answer.status, answer.headers.get("location")]).toEqual([303, "/"]);
  expect(await namesOf(tenant.browser)).toEqual(["By group", "for everyone"]);
});

test("GET /api/v1/my-apps is empty for a client: nobody signs in by it", async () => {
  const tenant = await app.aTenant();
  await register(tenant, { ...byHand(), availableToAll: true });
  const answer = await tenant.api.get("/my-apps");
  expect([answer.status, await answer.json()]).toEqual([200, { items: [] }]);
});
