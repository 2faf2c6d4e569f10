// Members of a group: list, search, add, remove.
import { describe, expect, test } from "bun:test";
import { listGroupsOfUser } from "#features/groups/index.ts";
import { testApp } from "../../support/a-tenant.ts";
import { planOf, statementsOf } from "../../support/statements.ts";

const world = await testApp();

interface Members {
  items: { id: string; firstName: string; email: string; state: string; addedAt: string }[];
  next: string | null;
}

describe("GET /groups/:groupId", () => {
  test("shows the members by name, and as JSON the group with the first of them", async () => {
    const tenant = await world.aTenant({ signedInAs: "admin" });
    const people = [
      await tenant.aUser({ firstName: "Zoë" }),
      await tenant.aUser({ firstName: "adam", state: "invited" }),
      await tenant.aUser({ firstName: "Éva", state: "deactivated" }),
    ];
    const group = await tenant.aGroup("Finance", people);
    const page = await (await tenant.browser.get(`/groups/${group.id}`)).text();
    for (const text of ["Finance", "3 people", "Zoë", "Éva", "Invited", "Deactivated"])
      expect(page).toContain(text);
    expect(await (await tenant.api.get(`/groups/${group.id}`)).json()).toMatchObject({
      name: "Finance",
      memberCount: 3,
      applicationCount: 0,
      applications: [],
      members: {
        items: [{ firstName: "adam" }, { firstName: "Éva" }, { firstName: "Zoë" }],
        next: null,
      },
    });
  });

  test("searches among the members, as a page and as a fragment", async () => {
    const tenant = await world.aTenant({ signedInAs: "admin" });
    const group = await tenant.aGroup("Finance", [
      await tenant.aUser({ firstName: "Zoë" }),
      await tenant.aUser({ firstName: "Noor" }),
    ]);
    const page = await (await tenant.browser.get(`/groups/${group.id}?q=zoe`)).text();
    expect(page).toContain("Zoë");
    expect(page).not.toContain("Noor");
    const fragment = await (
      await tenant.browser.fragment(`/groups/${group.id}?q=nobody`, "member-list")
    ).text();
    expect(fragment).toStartWith('<div class="list-region" id="member-list"');
    expect(fragment).toContain("No member matches");
  });
});

describe("GET /groups/:groupId/members", () => {
  test("goes through pages without losing or repeating anybody", async () => {
    const tenant = await world.aTenant();
    const people = [];
    for (let count = 0; count < 7; count++)
      people.push(await tenant.aUser({ firstName: "Same", lastName: "Name" }));
    const group = await tenant.aGroup("Finance", people);
    const seen: string[] = [];
    let cursor: string | null = "";
    while (cursor !== null) {
      const from = cursor === "" ? "" : `&cursor=${cursor}`;
      const page = (await (
        await tenant.api.get(`/groups/${group.id}/members?limit=3${from}`)
      ).json()) as Members;
      seen.push(...page.items.map(({ id }) => id));
      cursor = page.next;
    }
    expect(seen).toHaveLength(7);
    expect(new Set(seen)).toEqual(new Set(people.map(({ id }) => id as string)));
  });

  test("reads a page of a large group by indexes", async () => {
    const tenant = await world.aTenant();
    const group = await tenant.aGroup("Everybody");
    await world.asSuperuser(
      `with made as (insert into app.users (tenant_id, first_name, last_name)
         select $1, 'First' || n, 'Last' from generate_series(1, 20000) as n returning id),
       mailed as (insert into app.user_emails (tenant_id, user_id, email, is_primary)
         select $1, id, id || '@example.com', true from made)
       insert into app.group_members (tenant_id, group_id, user_id) select $1, $2, id from made`,
      [tenant.id, group.id],
    );
    await world.asSuperuser("analyze app.users, app.user_emails, app.group_members");
    // Whose host it is and how its pages look are known from the request before.
    await tenant.api.get("/me");
    const sent = await statementsOf(() => tenant.api.get(`/groups/${group.id}`));
    const members = sent.find(({ text }) => text.includes("added_at"));
    const plan = await planOf(world, tenant.id, members!);
    expect(plan).toContain("users_by_name");
    expect(plan).not.toContain("Seq Scan");
    // The tenant and its looks (remembered for the next seconds), who calls, the group, its applications, its members.
    expect(sent.length).toBeLessThanOrEqual(6);
  });
});

describe("POST /groups/:groupId/members", () => {
  test("offers people who are not in the group, and adds those who are ticked", async () => {
    const tenant = await world.aTenant({ signedInAs: "admin" });
    const [zoe, noor] = [
      await tenant.aUser({ firstName: "Zoë" }),
      await tenant.aUser({ firstName: "Noor" }),
    ];
    const inside = await tenant.aUser({ firstName: "Insider" });
    await tenant.aUser({ firstName: "Leaver", state: "deactivated" });
    const group = await tenant.aGroup("Finance", [inside]);

    const page = await (await tenant.browser.get(`/groups/${group.id}/members/new`)).text();
    for (const name of ["Zoë", "Noor"]) expect(page).toContain(name);
    for (const name of ["Insider", "Leaver"]) expect(page).not.toContain(name);
    const found = await (
      await tenant.browser.fragment(`/groups/${group.id}/members/new?q=zoe`, "candidates")
    ).text();
    expect(found).toContain("Zoë");
    expect(found).not.toContain("Noor");

    const answer = await tenant.browser.post(`/groups/${group.id}/members`, {
      userIds: [zoe.id, noor.id],
    });
    expect(answer.headers.get("location")).toBe(`/groups/${group.id}`);
    expect(await (await tenant.browser.get(`/groups/${group.id}`)).text()).toContain(
      "2 people added",
    );
    expect(await tenant.events("group.member_added")).toMatchObject([
      { data: { groupId: group.id } },
      { data: { groupId: group.id } },
    ]);
  });

  test("as JSON takes one id or several and tells who was added; a second time nobody is", async () => {
    const tenant = await world.aTenant();
    const [one, two] = [await tenant.aUser(), await tenant.aUser()];
    const group = await tenant.aGroup();
    const add = async (userIds: unknown) => {
      const answer = await tenant.api.post(`/groups/${group.id}/members`, { userIds });
      expect(answer.status).toBe(200);
      return ((await answer.json()) as { added: string[] }).added;
    };
    expect(await add(one.id)).toEqual([one.id]);
    expect(await add([one.id, two.id, two.id])).toEqual([two.id]);
    expect(await add([one.id])).toEqual([]);
    expect(await tenant.events("group.member_added")).toHaveLength(2);
  });

  test("adds a person once, when two add them at the same moment", async () => {
    const tenant = await world.aTenant();
    const user = await tenant.aUser();
    const group = await tenant.aGroup();
    const answers = await Promise.all(
      [1, 2, 3].map(() => tenant.api.post(`/groups/${group.id}/members`, { userIds: [user.id] })),
    );
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
    expect(await tenant.events("group.member_added")).toHaveLength(1);
  });

  test("adds nobody when one id is nobody's or another organisation's", async () => {
    const [ours, theirs] = [await world.aTenant(), await world.aTenant()];
    const [mine, foreign] = [await ours.aUser(), await theirs.aUser()];
    const group = await ours.aGroup();
    for (const id of [foreign.id, crypto.randomUUID()]) {
      const answer = await ours.api.post(`/groups/${group.id}/members`, { userIds: [mine.id, id] });
      expect(answer.status).toBe(404);
      expect(await answer.json()).toMatchObject({ code: "users.not_found", userIds: [id] });
    }
    expect(await (await ours.api.get(`/groups/${group.id}/members`)).json()).toEqual({
      items: [],
      next: null,
    });
  });

  test("asks again when nobody is ticked, and takes at most 100 at a time", async () => {
    const tenant = await world.aTenant({ signedInAs: "admin" });
    const group = await tenant.aGroup("Finance");
    const answer = await tenant.browser.post(`/groups/${group.id}/members`, {});
    expect(answer.status).toBe(422);
    const page = await answer.text();
    expect(page).toContain("Choose at least one person");
    expect(page).toContain("<h1>Add people to Finance</h1>");
    const many = Array.from({ length: 101 }, () => crypto.randomUUID());
    expect((await tenant.api.post(`/groups/${group.id}/members`, { userIds: many })).status).toBe(
      422,
    );
  });
});

describe("DELETE /groups/:groupId/members/:userId", () => {
  test("asks first, then removes the person from the group and leaves them otherwise", async () => {
    const tenant = await world.aTenant({ signedInAs: "admin" });
    const zoe = await tenant.aUser({ firstName: "Zoë", lastName: "Adler" });
    const group = await tenant.aGroup("Finance", [zoe]);
    const path = `/groups/${group.id}/members/${zoe.id}`;
    expect(await (await tenant.browser.get(path)).text()).toContain(
      "<h1>Remove Zoë Adler from Finance?</h1>",
    );
    expect((await tenant.browser.delete(path)).headers.get("location")).toBe(`/groups/${group.id}`);
    expect(await tenant.events("group.member_removed")).toMatchObject([
      { subjectId: zoe.id, data: { groupId: group.id, userId: zoe.id } },
    ]);
    expect(await (await tenant.api.get(`/users/${zoe.id}`)).json()).toMatchObject({
      groups: [],
      state: "active",
    });
  });

  test("as JSON answers the pair; somebody who is not in the group is 404", async () => {
    const tenant = await world.aTenant();
    const zoe = await tenant.aUser();
    const group = await tenant.aGroup("Finance", [zoe]);
    const answer = await tenant.api.delete(`/groups/${group.id}/members/${zoe.id}`);
    expect(await answer.json()).toEqual({
      groupId: group.id,
      userId: zoe.id,
      stillGivenBy: [],
    });
    const again = await tenant.api.delete(`/groups/${group.id}/members/${zoe.id}`);
    expect(again.status).toBe(404);
    expect(await again.json()).toMatchObject({ code: "groups.not_member" });
  });
});

test("listGroupsOfUser answers the groups of one person by name", async () => {
  const tenant = await world.aTenant();
  const [zoe, noor] = [await tenant.aUser(), await tenant.aUser()];
  for (const name of ["zeta", "Équipe"]) await tenant.aGroup(name, [zoe]);
  await tenant.aGroup("Other", [noor]);
  const groups = await tenant.tenant.read((db) => listGroupsOfUser(db, zoe.id));
  expect(groups.map(({ name }) => name)).toEqual(["Équipe", "zeta"]);
});
