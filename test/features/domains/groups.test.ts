// Groups of people at a domain: linked when it is proved, given to those who are here on demand, never taken away by themselves.
import { describe, expect, test } from "bun:test";
import { linkGroup } from "#features/domains/actions/groups.ts";
import { getLink, peopleAt } from "#features/domains/queries.ts";
import type { LinkParams } from "#features/domains/schema.ts";
import type { TestUser } from "../../support/a-tenant.ts";
import { planOf, statementsOf } from "../../support/statements.ts";
import { locationOf } from "../sign-in/support.ts";
import {
  aDomain,
  added,
  codeOf,
  houseWithDns,
  json,
  linked,
  membershipsOf,
  path,
  proved,
  type Shown,
} from "./support.ts";

const house = await houseWithDns();
const { aTenant } = house;

async function aHouse(role: "admin" | "super_admin" = "admin") {
  const tenant = await aTenant({ signedInAs: role });
  const domain = await proved(house, tenant, aDomain());
  const group = await tenant.aGroup();
  const link = `${path}/${domain.id}/groups/${group.id}`;
  return { tenant, domain, group, link };
}

describe("a group", () => {
  test("is linked, and asks about those who are here already, with their number", async () => {
    const { tenant, domain, group, link } = await aHouse();
    const { browser } = tenant;
    const here = [
      await tenant.aUser({ email: `one@${domain.domain}` }),
      await tenant.aUser({ email: `two@${domain.domain}`, role: "super_admin" }),
    ];
    const elsewhere = await tenant.aUser();
    await tenant.aUser({ email: `out@${domain.domain}`, state: "deactivated" });
    await tenant.aUser({ email: `invited@${domain.domain}`, state: "invited" });
    const form = await (await browser.get(`${path}/${domain.id}/groups/new`)).text();
    expect(form).toContain(group.name);
    const sent = await browser.post(`${path}/${domain.id}/groups`, { groupId: group.id });
    expect(locationOf(sent)).toBe(`${link}/members`);
    expect(await membershipsOf(tenant, elsewhere)).toEqual([]);
    const question = await (await browser.get(`${link}/members`)).text();
    expect(question).toContain(`Add 2 people to ${group.name}?`);
    expect(locationOf(await browser.post(`${link}/members`))).toBe(`${path}/${domain.id}`);
    for (const user of here)
      expect<unknown>(await membershipsOf(tenant, user)).toEqual([
        { groupId: group.id, byHand: true },
      ]);
    const events = await tenant.events("domain.group_given");
    expect(events.map(({ subjectId }) => String(subjectId)).toSorted()).toEqual(
      here.map(({ id }) => String(id)).toSorted(),
    );
    expect(events[0]).toMatchObject({
      actorKind: "user",
      data: { domain: domain.domain, groupId: group.id, because: "linked" },
    });
    const members = await json<{ items: unknown[] }>(tenant.api.get(`/groups/${group.id}/members`));
    expect(members.items).toHaveLength(2);
    expect(await (await browser.get(`${link}/members`)).text()).toContain("is in it already");
    expect(await json(tenant.api.post(`${link}/members`))).toEqual({ addedCount: 0 });
  });

  test("goes straight back where nobody is missing, and is shown with what it asks", async () => {
    const { tenant, domain, group, link } = await aHouse("super_admin");
    await tenant.api.patch(`/groups/${group.id}`, { strength: "strong" });
    const sent = await tenant.browser.post(`${path}/${domain.id}/groups`, { groupId: group.id });
    expect(locationOf(sent)).toBe(`${path}/${domain.id}`);
    const html = await (await tenant.browser.get(`${path}/${domain.id}`)).text();
    expect(html).toContain("asks for:");
    const user = await tenant.aUser({ email: `one@${domain.domain}` });
    expect(await (await tenant.browser.get(`${link}/members`)).text()).toContain(
      "from their next sign-in on",
    );
    expect(await json(tenant.api.get(`${path}/${domain.id}`))).toMatchObject({
      peopleCount: 1,
      groups: [{ id: group.id, missingCount: 1, strength: "strong" }],
    });
    expect(user.id).toBeString();
  });

  test("that a provider gives already is theirs by hand, too", async () => {
    const { tenant, domain, group, link } = await aHouse();
    const user = await tenant.aUser({ email: `one@${domain.domain}` });
    await tenant.tenant.write((db) =>
      db
        .insertInto("group_members")
        .values({ group_id: group.id, user_id: user.id, by_hand: false })
        .execute(),
    );
    expect(await json(linked(tenant, domain, group))).toMatchObject({ group: { missingCount: 1 } });
    expect(await json(tenant.api.post(`${link}/members`))).toEqual({ addedCount: 1 });
    expect<unknown>(await membershipsOf(tenant, user)).toEqual([
      { groupId: group.id, byHand: true },
    ]);
  });

  test("is unlinked, and who has it keeps it; removed with the domain the same", async () => {
    const { tenant, domain, group, link } = await aHouse();
    const user = await tenant.aUser({ email: `one@${domain.domain}` });
    await linked(tenant, domain, group);
    await tenant.api.post(`${link}/members`);
    expect(await (await tenant.browser.get(link)).text()).toContain("Whoever is in it stays");
    expect(locationOf(await tenant.browser.delete(link))).toBe(`${path}/${domain.id}`);
    expect(await membershipsOf(tenant, user)).toHaveLength(1);
    const later = await json<TestUser>(
      tenant.api.post("/users", { firstName: "A", lastName: "B", email: `x@${domain.domain}` }),
    );
    expect(await membershipsOf(tenant, later)).toEqual([]);
    expect(await codeOf(tenant.api.delete(link))).toEqual([404, "domains.link_not_found"]);
    expect(await codeOf(tenant.api.post(`${link}/members`))).toEqual([
      404,
      "domains.link_not_found",
    ]);
    await linked(tenant, domain, group);
    const removal = await (await tenant.browser.get(`${path}/${domain.id}/removal`)).text();
    expect(removal).toContain("1 linked group is no longer given:");
    await tenant.api.delete(`${path}/${domain.id}`);
    expect(await membershipsOf(tenant, user)).toHaveLength(1);
    expect(await tenant.events("domain.removed")).toMatchObject([
      { data: { groups: [{ groupId: group.id, name: group.name }] } },
    ]);
  });

  test("that is deleted is linked no more", async () => {
    const { tenant, domain, group } = await aHouse();
    await linked(tenant, domain, group);
    expect((await tenant.api.delete(`/groups/${group.id}`)).status).toBe(204);
    expect(await json(tenant.api.get(`${path}/${domain.id}`))).toMatchObject({ groups: [] });
  });
});

describe("refuses", () => {
  test("administrators a group that asks more than everybody is asked for", async () => {
    const { tenant, domain, group, link } = await aHouse();
    const admin = await tenant.script("admin");
    const there = await tenant.aUser({ email: `one@${domain.domain}`, role: "super_admin" });
    await tenant.api.patch(`/groups/${group.id}`, { strength: "strong" });
    const wanted = { groupId: group.id };
    const asked = admin.post(`${path}/${domain.id}/groups`, wanted);
    expect(await codeOf(asked)).toEqual([403, "domains.group_asks_more"]);
    expect((await linked(tenant, domain, group)).status).toBe(201);
    expect(await codeOf(admin.post(`${link}/members`))).toEqual([403, "domains.group_asks_more"]);
    expect(await (await tenant.browser.get(`${link}/members`)).text()).toContain(
      "only super administrators add everybody",
    );
    expect(await (await tenant.browser.get(`${path}/${domain.id}`)).text()).not.toContain(
      "Add 1 person",
    );
    expect(await membershipsOf(tenant, there)).toEqual([]);
    expect(await json(tenant.api.post(`${link}/members`))).toEqual({ addedCount: 1 });
  });

  test("to put people into a group on a proof that is too old", async () => {
    const { tenant, domain, group, link } = await aHouse();
    await linked(tenant, domain, group);
    const other = await tenant.aGroup();
    house.clock.advance({ minutes: 11 });
    const { browser } = tenant;
    const asked = await browser.post(`${path}/${domain.id}/groups`, { groupId: other.id });
    expect(asked.status).toBe(403);
    expect((await browser.post(`${link}/members`)).status).toBe(403);
    expect((await browser.delete(link)).status).toBe(303);
  });

  test("to link to a domain that is not proved", async () => {
    const tenant = await aTenant({ signedInAs: "admin" });
    const domain = await added(tenant.api, aDomain());
    const group = await tenant.aGroup();
    expect(await codeOf(linked(tenant, domain, group))).toEqual([409, "domains.not_proved"]);
    expect((await tenant.browser.get(`${path}/${domain.id}/groups/new`)).status).toBe(409);
    expect(await json(tenant.api.get(`${path}/${domain.id}`))).toMatchObject({ groups: [] });
  });

  test("a group that is linked, another tenant's, none, and one too many", async () => {
    const { tenant, domain, group } = await aHouse();
    await linked(tenant, domain, group);
    expect(await codeOf(linked(tenant, domain, group))).toEqual([409, "domains.link_exists"]);
    const foreign = await (await aTenant()).aGroup();
    expect(await codeOf(linked(tenant, domain, foreign))).toEqual([404, "domains.no_such_group"]);
    await tenant.aGroup();
    const none = await tenant.browser.post(`${path}/${domain.id}/groups`, { groupId: "" });
    expect([none.status, await none.text()]).toEqual([
      422,
      expect.stringContaining("Choose a group"),
    ]);
    for (let n = 1; n < 20; n += 1) await linked(tenant, domain, await tenant.aGroup());
    expect(await codeOf(linked(tenant, domain, await tenant.aGroup()))).toEqual([
      409,
      "domains.too_many_groups",
    ]);
  });
});

describe("at the same moment", () => {
  test("somebody who is added while a link is being made waits for it, and gets the group", async () => {
    const { tenant, domain, group } = await aHouse();
    const [linking, release] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const link = tenant.tenant.write(async (db) => {
      const actor = { kind: "operator", command: "test" } as const;
      await linkGroup(db, { actor, now: new Date() }, {
        domainId: domain.id,
        groupId: group.id,
      } as LinkParams);
      linking.resolve();
      await release.promise;
    });
    await linking.promise;
    const email = `late@${domain.domain}`;
    const sent = tenant.api.post("/users", { firstName: "Grace", lastName: "Hopper", email });
    await Promise.race([sent, Bun.sleep(300)]);
    release.resolve();
    await link;
    expect<unknown>(await membershipsOf(tenant, await json<TestUser>(sent))).toEqual([
      { groupId: group.id, byHand: true },
    ]);
  });

  test("people who are added while a group is linked are given it, or counted", async () => {
    const { tenant, domain, group, link } = await aHouse();
    const people = Array.from({ length: 8 }, (_, n) =>
      tenant.api.post("/users", {
        firstName: "Grace",
        lastName: "Hopper",
        email: `p${n}@${domain.domain}`,
      }),
    );
    const [answer] = await Promise.all([linked(tenant, domain, group), ...people]);
    expect(answer?.status).toBe(201);
    await Promise.all([tenant.api.post(`${link}/members`), tenant.api.post(`${link}/members`)]);
    const members = await json<{ items: unknown[] }>(tenant.api.get(`/groups/${group.id}/members`));
    expect(members.items).toHaveLength(8);
    expect(await tenant.events("domain.group_given")).toHaveLength(8);
  });
});

test("people of a domain are found by its index among many", async () => {
  const { tenant, domain, group } = await aHouse();
  await linked(tenant, domain, group);
  await house.asSuperuser(
    `with people as (
       insert into app.users (tenant_id, first_name, last_name, state, password_hash)
       select $1, 'First', 'Last' || n, 'active', 'x' from generate_series(1, 5000) as n returning tenant_id, id, last_name
     )
     insert into app.user_emails (tenant_id, user_id, email, is_primary, verified_at)
     select tenant_id, id, lower(last_name) || '@' || case when last_name like '%00' then $2 else 'many.example' end, true, now()
     from people`,
    [tenant.id, domain.domain],
  );
  await house.asSuperuser("analyze app.users, app.user_emails, app.group_members");
  const shown = await json<Shown>(tenant.api.get(`${path}/${domain.id}`));
  expect(shown.groups).toMatchObject([{ id: group.id, missingCount: 50 }]);
  const sent = await statementsOf(() =>
    tenant.tenant.read(async (db) => {
      await peopleAt(domain.domain).execute(db);
      await getLink(db, { domainId: shown.id, groupId: group.id } as LinkParams, new Date());
    }),
  );
  const plans = await Promise.all(
    sent
      .filter(({ text }) => text.includes("user_emails"))
      .map((statement) => planOf(house, tenant.id, statement)),
  );
  expect(plans).toHaveLength(2);
  for (const plan of plans) expect(plan).toContain("user_emails_domain");
});
