// Groups: list, create, change, delete.
import { describe, expect, test } from "bun:test";
import { listGroups } from "#features/groups/index.ts";
import { type TestTenant, testApp } from "../../support/a-tenant.ts";
import { planOf, statementsOf } from "../../support/statements.ts";

const world = await testApp();

interface Listed {
  items: { id: string; name: string; memberCount: number }[];
  next: string | null;
}
const list = async ({ api }: TestTenant, query = "") => {
  const answer = await api.get(`/groups${query}`);
  expect(answer.status).toBe(200);
  return (await answer.json()) as Listed;
};

/** An application, given to a group or open to everybody. */
async function anApplication(
  { tenant }: TestTenant,
  name: string,
  groupId: string,
  availableToAll = false,
) {
  await tenant.write(async (db) => {
    const { id } = await db
      .insertInto("applications")
      .values({ kind: "saml", name, available_to_all: availableToAll })
      .returning("id")
      .executeTakeFirstOrThrow();
    await db
      .insertInto("application_grants")
      .values({ application_id: id, group_id: groupId as never })
      .execute();
  });
}

describe("GET /groups", () => {
  test("lists groups by name without regard to case and accents, with their number of members", async () => {
    const tenant = await world.aTenant();
    const [ada, grace] = [await tenant.aUser(), await tenant.aUser()];
    await tenant.aGroup("zeta", [ada]);
    await tenant.aGroup("Équipe", [ada, grace]);
    await tenant.aGroup("Engineering");
    expect((await list(tenant)).items).toMatchObject([
      { name: "Engineering", memberCount: 0 },
      { name: "Équipe", memberCount: 2 },
      { name: "zeta", memberCount: 1 },
    ]);
  });

  test("searches within names, and takes % _ and \\ as they are", async () => {
    const tenant = await world.aTenant();
    for (const name of ["Équipe", "Rate 100%_\\", "Sales"]) await tenant.aGroup(name);
    const found = async (q: string) =>
      (await list(tenant, `?q=${encodeURIComponent(q)}`)).items.map(({ name }) => name);
    expect(await found("QUIP")).toEqual(["Équipe"]);
    for (const q of ["%", "_", "\\"]) expect(await found(q)).toEqual(["Rate 100%_\\"]);
    expect(await found("s_l")).toEqual([]);
  });

  test("goes through pages without losing or repeating a group", async () => {
    const tenant = await world.aTenant();
    for (let count = 0; count < 7; count++) await tenant.aGroup(`Group ${count}`);
    const seen: string[] = [];
    let cursor: string | null = "";
    while (cursor !== null) {
      const page: Listed = await list(
        tenant,
        `?limit=3${cursor === "" ? "" : `&cursor=${cursor}`}`,
      );
      seen.push(...page.items.map(({ name }) => name));
      cursor = page.next;
    }
    expect(seen).toEqual([
      "Group 0",
      "Group 1",
      "Group 2",
      "Group 3",
      "Group 4",
      "Group 5",
      "Group 6",
    ]);
  });

  test("answers a page, a fragment for the live search, and JSON", async () => {
    const tenant = await world.aTenant({ signedInAs: "admin" });
    expect(await (await tenant.browser.get("/groups")).text()).toContain("No groups yet");
    await tenant.aGroup("Finance");
    const page = await (await tenant.browser.get("/groups")).text();
    expect(page).toContain("<h1>Groups</h1>");
    expect(page).toContain("Finance");
    const fragment = await (
      await tenant.browser.fragment("/groups?q=nothing", "group-list")
    ).text();
    expect(fragment).toStartWith('<div class="list-region" id="group-list"');
    expect(fragment).toContain("No group matches");
    expect(await (await tenant.browser.json("/groups")).json()).toMatchObject({
      items: [{ name: "Finance" }],
    });
  });

  test("is for administrators", async () => {
    const { browser, script } = await world.aTenant({ signedInAs: "member" });
    expect((await browser.get("/groups")).status).toBe(403);
    expect((await (await script("member")).get("/groups")).status).toBe(403);
  });

  test("reads a page of 20,000 groups with their counts by indexes, in one statement", async () => {
    const tenant = await world.aTenant();
    const { id } = await tenant.aUser();
    await world.asSuperuser(
      `with made as (insert into app.groups (tenant_id, name)
         select $1, 'Group ' || n from generate_series(1, 20000) as n returning id)
       insert into app.group_members (tenant_id, group_id, user_id) select $1, id, $2 from made`,
      [tenant.id, id],
    );
    await world.asSuperuser("analyze app.groups, app.group_members");
    const filter = { q: "", limit: 50, cursor: undefined };
    const first = await tenant.tenant.read((db) => listGroups(db, filter));
    for (const cursor of [undefined, first.next ?? ""]) {
      const sent = await statementsOf(() =>
        tenant.tenant.read((db) => listGroups(db, { ...filter, cursor })),
      );
      expect(sent).toHaveLength(1);
      const plan = await planOf(world, tenant.id, sent[0]!);
      expect(plan).toContain("groups_name_unique");
      expect(plan).toContain("group_members_pkey");
      expect(plan).not.toMatch(/Seq Scan|Sort/);
    }
  });
});

describe("POST /groups", () => {
  test("creates an empty group and leads to it", async () => {
    const tenant = await world.aTenant({ signedInAs: "admin" });
    expect(await (await tenant.browser.get("/groups/new")).text()).toContain(
      "<h1>Create group</h1>",
    );
    const answer = await tenant.browser.post("/groups", {
      name: "  Finance ",
      description: "Money",
    });
    expect(answer.status).toBe(303);
    const page = await (await tenant.browser.get(answer.headers.get("location") ?? "")).text();
    expect(page).toContain("Finance");
    expect(page).toContain("Nobody in this group yet");
    expect(await tenant.events("group.created")).toMatchObject([{ data: { name: "Finance" } }]);
  });

  test("as JSON answers 201 with the group and its address", async () => {
    const { api } = await world.aTenant();
    const answer = await api.post("/groups", { name: "Finance" });
    expect(answer.status).toBe(201);
    const group = (await answer.json()) as { id: string };
    expect(group).toMatchObject({ name: "Finance", description: "", memberCount: 0 });
    expect(answer.headers.get("location")).toBe(`/api/v1/groups/${group.id}`);
  });

  test("shows the form again with what was typed", async () => {
    const { browser, api } = await world.aTenant({ signedInAs: "admin" });
    const answer = await browser.post("/groups", { name: " ", description: "Money matters" });
    expect(answer.status).toBe(422);
    const page = await answer.text();
    expect(page).toContain("Give the group a name");
    expect(page).toContain("Money matters");
    for (const name of ["x".repeat(201), "a\u0000b", "a\u202Eb"]) {
      expect((await api.post("/groups", { name })).status).toBe(422);
    }
  });

  test("refuses a name that another group has, also with other case and accents, also at the same moment", async () => {
    const tenant = await world.aTenant({ signedInAs: "admin" });
    await tenant.aGroup("Équipe");
    const answer = await tenant.browser.post("/groups", { name: "EQUIPE" });
    expect(answer.status).toBe(409);
    const page = await answer.text();
    expect(page).toContain("Another group has this name");
    expect(page).toContain('value="EQUIPE"');
    const answers = await Promise.all(
      [1, 2, 3].map(() => tenant.api.post("/groups", { name: "Same" })),
    );
    expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([201, 409, 409]);
    const other = await world.aTenant();
    expect((await other.api.post("/groups", { name: "Équipe" })).status).toBe(201);
  });
});

describe("PATCH /groups/:groupId", () => {
  test("renames and describes, each with its event", async () => {
    const tenant = await world.aTenant({ signedInAs: "admin" });
    const group = await tenant.aGroup("Finance");
    expect(await (await tenant.browser.get(`/groups/${group.id}/edit`)).text()).toContain(
      'value="Finance"',
    );
    await tenant.browser.patch(`/groups/${group.id}`, { name: "Treasury", description: "Money" });
    expect(await (await tenant.api.get(`/groups/${group.id}`)).json()).toMatchObject({
      name: "Treasury",
      description: "Money",
    });
    expect((await tenant.events()).filter(({ name }) => name.startsWith("group"))).toMatchObject([
      { name: "group.renamed", data: { from: "Finance", to: "Treasury" } },
      { name: "group.described" },
    ]);
  });

  test("as JSON changes what is named; the same name in another case is no conflict with itself", async () => {
    const tenant = await world.aTenant();
    const group = await tenant.aGroup("finance");
    const answer = await tenant.api.patch(`/groups/${group.id}`, { name: "FINANCE" });
    expect(await answer.json()).toMatchObject({ name: "FINANCE", description: "" });
    expect((await tenant.api.patch(`/groups/${group.id}`, {})).status).toBe(422);
  });

  test("refuses a taken name and shows it again", async () => {
    const tenant = await world.aTenant({ signedInAs: "admin" });
    const [group] = [await tenant.aGroup("Finance"), await tenant.aGroup("Sales")];
    const answer = await tenant.browser.patch(`/groups/${group.id}`, {
      name: "sales",
      description: "x",
    });
    expect(answer.status).toBe(409);
    expect(await answer.text()).toContain('value="sales"');
    expect(await tenant.events("group.renamed")).toEqual([]);
  });
});

describe("DELETE /groups/:groupId", () => {
  test("says first how many people and which applications it concerns, then deletes and keeps what it was", async () => {
    const tenant = await world.aTenant({ signedInAs: "admin" });
    const ada = await tenant.aUser();
    const group = await tenant.aGroup("Finance", [ada]);
    await anApplication(tenant, "Ledger", group.id);
    await anApplication(tenant, "Wiki", group.id, true);
    for (const path of [`/groups/${group.id}`, `/groups/${group.id}/deletion`]) {
      const page = await (await tenant.browser.get(path)).text();
      expect(page).toContain("1 person will no longer be in it");
      expect(page).toContain("1 application will no longer be open");
      expect(page).toContain("Ledger");
      expect(page).not.toContain("Wiki");
    }
    const answer = await tenant.browser.delete(`/groups/${group.id}`);
    expect(answer.headers.get("location")).toBe("/groups");
    expect((await tenant.browser.get(`/groups/${group.id}`)).status).toBe(404);
    expect(await tenant.events("group.deleted")).toMatchObject([
      { data: { groupId: group.id, name: "Finance", memberCount: 1, applicationCount: 1 } },
    ]);
    expect((await tenant.api.get(`/users/${ada.id}`)).status).toBe(200);
  });

  test("as JSON answers 204, then 404", async () => {
    const tenant = await world.aTenant();
    const group = await tenant.aGroup();
    expect((await tenant.api.delete(`/groups/${group.id}`)).status).toBe(204);
    expect((await tenant.api.delete(`/groups/${group.id}`)).status).toBe(404);
  });
});

test("another organisation's group does not exist", async () => {
  const [ours, theirs] = [await world.aTenant({ signedInAs: "admin" }), await world.aTenant()];
  const group = await theirs.aGroup("Finance");
  const mine = await ours.aUser();
  const path = `/groups/${group.id}`;
  const answers = await Promise.all([
    ours.browser.get(path),
    ours.browser.get(`${path}/edit`),
    ours.browser.get(`${path}/deletion`),
    ours.browser.get(`${path}/members/new`),
    ours.api.get(path),
    ours.api.get(`${path}/members`),
    ours.api.patch(path, { name: "X" }),
    ours.api.delete(path),
    ours.api.post(`${path}/members`, { userIds: [mine.id] }),
    ours.api.delete(`${path}/members/${mine.id}`),
  ]);
  expect(answers.map(({ status }) => status)).toEqual(Array<number>(10).fill(404));
  expect((await theirs.api.get(path)).status).toBe(200);
});

test("a member changes nothing about groups", async () => {
  const tenant = await world.aTenant({ signedInAs: "member" });
  const group = await tenant.aGroup();
  const path = `/groups/${group.id}`;
  const answers = [
    await tenant.browser.post("/groups", { name: "X" }),
    await tenant.browser.patch(path, { name: "X" }),
    await tenant.browser.delete(path),
    await tenant.browser.post(`${path}/members`, { userIds: tenant.me.id }),
    await tenant.browser.delete(`${path}/members/${tenant.me.id}`),
  ];
  expect(answers.map(({ status }) => status)).toEqual(Array<number>(5).fill(403));
});
