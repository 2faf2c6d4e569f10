// People whose password is less than a new policy asks for hear of it once, in batches.
import { describe, expect, test } from "bun:test";
import { tellMost } from "#features/settings/tell.ts";
import { testApp, type TestTenant } from "../../support/a-tenant.ts";
import { planOf, statementsOf } from "../../support/statements.ts";
import { isSignedIn } from "../sign-in/support.ts";
import { put } from "./support.ts";

const world = await testApp();

/** Who got the message about their password. */
const told = async (tenant: TestTenant) =>
  (await tenant.mails()).filter(({ subject }) => subject.includes("asks for a new password"));

describe("a policy that asks for more of passwords", () => {
  test("is told once to whoever has less, with the rule and what will happen, and signs nobody out", async () => {
    const tenant = await world.aTenant();
    const [short, long, out] = [
      await tenant.aUser({ firstName: "Grace" }),
      await tenant.aUser(),
      await tenant.aUser({ state: "deactivated" }),
    ];
    const boss = await tenant.aUser({ role: "super_admin" });
    await tenant.tenant.write((db) =>
      db
        .updateTable("users")
        .set({ password_length: 15, password_score: 4 })
        .where("id", "in", [short.id, out.id])
        .execute(),
    );
    await tenant.tenant.write((db) =>
      db
        .updateTable("users")
        .set({ password_length: 20, password_score: 4 })
        .where("id", "in", [long.id, boss.id])
        .execute(),
    );
    const browser = await tenant.signedIn(short);
    await put(tenant, { passwordMinLength: 16, passwordMinScore: 4 });
    const [mail, ...others] = await told(tenant);
    expect(others).toEqual([]);
    expect(mail?.to).toBe(short.email);
    for (const part of [
      "Hello Grace",
      "at least 16 characters",
      "very hard",
      "Nothing happens until you sign in",
      "stay signed in",
    ])
      expect(mail?.text).toContain(part);
    expect(await isSignedIn(browser)).toBe(true);

    world.services.mail.sent.length = 0;
    await put(tenant, { passwordMinLength: 18 });
    // Told already; nobody else is concerned.
    expect(await told(tenant)).toEqual([]);
    await put(tenant, { passwordMinLength: 22 });
    expect((await told(tenant)).map(({ to }) => to).toSorted()).toEqual(
      [long.email, boss.email].toSorted(),
    );
  });

  test("is told to thousands in batches, one transaction each, by an index", async () => {
    const tenant = await world.aTenant();
    const many = tellMost + 50;
    await world.asSuperuser(
      `with made as (
         insert into app.users (tenant_id, first_name, last_name, state, password_hash, password_changed_at)
         select $1, 'First' || n, 'Last', 'active', 'x', now() from generate_series(1, $2::int) as n returning id, first_name)
       insert into app.user_emails (tenant_id, user_id, email, is_primary, verified_at)
       select $1, id, lower(first_name) || '@${tenant.subdomain}.example.com', true, now() from made`,
      [tenant.id, many],
    );
    await world.asSuperuser("analyze app.users");
    await put(tenant, { passwordMinLength: 16 });
    const sent = await statementsOf(() => world.runJobs());
    const takes = sent.filter(({ text }) => text.includes("password_reset_told_at is null"));
    expect(takes).toHaveLength(2);
    expect(new Set((await told(tenant)).map(({ to }) => to)).size).toBe(many);
    const [first] = takes;
    if (first) expect(await planOf(world, tenant.id, first)).toContain("users_to_tell");
  });

  test("says on the page that it signs nobody out; another tenant's people hear nothing", async () => {
    const [tenant, other] = [
      await world.aTenant({ signedInAs: "super_admin" }),
      await world.aTenant(),
    ];
    const theirs = await other.aUser();
    expect(await (await tenant.browser.get("/settings/sign-in")).text()).toContain(
      "signs nobody out",
    );
    await put(tenant, { passwordMinLength: 16 });
    expect((await told(tenant)).map(({ to }) => to)).toEqual([tenant.me.email]);
    const [row] = await world.asSuperuser(
      "select password_reset_cause as cause, password_reset_told_at as told from app.users where id = $1",
      [theirs.id],
    );
    expect(row).toEqual({ cause: null, told: null });
  });
});
