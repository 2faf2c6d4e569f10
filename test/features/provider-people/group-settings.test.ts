// What is set about the groups that a provider gives, what hands may not change of them, and what a test sign-in shows.
import { describe, expect, test } from "bun:test";
import { testApp, type TestTenant } from "../../support/a-tenant.ts";
import { signAssertion } from "../../protocols/saml/support/idp.ts";
import {
  anIdp,
  askedOn,
  type Idp,
  ok,
  postResponse,
  responseTo,
  signInBy,
} from "../identity-providers/support.ts";
import { locationOf } from "../sign-in/support.ts";
import { codeOf, groupsOf } from "./support.ts";

const app = await testApp();

async function aHouse() {
  const tenant = await app.aTenant({ signedInAs: "super_admin" });
  const idp = await anIdp(tenant);
  const path = `/identity-providers/${idp.id}/groups`;
  return { tenant, idp, path };
}

async function aMember(tenant: TestTenant, idp: Idp) {
  const user = await tenant.aUser({ email: `ada@${idp.domain}` });
  await signInBy(app, tenant.newBrowser(), idp, { attributes: { groups: ["staff"] } });
  return user;
}

describe("the settings", () => {
  test("are set by the form, with a group that is made for it, and shown", async () => {
    const { tenant, path } = await aHouse();
    const form = await (await tenant.browser.get(`${path}/edit`)).text();
    expect(form).toContain("Attribute with groups");
    const sent = await tenant.browser.post(`${path}?_method=put`, {
      baseGroupId: "",
      newBaseGroup: "Okta people",
      groupsAttribute: "groups",
      groupsUnsaid: "remove",
      createsGroups: "true",
    });
    expect(locationOf(sent)).toBe(path);
    const page = await (await tenant.browser.get(path)).text();
    for (const text of ["Okta people", "What it gave is taken away", "Become a group of that name"])
      expect(page).toContain(text);
    expect(await tenant.events("group.created")).toHaveLength(1);
    const metadata = `/saml/sp/metadata/${path.split("/")[2]}`;
    expect(await (await tenant.newBrowser().get(metadata)).text()).toContain('Name="groups"');
  });

  test("keep the base group in their form, however many groups come before it", async () => {
    const { tenant, path } = await aHouse();
    await app.asSuperuser(
      "insert into app.groups (tenant_id, name) select $1, 'A' || n from generate_series(1, 500) as n",
      [tenant.id],
    );
    const base = await tenant.aGroup("Zoology");
    await ok(tenant.api.put(path, { baseGroupId: base.id }));
    const form = await (await tenant.browser.get(`${path}/edit`)).text();
    expect(form).toMatch(new RegExp(`<option value="${base.id}" selected`));
  });

  const wrong: [fields: Record<string, unknown>, field: string][] = [
    [{ createsGroups: true, groupsAttribute: "groups" }, "createsGroups"],
    [{ createsGroups: true, newBaseGroup: "Base" }, "groupsAttribute"],
    [{ groupsUnsaid: "forget" }, "groupsUnsaid"],
    [{ groupsAttribute: "x".repeat(256) }, "groupsAttribute"],
    [{ newBaseGroup: "x".repeat(201) }, "newBaseGroup"],
    [{ createsGroups: "perhaps" }, "createsGroups"],
  ];
  test.each(wrong)("refuses %p, naming the field", async (fields, field) => {
    const { tenant, path } = await aHouse();
    const sent = await tenant.api.put(path, fields);
    const { errors } = (await sent.json()) as { errors: Record<string, string> };
    expect([sent.status, Object.keys(errors)]).toEqual([422, [field]]);
  });

  test("know no group of another tenant", async () => {
    const { tenant, path } = await aHouse();
    const theirs = await (await app.aTenant()).aGroup("Theirs");
    expect((await tenant.api.put(path, { baseGroupId: theirs.id })).status).toBe(404);
    const mapping = { value: "staff", groupId: theirs.id };
    expect((await tenant.api.post(`${path}/mappings`, mapping)).status).toBe(404);
  });
});

describe("a value", () => {
  test("stands for one group; removed, whoever has the group through it loses it at once", async () => {
    const { tenant, idp, path } = await aHouse();
    await ok(tenant.api.put(path, { groupsAttribute: "groups" }));
    const staff = await tenant.aGroup("Staff");
    const add = (fields: Record<string, string>) => tenant.api.post(`${path}/mappings`, fields);
    const { items } = await ok<{ items: { id: string }[] }>(
      add({ value: "staff", groupId: staff.id }),
    );
    const again = await add({ value: "staff", newGroup: "Another" });
    expect([again.status, await codeOf(again)]).toEqual([409, "provider_people.value_taken"]);
    expect((await add({ value: "", groupId: staff.id })).status).toBe(422);
    expect((await add({ value: "x" })).status).toBe(422);
    const user = await aMember(tenant, idp);
    expect(await groupsOf(app, user.id)).toEqual({ Staff: false });
    const page = `${path}/mappings/${items[0]?.id}`;
    expect(await (await tenant.browser.get(page)).text()).toContain("1 person has the group");
    expect(locationOf(await tenant.browser.post(`${page}?_method=delete`))).toBe(path);
    expect(await groupsOf(app, user.id)).toEqual({});
    expect((await tenant.api.delete(page)).status).toBe(404);
    const theirs = await aHouse();
    expect((await theirs.tenant.api.delete(page)).status).toBe(404);
  });
});

describe("a group that somebody deletes at the same moment", () => {
  test("is no group any more, or stands for the value and goes with it", async () => {
    const { tenant, path } = await aHouse();
    for (const [field, method] of [
      ["groupId", (fields: object) => tenant.api.post(`${path}/mappings`, fields)],
      ["baseGroupId", (fields: object) => tenant.api.put(path, fields)],
    ] as const) {
      const group = await tenant.aGroup();
      const [deleted, sent] = await Promise.all([
        tenant.api.delete(`/groups/${group.id}`),
        method({ value: field, [field]: group.id }),
      ]);
      expect([field, deleted.status, [200, 404].includes(sent.status)]).toEqual([field, 204, true]);
    }
    expect(await ok<object>(tenant.api.get(path))).toMatchObject({
      baseGroup: null,
      mappings: { items: [] },
    });
  });
});

describe("hands", () => {
  test("take nobody out whom a provider gives, and read which it is", async () => {
    const { tenant, idp, path } = await aHouse();
    await ok(tenant.api.put(path, { groupsAttribute: "groups" }));
    const staff = await tenant.aGroup("Staff");
    await ok(tenant.api.post(`${path}/mappings`, { value: "staff", groupId: staff.id }));
    const user = await aMember(tenant, idp);
    const other = await tenant.aUser({ firstName: "Grace", lastName: "Hopper" });
    await ok(tenant.api.post(`/groups/${staff.id}/members`, { userIds: [other.id] }));
    const member = `/groups/${staff.id}/members/${user.id}`;
    const sent = await tenant.api.delete(member);
    expect([sent.status, await codeOf(sent)]).toEqual([409, "groups.given_by_provider"]);
    expect(await groupsOf(app, user.id)).toEqual({ Staff: false });
    const page = await (await tenant.browser.get(`/groups/${staff.id}`)).text();
    expect(page).toContain(idp.connection.name);
    expect(page).toContain("Remove Grace Hopper from the group");
    expect(page).not.toContain("Remove Ada Lovelace");
    await ok(tenant.api.delete(`/groups/${staff.id}/members/${other.id}`));
  });
});

describe("a provider that is deleted", () => {
  test("takes what it gave with it, and leaves the groups and what hands gave", async () => {
    const { tenant, idp, path } = await aHouse();
    const wish = { groupsAttribute: "groups", newBaseGroup: "Base", createsGroups: true };
    await ok(tenant.api.put(path, wish));
    const user = await aMember(tenant, idp);
    const hand = await tenant.aGroup("By hand", [user]);
    await ok(tenant.api.post(`${path}/mappings`, { value: "hand", groupId: hand.id }));
    await signInBy(app, tenant.newBrowser(), idp, { attributes: { groups: ["staff", "hand"] } });
    expect(Object.keys(await groupsOf(app, user.id))).toEqual(["Base", "By hand", "staff"]);
    await ok(tenant.api.delete(`/identity-providers/${idp.id}`, { confirmed: true }));
    expect(await groupsOf(app, user.id)).toEqual({ "By hand": true });
    const { items } = await ok<{ items: { managedBy: string | null }[] }>(
      tenant.api.get("/groups"),
    );
    expect(items.map(({ managedBy }) => managedBy)).toEqual([null, null, null]);
    expect(
      (await tenant.events("identity_provider.groups_taken_back")).map(({ data }) => data["count"]),
    ).toEqual([3]);
  });
});

describe("a test sign-in", () => {
  const textOf = (html: string) => html.replace(/<[^>]+>/g, " ").replace(/\s+/g, " ");

  async function shown(tenant: TestTenant, idp: Idp, attributes: Record<string, string[]>) {
    const started = await tenant.browser.post(`/identity-providers/${idp.id}/tests`);
    const asked = askedOn(await started.text());
    const xml = signAssertion(responseTo(app, idp, asked, { attributes }));
    const place = locationOf(await postResponse(tenant.browser, idp, xml)) ?? "";
    return textOf(await (await tenant.browser.get(place)).text());
  }

  test("shows what groups would change, of whom, and changes none", async () => {
    const { tenant, idp, path } = await aHouse();
    await ok(tenant.api.put(path, { groupsAttribute: "groups", newBaseGroup: "Base" }));
    for (const value of ["staff", "sales"])
      await ok(tenant.api.post(`${path}/mappings`, { value, newGroup: `Our ${value}` }));
    const nobody = await shown(tenant, idp, { groups: ["sales", "unknown"] });
    expect(nobody).toContain("nobody here is this person yet");
    expect(nobody).toContain("Would be given Base, Our sales");
    expect(nobody).toContain("Stand for no group of yours unknown");
    const user = await aMember(tenant, idp);
    const before = await groupsOf(app, user.id);
    const known = await shown(tenant, idp, { groups: ["sales"] });
    expect(known).toContain("Would be given Our sales");
    expect(known).toContain("Would be taken away Our staff");
    expect(await shown(tenant, idp, {})).toContain(
      "The claim is missing: what the person has stays",
    );
    const overage = {
      "http://schemas.microsoft.com/claims/groups.link": ["https://graph.example"],
    };
    expect(await shown(tenant, idp, overage)).toContain(
      "Instead of the groups a link to them came",
    );
    const many = Array.from({ length: 201 }, (_, at) => `g${at}`);
    expect(await shown(tenant, idp, { groups: many })).toContain("201 names came");
    await ok(
      tenant.api.put(path, {
        groupsAttribute: "groups",
        newBaseGroup: "Other base",
        createsGroups: true,
      }),
    );
    expect(await shown(tenant, idp, { groups: ["New"] })).toContain("Would be made and given New");
    const after = await groupsOf(app, user.id);
    expect(Object.keys(after).includes("Our staff")).toBe("Our staff" in before);
    expect(await tenant.events("identity_provider.group_created")).toEqual([]);
  });
});

test("names that the provider does not say blank nothing of ours", async () => {
  const { tenant, idp } = await aHouse();
  const user = await tenant.aUser({
    email: `ada@${idp.domain}`,
    firstName: "Augusta",
    lastName: "King",
  });
  const come = (firstName: string | null, lastName: string | null) =>
    signInBy(app, tenant.newBrowser(), idp, { firstName, lastName });
  const names = async () => {
    const { firstName, lastName } = await ok<{ firstName: string; lastName: string }>(
      tenant.api.get(`/users/${user.id}`),
    );
    return [firstName, lastName];
  };
  await come(null, null);
  expect(await names()).toEqual(["Augusta", "King"]);
  await come("", " ");
  expect(await names()).toEqual(["Augusta", "King"]);
  await come(null, "Byron");
  expect(await names()).toEqual(["Augusta", "Byron"]);
});
