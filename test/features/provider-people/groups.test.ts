// The groups that a provider gives: by its claim, at each sign-in, and never more than it gives.
import { describe, expect, test } from "bun:test";
import { lockProvider, takeGroups, unlinkPerson } from "#features/identity-providers/index.ts";
import type { TenantDb } from "#platform/db/database.ts";
import { IdentityProviderId } from "#src/ids.ts";
import { testApp, type TestTenant } from "../../support/a-tenant.ts";
import { anIdp, type Idp, ok, signInBy } from "../identity-providers/support.ts";
import { isSignedIn, locationOf, mailedCode } from "../sign-in/support.ts";
import { codeOf, comeWith, groupsOf, sendTo, takeAway } from "./support.ts";

const app = await testApp();
const operator = { kind: "operator", command: "test" } as const;

interface Wish {
  readonly baseGroupId?: string | null;
  readonly newBaseGroup?: string;
  readonly groupsAttribute?: string | null;
  readonly groupsUnsaid?: "keep" | "remove";
  readonly createsGroups?: boolean;
}

const pathOf = ({ id }: Pick<Idp, "id">) => `/identity-providers/${id}/groups`;
const set = (tenant: TestTenant, idp: Idp, wish: Wish) =>
  ok<{ baseGroup: { id: string } | null }>(
    tenant.api.put(pathOf(idp), { groupsAttribute: "groups", ...wish }),
  );
const map = async (tenant: TestTenant, idp: Idp, value: string, group: { id: string }) => {
  const { items } = await ok<{ items: { id: string; value: string }[] }>(
    tenant.api.post(`${pathOf(idp)}/mappings`, { value, groupId: group.id }),
  );
  return items.find((item) => item.value === value)?.id ?? "";
};

async function aHouse(wish: Wish = {}) {
  const tenant = await app.aTenant();
  const idp = await anIdp(tenant);
  const { baseGroup } = await set(tenant, idp, wish);
  const user = await tenant.aUser({ email: `ada@${idp.domain}` });
  return { tenant, idp, user, baseGroup };
}

/** A sign-in at which the provider names these groups; null: it says nothing of groups. */
const come = (tenant: TestTenant, idp: Idp, groups: readonly string[] | null) =>
  signInBy(app, tenant.newBrowser(), idp, {
    attributes: groups === null ? {} : { groups: [...groups] },
  });

const taken = async (tenant: TestTenant) =>
  (await tenant.events("identity_provider.groups_taken")).map(({ data }) => data);

describe("the claim", () => {
  test("gives the groups that its values stand for, takes them away, and says so once", async () => {
    const { tenant, idp, user } = await aHouse();
    const [staff, sales] = [await tenant.aGroup("Staff"), await tenant.aGroup("Sales")];
    await map(tenant, idp, "staff", staff);
    await map(tenant, idp, "cn=Sales,ou=Groups,dc=example", sales);
    await come(tenant, idp, ["staff", "cn=Sales,ou=Groups,dc=example", "Unknown"]);
    expect(await groupsOf(app, user.id)).toEqual({ Sales: false, Staff: false });
    await come(tenant, idp, ["staff", "staff"]);
    expect(await groupsOf(app, user.id)).toEqual({ Staff: false });
    await come(tenant, idp, ["staff"]);
    expect(await taken(tenant)).toMatchObject([
      { userId: user.id, addedCount: 2, removedCount: 0, ignoredCount: 1 },
      { added: [], removed: [{ groupId: sales.id, name: "Sales" }], removedCount: 1 },
    ]);
  });

  test("that is empty takes everything away that it gave", async () => {
    const { tenant, idp, user } = await aHouse();
    await map(tenant, idp, "staff", await tenant.aGroup("Staff"));
    await come(tenant, idp, ["staff"]);
    await come(tenant, idp, []);
    expect(await groupsOf(app, user.id)).toEqual({});
  });

  test.each([
    ["keep", { Staff: false }],
    ["remove", {}],
  ] as const)("that is absent: %s", async (groupsUnsaid, left) => {
    const { tenant, idp, user } = await aHouse({ groupsUnsaid });
    await map(tenant, idp, "staff", await tenant.aGroup("Staff"));
    await come(tenant, idp, ["staff"]);
    await come(tenant, idp, null);
    expect(await groupsOf(app, user.id)).toEqual(left);
  });

  test("leaves what people gave by hand, also where it gives the same", async () => {
    const { tenant, idp, user } = await aHouse({ groupsUnsaid: "remove" });
    const staff = await tenant.aGroup("Staff", [user]);
    const sales = await tenant.aGroup("Sales");
    await map(tenant, idp, "staff", staff);
    await map(tenant, idp, "sales", sales);
    await come(tenant, idp, ["staff", "sales"]);
    expect(await groupsOf(app, user.id)).toEqual({ Sales: false, Staff: true });
    // Given by hand beside it, it is theirs by hand, too.
    await ok(tenant.api.post(`/groups/${sales.id}/members`, { userIds: [user.id] }));
    await come(tenant, idp, []);
    expect(await groupsOf(app, user.id)).toEqual({ Sales: true, Staff: true });
  });

  test("that names more than 200, or nothing that is a name, changes nothing and is told", async () => {
    const { tenant, idp, user } = await aHouse({ groupsUnsaid: "remove" });
    await map(tenant, idp, "staff", await tenant.aGroup("Staff"));
    await come(tenant, idp, ["staff"]);
    const many = Array.from({ length: 201 }, (_, at) => `g${at}`);
    await come(tenant, idp, many);
    await come(tenant, idp, ["x".repeat(201)]);
    expect(await groupsOf(app, user.id)).toEqual({ Staff: false });
    expect((await taken(tenant)).map(({ unusableCount }) => unusableCount)).toEqual([0, 201, 1]);
    await come(tenant, idp, many.slice(0, 200));
    expect(await groupsOf(app, user.id)).toEqual({});
  });

  test("of two providers: what one takes away the other goes on giving", async () => {
    const { tenant, idp } = await aHouse();
    const other = await anIdp(tenant);
    await set(tenant, other, {});
    const staff = await tenant.aGroup("Staff");
    for (const one of [idp, other]) await map(tenant, one, "staff", staff);
    const { id } = await tenant.aUser({ email: "grace@elsewhere.example" });
    // Both have named them; one by a link of before.
    for (const one of [idp, other])
      await app.asSuperuser(
        "insert into app.federated_identities (tenant_id, identity_provider_id, subject, user_id) values ($1, $2, 'grace', $3)",
        [tenant.id, one.id, id],
      );
    const by = (one: Idp, groups: string[]) =>
      comeWith(app, tenant.newBrowser(), one, {
        nameId: "grace",
        email: null,
        attributes: { groups },
      });
    for (const one of [idp, other]) await by(one, ["staff"]);
    await by(idp, []);
    expect(await groupsOf(app, id)).toEqual({ Staff: false });
    await by(other, []);
    expect(await groupsOf(app, id)).toEqual({});
  });

  test("gives no role, whatever it says", async () => {
    const { tenant, idp, user } = await aHouse({ newBaseGroup: "Everybody", createsGroups: true });
    await come(tenant, idp, ["admin", "super_admin", "Administrators"]);
    const { role } = await ok<{ role: string }>(tenant.api.get(`/users/${user.id}`));
    expect(role).toBe("member");
  });

  test("counts when the whole sign-in is done, and not before", async () => {
    const { tenant, idp, user } = await aHouse();
    await map(tenant, idp, "staff", await tenant.aGroup("Staff"));
    await ok(tenant.api.patch(`/identity-providers/${idp.id}`, { trustsSecondStep: false }));
    const browser = tenant.newBrowser();
    const half = await signInBy(app, browser, idp, { attributes: { groups: ["staff"] } });
    expect(locationOf(half)).toBe("/sign-in/code");
    expect(await groupsOf(app, user.id)).toEqual({});
    await browser.post("/sign-in/code", { code: await mailedCode(tenant, user.email) });
    expect(await isSignedIn(browser)).toBe(true);
    expect(await groupsOf(app, user.id)).toEqual({ Staff: false });
  });
});

describe("a membership that a hand and a provider give", () => {
  async function givenTwice() {
    const tenant = await app.aTenant({ signedInAs: "admin" });
    const idp = await anIdp(tenant);
    await set(tenant, idp, {});
    const user = await tenant.aUser({ email: `ada@${idp.domain}` });
    const staff = await tenant.aGroup("Staff", [user]);
    await map(tenant, idp, "staff", staff);
    await come(tenant, idp, ["staff"]);
    return { tenant, idp, user, staff, path: `/groups/${staff.id}/members/${user.id}` };
  }

  test("names both, is taken back by the hand, and ends with what the provider says", async () => {
    const { tenant, idp, user, staff, path } = await givenTwice();
    const given = async () =>
      (
        await ok<{ items: { byHand: boolean; givenBy: string[] }[] }>(
          tenant.api.get(`/groups/${staff.id}/members`),
        )
      ).items.map(({ byHand, givenBy }) => [byHand, givenBy]);
    expect(await given()).toEqual([[true, [idp.connection.name]]]);
    const list = await (await tenant.browser.get(`/groups/${staff.id}`)).text();
    expect(list).toContain("By hand");
    expect(await (await tenant.browser.get(path)).text()).toContain("They stay in the group");
    await tenant.browser.post(`${path}?_method=delete`, {});
    const after = await (await tenant.browser.get(`/groups/${staff.id}`)).text();
    expect(after).toContain(`They stay in the group: ${idp.connection.name} gives`);
    expect(after).not.toContain("By hand");
    expect(await given()).toEqual([[false, [idp.connection.name]]]);
    expect(await tenant.events("group.member_removed")).toMatchObject([
      { data: { userId: user.id, stillGivenBy: [idp.connection.name] } },
    ]);
    const again = await tenant.api.delete(path);
    expect([again.status, await codeOf(again)]).toEqual([409, "groups.given_by_provider"]);
    await come(tenant, idp, []);
    expect(await groupsOf(app, user.id)).toEqual({});
  });

  test("is nobody's when both take it back at the same moment", async () => {
    const { tenant, idp, user, staff } = await givenTwice();
    const both = await meanwhile(
      tenant,
      (db) =>
        db
          .updateTable("group_members")
          .set({ by_hand: false })
          .where("group_id", "=", staff.id)
          .execute(),
      () => tenant.tenant.write((db) => unlinkPerson(db, operator, { userId: user.id })),
    );
    expect(both).toEqual([IdentityProviderId.parse(idp.id)]);
    expect(await groupsOf(app, user.id)).toEqual({});
  });
});

describe("the base group", () => {
  test("has everybody who comes by the provider: at once, at their first sign-in, and until they leave", async () => {
    const { tenant, idp, user } = await aHouse();
    await come(tenant, idp, []);
    const { baseGroup } = await set(tenant, idp, { newBaseGroup: "From Okta" });
    expect(await groupsOf(app, user.id)).toEqual({ "From Okta": false });
    await signInBy(app, tenant.newBrowser(), idp, {
      nameId: "00u-new",
      email: `new@${idp.domain}`,
      typed: `new@${idp.domain}`,
    });
    const members = await ok<{ items: { givenBy: string[] }[] }>(
      tenant.api.get(`/groups/${baseGroup?.id}/members`),
    );
    expect(members.items.map(({ givenBy }) => givenBy)).toEqual([
      [idp.connection.name],
      [idp.connection.name],
    ]);
    await ok(takeAway(tenant, user, idp, { way: "password" }));
    expect(await groupsOf(app, user.id)).toEqual({});
  });

  test("changed, takes the former one away from everybody", async () => {
    const { tenant, idp, user } = await aHouse({ newBaseGroup: "First" });
    await come(tenant, idp, null);
    await set(tenant, idp, { newBaseGroup: "Second" });
    expect(await groupsOf(app, user.id)).toEqual({ Second: false });
    await set(tenant, idp, { baseGroupId: null });
    expect(await groupsOf(app, user.id)).toEqual({});
    expect(
      (await tenant.events("identity_provider.groups_taken_back")).map(({ data }) => data["count"]),
    ).toEqual([1, 1]);
    expect((await tenant.events("provider_people.groups_set")).at(1)?.data).toMatchObject({
      givenCount: 1,
    });
  });

  test("moved with a person: the one provider's goes, the other's comes", async () => {
    const { tenant, idp, user } = await aHouse({ newBaseGroup: "From A" });
    const other = await anIdp(tenant);
    await set(tenant, other, { newBaseGroup: "From B" });
    await come(tenant, idp, null);
    await ok(sendTo(tenant, user, other));
    expect(await groupsOf(app, user.id)).toEqual({});
    await comeWith(app, tenant.newBrowser(), other, { email: user.email, nameId: "b" });
    expect(await groupsOf(app, user.id)).toEqual({ "From B": false });
  });
});

describe("groups made as they come", () => {
  test("are named after the value, marked, and hold whoever has the value", async () => {
    const { tenant, idp, user } = await aHouse({ newBaseGroup: "From Okta", createsGroups: true });
    await come(tenant, idp, ["Engineering", "Sales"]);
    expect(Object.keys(await groupsOf(app, user.id))).toEqual([
      "Engineering",
      "From Okta",
      "Sales",
    ]);
    const made = await tenant.events("identity_provider.group_created");
    expect(made.map(({ data }) => data["value"])).toEqual(["Engineering", "Sales"]);
    const { items } = await ok<{ items: { name: string; managedBy: string | null }[] }>(
      tenant.api.get("/groups"),
    );
    expect(items.map(({ name, managedBy }) => [name, managedBy])).toEqual([
      ["Engineering", idp.connection.name],
      ["From Okta", null],
      ["Sales", idp.connection.name],
    ]);
    await come(tenant, idp, ["Sales"]);
    expect(Object.keys(await groupsOf(app, user.id))).toEqual(["From Okta", "Sales"]);
    expect(await tenant.events("identity_provider.group_created")).toHaveLength(2);
  });

  test("join no group of ours that has the name already", async () => {
    const { tenant, idp, user } = await aHouse({ newBaseGroup: "From Okta", createsGroups: true });
    const finance = await tenant.aGroup("Finance");
    await come(tenant, idp, ["finance"]);
    const name = `finance (${idp.connection.name})`;
    expect(Object.keys(await groupsOf(app, user.id))).toEqual(["From Okta", name]);
    const { memberCount } = await ok<{ memberCount: number }>(
      tenant.api.get(`/groups/${finance.id}`),
    );
    expect(memberCount).toBe(0);
  });

  test("end at a thousand of one provider", async () => {
    const { tenant, idp, user, baseGroup } = await aHouse({
      newBaseGroup: "From Okta",
      createsGroups: true,
    });
    await app.asSuperuser(
      `insert into app.provider_groups (tenant_id, identity_provider_id, value, group_id)
       select $1, $2, 'value' || n, $3 from generate_series(1, 999) as n`,
      [tenant.id, idp.id, baseGroup?.id],
    );
    await come(tenant, idp, ["A", "B"]);
    expect(Object.keys(await groupsOf(app, user.id))).toEqual(["A", "From Okta"]);
    expect((await taken(tenant))[0]).toMatchObject({ addedCount: 2, ignoredCount: 1 });
  });
});

/** Does one thing while another, in a transaction that is not over, has been done. */
async function meanwhile<T>(
  { tenant }: TestTenant,
  first: (db: TenantDb) => Promise<unknown>,
  second: () => Promise<T>,
): Promise<T> {
  const [done, over] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const holding = tenant.write(async (db) => {
    await first(db);
    done.resolve();
    await over.promise;
  });
  await done.promise;
  const waiting = second();
  const early = await Promise.race([waiting.then(() => "not waited for"), Bun.sleep(700)]);
  over.resolve();
  await holding;
  expect(early).toBeUndefined();
  return waiting;
}

describe("at the same moment", () => {
  test("a sign-in that waits for a change of what a value stands for goes by the change", async () => {
    const { tenant, idp, user } = await aHouse();
    await map(tenant, idp, "staff", await tenant.aGroup("Staff"));
    const providerId = IdentityProviderId.parse(idp.id);
    const said = { providerId, providerName: "Okta", groups: ["staff"], groupsUnusable: 0 };
    await meanwhile(
      tenant,
      async (db) => {
        await lockProvider(db, providerId);
        await db.deleteFrom("provider_groups").where("value", "=", "staff").execute();
      },
      () => tenant.tenant.write((db) => takeGroups(db, operator, said, user.id)),
    );
    expect(await groupsOf(app, user.id)).toEqual({});
  });

  test("a person who is taken from the provider gets no base group from it", async () => {
    const { tenant, idp, user } = await aHouse();
    await come(tenant, idp, null);
    await meanwhile(
      tenant,
      (db) => unlinkPerson(db, operator, { userId: user.id }),
      () => set(tenant, idp, { newBaseGroup: "From Okta" }),
    );
    expect(await groupsOf(app, user.id)).toEqual({});
  });

  test("two sign-ins of one person leave what one of them said", async () => {
    const { tenant, idp, user } = await aHouse({ newBaseGroup: "From Okta", createsGroups: true });
    await come(tenant, idp, null);
    const answers = await Promise.all([
      come(tenant, idp, ["A", "B", "C"]),
      come(tenant, idp, ["C", "B", "D"]),
    ]);
    expect(answers.map(locationOf)).toEqual(["/", "/"]);
    const names = Object.keys(await groupsOf(app, user.id)).join();
    expect(["A,B,C,From Okta", "B,C,D,From Okta"]).toContain(names);
  });

  test("many people who bring the same new groups make each once", async () => {
    const { tenant, idp } = await aHouse({ newBaseGroup: "From Okta", createsGroups: true });
    await tenant.aGroup("Staff");
    const names = ["Staff", "Sales", "Support"];
    const answers = await Promise.all(
      [0, 1, 2, 3].map((at) =>
        signInBy(app, tenant.newBrowser(), idp, {
          nameId: `person-${at}`,
          email: `person${at}@${idp.domain}`,
          attributes: { groups: at % 2 === 0 ? names : names.toReversed() },
        }),
      ),
    );
    expect(answers.map(locationOf)).toEqual(["/", "/", "/", "/"]);
    const { items } = await ok<{ items: { name: string; memberCount: number }[] }>(
      tenant.api.get("/groups"),
    );
    expect(items.map(({ name, memberCount }) => [name, memberCount])).toEqual([
      ["From Okta", 4],
      ["Sales", 4],
      ["Staff", 0],
      [`Staff (${idp.connection.name})`, 4],
      ["Support", 4],
    ]);
  });
});
