// Anonymising somebody: who may, what it asks for, and that nothing brings them back.
import { describe, expect, test } from "bun:test";
import { anonymiseUser } from "#features/erasure/actions.ts";
import { recoverByOperator } from "#features/recovery/index.ts";
import { ApiClientId, UserId } from "#src/ids.ts";
import { testApp, type TestTenant, type TestUser } from "../../support/a-tenant.ts";
import { codeOf, statusesOf } from "../recovery/support.ts";
import { isSignedIn, mailedCode, signIn, throughPassword } from "../sign-in/support.ts";
import { aKnownPerson, anonymise, deactivate, everyRow, found } from "./support.ts";

const world = await testApp();

const pathOf = ({ id }: TestUser) => `/users/${id}/anonymisation`;
const stateOf = async (tenant: TestTenant, { id }: TestUser) =>
  ((await (await tenant.api.get(`/users/${id}`)).json()) as { state: string }).state;

async function anEndedPerson(tenant: TestTenant): Promise<TestUser> {
  const user = await tenant.aUser({ state: "deactivated", firstName: "Grace", lastName: "Hopper" });
  expect((await anonymise(tenant, user)).status).toBe(200);
  return user;
}

describe("PUT /users/:userId/anonymisation", () => {
  test("says what goes and what stays, asks for the address, and shows who is left", async () => {
    const tenant = await world.aTenant({ signedInAs: "super_admin" });
    const user = await tenant.aUser({
      state: "deactivated",
      firstName: "Grace",
      lastName: "Hopper",
    });
    expect(await (await tenant.browser.get(`/users/${user.id}`)).text()).toContain(pathOf(user));
    const page = await (await tenant.browser.get(pathOf(user))).text();
    for (const part of ["<h1>Anonymise Grace Hopper?</h1>", "What goes", "What stays", user.email])
      expect(page).toContain(part);

    const wrong = await tenant.browser.put(pathOf(user), { confirmation: "grace" });
    expect(wrong.status).toBe(422);
    const again = await wrong.text();
    expect(again).toContain(`This is not ${user.email}`);
    expect(again).toContain('value="grace"');
    expect(await stateOf(tenant, user)).toBe("deactivated");

    const done = await tenant.browser.put(pathOf(user), {
      confirmation: ` ${user.email.toUpperCase()} `,
    });
    expect(done.headers.get("location")).toBe(`/users/${user.id}`);
    const left = await (await tenant.browser.get(`/users/${user.id}`)).text();
    expect(left).toContain("Anonymised person");
    expect(left).not.toContain("Hopper");
    expect(left).toContain("Nothing brings them back");
    expect(await (await tenant.browser.get("/users?state=anonymised")).text()).toContain(
      "Anonymised person",
    );
    expect(await (await tenant.browser.get("/users?state=deactivated")).text()).not.toContain(
      "Anonymised person",
    );
    // The mail of the deactivation was the last one.
    expect(await tenant.mails()).toEqual([]);
  });

  test("as JSON answers what is left, and a list knows the state", async () => {
    const tenant = await world.aTenant();
    const user = await anEndedPerson(tenant);
    const { items } = (await (await tenant.api.get("/users?state=anonymised")).json()) as {
      items: object[];
    };
    expect(items).toMatchObject([
      {
        id: user.id,
        firstName: "Anonymised",
        email: expect.stringMatching(/^[0-9a-f-]{36}@anonymised\.invalid$/),
        signInMethods: [],
        lastSeenAt: null,
      },
    ]);
    const deactivated = await (await tenant.api.get("/users?state=deactivated")).json();
    expect(deactivated).toMatchObject({ items: [] });
    const admin = await tenant.script("admin");
    expect(await (await admin.get(`/users/${user.id}`)).json()).toMatchObject({
      state: "anonymised",
      allowedActions: ["delete"],
    });
  });

  test("is refused for whoever is not deactivated, for the wrong address and without one", async () => {
    const tenant = await world.aTenant();
    const [active, invited, out] = [
      await tenant.aUser(),
      await tenant.aUser({ state: "invited" }),
      await tenant.aUser({ state: "deactivated" }),
    ];
    for (const user of [active, invited]) {
      const answer = await anonymise(tenant, user);
      expect([answer.status, await codeOf(answer)]).toEqual([409, "erasure.still_there"]);
    }
    expect((await anonymise(tenant, out, active.email)).status).toBe(422);
    expect((await tenant.api.put(pathOf(out), {})).status).toBe(422);
    expect(await stateOf(tenant, out)).toBe("deactivated");
    expect(await tenant.events("user.anonymised")).toEqual([]);
  });

  test("is for super administrators, and never for oneself", async () => {
    const tenant = await world.aTenant({ signedInAs: "admin" });
    const user = await tenant.aUser({ state: "deactivated" });
    expect((await tenant.browser.put(pathOf(user), { confirmation: user.email })).status).toBe(403);
    expect(await (await tenant.browser.get(`/users/${user.id}`)).text()).not.toContain(
      pathOf(user),
    );
    const script = await tenant.script("admin");
    expect((await script.put(pathOf(user), { confirmation: user.email })).status).toBe(403);
    expect(await stateOf(tenant, user)).toBe("deactivated");

    const own = await world.aTenant({ signedInAs: "super_admin" });
    await own.aUser({ role: "super_admin" });
    const answer = await own.browser.put(pathOf(own.me), { confirmation: own.me.email });
    expect(answer.status).toBe(409);
    expect(await answer.text()).toContain("your own account");
  });

  test("is refused by the action itself too, whoever calls it", async () => {
    const tenant = await world.aTenant();
    const user = await tenant.aUser({ state: "deactivated" });
    const origin = { requestId: "test", ip: "192.0.2.1", userAgent: "" };
    const clientId = ApiClientId.parse(crypto.randomUUID());
    const acting = tenant.tenant.write((db) =>
      anonymiseUser(
        {
          db,
          post: tenant.post,
          now: world.clock.now(),
          actor: {
            kind: "client",
            clientId,
            role: "admin",
            scope: { access: "write", areas: null },
            origin,
          },
        },
        { userId: user.id, confirmation: user.email },
      ),
    );
    expect(acting).rejects.toMatchObject({ code: "users.not_for_role" });
  });

  test("answers as if there were nobody for a person of another tenant", async () => {
    const [ours, theirs] = [await world.aTenant(), await world.aTenant()];
    const user = await theirs.aUser({ state: "deactivated" });
    expect((await anonymise(ours, user)).status).toBe(404);
    expect(await stateOf(theirs, user)).toBe("deactivated");
  });

  test("of two at once one is done", async () => {
    const tenant = await world.aTenant();
    const user = await tenant.aUser({ state: "deactivated" });
    const answers = await Promise.all([anonymise(tenant, user), anonymise(tenant, user)]);
    expect(statusesOf(answers)).toEqual([200, 409]);
    expect(await tenant.events("user.anonymised")).toHaveLength(1);
  });

  test("beside a reactivation either comes first, and nobody is half of both", async () => {
    for (let round = 0; round < 5; round++) {
      const tenant = await world.aTenant();
      const user = await tenant.aUser({ state: "deactivated" });
      await Promise.all([
        anonymise(tenant, user),
        tenant.api.delete(`/users/${user.id}/deactivation`),
      ]);
      const state = await stateOf(tenant, user);
      const isThere = found(await everyRow(world, tenant), { address: user.email }).length > 0;
      expect([state, isThere]).toEqual(
        state === "active" ? ["active", true] : ["anonymised", false],
      );
    }
  });

  test("beside a sign-in that is being finished leaves no session and no trace", async () => {
    for (let round = 0; round < 5; round++) {
      const tenant = await world.aTenant();
      const user = await tenant.aUser();
      const browser = Object.assign(tenant.newBrowser(), { ip: `203.0.113.${round + 1}` });
      await throughPassword(browser, user.email);
      const code = await mailedCode(tenant, user.email);
      const [, , ended] = await Promise.all([
        browser.post("/sign-in/code", { code }),
        browser.get("/profile"),
        deactivate(tenant, user).then(() => anonymise(tenant, user)),
      ]);
      expect(ended.status).toBe(200);
      expect(await isSignedIn(browser)).toBe(false);
      await world.asSuperuser("update app.jobs set run_at = now() where name = 'erasure.late'");
      await world.runJobs();
      expect(found(await everyRow(world, tenant), { address: user.email, ip: browser.ip })).toEqual(
        [],
      );
    }
  });
});

describe("somebody anonymised", () => {
  test("comes back by nothing: no change, no reactivation, no invitation, no group, no recovery", async () => {
    const tenant = await world.aTenant();
    const user = await anEndedPerson(tenant);
    const group = await tenant.aGroup();
    const { api } = tenant;
    const { email } = (await (await api.get(`/users/${user.id}`)).json()) as { email: string };
    for (const answer of [
      await api.patch(`/users/${user.id}`, { firstName: "Grace" }),
      await api.patch(`/users/${user.id}`, { role: "admin" }),
      await api.delete(`/users/${user.id}/deactivation`),
      await api.put(`/users/${user.id}/deactivation`),
      await api.post(`/users/${user.id}/invitation`),
      await api.post(`/users/${user.id}/addresses`, { email: "back@example.com" }),
      await api.delete(`/users/${user.id}/invitation`),
      await api.post(`/users/${user.id}/factor-resets`),
      await api.put(`/users/${user.id}/password-reset-requirement`),
    ])
      expect([answer.status, await codeOf(answer)]).toEqual([409, "users.is_anonymised"]);
    expect((await api.post(`/groups/${group.id}/members`, { userIds: [user.id] })).status).toBe(
      404,
    );
    const operator = { kind: "operator", command: "user recover" } as const;
    const recovering = tenant.tenant.write((db) =>
      recoverByOperator(
        { db, post: tenant.post, actor: operator, now: world.clock.now() },
        { email, unlink: false, keepSecondSteps: false },
      ),
    );
    expect(recovering).rejects.toMatchObject({ code: "users.is_anonymised" });
    expect(await stateOf(tenant, user)).toBe("anonymised");
  });

  test("is kept so by the database, whatever is written", async () => {
    const tenant = await world.aTenant();
    const user = await anEndedPerson(tenant);
    const set = (columns: string) =>
      world.asSuperuser(`update app.users set ${columns} where id = $1`, [user.id]);
    for (const columns of [
      "anonymised_at = null",
      "anonymised_at = null, state = 'active', deactivated_at = null",
      "anonymised_at = now() + interval '1 day'",
      "state = 'active', deactivated_at = null",
      "first_name = 'Grace'",
      "role = 'super_admin'",
      "password_hash = 'x'",
    ])
      expect(set(columns)).rejects.toMatchObject({ code: "23514" });
  });

  test("signs in by nothing, and their address is free for somebody new", async () => {
    const tenant = await world.aTenant();
    const former = await tenant.aUser({ email: `again@${tenant.subdomain}.example.com` });
    const theirs = await tenant.signedIn(former);
    await deactivate(tenant, former);
    await anonymise(tenant, former);
    expect(await isSignedIn(theirs)).toBe(false);
    const refused = await throughPassword(tenant.newBrowser(), former.email);
    expect(await refused.text()).not.toContain("deactivated");
    await tenant.newBrowser().post("/forgotten-password", { email: former.email });
    expect((await tenant.mails()).filter(({ link }) => link !== "")).toEqual([]);

    const next = await tenant.aUser({ email: former.email });
    expect(next.id).not.toBe(former.id);
    expect((await signIn(tenant, tenant.newBrowser(), next)).status).toBe(303);
  });
});

describe("redact_events", () => {
  const call = (tenant: TestTenant, userId: string, addresses: readonly string[] = []) =>
    world.database.tenant(tenant.id).write(async (db) => {
      const { sql } = await import("kysely");
      const personal = JSON.stringify({ "user.created": ["email", "firstName", "lastName"] });
      const { rows } = await sql<{ n: number }>`
        select redact_events(${userId}, ${addresses}::text[], ${personal}::jsonb) as n`.execute(db);
      return rows[0]?.n;
    });

  test("touches nobody but an anonymised person of the tenant that calls", async () => {
    const [ours, theirs] = [await world.aTenant(), await world.aTenant()];
    const gone = await anEndedPerson(theirs);
    for (const state of ["active", "invited", "deactivated"] as const) {
      const { id } = await ours.aUser({ state });
      expect(call(ours, id)).rejects.toMatchObject({ code: "42501" });
    }
    expect(call(ours, gone.id)).rejects.toMatchObject({ code: "42501" });
    expect(await call(theirs, gone.id)).toBeGreaterThan(0);
  });

  test("passes over an address that somebody has", async () => {
    const tenant = await world.aTenant();
    const gone = await anEndedPerson(tenant);
    const email = `somebody@${tenant.subdomain}.example.com`;
    await tenant.api.post("/users", { firstName: "Some", lastName: "Body", email });
    await call(tenant, gone.id, [email]);
    expect(await tenant.events("user.created")).toMatchObject([
      { data: { email, firstName: "Some" } },
    ]);
  });

  test("leaves the names of somebody who had the address before, and takes the address", async () => {
    const tenant = await world.aTenant();
    const email = `office@${tenant.subdomain}.example.com`;
    const anEnd = async (names: { firstName: string; lastName: string }) => {
      const { id } = (await (await tenant.api.post("/users", { ...names, email })).json()) as {
        id: string;
      };
      const user = { ...(await tenant.aUser()), ...names, email, id: UserId.parse(id) };
      // Somebody invited is taken back; as if they had come, and left.
      await world.asSuperuser("update app.users set state = 'active' where id = $1", [id]);
      await deactivate(tenant, user);
      return user;
    };
    const bob = await anEnd({ firstName: "Bob", lastName: "Before" });
    expect((await tenant.api.delete(`/users/${bob.id}`, { confirmation: email })).status).toBe(200);
    const ann = await anEnd({ firstName: "Ann", lastName: "After" });
    expect((await anonymise(tenant, ann)).status).toBe(200);
    const said = async (name: string) =>
      (await tenant.events(name)).filter(({ subjectId }) => subjectId === bob.id);
    const kept = { firstName: "Bob", lastName: "Before", email: "[erased]" };
    expect(await said("user.created")).toMatchObject([{ data: kept }]);
    expect(await said("user.deleted")).toMatchObject([{ data: kept }]);
    expect(found(await everyRow(world, tenant), { address: email, name: "After" })).toEqual([]);
  });

  test("leaves what is about others and what others did as it was", async () => {
    const tenant = await world.aTenant({ signedInAs: "super_admin" });
    const { user } = await aKnownPerson(world, tenant);
    const others = async () =>
      (await tenant.events()).filter(
        ({ subjectId, data }) =>
          subjectId !== user.id && !JSON.stringify(data).includes("zimmerloft"),
      );
    await deactivate(tenant, user);
    const before = await others();
    await anonymise(tenant, user);
    const after = new Set((await tenant.events()).map((event) => JSON.stringify(event)));
    expect(before.filter((event) => !after.has(JSON.stringify(event)))).toEqual([]);
    expect(await tenant.events("user.created")).toContainEqual(
      expect.objectContaining({ data: expect.objectContaining({ firstName: "Bob" }) }),
    );
  });
});
