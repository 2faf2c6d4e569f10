// The audit trail's reads: order, filters, names, and what they cost on a long trail.
import { describe, expect, test } from "bun:test";
import { listEvents } from "#features/audit-log/index.ts";
import { createGroup, addMembers, deleteGroup } from "#features/groups/index.ts";
import { cancelInvitation, createUser } from "#features/users/index.ts";
import type { TenantScope } from "#platform/db/database.ts";
import type { Actor } from "#src/actor.ts";
import { UserId } from "#src/ids.ts";
import { testDatabase } from "../../support/database.ts";
import { planOf, statementsOf } from "../../support/statements.ts";

const world = await testDatabase();
const operator: Actor = { kind: "operator", command: "provision" };
const first = { limit: 50 } as const;

const aPerson = (scope: TenantScope, firstName: string) =>
  scope.write((db) =>
    createUser(db, operator, {
      firstName,
      lastName: "Example",
      email: `${firstName.toLowerCase()}@example.com`,
      role: "member",
    }),
  );

const namesOf = (page: { items: readonly { name: string }[] }) =>
  page.items.map(({ name }) => name);

describe("listEvents", () => {
  test("tells the newest first, with who and about whom in words", async () => {
    const { scope } = await world.aTenant();
    const ada = await aPerson(scope, "Ada");
    const group = await scope.write((db) =>
      createGroup(db, operator, { name: "Finance", description: "" }),
    );
    await scope.write((db) =>
      addMembers(
        db,
        { actor: operator, now: new Date() },
        { groupId: group.id, userIds: [ada.id] },
      ),
    );

    const { items } = await scope.read((db) => listEvents(db, first));
    expect(namesOf({ items })).toEqual(["group.member_added", "group.created", "user.created"]);
    expect(items[0]).toMatchObject({
      says: "Added to a group",
      actor: { kind: "operator", name: "provision" },
      about: [
        { kind: "user", id: ada.id, name: "Ada Example", isGone: false },
        { kind: "group", id: group.id, name: "Finance", isGone: false },
      ],
      ip: null,
    });
  });

  test("keeps the name of somebody and something that is gone", async () => {
    const { scope } = await world.aTenant();
    const ada = await aPerson(scope, "Ada");
    const group = await scope.write((db) =>
      createGroup(db, operator, { name: "Finance", description: "" }),
    );
    await scope.write((db) => cancelInvitation(db, operator, ada.id));
    await scope.write((db) =>
      deleteGroup(db, { actor: operator, session: null, now: new Date() }, group.id),
    );

    const { items } = await scope.read((db) => listEvents(db, first));
    expect(items[0]?.about).toEqual([
      { kind: "group", id: group.id, name: "Finance", isGone: true },
    ]);
    expect(items[1]?.about).toEqual([
      { kind: "user", id: ada.id, name: "Ada Example", isGone: true },
    ]);
  });

  test("leaves the actor out of what it was about, and tells the address a request came from", async () => {
    const { scope } = await world.aTenant();
    const ada = await aPerson(scope, "Ada");
    const { groupId } = await asAda(scope, ada.id);
    const { items } = await scope.read((db) =>
      listEvents(db, { ...first, name: "group.member_added" }),
    );
    expect(items).toMatchObject([
      {
        actor: { kind: "user", id: ada.id, name: "Ada Example" },
        about: [{ kind: "group", id: groupId }],
        ip: "192.0.2.7",
      },
    ]);
  });

  test("finds what a person did and what was done about them, each event once", async () => {
    const { scope } = await world.aTenant();
    const [ada, grace] = [await aPerson(scope, "Ada"), await aPerson(scope, "Grace")];
    await asAda(scope, ada.id);

    const about = (personId: string) => scope.read((db) => listEvents(db, { ...first, personId }));
    // Ada both did it and is the one it was about.
    expect(namesOf(await about(ada.id))).toEqual([
      "group.member_added",
      "group.created",
      "user.created",
    ]);
    expect(namesOf(await about(grace.id))).toEqual(["user.created"]);
    expect(namesOf(await about(crypto.randomUUID()))).toEqual([]);
  });

  test("goes through pages without losing or repeating an event", async () => {
    const { scope } = await world.aTenant();
    const ada = await aPerson(scope, "Ada");
    for (let count = 0; count < 7; count++) {
      await scope.write((db) =>
        createGroup(db, operator, { name: `Group ${count}`, description: "" }),
      );
    }
    for (const query of [{}, { name: "group.created" }, { personId: ada.id }]) {
      const all = await scope.read((db) => listEvents(db, { ...query, limit: 200 }));
      const seen: string[] = [];
      let cursor: string | undefined;
      do {
        const page = await scope.read((db) => listEvents(db, { ...query, limit: 3, cursor }));
        seen.push(...page.items.map(({ id }) => id));
        cursor = page.next ?? undefined;
      } while (cursor !== undefined);
      expect(seen).toEqual(all.items.map(({ id }) => id));
    }
  });

  test("keeps to a period", async () => {
    const { id, scope } = await world.aTenant();
    await atTime(id, "2026-03-01T12:00:00Z", "one");
    await atTime(id, "2026-03-02T12:00:00Z", "two");
    await atTime(id, "2026-03-03T12:00:00Z", "three");
    const between = (since: string, until: string) =>
      scope.read((db) =>
        listEvents(db, { ...first, since: new Date(since), until: new Date(until) }),
      );
    expect(namesOf(await between("2026-03-02T12:00:00Z", "2026-03-03T12:00:00Z"))).toEqual(["two"]);
    expect(namesOf(await between("2026-03-02T12:00:00.001Z", "2026-03-03T12:00:00.001Z"))).toEqual([
      "three",
    ]);
    expect(namesOf(await between("2026-03-01T00:00:00Z", "2026-03-04T00:00:00Z"))).toEqual([
      "three",
      "two",
      "one",
    ]);
  });

  test("finds an event that was written long after its transaction began", async () => {
    const { id, scope } = await world.aTenant();
    // The transaction began just before midnight, the row was made after it.
    await atTime(id, "2026-03-01T23:59:59Z", "late", "2026-03-02T00:05:00Z");
    const onDay = (since: string, until: string) =>
      scope.read((db) =>
        listEvents(db, { ...first, since: new Date(since), until: new Date(until) }),
      );
    expect(namesOf(await onDay("2026-03-01T00:00:00Z", "2026-03-02T00:00:00Z"))).toEqual(["late"]);
    expect(namesOf(await onDay("2026-03-02T00:00:00Z", "2026-03-03T00:00:00Z"))).toEqual([]);
  });

  test("shows nothing of another organisation", async () => {
    const [ours, theirs] = [await world.aTenant(), await world.aTenant()];
    const ada = await aPerson(theirs.scope, "Ada");
    for (const query of [{}, { personId: ada.id }, { name: "user.created" }]) {
      expect((await ours.scope.read((db) => listEvents(db, { ...first, ...query }))).items).toEqual(
        [],
      );
    }
  });

  test("reads a page in two statements by an index, on a trail of 20,000 events", async () => {
    const tenant = await world.aTenant();
    const ada = await aPerson(tenant.scope, "Ada");
    await world.asSuperuser(
      `insert into app.audit_events (tenant_id, name, actor_kind, actor_id, actor, subject_id, data)
       select $1, 'event.' || n % 50, 'user', case when n % 100 = 0 then $2::uuid end,
              jsonb_build_object('kind', 'user', 'userId', $2::uuid), case when n % 100 = 1 then $2::uuid end, '{}'
         from generate_series(1, 20000) as n`,
      [tenant.id, ada.id],
    );
    await world.asSuperuser("analyze app.audit_events");

    const cases = [
      { query: {}, indexes: ["audit_events_pkey"] },
      { query: { name: "event.7" }, indexes: ["audit_events_name"] },
      { query: { personId: ada.id }, indexes: ["audit_events_actor", "audit_events_subject"] },
      { query: { since: new Date(), until: new Date() }, indexes: ["audit_events_pkey"] },
    ];
    for (const { query, indexes } of cases) {
      const sent = await statementsOf(() =>
        tenant.scope.read((db) => listEvents(db, { ...first, ...query })),
      );
      const plan = await planOf(world, tenant.id, sent[0]!);
      for (const name of indexes) expect(plan).toContain(name);
      expect(plan).not.toContain("Seq Scan");
      expect(sent.length).toBeLessThanOrEqual(2);
    }
  });
});

/** Ada, signed in, makes a group and joins it. */
async function asAda(scope: TenantScope, userId: UserId) {
  const actor = {
    kind: "user",
    userId,
    role: "member",
    sessionId: crypto.randomUUID(),
    origin: { requestId: "r", ip: "192.0.2.7", userAgent: "test" },
  } as unknown as Actor;
  const group = await scope.write((db) =>
    createGroup(db, actor, { name: "Finance", description: "" }),
  );
  await scope.write((db) =>
    addMembers(
      db,
      { actor, now: new Date() },
      { groupId: group.id, userIds: [UserId.parse(userId)] },
    ),
  );
  return { groupId: group.id };
}

/** An event of the past: `at` is when its transaction began, its id when the row was made. */
async function atTime(tenantId: string, at: string, name: string, made = at): Promise<void> {
  const milliseconds = new Date(made).getTime().toString(16).padStart(12, "0");
  const id = `${milliseconds.slice(0, 8)}-${milliseconds.slice(8)}-7abc-8abc-${crypto.randomUUID().slice(-12)}`;
  await world.asSuperuser(
    `insert into app.audit_events (tenant_id, id, at, name, actor_kind, actor, data)
     values ($1, $2, $3, $4, 'operator', '{"kind":"operator","command":"x"}', '{}')`,
    [tenantId, id, at, name],
  );
}
