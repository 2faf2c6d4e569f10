// A script that is limited to an area has the rights of its role in no other, also where an action of its own area leads there: beyond the
// route's permission each action asks whether this actor may (`actorMay`).
import { describe, expect, test } from "bun:test";
import { type Actor, actorMay } from "#src/actor.ts";
import { ApiClientId, IdentityProviderId } from "#src/ids.ts";
import { type Permission, permissions, roleMay, type Scope } from "#src/permissions.ts";
import { testApp, type TestTenant } from "../../support/a-tenant.ts";
import { aScript, type Script } from "../../support/browser.ts";
import { giveAddress, idOf, pathOf } from "../addresses/support.ts";
import { anIdp } from "../identity-providers/support.ts";

const house = await testApp();

/** A super administrator's script with these limits. */
async function limited(tenant: TestTenant, scope: Partial<Scope>): Promise<Script> {
  const made = await tenant.api.post("/api-clients", {
    name: "Limited",
    role: "super_admin",
    ...scope,
  });
  const { clientId, clientSecret } = (await made.json()) as Record<string, string>;
  const answer = await tenant.newBrowser().post("/oauth2/token", {
    grant_type: "client_credentials",
    client_id: clientId ?? "",
    client_secret: clientSecret ?? "",
  });
  const { access_token: token } = (await answer.json()) as { access_token: string };
  return aScript(house.app, tenant.origin, token);
}

const said = async (answer: Response) => ({
  status: answer.status,
  ...((await answer.json()) as { code?: string; allowedActions?: string[] }),
});

describe("a super administrator's script", () => {
  test("limited to people takes nobody out of their identity provider; with those too it does", async () => {
    const tenant = await house.aTenant();
    const idp = await anIdp(tenant);
    const user = await tenant.aUser({ email: `ada@${idp.domain}` });
    await giveAddress(tenant, user, "ada@elsewhere.example");
    await tenant.tenant.write((db) =>
      db
        .insertInto("federated_identities")
        .values({
          identity_provider_id: IdentityProviderId.parse(idp.id),
          subject: "00u-ada",
          user_id: user.id,
        })
        .execute(),
    );
    const path = `${pathOf(user)}/${await idOf(tenant, user, "ada@elsewhere.example")}/primary`;
    const people = await limited(tenant, { areas: ["users"] });
    expect(await said(await people.put(path, { confirm: true }))).toMatchObject({
      status: 403,
      code: "addresses.provider_decides",
    });
    const both = await limited(tenant, { areas: ["users", "identity_providers"] });
    expect((await both.put(path, { confirm: true })).status).toBe(200);
  });

  test("limited to groups changes nothing of what they ask at sign-in; with the settings too it does", async () => {
    const tenant = await house.aTenant();
    const user = await tenant.aUser();
    const group = await tenant.aGroup("Ops", [user]);
    const strong = { strength: "strong" };
    const groups = await limited(tenant, { areas: ["groups"] });
    expect(await said(await groups.patch(`/groups/${group.id}`, strong))).toMatchObject({
      status: 403,
      code: "groups.strength_needs_permission",
    });
    expect((await groups.patch(`/groups/${group.id}`, { description: "Theirs" })).status).toBe(200);
    const both = await limited(tenant, { areas: ["groups", "settings"] });
    expect((await both.patch(`/groups/${group.id}`, { ...strong, confirmed: true })).status).toBe(
      200,
    );
    // Nor by taking somebody out of it, nor by deleting it.
    const protects = { status: 403, code: "groups.protects" };
    for (const path of [`/groups/${group.id}/members/${user.id}`, `/groups/${group.id}`])
      expect(await said(await groups.delete(path))).toMatchObject(protects);
    expect((await both.delete(`/groups/${group.id}/members/${user.id}`)).status).toBe(200);
  });

  test("limited to reading is told that it may do nothing to anybody", async () => {
    const tenant = await house.aTenant();
    const user = await tenant.aUser();
    const [all, reader] = [await limited(tenant, {}), await limited(tenant, { access: "read" })];
    for (const path of [`/users/${user.id}`, pathOf(user)]) {
      expect((await said(await all.get(path))).allowedActions).not.toEqual([]);
      expect((await said(await reader.get(path))).allowedActions).toEqual([]);
    }
  });

  test("is recorded with the limits that it acted within", async () => {
    const tenant = await house.aTenant();
    const script = await limited(tenant, { areas: ["groups"] });
    await script.post("/groups", { name: "Theirs" });
    const rows = await house.asSuperuser<{ actor: Actor }>(
      "select actor from app.audit_events where tenant_id = $1 and name = 'group.created'",
      [tenant.id],
    );
    expect(rows.map(({ actor }) => actor)).toMatchObject([
      { kind: "client", role: "super_admin", scope: { access: "write", areas: ["groups"] } },
    ]);
  });
});

describe("actorMay", () => {
  const origin = { requestId: "test", ip: "192.0.2.1", userAgent: "" };
  const script = (scope: Scope, role: "admin" | "super_admin" = "super_admin"): Actor => ({
    kind: "client",
    clientId: ApiClientId.parse(crypto.randomUUID()),
    role,
    scope,
    origin,
  });
  const of = (actor: Actor) => permissions.filter((permission) => actorMay(actor, permission));

  test("is what the role may, for a script without limits, an operator and a job", () => {
    const mayAll = permissions.filter((permission) => roleMay("super_admin", permission));
    expect(of(script({ access: "write", areas: null }))).toEqual(mayAll);
    expect(of({ kind: "operator", command: "test" })).toEqual(mayAll);
    expect(of({ kind: "job", job: "test" })).toEqual(mayAll);
    expect(of(script({ access: "write", areas: null }, "admin"))).toEqual(
      permissions.filter((permission) => roleMay("admin", permission)),
    );
  });

  test("is within a script's limits, and never more than its role", () => {
    const own: Permission[] = ["account.manage"];
    expect(of(script({ access: "write", areas: ["groups"] }))).toEqual([
      ...own,
      "groups.read",
      "groups.manage",
    ]);
    expect(of(script({ access: "read", areas: ["groups", "events"] }))).toEqual([
      "groups.read",
      "events.read",
    ]);
    expect(of(script({ access: "write", areas: ["api_clients"] }, "admin"))).toEqual(own);
    expect(of(script({ access: "write", areas: [] }))).toEqual(own);
  });

  test("is nothing for a visitor", () => {
    expect(of({ kind: "visitor", userId: null, origin })).toEqual([]);
  });
});
