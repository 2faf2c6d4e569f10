// Sessions as administrators and scripts see and end them.
import { describe, expect, test } from "bun:test";
import { SessionList } from "#features/sessions/schema.ts";
import { testApp, type TestTenant, type TestUser } from "../../support/a-tenant.ts";
import { isSignedIn } from "../sign-in/support.ts";

const { aTenant, clock } = await testApp();

async function listed(answer: Promise<Response>): Promise<SessionList> {
  return SessionList.parse(await (await answer).json());
}

async function sessionIdOf(tenant: TestTenant, user: TestUser): Promise<string> {
  const rows = await tenant.tenant.read((db) =>
    db
      .selectFrom("sessions")
      .select("id")
      .where("user_id", "=", user.id)
      .orderBy("id", "desc")
      .execute(),
  );
  return rows[0]?.id ?? "none";
}

describe("GET /api/v1/sessions", () => {
  test("lists live sessions, newest first, with person, device and place", async () => {
    const tenant = await aTenant();
    const user = await tenant.aUser();
    await tenant.signedIn(user);
    const { items, next } = await listed(tenant.api.get("/sessions"));
    expect(next).toBeNull();
    expect(items).toMatchObject([
      { user: { id: user.id, email: user.email }, device: "Firefox on Windows" },
    ]);
    expect(await (await tenant.api.get("/sessions")).text()).not.toMatch(/hash|token/);
  });

  test("narrows to one person, pages, and leaves out what has ended", async () => {
    const tenant = await aTenant();
    const [one, other] = [await tenant.aUser(), await tenant.aUser()];
    for (let count = 0; count < 3; count += 1) await tenant.signedIn(one);
    const ended = await tenant.signedIn(one);
    await ended.post("/sign-out");
    await tenant.signedIn(other);

    const all = await listed(tenant.api.get(`/sessions?userId=${one.id}`));
    expect(all.items.length).toBe(3);
    const seen: string[] = [];
    let cursor = "";
    for (let pages = 0; pages < 3; pages += 1) {
      const page = await listed(tenant.api.get(`/sessions?userId=${one.id}&limit=1${cursor}`));
      seen.push(...page.items.map(({ id }) => id));
      cursor = page.next ? `&cursor=${page.next}` : "";
    }
    expect(seen).toEqual(all.items.map(({ id }) => id));
    expect(cursor).toBe("");
    clock.advance({ hours: 25 });
    expect((await listed((await tenant.script("admin")).get("/sessions"))).items).toEqual([]);
  });

  test("is for administrators: not for members, nobody, or another tenant", async () => {
    const [tenant, other] = [await aTenant({ signedInAs: "member" }), await aTenant()];
    expect((await (await tenant.script("member")).get("/sessions")).status).toBe(403);
    expect((await (await tenant.script(null)).get("/sessions")).status).toBe(401);
    expect((await tenant.browser.get("/sessions")).status).toBe(403);
    expect((await listed(other.api.get("/sessions"))).items).toEqual([]);
    expect((await listed(other.api.get(`/sessions?userId=${tenant.me.id}`))).items).toEqual([]);
  });
});

describe("DELETE /sessions/:sessionId", () => {
  test("ends the session at once and records who did it", async () => {
    const tenant = await aTenant({ signedInAs: "admin" });
    const user = await tenant.aUser();
    const browser = await tenant.signedIn(user);
    const id = await sessionIdOf(tenant, user);
    expect((await tenant.api.delete(`/sessions/${id}`)).status).toBe(204);

    expect(await isSignedIn(browser)).toBe(false);
    expect(await tenant.events("session.ended")).toMatchObject([
      { actorKind: "client", subjectId: user.id, data: { reason: "ended_by_admin" } },
    ]);
    expect((await tenant.api.delete(`/sessions/${id}`)).status).toBe(404);
  });

  test("as a form leads back to the list with a notice", async () => {
    const tenant = await aTenant({ signedInAs: "admin" });
    const user = await tenant.aUser();
    await tenant.signedIn(user);
    const id = await sessionIdOf(tenant, user);
    expect(await (await tenant.browser.get("/sessions")).text()).toContain(user.email);
    expect((await tenant.browser.get(`/sessions/${id}/end`)).status).toBe(200);
    const answer = await tenant.browser.delete(`/sessions/${id}`, {}, { follow: true });
    const page = await answer.text();
    expect(page).toContain("The session has ended");
    expect(page).not.toContain(user.email);
  });

  test("is refused above one's own role, and for another tenant's session", async () => {
    const tenant = await aTenant({ signedInAs: "admin" });
    const boss = await tenant.aUser({ role: "super_admin" });
    const browser = await tenant.signedIn(boss);
    const id = await sessionIdOf(tenant, boss);
    expect((await tenant.browser.delete(`/sessions/${id}`)).status).toBe(403);
    expect((await (await tenant.script("admin")).delete(`/sessions/${id}`)).status).toBe(403);
    const other = await aTenant({ signedInAs: "super_admin" });
    expect((await other.browser.delete(`/sessions/${id}`)).status).toBe(404);
    expect((await other.api.delete(`/sessions/${id}`)).status).toBe(404);
    expect(await isSignedIn(browser)).toBe(true);
  });

  test("answers 404 for what is no id", async () => {
    const tenant = await aTenant();
    expect((await tenant.api.delete("/sessions/nonsense")).status).toBe(404);
  });
});
