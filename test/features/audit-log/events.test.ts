// GET /events and GET /events/:eventId: what administrators and scripts read.
import { describe, expect, test } from "bun:test";
import { valueMapped } from "#features/provider-people/events.ts";
import { record } from "#platform/audit/record.ts";
import { IdentityProviderId } from "#src/ids.ts";
import { type TestTenant, testApp } from "../../support/a-tenant.ts";

const world = await testApp();

interface Listed {
  items: { id: string; at: string; name: string; says: string; ip: string | null }[];
  next: string | null;
  person: { name: string | null } | null;
}
const list = async ({ api }: TestTenant, query = "") => {
  const answer = await api.get(`/events${query}`);
  expect(answer.status).toBe(200);
  return (await answer.json()) as Listed;
};

/** An event of a given instant. */
async function eventAt({ id }: TestTenant, at: string, name = "group.created"): Promise<string> {
  const milliseconds = new Date(at).getTime().toString(16).padStart(12, "0");
  const eventId = `${milliseconds.slice(0, 8)}-${milliseconds.slice(8)}-7abc-8abc-${crypto.randomUUID().slice(-12)}`;
  await world.asSuperuser(
    `insert into app.audit_events (tenant_id, id, at, name, actor_kind, actor, data)
     values ($1, $2, $3, $4, 'operator', '{"kind":"operator","command":"user invite"}', '{}')`,
    [id, eventId, at, name],
  );
  return eventId;
}

describe("GET /events", () => {
  test("says in words what happened, who did it, to whom and from where", async () => {
    const tenant = await world.aTenant({ signedInAs: "admin" });
    const grace = await tenant.aUser({ firstName: "Grace", lastName: "Hopper" });
    const group = await tenant.aGroup("Finance");
    await tenant.browser.post(`/groups/${group.id}/members`, { userIds: grace.id });
    const page = await (await tenant.browser.get("/events")).text();
    expect(page).toContain("<h1>Audit trail</h1>");
    expect(page).toContain("Added to a group");
    expect(page).toContain("Grace Hopper · Finance");
    expect(page).toContain(`${tenant.me.firstName} ${tenant.me.lastName}`);
    expect(page).toContain(tenant.browser.ip);
    expect(await list(tenant, "?limit=1")).toMatchObject({
      items: [
        {
          name: "group.member_added",
          says: "Added to a group",
          actor: { kind: "user", id: tenant.me.id },
          about: [
            { kind: "user", name: "Grace Hopper" },
            { kind: "group", name: "Finance" },
          ],
          ip: tenant.browser.ip,
        },
      ],
    });
  });

  test("calls what is gone by its own name, never by that of what stood beside it", async () => {
    const tenant = await world.aTenant();
    const [group, other] = [await tenant.aGroup("Finance"), await tenant.aGroup("Staff")];
    const { id } = (await (
      await tenant.api.post("/applications", {
        name: "Payroll",
        entityId: "https://payroll.example/saml",
        acsUrl: "https://payroll.example/acs",
      })
    ).json()) as { id: string };
    await tenant.api.post(`/applications/${id}/grants`, { groupIds: [group.id] });
    await tenant.tenant.write((db) =>
      record(db, { kind: "operator", command: "test" }, valueMapped, {
        identityProviderId: IdentityProviderId.parse(crypto.randomUUID()),
        name: "Okta",
        value: "staff",
        groupId: other.id,
      }),
    );
    await tenant.api.delete(`/groups/${group.id}`);
    await tenant.api.delete(`/groups/${other.id}`);
    const about = async (name: string) => {
      const [event] = (await list(tenant, `?name=${name}`)).items as unknown as [
        { about: { kind: string; name: string | null }[] },
      ];
      return event.about.map((one) => [one.kind, one.name]);
    };
    expect(await about("application.access_granted")).toEqual([
      ["group", "Finance"],
      ["application", "Payroll"],
    ]);
    expect(await about("provider_people.value_mapped")).toEqual([["group", null]]);
    await tenant.api.delete(`/applications/${id}`);
    expect(await about("application.access_granted")).toEqual([
      ["group", "Finance"],
      ["application", "Payroll"],
    ]);
  });

  test("filters by event, and by a person's address or id", async () => {
    const tenant = await world.aTenant();
    const [grace, ada] = [await tenant.aUser({ email: "grace@example.com" }), await tenant.aUser()];
    for (const { id } of [grace, ada]) await tenant.api.patch(`/users/${id}`, { firstName: "New" });
    await tenant.api.put(`/users/${grace.id}/deactivation`);
    const names = async (query: string) =>
      (await list(tenant, query)).items.map(({ name }) => name);
    expect(await names("?name=user.deactivated")).toEqual(["user.deactivated"]);
    expect(await names("?person=GRACE@example.com")).toEqual([
      "user.deactivated",
      "user.names_changed",
    ]);
    expect(await names(`?person=${ada.id}&name=`)).toEqual(["user.names_changed"]);
    expect(await names(`?person=${grace.id}&name=user.names_changed`)).toEqual([
      "user.names_changed",
    ]);
    expect(await list(tenant, "?person=nobody@example.com")).toEqual({
      items: [],
      next: null,
      person: null,
    });
    expect((await list(tenant, `?person=${grace.id}`)).person).toMatchObject({
      name: `New ${grace.lastName}`,
    });
  });

  test("takes the days of a period in the viewer's time zone, and in UTC for a script", async () => {
    const tenant = await world.aTenant({ signedInAs: "admin" });
    // In New York this is still the last day of February.
    const id = await eventAt(tenant, "2026-03-01T03:00:00Z");
    const found = async (query: string) =>
      (await list(tenant, query)).items.map((event) => event.id);
    expect(await found("?from=2026-03-01&to=2026-03-01")).toEqual([id]);
    expect(await found("?from=2026-02-28&to=2026-02-28")).toEqual([]);
    await tenant.browser.patch("/profile", { timeZone: "America/New_York" });
    const onPage = async (query: string) =>
      (await (await tenant.browser.get(`/events${query}`)).text()).includes(id);
    expect(await onPage("?from=2026-02-28&to=2026-02-28")).toBe(true);
    expect(await onPage("?from=2026-03-01&to=2026-03-01")).toBe(false);
  });

  test("shows a filter that makes no sense again, with what is wrong", async () => {
    const tenant = await world.aTenant({ signedInAs: "admin" });
    const answer = await tenant.browser.get(
      "/events?person=not-an-address&from=2026-03-02&to=2026-03-01",
    );
    expect(answer.status).toBe(422);
    const page = await answer.text();
    expect(page).toContain("Enter an e-mail address");
    expect(page).toContain('value="not-an-address"');
    for (const query of [
      "from=2026-03-02&to=2026-03-01",
      "from=yesterday",
      "name=user.unheard_of",
      "cursor=x",
      "to=2026-02-30",
    ]) {
      expect((await tenant.api.get(`/events?${query}`)).status).toBe(422);
    }
  });

  test("answers a page of the list as a fragment, with the way to the next", async () => {
    const tenant = await world.aTenant({ signedInAs: "admin" });
    for (const day of ["01", "02", "03"]) await eventAt(tenant, `2026-03-${day}T00:00:00Z`);
    const fragment = await (
      await tenant.browser.fragment("/events?limit=2&name=group.created", "event-list")
    ).text();
    expect(fragment).toStartWith('<div class="list-region" id="event-list"');
    expect(fragment).toContain("2 events on this page");
    expect(fragment).toContain("cursor=");
    expect(fragment).toContain("name=group.created");
  });

  test("is for administrators, of their own organisation", async () => {
    const [ours, theirs] = [
      await world.aTenant({ signedInAs: "member" }),
      await world.aTenant({ signedInAs: "admin" }),
    ];
    expect((await ours.browser.get("/events")).status).toBe(403);
    expect((await (await ours.script("member")).get("/events")).status).toBe(403);
    const id = await eventAt(theirs, "2026-03-01T00:00:00Z");
    expect((await ours.api.get(`/events/${id}`)).status).toBe(404);
    expect((await list(ours, `?person=${theirs.me.email}`)).items).toEqual([]);
    expect((await theirs.api.get(`/events/${id}`)).status).toBe(200);
  });
});

describe("GET /events/:eventId", () => {
  test("shows the data, the request and who acted, with links to what is still there", async () => {
    const tenant = await world.aTenant({ signedInAs: "super_admin" });
    const grace = await tenant.aUser({ firstName: "Grace", lastName: "Hopper" });
    await tenant.browser.patch(`/users/${grace.id}`, { role: "admin" });
    const [event] = (await list(tenant, "?name=user.role_changed")).items;
    const page = await (await tenant.browser.get(`/events/${event?.id}`)).text();
    for (const text of [
      "<h1>Role changed</h1>",
      `/users/${grace.id}`,
      "member",
      "admin",
      "Firefox",
      "Super administrator",
    ]) {
      expect(page).toContain(text);
    }
    const detail = await (await tenant.api.get(`/events/${event?.id}`)).json();
    expect(detail).toMatchObject({
      name: "user.role_changed",
      role: "super_admin",
      data: { userId: grace.id, from: "member", to: "admin" },
      requestId: expect.any(String),
      sessionId: expect.any(String),
    });
  });

  test("keeps markup in names harmless", async () => {
    const tenant = await world.aTenant({ signedInAs: "admin" });
    await tenant.api.post("/groups", { name: "<script>alert(1)</script>" });
    const [event] = (await list(tenant, "?name=group.created")).items;
    for (const path of ["/events", `/events/${event?.id}`, "/groups"]) {
      expect(await (await tenant.browser.get(path)).text()).not.toContain("<script>alert");
    }
  });

  test("answers 404 for what is no event", async () => {
    const { browser, api } = await world.aTenant({ signedInAs: "admin" });
    for (const id of [crypto.randomUUID(), "xyz"]) {
      expect((await browser.get(`/events/${id}`)).status).toBe(404);
      expect((await api.get(`/events/${id}`)).status).toBe(404);
    }
  });
});
