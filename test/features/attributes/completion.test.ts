// Values that are asked for and missing: the notice, who lacks what, and people who are led to their profile until it is complete.
import { describe, expect, test } from "bun:test";
import type { LackingList } from "#features/person-attributes/schema.ts";
import { testApp, type TestTenant, type TestUser } from "../../support/a-tenant.ts";
import type { Browser } from "../../support/browser.ts";
import { anSp, authnRequest, received, waitingAt } from "../sso/support.ts";
import { known, use } from "./support.ts";

const world = await testApp();

const missingPath = "/users/missing-attributes";
const askedPath = `${missingPath}/asked`;
const completion = "/profile/completion";
const askOf = ({ id }: Pick<TestUser, "id">) => `/users/${id}/profile-completion`;
const leadsTo = (path: string) => `${completion}?return_to=${encodeURIComponent(path)}`;
const whereOf = (answer: Response) => answer.headers.get("location");
const jobTitle = { job_title: { required: true } } as const;

const lacking = async ({ api }: Pick<TestTenant, "api">, query = "") =>
  ((await (await api.get(`${missingPath}${query}`)).json()) as LackingList).items;
const nameOf = ({ firstName, lastName }: TestUser) => `${firstName} ${lastName}`;
const askedEvents = async (tenant: TestTenant) =>
  (await tenant.events()).filter(({ name }) => name.startsWith("user.profile_ask"));

/** A tenant that asks for the job title, and a member without one in their browser. */
async function asking(): Promise<{ tenant: TestTenant; user: TestUser; browser: Browser }> {
  const tenant = await world.aTenant({ signedInAs: "admin" });
  const user = await tenant.aUser();
  await use(tenant, jobTitle);
  return { tenant, user, browser: await tenant.signedIn(user) };
}

describe("GET /", () => {
  test("tells people what they can fill in themselves, and nobody else", async () => {
    const { tenant, user, browser } = await asking();
    await use(tenant, { city: { enabled: true, required: true, lockedForUsers: true } });
    const page = await (await browser.get("/")).text();
    expect(page).toContain("missing in your profile: Job title.");
    expect(page).toContain(`href="${completion}"`);
    await tenant.api.patch(`/users/${user.id}/attributes`, { job_title: "Admiral" });
    expect(await (await browser.get("/")).text()).not.toContain(completion);
  });
});

describe("GET /users/missing-attributes", () => {
  test("lists who lacks what by name, page by page, with search and filters", async () => {
    const { tenant, user } = await asking();
    await use(tenant, { city: { enabled: true, required: true, lockedForUsers: true } });
    const [grace, invited] = [
      await tenant.aUser({ firstName: "Grace", lastName: "Hopper" }),
      await tenant.aUser({ state: "invited", firstName: "Zoe" }),
    ];
    await tenant.aUser({ state: "deactivated" });
    await tenant.api.patch(`/users/${grace.id}/attributes`, { city: "Arlington" });
    expect(await lacking(tenant)).toEqual([
      expect.objectContaining({ id: tenant.me.id }),
      {
        id: user.id,
        name: nameOf(user),
        email: user.email,
        role: "member",
        state: "active",
        missing: [
          { key: "job_title", isLocked: false },
          { key: "city", isLocked: true },
        ],
        askedAt: null,
        mayBeAsked: false,
      },
      expect.objectContaining({
        id: grace.id,
        missing: [{ key: "job_title", isLocked: false }],
        mayBeAsked: true,
      }),
      expect.objectContaining({ id: invited.id, state: "invited" }),
    ]);
    const ids = async (query: string) => (await lacking(tenant, query)).map(({ id }) => id);
    expect(await ids("?q=hopp")).toEqual([grace.id]);
    expect(await ids("?only=own")).toEqual([grace.id]);
    expect(await ids("?only=kept")).toEqual([tenant.me.id, user.id, invited.id]);
    expect(await ids("?only=asked")).toEqual([]);

    const first = (await (await tenant.api.get(`${missingPath}?limit=3`)).json()) as LackingList;
    expect(first.items).toHaveLength(3);
    expect(await ids(`?cursor=${first.next}`)).toEqual([invited.id]);

    const page = await (await tenant.browser.get(missingPath)).text();
    for (const part of ["<h1>Missing attributes</h1>", "City (Locked)", "Grace Hopper", "Invited"])
      expect(page).toContain(part);
    expect(page.match(/name="userIds"/g)).toHaveLength(1);
    expect(await (await tenant.browser.get("/users")).text()).toContain(missingPath);
    const region = await tenant.browser.get(`${missingPath}?q=nobody`, {
      headers: { "hx-request": "true", "hx-target": "lacking" },
    });
    expect(await region.text()).toContain("Nobody found");
  });

  test("is for administrators, and of their own tenant", async () => {
    const { tenant, browser } = await asking();
    const other = await world.aTenant();
    await use(other, jobTitle);
    expect(await lacking(other)).toEqual([]);
    expect((await browser.get(missingPath)).status).toBe(403);
    expect((await browser.post(askedPath, { everyone: "on" })).status).toBe(403);
    expect(await (await tenant.browser.get(missingPath)).text()).not.toContain(
      "/settings/attributes",
    );
  });

  test("says so when nobody lacks anything", async () => {
    const tenant = await world.aTenant({ signedInAs: "admin" });
    expect(await lacking(tenant)).toEqual([]);
    expect(await (await tenant.browser.get(missingPath)).text()).toContain("Nobody lacks anything");
  });
});

describe("somebody who is asked to complete their profile", () => {
  test("is led to what is missing by the next page, and on to where they were going", async () => {
    const { tenant, user, browser } = await asking();
    expect((await tenant.browser.put(askOf(user))).status).toBe(303);
    const page = await (await tenant.browser.get(`/users/${user.id}/attributes`)).text();
    expect(page).toContain("Take back");
    for (const path of ["/", "/security", "/profile?x=1&y=2"])
      expect([path, whereOf(await browser.get(path))]).toEqual([path, leadsTo(path)]);
    const form = await (await browser.get(leadsTo("/security"))).text();
    expect(form).toContain("<h1>Complete your profile</h1>");
    expect(form).toContain('name="job_title"');
    expect(form).not.toContain('name="department"');
    expect(form).toContain('name="return_to" value="/security"');

    const refused = await browser.patch(completion, { return_to: "/security", job_title: " " });
    expect(refused.status).toBe(422);
    const again = await refused.text();
    expect(again).toContain("Fill in: Job title");
    expect(again).toContain('name="return_to" value="/security"');
    const done = await browser.patch(completion, { return_to: "/security", job_title: "Admiral" });
    expect([done.status, whereOf(done)]).toEqual([303, "/security"]);
    expect((await browser.get("/security")).status).toBe(200);
    expect(await known(tenant, user)).toEqual({ job_title: "Admiral by self" });
    // It was asked once: what is missing later leads nobody away.
    await browser.patch("/profile", { job_title: "" });
    expect((await browser.get("/security")).status).toBe(200);
    expect(whereOf(await browser.get(completion))).toBeNull();
    expect((await askedEvents(tenant)).map(({ name, subjectId }) => [name, subjectId])).toEqual([
      ["user.profile_asked", user.id],
    ]);
  });

  test("never goes on to another site, and only a path of ours is kept", async () => {
    const { tenant, user, browser } = await asking();
    await tenant.browser.put(askOf(user));
    for (const goal of ["//evil.example", "https://evil.example", "/\\evil.example"]) {
      const page = await (
        await browser.get(`${completion}?return_to=${encodeURIComponent(goal)}`)
      ).text();
      expect(page).not.toContain("evil");
      const refused = await browser.patch(completion, { return_to: goal, job_title: "" });
      expect(refused.status).toBe(422);
    }
    const done = await browser.patch(completion, { return_to: "//evil.example", job_title: "x" });
    expect(whereOf(done)).toBe("/");
  });

  test("can sign out, finish a form, and is told as data; scripts are not held", async () => {
    const { tenant, user, browser } = await asking();
    await tenant.browser.put(askOf(user));
    const json = await browser.get("/me", { headers: { accept: "application/json" } });
    expect(json.status).toBe(403);
    expect(await json.json()).toMatchObject({ code: "request.detour_first", at: completion });
    // A form that was being filled in is taken; the page after it is held.
    const sent = await browser.patch("/profile", {
      firstName: "Augusta",
      lastName: user.lastName,
      timeZone: "UTC",
      theme: "dark",
    });
    expect([sent.status, whereOf(sent)]).toEqual([303, "/profile"]);
    expect(whereOf(await browser.get("/profile"))).toBe(leadsTo("/profile"));
    const htmx = await browser.get("/", { headers: { "hx-request": "true" } });
    expect(htmx.headers.get("hx-redirect")).toBe(leadsTo("/"));
    expect((await browser.get("/sign-in")).headers.get("location")).not.toContain(completion);
    expect((await tenant.api.get("/me")).status).toBe(200);
    const out = await browser.post("/sign-out");
    expect(out.status).toBe(303);
    expect(whereOf(await browser.get("/"))).toContain("/sign-in");
  });

  test("is let go by an administrator’s hand, by a provider’s or an administrator’s value", async () => {
    const { tenant, user, browser } = await asking();
    await tenant.browser.put(askOf(user));
    expect((await browser.get("/")).status).toBe(303);
    const back = await tenant.browser.delete(askOf(user));
    expect(back.status).toBe(303);
    expect((await browser.get("/")).status).toBe(200);
    await tenant.api.put(askOf(user));
    await tenant.api.patch(`/users/${user.id}/attributes`, { job_title: "Admiral" });
    expect((await browser.get("/")).status).toBe(200);
    expect((await askedEvents(tenant)).map(({ name }) => name)).toEqual([
      "user.profile_asked",
      "user.profile_ask_taken_back",
      "user.profile_asked",
    ]);
  });

  test("is not held by what they cannot fill in: a locked one, one that is not asked for any more, a kept profile", async () => {
    const { tenant, user, browser } = await asking();
    const held = async () => (await browser.get("/")).status === 303;
    await tenant.api.put(askOf(user));
    expect(await held()).toBe(true);
    await tenant.tenant.write((db) =>
      db.insertInto("sign_in_policies").values({ people_edit_names: false }).execute(),
    );
    expect(await held()).toBe(false);
    expect(whereOf(await browser.get(completion))).toBe("/profile");
    await tenant.tenant.write((db) =>
      db.updateTable("sign_in_policies").set({ people_edit_names: true }).execute(),
    );
    expect(await held()).toBe(true);
    await use(tenant, { job_title: { lockedForUsers: true } });
    expect(await held()).toBe(false);
    // Also where the asking and the lock passed each other.
    await world.asSuperuser("update app.users set profile_asked_at = now() where id = $1", [
      user.id,
    ]);
    expect(await held()).toBe(false);
    await use(tenant, { job_title: { allowSelfSourced: true } });
    // Having been asked is over with that: nobody is held by a later change.
    await use(tenant, { job_title: { lockedForUsers: false } });
    expect(await held()).toBe(false);
    await tenant.api.put(askOf(user));
    await use(tenant, { job_title: { enabled: false, required: false } });
    expect(await held()).toBe(false);
  });

  test("waits with single sign-on, and goes on with it; no page is shown where none may be", async () => {
    const { tenant, user, browser } = await asking();
    const sp = await anSp(tenant);
    const at = await waitingAt(browser, authnRequest(world, sp));
    const passive = await waitingAt(
      browser,
      authnRequest(world, sp, { attributes: 'IsPassive="true"' }),
    );
    await tenant.api.put(askOf(user));
    expect(whereOf(await browser.get(at))).toBe(leadsTo(at));
    expect(await received(await browser.get(passive), sp)).toMatchObject({
      status: "Responder NoPassive",
    });
    const launch = `/saml/idp/launch/${sp.application.id}`;
    expect(whereOf(await browser.get(launch))).toBe(leadsTo(launch));
    expect(await tenant.events("sso.assertion_issued")).toEqual([]);
    const done = await browser.patch(completion, { return_to: at, job_title: "Admiral" });
    expect(whereOf(done)).toBe(at);
    const page = await (await browser.get(at)).text();
    expect(page).toContain("Wiki");
    expect(page).not.toContain("Complete your profile");
  });
});

describe("PUT /users/:userId/profile-completion", () => {
  test("is refused where something missing is not theirs, or nothing is missing", async () => {
    const { tenant, user, browser } = await asking();
    const peer = await tenant.aUser();
    await tenant.api.patch(`/users/${peer.id}/attributes`, { job_title: "x" });
    expect((await tenant.api.put(askOf(peer))).status).toBe(409);
    await use(tenant, { city: { enabled: true, required: true, lockedForUsers: true } });
    expect((await tenant.api.put(askOf(user))).status).toBe(409);
    expect((await browser.get("/")).status).toBe(200);
    expect(await askedEvents(tenant)).toEqual([]);
  });

  test("asks nobody above one’s role, nobody of another tenant, and twice is once", async () => {
    const { tenant, user } = await asking();
    const boss = await tenant.aUser({ role: "super_admin" });
    expect((await tenant.browser.put(askOf(boss))).status).toBe(403);
    expect((await tenant.browser.delete(askOf(boss))).status).toBe(403);
    const other = await world.aTenant({ signedInAs: "admin" });
    expect((await other.browser.put(askOf(user))).status).toBe(404);
    expect((await other.browser.delete(askOf(user))).status).toBe(404);
    await tenant.api.put(askOf(user));
    expect((await tenant.api.put(askOf(user))).status).toBe(200);
    await tenant.api.delete(askOf(user));
    expect((await tenant.api.delete(askOf(user))).status).toBe(200);
    expect(await askedEvents(tenant)).toHaveLength(2);
  });
});

describe("POST /users/missing-attributes/asked", () => {
  test("asks those who were chosen, and says who was passed over", async () => {
    const { tenant, user } = await asking();
    const [boss, peer, full] = [
      await tenant.aUser({ role: "super_admin" }),
      await tenant.aUser(),
      await tenant.aUser(),
    ];
    await tenant.api.patch(`/users/${full.id}/attributes`, { job_title: "x" });
    const answer = await tenant.browser.post(askedPath, {
      userIds: [user.id, boss.id, full.id],
    });
    expect(whereOf(answer)).toBe(missingPath);
    expect(await (await tenant.browser.get(missingPath)).text()).toContain(
      "1 person asked; 2 people passed over",
    );
    const asked = (await lacking(tenant, "?only=asked")).map(({ id }) => id);
    expect(asked).toEqual([user.id]);
    expect((await lacking(tenant)).find(({ id }) => id === peer.id)?.askedAt).toBeNull();
  });

  test("asks everybody who can, of the own tenant, and takes it back from all", async () => {
    const { tenant, user, browser } = await asking();
    const theirs = await asking();
    const boss = await tenant.aUser({ role: "super_admin" });
    const answer = await tenant.browser.post(askedPath, { everyone: "on" });
    expect(answer.status).toBe(303);
    // The administrator, too; nobody above.
    expect((await lacking(tenant, "?only=asked")).map(({ id }) => id)).toEqual([
      tenant.me.id,
      user.id,
    ]);
    expect((await lacking(tenant)).find(({ id }) => id === boss.id)?.askedAt).toBeNull();
    expect(await lacking(theirs.tenant, "?only=asked")).toEqual([]);
    expect((await askedEvents(tenant)).map(({ data }) => data)).toEqual(
      expect.arrayContaining([{ userId: tenant.me.id }, { userId: user.id }]),
    );
    expect((await browser.get("/")).status).toBe(303);
    expect(await (await tenant.api.delete(askedPath)).json()).toEqual({ takenBack: 2 });
    expect((await browser.get("/")).status).toBe(200);
    expect(await askedEvents(tenant)).toHaveLength(4);
  });

  test("refuses nobody and too many, with the list beside it", async () => {
    const { tenant } = await asking();
    const answer = await tenant.browser.post(askedPath, {});
    expect(answer.status).toBe(422);
    const page = await answer.text();
    expect(page).toContain("Choose at least one person");
    expect(page).toContain(tenant.me.email);
    const many = Array.from({ length: 201 }, () => crypto.randomUUID());
    expect((await tenant.api.post(askedPath, { userIds: many })).status).toBe(422);
    expect((await tenant.api.post(askedPath, { userIds: ["x"] })).status).toBe(422);
    expect(await askedEvents(tenant)).toEqual([]);
  });
});
