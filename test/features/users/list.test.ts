// GET /users: order, search, filters, pages, shapes, and what it costs with many people.
import { describe, expect, test } from "bun:test";
import { listUsers } from "#features/users/index.ts";
import { type TestTenant, testApp } from "../../support/a-tenant.ts";
import { planOf, statementsOf } from "../../support/statements.ts";

const world = await testApp();

interface Listed {
  items: {
    id: string;
    firstName: string;
    lastName: string;
    email: string;
    role: string;
    state: string;
  }[];
  next: string | null;
}
const list = async ({ api }: TestTenant, query = "") => {
  const answer = await api.get(`/users${query}`);
  expect(answer.status).toBe(200);
  return (await answer.json()) as Listed;
};
const names = ({ items }: Listed) =>
  items.map(({ firstName, lastName }) => `${firstName} ${lastName}`);

async function aTeam() {
  const tenant = await world.aTenant({ signedInAs: "admin" });
  await tenant.aUser({ firstName: "Zoë", lastName: "Adler", email: "zoe@north.example" });
  await tenant.aUser({
    firstName: "Éva",
    lastName: "Straße",
    email: "eva@south.example",
    state: "invited",
  });
  await tenant.aUser({
    firstName: "adam",
    lastName: "100%_\\",
    email: "adam@south.example",
    role: "super_admin",
  });
  await tenant.aUser({
    firstName: "Noor",
    lastName: "Adler",
    email: "n.adler@north.example",
    state: "deactivated",
  });
  return tenant;
}
const team = ["adam 100%_\\", "Éva Straße", "Noor Adler", "Zoë Adler"];

describe("GET /users", () => {
  test("lists people by name, without regard to case and accents", async () => {
    const tenant = await aTeam();
    expect(names(await list(tenant)).filter((name) => !name.includes("Lovelace"))).toEqual(team);
  });

  test("finds those who have every word in a name or an address", async () => {
    const tenant = await aTeam();
    const found = async (q: string) => names(await list(tenant, `?q=${encodeURIComponent(q)}`));
    expect(await found("adler")).toEqual(["Noor Adler", "Zoë Adler"]);
    expect(await found("adler zoe")).toEqual(["Zoë Adler"]);
    expect(await found("  NORTH.example   zo ")).toEqual(["Zoë Adler"]);
    expect(await found("strasse")).toEqual(["Éva Straße"]);
    expect(await found("zoe noor")).toEqual([]);
    // A word does not reach over the gap between first and last name.
    expect(await found("ëadler")).toEqual([]);
  });

  test("takes % _ and \\ as they are", async () => {
    const tenant = await aTeam();
    const found = async (q: string) => names(await list(tenant, `?q=${encodeURIComponent(q)}`));
    for (const q of ["%", "_", "\\", "100%_\\"]) expect(await found(q)).toEqual(["adam 100%_\\"]);
    expect(await found("a%m")).toEqual([]);
    expect(await found("'; drop table users; --")).toEqual([]);
  });

  test("filters by role and state, also together with a search", async () => {
    const tenant = await aTeam();
    expect(names(await list(tenant, "?role=super_admin"))).toEqual(["adam 100%_\\"]);
    expect(names(await list(tenant, "?state=invited"))).toEqual(["Éva Straße"]);
    expect(names(await list(tenant, "?state=deactivated&q=adler"))).toEqual(["Noor Adler"]);
    expect(names(await list(tenant, "?role=&state=&q=adler"))).toHaveLength(2);
  });

  test("goes through pages without losing or repeating anybody, also among equal names", async () => {
    const tenant = await world.aTenant({ signedInAs: "admin" });
    for (let count = 0; count < 7; count++) {
      await tenant.aUser({ firstName: "Same", lastName: count < 5 ? "Name" : "Other" });
    }
    const seen: string[] = [];
    let cursor: string | null = "";
    while (cursor !== null) {
      const page: Listed = await list(
        tenant,
        `?limit=3${cursor === "" ? "" : `&cursor=${cursor}`}`,
      );
      expect(page.items.length).toBeLessThanOrEqual(3);
      seen.push(...page.items.map(({ id }) => id));
      cursor = page.next;
    }
    expect(seen).toEqual((await list(tenant)).items.map(({ id }) => id));
    expect(new Set(seen).size).toBe(8);
  });

  test("refuses a cursor that is not one of ours, a limit beyond 200 and too many words", async () => {
    const { api } = await world.aTenant();
    for (const query of [
      "cursor=xyz",
      "cursor=WyJhIl0",
      "limit=201",
      "limit=0",
      `q=${"a+".repeat(11)}`,
      "role=owner",
    ]) {
      const answer = await api.get(`/users?${query}`);
      expect(answer.status).toBe(422);
      expect(await answer.json()).toMatchObject({ code: "request.invalid" });
    }
  });

  test("answers a page, a fragment for the live search, and JSON", async () => {
    const { browser, me } = await world.aTenant({ signedInAs: "admin" });
    const page = await (await browser.get("/users")).text();
    expect(page).toContain("<h1>Users</h1>");
    expect(page).toContain(me.email);
    const fragment = await (await browser.fragment("/users?q=ada", "user-list")).text();
    expect(fragment).toStartWith('<div class="list-region" id="user-list"');
    expect(fragment).toContain(me.email);
    expect(fragment).not.toContain("<h1>");
    const json = await browser.json("/users");
    expect(await json.json()).toMatchObject({
      items: [{ email: me.email, role: "admin", state: "active" }],
      next: null,
    });
  });

  test("says what to do when nobody matches", async () => {
    const { browser } = await world.aTenant({ signedInAs: "admin" });
    const page = await (await browser.get("/users?q=nobody-at-all")).text();
    expect(page).toContain("Nobody matches");
    expect(page).toContain("Show everybody");
  });

  test("is for administrators", async () => {
    const { browser, newBrowser, script } = await world.aTenant({ signedInAs: "member" });
    expect((await browser.get("/users")).status).toBe(403);
    expect((await newBrowser().get("/users")).headers.get("location")).toStartWith("/sign-in");
    expect((await (await script("member")).get("/users")).status).toBe(403);
    expect((await (await script(null)).get("/users")).status).toBe(401);
  });

  test("shows nobody of another organisation", async () => {
    const [ours, theirs] = [
      await world.aTenant({ signedInAs: "admin" }),
      await world.aTenant({ signedInAs: "admin" }),
    ];
    expect((await list(ours)).items).toMatchObject([{ id: ours.me.id }]);
    expect((await list(ours, `?q=${theirs.me.email}`)).items).toEqual([]);
  });
});

describe("with 20,000 people", () => {
  test("a page is read by the index and a search stays within one pass, in one statement each", async () => {
    const tenant = await world.aTenant();
    await world.asSuperuser(
      `with made as (
         insert into app.users (tenant_id, first_name, last_name, role)
         select $1, 'First' || n, 'Last' || (n * 7919) % 20000, case when n % 500 = 0 then 'admin' else 'member' end::app.role
           from generate_series(1, 20000) as n returning id, last_name)
       insert into app.user_emails (tenant_id, user_id, email, is_primary)
       select $1, id, lower(last_name) || '@example.com', true from made`,
      [tenant.id],
    );
    await world.asSuperuser("analyze app.users, app.user_emails");
    const now = new Date();
    const filter = { q: "", role: undefined, state: undefined, limit: 50, cursor: undefined };
    const read = (wish: Partial<Parameters<typeof listUsers>[1]>) =>
      statementsOf(() => tenant.tenant.read((db) => listUsers(db, { ...filter, ...wish }, now)));

    const first = await tenant.tenant.read((db) => listUsers(db, filter, now));
    for (const wish of [{}, { cursor: first.next ?? "" }, { role: "admin" as const }]) {
      const sent = await read(wish);
      expect(sent).toHaveLength(1);
      const plan = await planOf(world, tenant.id, sent[0]!);
      expect(plan).toContain("users_by_name");
      expect(plan).not.toMatch(/Seq Scan|Sort/);
    }
    expect(await planOf(world, tenant.id, (await read({ cursor: first.next ?? "" }))[0]!)).toMatch(
      /Index Cond: .*name_key.* > /,
    );

    const began = performance.now();
    const [sent, found] = [
      await read({ q: "last77 first1" }),
      await tenant.tenant.read((db) => listUsers(db, { ...filter, q: "last77 first1" }, now)),
    ];
    expect(sent).toHaveLength(1);
    expect(found.items.length).toBeGreaterThan(0);
    // About 20 ms on an idle machine; the bound is for a busy one.
    expect(performance.now() - began).toBeLessThan(2_000);
  });
});
