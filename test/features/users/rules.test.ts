// The rules about acting on people, below the web: who may do what to whom, also when two do it at the same moment.
import { describe, expect, test } from "bun:test";
import { changeUser, createUser, deactivateUser, reactivateUser } from "#features/users/index.ts";
import { createKeyring } from "#platform/crypto/keyring.ts";
import { DomainError } from "#platform/errors.ts";
import type { Post } from "#platform/mail/queue.ts";
import type { Actor } from "#src/actor.ts";
import { ApiClientId, SessionId, type UserId } from "#src/ids.ts";
import type { Role } from "#src/permissions.ts";
import { type TestTenant, testDatabase } from "../../support/database.ts";
import { planOf, statementsOf } from "../../support/statements.ts";

const world = await testDatabase();
const keys = createKeyring({ current: "k".repeat(64) });
const postOf = ({ id }: TestTenant): Post => ({
  tenantId: id,
  frame: { tenantName: "Example", baseUrl: "https://example.test" },
  keys,
});
const operator: Actor = { kind: "operator", command: "provision" };
const origin = { requestId: "r", ip: "192.0.2.1", userAgent: "test" };
const asUser = (userId: UserId, role: Role): Actor => ({
  kind: "user",
  userId,
  role,
  sessionId: SessionId.parse(crypto.randomUUID()),
  origin,
});
const asClient = (role: Role, areas: readonly string[] | null = null): Actor => ({
  kind: "client",
  clientId: ApiClientId.parse(crypto.randomUUID()),
  role,
  scope: { access: "write", areas },
  origin,
});

/** Somebody who took up their invitation. */
async function anActiveUser({ id, scope }: TestTenant, role: Role): Promise<UserId> {
  const user = await scope.write((db) =>
    createUser(db, operator, {
      firstName: "A",
      lastName: "B",
      email: `${crypto.randomUUID()}@example.com`,
      role,
    }),
  );
  await world.asSuperuser(
    "update app.users set state = 'active', password_hash = 'x' where tenant_id = $1 and id = $2",
    [id, user.id],
  );
  return user.id;
}

const codeOf = (outcome: PromiseSettledResult<unknown>) =>
  outcome.status === "fulfilled"
    ? "done"
    : outcome.reason instanceof DomainError
      ? outcome.reason.code
      : String(outcome.reason);

const activeSuperAdmins = async ({ id }: TestTenant) =>
  (
    await world.asSuperuser(
      "select id from app.users where tenant_id = $1 and role = 'super_admin' and state = 'active'",
      [id],
    )
  ).length;

describe("the last active super admin", () => {
  test("stays, when two super admins demote each other at the same moment", async () => {
    for (let round = 0; round < 10; round++) {
      const tenant = await world.aTenant();
      const [one, two] = [
        await anActiveUser(tenant, "super_admin"),
        await anActiveUser(tenant, "super_admin"),
      ];
      const demote = (by: UserId, whom: UserId) =>
        tenant.scope.write((db) =>
          changeUser(db, postOf(tenant), asUser(by, "super_admin"), {
            userId: whom,
            role: "member",
            now: new Date(),
          }),
        );
      const outcomes = await Promise.allSettled([demote(one, two), demote(two, one)]);
      expect(outcomes.map(codeOf).sort()).toEqual(["done", "users.last_super_admin"]);
      expect(await activeSuperAdmins(tenant)).toBe(1);
    }
  });

  test("stays, when five are deactivated and demoted at the same moment", async () => {
    const tenant = await world.aTenant();
    const people = await Promise.all(
      Array.from({ length: 5 }, () => anActiveUser(tenant, "super_admin")),
    );
    const post = postOf(tenant);
    const client = asClient("super_admin");
    const outcomes = await Promise.allSettled(
      people.map((userId, index) =>
        tenant.scope.write((db) =>
          index % 2 === 0
            ? deactivateUser(db, post, client, { userId, now: new Date() })
            : changeUser(db, post, client, { userId, role: "admin", now: new Date() }),
        ),
      ),
    );
    expect(outcomes.map(codeOf).sort()).toEqual([
      ...Array<string>(4).fill("done"),
      "users.last_super_admin",
    ]);
    expect(await activeSuperAdmins(tenant)).toBe(1);
  });

  test("is not saved by super admins who are only invited or deactivated, or of another organisation", async () => {
    const tenant = await world.aTenant();
    const other = await world.aTenant();
    await anActiveUser(other, "super_admin");
    const last = await anActiveUser(tenant, "super_admin");
    await tenant.scope.write((db) =>
      createUser(db, operator, {
        firstName: "I",
        lastName: "N",
        email: "invited@example.com",
        role: "super_admin",
      }),
    );
    const former = await anActiveUser(tenant, "super_admin");
    const post = postOf(tenant);
    await tenant.scope.write((db) =>
      deactivateUser(db, post, operator, { userId: former, now: new Date() }),
    );

    const outcomes = await Promise.allSettled([
      tenant.scope.write((db) =>
        deactivateUser(db, post, operator, { userId: last, now: new Date() }),
      ),
      tenant.scope.write((db) =>
        changeUser(db, post, operator, { userId: last, role: "admin", now: new Date() }),
      ),
    ]);
    expect(outcomes.map(codeOf)).toEqual(["users.last_super_admin", "users.last_super_admin"]);
    await tenant.scope.write((db) =>
      reactivateUser(db, post, operator, { userId: former, now: new Date() }),
    );
    await tenant.scope.write((db) =>
      deactivateUser(db, post, operator, { userId: last, now: new Date() }),
    );
    expect(await activeSuperAdmins(tenant)).toBe(1);
  });
});

test("the other super admins are found by their own index, however many people there are", async () => {
  const tenant = await world.aTenant();
  const one = await anActiveUser(tenant, "super_admin");
  await anActiveUser(tenant, "super_admin");
  await world.asSuperuser(
    `insert into app.users (tenant_id, first_name, last_name) select $1, 'First' || n, 'Last'
       from generate_series(1, 20000) as n`,
    [tenant.id],
  );
  await world.asSuperuser("analyze app.users");
  const sent = await statementsOf(() =>
    tenant.scope.write((db) =>
      deactivateUser(db, postOf(tenant), operator, { userId: one, now: new Date() }),
    ),
  );
  const question = sent.find(({ text }) => text.includes('"id" <>'));
  if (!question) throw new Error("nobody asked for the others");
  expect(await planOf(world, tenant.id, question)).toContain("users_super_admins");
});

describe("rank", () => {
  const act: Record<
    string,
    (tenant: TestTenant, actor: Actor, userId: UserId) => Promise<unknown>
  > = {
    rename: ({ scope, ...tenant }, actor, userId) =>
      scope.write((db) =>
        changeUser(db, postOf({ scope, ...tenant }), actor, {
          userId,
          firstName: "X",
          now: new Date(),
        }),
      ),
    deactivate: ({ scope, ...tenant }, actor, userId) =>
      scope.write((db) =>
        deactivateUser(db, postOf({ scope, ...tenant }), actor, { userId, now: new Date() }),
      ),
    reactivate: ({ scope, ...tenant }, actor, userId) =>
      scope.write((db) =>
        reactivateUser(db, postOf({ scope, ...tenant }), actor, { userId, now: new Date() }),
      ),
  };
  for (const [name, action] of Object.entries(act)) {
    test(`refuses an admin who would ${name} a super admin`, async () => {
      const tenant = await world.aTenant();
      await anActiveUser(tenant, "super_admin");
      const target = await anActiveUser(tenant, "super_admin");
      const admin = asUser(await anActiveUser(tenant, "admin"), "admin");
      for (const actor of [admin, asClient("admin"), asClient("member")]) {
        const [outcome] = await Promise.allSettled([action(tenant, actor, target)]);
        expect(codeOf(outcome)).toBe("users.above_role");
      }
    });
  }

  test("refuses to give a role above one's own", async () => {
    const { scope } = await world.aTenant();
    const give = (role: Role) =>
      scope.write((db) =>
        createUser(db, asClient("admin"), {
          firstName: "A",
          lastName: "B",
          email: `${role}@example.com`,
          role,
        }),
      );
    const outcomes = await Promise.allSettled([give("super_admin"), give("admin"), give("member")]);
    expect(outcomes.map(codeOf)).toEqual(["users.role_above_own", "done", "done"]);
  });
});

describe("two who add the same address at the same moment", () => {
  test("add it once", async () => {
    const { scope } = await world.aTenant();
    const add = () =>
      scope.write((db) =>
        createUser(db, operator, {
          firstName: "A",
          lastName: "B",
          email: "same@example.com",
          role: "member",
        }),
      );
    const outcomes = await Promise.allSettled([add(), add(), add()]);
    expect(outcomes.map(codeOf).sort()).toEqual(["done", "users.email_taken", "users.email_taken"]);
    // The one who lost left nothing behind.
    expect(await scope.read((db) => db.selectFrom("users").select("id").execute())).toHaveLength(1);
  });
});
