// Deleting somebody: who may, what goes with them, what survives, and what they had asked for.
import { describe, expect, test } from "bun:test";
import { erasureRoutes } from "#features/erasure/routes.tsx";
import { testApp, type TestTenant, type TestUser } from "../../support/a-tenant.ts";
import { askForTwo, codeOf, statusesOf, withEverything } from "../recovery/support.ts";
import { path as settingsPath } from "../settings/support.ts";
import {
  aKnownPerson,
  anonymise,
  deactivate,
  everyRow,
  found,
  oneOfEverything,
} from "./support.ts";

const world = await testApp();

const remove = (tenant: TestTenant, user: TestUser, confirmation = user.email) =>
  tenant.api.delete(`/users/${user.id}`, { confirmation });
const isThere = async (tenant: TestTenant, { id }: TestUser) =>
  (await tenant.api.get(`/users/${id}`)).status === 200;

describe("DELETE /users/:userId", () => {
  test("says what goes and what stays, asks for the address, and tells the list", async () => {
    const tenant = await world.aTenant({ signedInAs: "super_admin" });
    const user = await tenant.aUser({
      state: "deactivated",
      firstName: "Grace",
      lastName: "Hopper",
    });
    expect(await (await tenant.browser.get(`/users/${user.id}`)).text()).toContain(
      `/users/${user.id}/deletion`,
    );
    const page = await (await tenant.browser.get(`/users/${user.id}/deletion`)).text();
    for (const part of [
      "<h1>Delete Grace Hopper?</h1>",
      "What goes",
      "What stays",
      user.email,
      "anonymise this person first",
    ])
      expect(page).toContain(part);
    const wrong = await tenant.browser.delete(`/users/${user.id}`, { confirmation: "no" });
    expect([wrong.status, (await wrong.text()).includes(`This is not ${user.email}`)]).toEqual([
      422,
      true,
    ]);
    const done = await tenant.browser.delete(`/users/${user.id}`, { confirmation: user.email });
    expect(done.headers.get("location")).toBe("/users");
    expect(await (await tenant.browser.get("/users")).text()).toContain("Grace Hopper is deleted");
    expect(await isThere(tenant, user)).toBe(false);
    expect(await tenant.events("user.deleted")).toMatchObject([
      {
        subjectId: user.id,
        data: { firstName: "Grace", lastName: "Hopper", email: user.email, role: "member" },
      },
    ]);
    // The trail goes on to know who it was.
    const events = await (await tenant.browser.get(`/events?person=${user.id}`)).text();
    expect(events).toContain("Grace Hopper");
  });

  test("says that a provider which adds people by itself lets them in again, where there is one", async () => {
    const tenant = await world.aTenant({ signedInAs: "super_admin" });
    const user = await tenant.aUser({ state: "deactivated" });
    const page = async () => (await tenant.browser.get(`/users/${user.id}/deletion`)).text();
    const warning = "lets them in again when they come";
    const made = await tenant.api.post("/identity-providers", { name: "Okta", preset: "okta" });
    expect(made.status).toBe(201);
    expect(await page()).toContain(warning);
    const wrong = await tenant.browser.delete(`/users/${user.id}`, { confirmation: "no" });
    expect(await wrong.text()).toContain(warning);
    await world.asSuperuser(
      "update app.identity_providers set creates_people = false where tenant_id = $1",
      [tenant.id],
    );
    expect(await page()).not.toContain(warning);
    // Of another tenant.
    const other = await world.aTenant();
    await other.api.post("/identity-providers", { name: "Okta", preset: "okta" });
    expect(await page()).not.toContain(warning);
    const described = erasureRoutes.table.find(({ method }) => method === "delete");
    expect(described).toMatchObject({
      spec: { summary: expect.stringContaining("lets them in again") },
    });
  });

  test("works for somebody who made one of everything: what is theirs goes, what others decide by stays", async () => {
    const tenant = await world.aTenant({ signedInAs: "super_admin" });
    const { user } = await aKnownPerson(world, tenant);
    await tenant.aGroup("Another", [user]);
    const references = await oneOfEverything(world, tenant, await tenant.aUser());
    const counts = async () => {
      const all: Record<string, number> = {};
      for (const { table, column } of references) {
        const [row] = await world.asSuperuser<{ n: number }>(
          `select count(*)::int as n from app.${table} where tenant_id = $1 ${column === "user_id" ? "and user_id = $2" : ""}`,
          column === "user_id" ? [tenant.id, user.id] : [tenant.id],
        );
        all[`${table}.${column}`] = row?.n ?? 0;
      }
      return all;
    };
    const before = await counts();
    await deactivate(tenant, user);
    expect((await remove(tenant, user)).status).toBe(200);
    const after = await counts();
    for (const { table, column, onDelete } of references) {
      const name = `${table}.${column}`;
      expect(before[name]).toBeGreaterThan(0);
      if (column === "user_id") expect([name, after[name]]).toEqual([name, 0]);
      // One row of each table was about the person too.
      if (onDelete === "n") expect([name, (after[name] ?? 0) > 0]).toEqual([name, true]);
    }
    expect(
      found(await everyRow(world, tenant), { key: user.id }).filter(
        (hit) => !/in (audit_events|mails|jobs)/.test(hit),
      ),
    ).toEqual([]);
  });

  test("is refused for whoever is still there, for the wrong address and without one", async () => {
    const tenant = await world.aTenant();
    const [active, invited, out] = [
      await tenant.aUser(),
      await tenant.aUser({ state: "invited" }),
      await tenant.aUser({ state: "deactivated" }),
    ];
    for (const user of [active, invited]) {
      const answer = await remove(tenant, user);
      expect([answer.status, await codeOf(answer)]).toEqual([409, "erasure.still_there"]);
    }
    expect((await remove(tenant, out, active.email)).status).toBe(422);
    expect((await tenant.api.delete(`/users/${out.id}`, {})).status).toBe(422);
    for (const user of [active, invited, out]) expect(await isThere(tenant, user)).toBe(true);
    expect(await tenant.events("user.deleted")).toEqual([]);
  });

  test("takes a lower role, or a super administrator; never oneself", async () => {
    const tenant = await world.aTenant({ signedInAs: "admin" });
    const [member, admin, above] = [
      await tenant.aUser({ state: "deactivated" }),
      await tenant.aUser({ state: "deactivated", role: "admin" }),
      await tenant.aUser({ state: "deactivated", role: "super_admin" }),
    ];
    const script = await tenant.script("admin");
    for (const user of [admin, above]) {
      expect(
        (await tenant.browser.delete(`/users/${user.id}`, { confirmation: user.email })).status,
      ).toBe(403);
      expect((await script.delete(`/users/${user.id}`, { confirmation: user.email })).status).toBe(
        403,
      );
      expect(await (await tenant.browser.get(`/users/${user.id}`)).text()).not.toContain(
        "/deletion",
      );
      expect(await isThere(tenant, user)).toBe(true);
    }
    expect(
      (await tenant.browser.delete(`/users/${member.id}`, { confirmation: member.email })).status,
    ).toBe(303);
    for (const user of [admin, above]) expect((await remove(tenant, user)).status).toBe(200);

    const own = await world.aTenant({ signedInAs: "super_admin" });
    const answer = await own.browser.delete(`/users/${own.me.id}`, { confirmation: own.me.email });
    expect([answer.status, (await answer.text()).includes("your own account")]).toEqual([
      409,
      true,
    ]);
  });

  test("answers as if there were nobody for a person of another tenant", async () => {
    const [ours, theirs] = [await world.aTenant(), await world.aTenant()];
    const user = await theirs.aUser({ state: "deactivated" });
    expect((await remove(ours, user)).status).toBe(404);
    expect(await isThere(theirs, user)).toBe(true);
  });

  test("of two at once one is done, and the other finds nobody", async () => {
    const tenant = await world.aTenant();
    const user = await tenant.aUser({ state: "deactivated" });
    expect(statusesOf(await Promise.all([remove(tenant, user), remove(tenant, user)]))).toEqual([
      200, 404,
    ]);
    expect(await tenant.events("user.deleted")).toHaveLength(1);
  });

  test("of somebody anonymised brings no name back into the trail", async () => {
    const tenant = await world.aTenant({ signedInAs: "super_admin" });
    const user = await tenant.aUser({
      state: "deactivated",
      firstName: "Grace",
      lastName: "Hopper",
    });
    await anonymise(tenant, user);
    const { email } = (await (await tenant.api.get(`/users/${user.id}`)).json()) as {
      email: string;
    };
    // Written late: the second look would find nobody any more.
    await world.asSuperuser(
      `insert into app.audit_events (tenant_id, name, actor_kind, actor_id, actor, data) values ($1, 'group.created', 'user', $2, $3, '{}')`,
      [
        tenant.id,
        user.id,
        JSON.stringify({ kind: "user", userId: user.id, origin: { ip: "203.0.113.200" } }),
      ],
    );
    expect((await remove(tenant, user, email)).status).toBe(200);
    expect(found(await everyRow(world, tenant), { ip: "203.0.113.200" })).toEqual([]);
    const events = await (await tenant.browser.get(`/events?person=${user.id}`)).text();
    expect(events).toContain("Person deleted");
    expect(events).not.toContain("Hopper");
    await world.asSuperuser("update app.jobs set run_at = now() where name = 'erasure.late'");
    await world.runJobs();
    expect(found(await everyRow(world, tenant), { address: user.email })).toEqual([]);
  });
});

describe("what a deleted person had asked for", () => {
  async function aWaitingReset() {
    const tenant = await world.aTenant({ signedInAs: "super_admin" });
    const [asking, target] = [await tenant.aUser({ role: "admin" }), await tenant.aUser()];
    await tenant.aUser({ role: "admin" });
    await withEverything(world, tenant, target);
    await askForTwo(tenant);
    const browser = await tenant.signedIn(asking);
    await browser.post(`/users/${target.id}/factor-resets`);
    expect(await tenant.events("second_steps.reset_requested")).toHaveLength(1);
    await tenant.mails();
    world.services.mail.sent.length = 0;
    return { tenant, asking, target };
  }

  test.each(["delete", "anonymise"] as const)(
    "is void at once where it waits, and told (%s)",
    async (how) => {
      const { tenant, asking, target } = await aWaitingReset();
      await deactivate(tenant, asking);
      expect((await (how === "delete" ? remove : anonymise)(tenant, asking)).status).toBe(200);
      expect(await tenant.events("second_steps.reset_lapsed")).toMatchObject([
        { subjectId: target.id, data: { cause: "void" } },
      ]);
      expect((await tenant.mails()).map(({ to }) => to)).toContain(target.email);
      const { items } = (await (
        await tenant.api.get("/recovery/factor-resets?state=waiting")
      ).json()) as { items: object[] };
      expect(items).toEqual([]);
    },
  );

  test("does not keep those who decided together from being deleted, one after the other", async () => {
    const { tenant, asking, target } = await aWaitingReset();
    const approving = await tenant.aUser({ role: "admin" });
    const browser = await tenant.signedIn(approving);
    const { items } = (await (
      await tenant.api.get("/recovery/factor-resets?state=waiting")
    ).json()) as { items: { id: string }[] };
    await browser.put(`/recovery/factor-resets/${items[0]?.id}/approval`);
    expect(await tenant.events("second_steps.reset_approved")).toHaveLength(1);
    // The database goes on to refuse one person in both places.
    expect(
      world.asSuperuser(
        "update app.factor_resets set decided_by = requested_by where tenant_id = $1 and user_id = $2",
        [tenant.id, target.id],
      ),
    ).rejects.toMatchObject({ code: "23514", constraint: "factor_resets_two_people" });
    for (const user of [asking, approving]) {
      await deactivate(tenant, user);
      expect((await remove(tenant, user)).status).toBe(200);
    }
    const [row] = await world.asSuperuser(
      "select decision, requested_by, decided_by from app.factor_resets where tenant_id = $1 and user_id = $2",
      [tenant.id, target.id],
    );
    expect(row).toEqual({ decision: "approved", requested_by: null, decided_by: null });
  });

  test("is decided by the others where it is a trial of settings, and API clients go on", async () => {
    const tenant = await world.aTenant({ signedInAs: "super_admin" });
    const starting = await tenant.aUser({ role: "super_admin" });
    const browser = await tenant.signedIn(starting);
    const client = await browser.post("/api-clients", { name: "Nightly", role: "member" });
    expect(client.status).toBeLessThan(400);
    const settings = (await (await tenant.api.get(settingsPath)).json()) as object;
    const trial = (await (
      await tenant.api.post(`${settingsPath}/trials`, { ...settings, strength: "strong" })
    ).json()) as { id: string };
    await world.asSuperuser("update app.policy_trials set started_by = $2 where tenant_id = $1", [
      tenant.id,
      starting.id,
    ]);
    await deactivate(tenant, starting);
    expect((await remove(tenant, starting)).status).toBe(200);
    expect(await (await tenant.browser.get(settingsPath)).text()).toContain("trial");
    expect((await tenant.api.delete(`${settingsPath}/trials/${trial.id}`)).status).toBeLessThan(
      300,
    );
    expect(await tenant.events("sign_in_policy.trial_cancelled")).toHaveLength(1);
    expect(await (await tenant.browser.get("/api-clients")).text()).toContain("Nightly");
  });
});

describe("the last active super administrator", () => {
  test("is lost by no path: deactivated, given another role, anonymised, deleted", async () => {
    const tenant = await world.aTenant();
    const last = await tenant.aUser({ role: "super_admin" });
    await tenant.aUser({ role: "super_admin", state: "deactivated" });
    await tenant.aUser({ role: "super_admin", state: "invited" });
    const { api } = tenant;
    const answers = [
      await deactivate(tenant, last),
      await api.patch(`/users/${last.id}`, { role: "admin" }),
      await anonymise(tenant, last),
      await remove(tenant, last),
    ];
    expect(await Promise.all(answers.map(codeOf))).toEqual([
      "users.last_super_admin",
      "users.last_super_admin",
      "erasure.still_there",
      "erasure.still_there",
    ]);
    expect(await (await api.get(`/users/${last.id}`)).json()).toMatchObject({
      state: "active",
      role: "super_admin",
    });
  });

  test("is not lost where two end each other at the same moment", async () => {
    for (let round = 0; round < 5; round++) {
      const tenant = await world.aTenant();
      const two = [
        await tenant.aUser({ role: "super_admin" }),
        await tenant.aUser({ role: "super_admin" }),
      ];
      await Promise.all(
        two.map(async (user) => {
          await deactivate(tenant, user);
          return round % 2 === 0 ? remove(tenant, user) : anonymise(tenant, user);
        }),
      );
      const { items } = (await (
        await tenant.api.get("/users?role=super_admin&state=active")
      ).json()) as { items: object[] };
      expect(items).toHaveLength(1);
    }
  });
});
