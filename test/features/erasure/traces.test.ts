// Nothing that says who somebody was is left in any table, and what happened stays readable.
import { describe, expect, test } from "bun:test";
import { keptIds, ownRows, replacedRows } from "#features/erasure/rows.ts";
import { mailResetLink } from "#features/sign-in/jobs.ts";
import { testApp } from "../../support/a-tenant.ts";
import {
  aKnownPerson,
  anonymise,
  deactivate,
  everyRow,
  found,
  referencesToPeople,
} from "./support.ts";

const world = await testApp();

describe("somebody who touched everything", () => {
  test("is in no table once they are anonymised, and nobody else lost anything", async () => {
    const tenant = await world.aTenant({ signedInAs: "super_admin" });
    const bystander = await tenant.aUser({ firstName: "Bettina", lastName: "Bleibt" });
    await tenant.signedIn(bystander);
    const known = await aKnownPerson(world, tenant);
    const { user, traces } = known;
    const before = await everyRow(world, tenant);
    for (const [what, text] of Object.entries(traces))
      expect({ what, found: found(before, { [what]: text }).length > 0 }).toEqual({
        what,
        found: true,
      });

    expect((await deactivate(tenant, user)).status).toBe(200);
    const answer = await anonymise(tenant, user);
    expect({ status: answer.status, body: (await answer.json()) as unknown }).toMatchObject({
      status: 200,
      body: { firstName: "Anonymised", lastName: "person", state: "anonymised", role: "member" },
    });
    const after = await everyRow(world, tenant);
    expect(found(after, traces)).toEqual([]);
    expect(found(after, { bystander: bystander.email })).not.toEqual([]);
    expect(found(after, { "whom they invited": "Bystander" })).not.toEqual([]);

    await world.runJobs();
    expect(found(await everyRow(world, tenant), traces)).toEqual([]);
  });

  test("takes nothing from somebody whose address has theirs within", async () => {
    const tenant = await world.aTenant();
    const domain = `${tenant.subdomain}.example.com`;
    // With signs that mean something in a pattern.
    const user = await tenant.aUser({ email: `a_1+x'y@${domain}` });
    const others = [`anna_1+x'y@${domain}`, `${user.email}.au`, `b.${user.email}`];
    for (const email of others) await tenant.aUser({ email });
    const origin = { requestId: "test", ip: "203.0.113.9", userAgent: "Test" };
    for (const email of [user.email, ...others]) {
      await tenant.tenant.write((db) => mailResetLink.with({ email, origin }).enqueue(db));
      const of = [tenant.id, email];
      await world.asSuperuser(
        `insert into app.sign_ins (tenant_id, token_hash, state, email, expires_at, federated)
         values ($1, sha256($2::text::bytea), 'email_proof', $2, now() + interval '1 hour', jsonb_build_object('email', $2::text))`,
        of,
      );
      await world.asSuperuser(
        `insert into app.jobs (tenant_id, name, payload, last_error, dead_at)
         values ($1, 'mail.deliver', '{}', 'refused: ' || $2 || '.', now())`,
        of,
      );
      await world.asSuperuser(
        `insert into app.mails (tenant_id, template, state, error)
         values ($1, 'sign_in.code', 'failed', '550 <' || $2 || '>')`,
        of,
      );
    }
    await deactivate(tenant, user);
    const whose = async (email: string) =>
      (await everyRow(world, tenant)).filter(
        (row) =>
          /^(jobs|mails|sign_ins):/.test(row) &&
          others.every((other) => other === email || !row.includes(other)) &&
          row.includes(email),
      ).length;
    expect(await Promise.all([user.email, ...others].map(whose))).toEqual([4, 4, 4, 4]);
    expect((await anonymise(tenant, user)).status).toBe(200);
    expect(await Promise.all([user.email, ...others].map(whose))).toEqual([0, 4, 4, 4]);
  });

  test("is untouched in another tenant, where somebody has the same name and address", async () => {
    const [ours, theirs] = [await world.aTenant(), await world.aTenant()];
    const { user } = await aKnownPerson(world, ours);
    const twin = await theirs.aUser({ ...user, role: "member" });
    await theirs.signedIn(twin);
    await theirs.api.patch(`/users/${twin.id}`, { firstName: "Quintessa Maria" });
    await theirs.newBrowser().post("/forgotten-password", { email: twin.email });
    const before = await everyRow(world, theirs);
    await deactivate(ours, user);
    expect((await anonymise(ours, user)).status).toBe(200);
    expect(await everyRow(world, theirs)).toEqual(before);
  });

  test("is still who did what in the audit trail, by a number and without a name", async () => {
    const tenant = await world.aTenant({ signedInAs: "super_admin" });
    const { user } = await aKnownPerson(world, tenant);
    const count = async () => (await tenant.events()).length;
    await deactivate(tenant, user);
    const before = await count();
    await anonymise(tenant, user);
    // Left the group, and was anonymised.
    const memberships = (await tenant.events("group.member_removed")).length;
    expect(memberships).toBeGreaterThan(0);
    expect(await count()).toBe(before + memberships + 1);
    expect((await tenant.events("user.anonymised")).at(-1)).toMatchObject({
      actorKind: "client",
      subjectId: user.id,
      data: { userId: user.id, role: "admin" },
    });
    expect(await tenant.events("user.names_changed")).toContainEqual(
      expect.objectContaining({
        subjectId: user.id,
        data: { userId: user.id, from: "[erased]", to: "[erased]" },
      }),
    );
    const list = (await (await tenant.api.get(`/events?person=${user.id}`)).json()) as {
      items: { actor: { name: string }; ip: string | null }[];
    };
    expect(list.items.length).toBeGreaterThan(5);
    expect(new Set(list.items.map(({ actor }) => actor.name))).toContain("Anonymised person");
    for (const path of ["/events", "/users", `/users/${user.id}`, `/users/${user.id}/activity`])
      expect([
        path,
        (await (await tenant.browser.get(path)).text()).includes("Zimmerloft"),
      ]).toEqual([path, false]);
    const [created] = await tenant.events("user.created");
    expect(created).toBeDefined();
  });

  test("leaves nothing behind by what was still being written", async () => {
    const tenant = await world.aTenant();
    const { user, traces } = await aKnownPerson(world, tenant);
    await deactivate(tenant, user);
    await anonymise(tenant, user);
    const actor = JSON.stringify({
      kind: "user",
      userId: user.id,
      role: "admin",
      origin: { requestId: "late", ip: traces["ip"], userAgent: traces["user agent"] },
    });
    await world.asSuperuser(
      `insert into app.audit_events (tenant_id, name, actor_kind, actor_id, actor, data) values ($1, 'group.created', 'user', $2, $3, '{}')`,
      [tenant.id, user.id, actor],
    );
    await world.asSuperuser(
      "insert into app.mails (tenant_id, template, user_id) values ($1, 'late.mail', $2)",
      [tenant.id, user.id],
    );
    await world.runJobs();
    expect(found(await everyRow(world, tenant), traces)).not.toEqual([]);
    world.clock.advance({ minutes: 16 });
    // The queue goes by the database's clock.
    await world.asSuperuser("update app.jobs set run_at = now() where name = 'erasure.late'");
    await world.runJobs();
    expect(found(await everyRow(world, tenant), { ...traces, "late mail": "late.mail" })).toEqual(
      [],
    );
  });
});

describe("every reference to a person", () => {
  test("is in one list of what goes, what is replaced, or what stays", async () => {
    const references = (await referencesToPeople(world)).map(
      ({ table, column }) => `${table}.${column}`,
    );
    const listed = [...ownRows, ...replacedRows, ...keptIds].map(
      ({ table, column }) => `${table}.${column}`,
    );
    expect(listed.toSorted()).toEqual(references.toSorted());
  });

  test("goes with the person, or is emptied by itself alone", async () => {
    for (const { table, column, onDelete, emptied } of await referencesToPeople(world)) {
      const rule =
        onDelete === "c" ? "cascade" : onDelete === "n" ? (emptied ?? []).join() : onDelete;
      expect([`${table}.${column}`, rule]).toEqual([
        `${table}.${column}`,
        rule === "cascade" ? rule : column,
      ]);
    }
  });
});
