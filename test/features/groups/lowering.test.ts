// What a group asks of its members at sign-in is taken from them by nobody but a super administrator who has just proved who they are:
// neither by asking less, nor by deleting the group, nor by taking somebody out.
import { describe, expect, test } from "bun:test";
import type { Strength } from "#features/policy/index.ts";
import { testApp, type TestTenant } from "../../support/a-tenant.ts";
import type { Browser } from "../../support/browser.ts";
import { locationOf, setPolicy } from "../sign-in/support.ts";

const app = await testApp();

interface Scene {
  readonly tenant: TestTenant;
  readonly path: string;
  readonly member: string;
}

/** A group with one member, at which this browser's proof is eleven minutes old. */
async function aScene(strength: Strength | null, role: "admin" | "super_admin" = "super_admin") {
  const tenant = await app.aTenant({ signedInAs: role });
  const [group, person] = [await tenant.aGroup("Operators"), await tenant.aUser()];
  const path = `/groups/${group.id}`;
  expect((await tenant.api.post(`${path}/members`, { userIds: [person.id] })).status).toBe(200);
  const asked = { strength, description: "x", confirmed: true };
  expect((await tenant.api.patch(path, asked)).status).toBe(200);
  app.clock.advance({ minutes: 11 });
  return { tenant, path, member: `${path}/members/${person.id}` } satisfies Scene;
}

const ways: Readonly<Record<string, (browser: Browser, scene: Scene) => Promise<Response>>> = {
  "asking less": (browser, { path }) => browser.patch(path, { strength: "" }),
  "deleting the group": (browser, { path }) => browser.delete(path),
  "taking the member out": (browser, { member }) => browser.delete(member),
};
const everyWay = Object.entries(ways);

const stateOf = async ({ tenant, path }: Scene) => (await tenant.api.get(path)).json();

/** What follows of the group's events, beside its making. */
const changes = async ({ tenant }: Scene) => [
  ...(await tenant.events("group.deleted")),
  ...(await tenant.events("group.member_removed")),
  ...(await tenant.events("group.strength_changed")).filter(({ data }) => data["to"] === null),
];

describe("a group that asks for more than everybody is asked", () => {
  test.each(everyWay)("%s goes through with fresh proof", async (_, way) => {
    const scene = await aScene("strong");
    const fresh = await scene.tenant.signedIn(scene.tenant.me);
    expect((await way(fresh, scene)).status).toBe(303);
    expect(await changes(scene)).toHaveLength(1);
  });

  test.each(everyWay)("%s is refused to an old proof, and changes nothing", async (_, way) => {
    const scene = await aScene("strong");
    const before = await stateOf(scene);
    const answer = await way(scene.tenant.browser, scene);
    expect(answer.status).toBe(403);
    expect(await answer.text()).toContain('href="/step-up?return_to=%2Fstep-up%2Fdone"');
    expect(await stateOf(scene)).toEqual(before);
    expect(await changes(scene)).toEqual([]);
  });

  test.each(everyWay)("%s is refused to administrators, however fresh", async (_, way) => {
    const scene = await aScene("strong", "admin");
    const before = await stateOf(scene);
    const fresh = await scene.tenant.signedIn(scene.tenant.me);
    const answer = await way(fresh, scene);
    expect(answer.status).toBe(403);
    expect(await answer.text()).not.toContain("/step-up");
    expect(await stateOf(scene)).toEqual(before);
    expect(await changes(scene)).toEqual([]);
  });

  test("scripts are asked for the role alone", async () => {
    for (const name of ["path", "member"] as const) {
      const scene = await aScene("strong");
      const admin = await scene.tenant.script("admin");
      const refused = await admin.delete(scene[name]);
      expect(refused.status).toBe(403);
      expect(await refused.json()).toMatchObject({ code: "groups.protects" });
      expect((await scene.tenant.api.delete(scene[name])).status).toBeLessThan(300);
    }
  });

  test("the questions lead to the proof first, and are not asked of administrators", async () => {
    const scene = await aScene("strong");
    const { tenant, path, member } = scene;
    for (const page of [`${path}/deletion`, member]) {
      expect(locationOf(await tenant.browser.get(page))).toBe(
        `/step-up?return_to=${encodeURIComponent(page)}`,
      );
      const fresh = await tenant.signedIn(tenant.me);
      expect(await (await fresh.get(page)).text()).toContain("asks for at least “Strong”");
      const admin = await tenant.signedIn(await tenant.aUser({ role: "admin" }));
      expect((await admin.get(page)).status).toBe(403);
      const shown = await (await admin.get(path)).text();
      expect(shown).toContain("Only super administrators take people out");
      expect(shown).not.toContain("_method=delete");
    }
  });

  test("the second step that was chosen is kept while proof is given", async () => {
    const { tenant, path } = await aScene("phishing_resistant");
    const page = await (await tenant.browser.patch(path, { strength: "strong" })).text();
    expect(page).toContain('value="strong" selected');
    expect(page).toContain(`action="${path}?_method=patch"`);
    expect(page).not.toContain('name="description"');
  });

  test("describing it needs no proof; naming it, asking more and adding people do", async () => {
    const { tenant, path } = await aScene("strong");
    const another = await tenant.aUser();
    const { browser } = tenant;
    const more = { strength: "phishing_resistant", confirmed: "on" };
    const add = { userIds: another.id };
    expect((await browser.patch(path, { name: "Operators", description: "y" })).status).toBe(303);
    expect((await browser.patch(path, { name: "wiki-admins" })).status).toBe(403);
    expect(await (await tenant.api.get(path)).json()).toMatchObject({ name: "Operators" });
    expect((await browser.patch(path, more)).status).toBe(403);
    expect((await browser.post(`${path}/members`, add)).status).toBe(403);
    const form = `${path}/members/new`;
    for (const page of [form, `${path}/edit`])
      expect(locationOf(await browser.get(page))).toBe(
        `/step-up?return_to=${encodeURIComponent(page)}`,
      );
    const fresh = await tenant.signedIn(tenant.me);
    expect((await fresh.patch(path, { name: "Ops" })).status).toBe(303);
    expect((await fresh.patch(path, more)).status).toBe(303);
    expect((await fresh.post(`${path}/members`, add)).status).toBe(303);
  });

  test("takes in nobody above whoever adds them: it could keep them out", async () => {
    const { tenant, path } = await aScene("strong", "admin");
    const [owner, peer] = [
      await tenant.aUser({ role: "super_admin" }),
      await tenant.aUser({ role: "admin" }),
    ];
    const admin = await tenant.script("admin");
    const refused = await admin.post(`${path}/members`, { userIds: [peer.id, owner.id] });
    expect(refused.status).toBe(403);
    expect(await refused.json()).toMatchObject({ code: "groups.asks_more" });
    expect(await tenant.events("group.member_added")).toHaveLength(1);
    expect((await admin.post(`${path}/members`, { userIds: [peer.id] })).status).toBe(200);
    const all = { userIds: [owner.id] };
    expect((await tenant.api.post(`${path}/members`, all)).status).toBe(200);
    const plain = await tenant.aGroup("Everybody");
    expect((await admin.post(`/groups/${plain.id}/members`, all)).status).toBe(200);
  });

  test("without members takes nothing from anybody", async () => {
    const { tenant, path, member } = await aScene("strong");
    await tenant.api.delete(member);
    const admin = await tenant.signedIn(await tenant.aUser({ role: "admin" }));
    app.clock.advance({ minutes: 11 });
    expect((await admin.get(`${path}/deletion`)).status).toBe(200);
    expect((await admin.delete(path)).status).toBe(303);
  });

  test("says what it asked for when it is gone", async () => {
    const { tenant, path } = await aScene("strong");
    await tenant.api.delete(path);
    expect(await tenant.events("group.deleted")).toMatchObject([{ data: { strength: "strong" } }]);
  });
});

describe("a group that asks for no more than everybody is asked", () => {
  test("is deleted with its members by fresh proof alone: what it opened is closed to all of them", async () => {
    const { tenant, path } = await aScene(null, "admin");
    expect(locationOf(await tenant.browser.get(`${path}/deletion`))).toBe(
      `/step-up?return_to=${encodeURIComponent(`${path}/deletion`)}`,
    );
    expect((await tenant.browser.delete(path)).status).toBe(403);
    expect((await tenant.api.get(path)).status).toBe(200);
    const fresh = await tenant.signedIn(tenant.me);
    expect((await fresh.delete(path)).status).toBe(303);
  });

  test.each([
    ["nothing of its own", null] as const,
    ["what everybody is asked", "strong"] as const,
  ])("%s: administrators take people out and delete it", async (_, strength) => {
    const scene = await aScene(strength, "admin");
    await setPolicy(scene.tenant, { strength: "strong" });
    const { browser, api } = scene.tenant;
    expect(await (await api.get(scene.path)).json()).toMatchObject({ asksMore: false });
    expect((await browser.get(scene.member)).status).toBe(200);
    expect((await browser.delete(scene.member)).status).toBe(303);
    expect((await browser.delete(scene.path)).status).toBe(303);
  });

  test("asks less, too: nothing is lowered", async () => {
    const scene = await aScene("strong");
    await setPolicy(scene.tenant, { strength: "strong" });
    expect((await scene.tenant.browser.patch(scene.path, { strength: "" })).status).toBe(303);
  });
});
