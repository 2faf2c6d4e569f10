// What only fresh proof may do: every route that says so, with a session whose proof is too old. The table is in routes.lock.
import { beforeAll, describe, expect, test } from "bun:test";
import { routeTable } from "#src/app.ts";
import { freshSeconds } from "#platform/http/fresh.ts";
import { testApp, type TestTenant } from "../support/a-tenant.ts";
import type { Browser } from "../support/browser.ts";
import { headerProblems } from "./support/answers.ts";
import { stateOf } from "./support/state.ts";
import { furnish, isUnsafe, nameOf, pathWith, sampleOf, type World } from "./support/world.ts";

const app = await testApp();
let world: World;
let tenant: TestTenant;
beforeAll(async () => {
  world = await furnish(app, await app.aTenant({ signedInAs: "super_admin" }));
  tenant = world.tenant;
});

/** A browser of the super admin who proved who they are so long ago. */
async function provedBefore(seconds: number): Promise<Browser> {
  const browser = await tenant.signedIn(tenant.me);
  const at = new Date(app.clock.now().getTime() - seconds * 1000);
  const hash = new Bun.CryptoHasher("sha256")
    .update(browser.cookies.get("__Host-session")?.value ?? "")
    .digest();
  await tenant.tenant.write((db) =>
    db
      .updateTable("sessions")
      .set({ authenticated_at: at })
      .where("token_hash", "=", Buffer.from(hash))
      .execute(),
  );
  return browser;
}

const freshRoutes = routeTable.filter(
  (route) => route.kind !== "endpoint" && route.spec.fresh === true,
);
const named = freshRoutes.map((route) => [nameOf(route), route] as const);
const changes = named.filter(([, route]) => isUnsafe(route));
const pages = named.filter(([, route]) => !isUnsafe(route));
const json = { accept: "application/json" };

describe("a session whose proof is too old", () => {
  test.each(changes)("%s is refused, changes nothing and shows the way", async (_, route) => {
    const stale = await provedBefore(freshSeconds + 5);
    const [path, fields] = [pathWith(route, world.ids), sampleOf(route, world)];
    const before = await stateOf(app, tenant);
    const send = stale[route.method as "post"];
    const answer = await send(path, fields);
    const page = await answer.text();
    expect(answer.status).toBe(403);
    expect(headerProblems(answer)).toEqual([]);
    expect(page).toContain('href="/step-up?return_to=%2Fstep-up%2Fdone"');
    expect(page).toContain('target="_blank"');
    const problem = await send(path, fields, { headers: json });
    expect([problem.status, problem.headers.get("content-type")]).toEqual([
      403,
      "application/problem+json",
    ]);
    expect(await problem.json()).toMatchObject({ code: "request.step_up_required" });
    expect(await stateOf(app, tenant)).toEqual(before);
  });

  test.each(pages)("%s leads to the proof and back", async (_, route) => {
    const path = pathWith(route, world.ids);
    const nearly = await provedBefore(freshSeconds - 115);
    const answer = await nearly.get(path);
    expect([answer.status, answer.headers.get("location")]).toEqual([
      303,
      `/step-up?return_to=${encodeURIComponent(path)}`,
    ]);
    const inTime = await provedBefore(freshSeconds - 125);
    expect((await inTime.get(path)).headers.get("location") ?? "").not.toStartWith("/step-up");
  });

  test("reads on: every page that changes nothing stays open, and settings as data", async () => {
    const stale = await provedBefore(86_000);
    for (const path of [
      "/users",
      "/applications",
      "/sessions",
      "/api-clients",
      "/events",
      "/groups",
    ])
      expect([path, (await stale.get(path)).status]).toEqual([path, 200]);
    expect((await stale.json("/settings/sign-in")).status).toBe(200);
  });

  test("is asked for its permission first: nobody learns which pages are there", async () => {
    const member = await tenant.signedIn(await tenant.aUser());
    app.clock.advance({ minutes: 11 });
    expect((await member.get("/api-clients/new")).status).toBe(403);
    expect((await member.post("/api-clients", { name: "x", role: "member" })).status).toBe(403);
    expect(await (await member.get("/api-clients/new")).text()).not.toContain("/step-up");
  });
});

test("a script has no session that could be left open: its token is enough", async () => {
  app.clock.advance({ minutes: 11 });
  const answer = await tenant.api.post("/api-clients", { name: "By script", role: "member" });
  expect(answer.status).toBe(201);
});

describe("what was typed", () => {
  test("is there again, beside the way to prove oneself, and goes through afterwards", async () => {
    const stale = await provedBefore(freshSeconds + 5);
    const typed = { firstName: "Grace", lastName: "Hopper", email: "g@h.example", role: "admin" };
    const page = await (await stale.post("/users", typed)).text();
    expect(page).toContain("What you typed is kept");
    for (const value of ["Grace", "Hopper", "g@h.example"]) expect(page).toContain(`"${value}"`);
    expect(page).toMatch(/value="admin"[^>]*(selected|checked)/);
  });

  test("without a form of its own is in a button that sends it again", async () => {
    const stale = await provedBefore(freshSeconds + 5);
    const { applicationId, groupId } = world.ids;
    const path = `/applications/${applicationId}/grants`;
    const page = await (await stale.post(path, { groupIds: [groupId ?? "", "other"] })).text();
    expect(page).toContain(`action="${path}"`);
    expect(page).toContain(`name="groupIds" value="${groupId}"`);
    expect(page).toContain('name="groupIds" value="other"');
    const ending = await (await stale.delete(`${path}/${groupId}`)).text();
    expect(ending).toContain(`action="${path}/${groupId}?_method=delete"`);
  });
});
