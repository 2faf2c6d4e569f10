// The weekly re-check of stored passwords, and what is remembered of them at sign-in.
import { describe, expect, test } from "bun:test";
import { checkBatch } from "#features/password-resets/recheck.ts";
import { recheckPasswords, recheckWeekly } from "#features/password-resets/jobs.ts";
import type { BreachChecker } from "#platform/passwords/breaches/checker.ts";
import { goodPassword, testApp, type TestTenant, type TestUser } from "../../support/a-tenant.ts";
import { fakeBreaches, prefixOf } from "../../support/breaches.ts";
import { throughPassword } from "../sign-in/support.ts";

const breaches = fakeBreaches();
const world = await testApp({ outbound: breaches });
const { services, clock } = world;

const leaked = "walnut ferry copper glacier";

/** Somebody whose password was measured: they have signed in once. */
async function aMeasured(tenant: TestTenant, password = goodPassword): Promise<TestUser> {
  const user = await tenant.aUser({ password });
  await throughPassword(tenant.newBrowser(), user.email, password);
  return user;
}
const stampOf = ({ tenant }: TestTenant, { id }: TestUser) =>
  tenant.read((db) =>
    db
      .selectFrom("users")
      .select([
        "password_length",
        "password_score",
        "breach_mac",
        "breach_checked_at",
        "sealed_breach_prefix",
        "password_reset_cause",
      ])
      .where("id", "=", id)
      .executeTakeFirstOrThrow(),
  );
/** As if a week had passed: everything is due. */
async function recheck({ tenant }: TestTenant): Promise<void> {
  clock.advance({ days: 8 });
  const startedAt = clock.now().toISOString();
  await tenant.write((db) => recheckPasswords.with({ startedAt, after: null }).enqueue(db));
  await world.runJobs();
}

describe("a sign-in", () => {
  test("measures a password that nobody has measured yet, and keeps nothing that can be read back", async () => {
    const tenant = await world.aTenant();
    const user = await aMeasured(tenant);
    const stamp = await stampOf(tenant, user);
    expect(stamp).toMatchObject({
      password_length: goodPassword.length,
      password_score: 4,
      breach_checked_at: null,
      password_reset_cause: null,
    });
    expect(stamp.breach_mac).toHaveLength(32);
    expect(stamp.sealed_breach_prefix?.toString("latin1")).not.toContain(prefixOf(goodPassword));
  });

  test("makes the MAC again when the key has changed", async () => {
    const tenant = await world.aTenant();
    const user = await aMeasured(tenant);
    const { breach_mac: before } = await stampOf(tenant, user);
    await tenant.tenant.write((db) =>
      db
        .updateTable("users")
        .set({ breach_mac: Buffer.alloc(32) })
        .where("id", "=", user.id)
        .execute(),
    );
    await throughPassword(tenant.newBrowser(), user.email);
    expect((await stampOf(tenant, user)).breach_mac).toEqual(before);
  });
});

describe("the re-check", () => {
  test("finds a password that became known, ends its sessions, tells person and administrators", async () => {
    const tenant = await world.aTenant();
    const admin = await tenant.aUser({ role: "admin", firstName: "Boss" });
    const [victim, other] = [await aMeasured(tenant, leaked), await aMeasured(tenant)];
    const theirs = await tenant.signedIn(victim);
    await recheck(tenant);
    expect(await tenant.events("password.breach_found")).toEqual([]);

    breaches.listed.add(leaked);
    const before = (await tenant.mails()).length;
    await recheck(tenant);
    breaches.listed.clear();
    expect(await stampOf(tenant, victim)).toMatchObject({ password_reset_cause: "breach" });
    expect(await stampOf(tenant, other)).toMatchObject({ password_reset_cause: null });
    expect(await tenant.events("password.breach_found")).toMatchObject([
      { subjectId: victim.id, actorKind: "job" },
    ]);
    expect((await theirs.get("/profile")).headers.get("location")).toStartWith("/sign-in");
    const mails = (await tenant.mails()).slice(before);
    expect(mails.map(({ to }) => to).toSorted()).toEqual([admin.email, victim.email].toSorted());
    const toVictim = mails.find(({ to }) => to === victim.email);
    expect(toVictim?.subject).toContain("known from a data breach");
    expect(toVictim?.text).toContain("choose another one");
    const digest = mails.find(({ to }) => to === admin.email);
    expect(digest?.text).toContain("one person");
    expect(digest?.link).toBe("/events?name=password.breach_found");
    for (const { text, html } of mails) expect(`${text}${html}`).not.toContain(leaked);

    // The next week it is no news any more.
    const told = (await tenant.mails()).length;
    await recheck(tenant);
    expect(await tenant.mails()).toHaveLength(told);
  });

  test("asks once for people who share a prefix, and tells nobody more than five digits", async () => {
    const tenant = await world.aTenant();
    await aMeasured(tenant);
    await aMeasured(tenant);
    breaches.asked.length = 0;
    await recheck(tenant);
    expect(breaches.asked).toEqual([prefixOf(goodPassword)]);
  });

  test("waits while there is nobody to ask, and goes on where it was", async () => {
    const tenant = await world.aTenant();
    const people = [await aMeasured(tenant), await aMeasured(tenant, leaked)];
    clock.advance({ days: 8 });
    const startedAt = clock.now();
    const run = (signal = AbortSignal.timeout(10_000)) =>
      checkBatch(
        { tenant: tenant.tenant, services, actor: { kind: "job", job: "test" }, signal },
        { startedAt, after: null },
      );
    breaches.isAway = true;
    expect(await run()).toEqual({ kind: "unanswered" });
    for (const person of people)
      expect((await stampOf(tenant, person)).breach_checked_at).toBeNull();
    breaches.isAway = false;
    breaches.asked.length = 0;
    expect(await run()).toEqual({ kind: "checked", next: null });
    expect(breaches.asked).toHaveLength(2);
    expect(await run()).toEqual({ kind: "checked", next: null });
    expect(breaches.asked).toHaveLength(2);
  });

  test("leaves a password alone that is not the one it was asked about", async () => {
    const tenant = await world.aTenant();
    const user = await aMeasured(tenant, leaked);
    breaches.listed.add(leaked);
    const { fetch } = breaches;
    breaches.fetch = async (url, request) => {
      // Changed while the list is asked.
      await tenant.tenant.write((db) =>
        db
          .updateTable("users")
          .set({ breach_mac: Buffer.alloc(32, 7) })
          .where("id", "=", user.id)
          .execute(),
      );
      return fetch(url, request);
    };
    await recheck(tenant);
    breaches.fetch = fetch;
    breaches.listed.clear();
    expect((await stampOf(tenant, user)).password_reset_cause).toBeNull();
    expect(await tenant.events("password.breach_found")).toEqual([]);
  });

  test("of one tenant touches no other", async () => {
    const [tenant, other] = [await world.aTenant(), await world.aTenant()];
    const [mine, theirs] = [await aMeasured(tenant, leaked), await aMeasured(other, leaked)];
    breaches.listed.add(leaked);
    await recheck(tenant);
    breaches.listed.clear();
    expect((await stampOf(tenant, mine)).password_reset_cause).toBe("breach");
    expect((await stampOf(other, theirs)).password_reset_cause).toBeNull();
  });

  test("every week is begun for each tenant, unless it is switched off", async () => {
    const tenant = await world.aTenant();
    await aMeasured(tenant);
    const runWeek = (checker: BreachChecker = services.breaches) =>
      recheckWeekly.run({
        database: services.database,
        eachTenant: (visit) => visit(tenant.tenant, tenant.subdomain),
        services: { ...services, breaches: checker },
        log: services.log,
        signal: AbortSignal.timeout(10_000),
      });
    await runWeek();
    const jobs = () =>
      world.asSuperuser<{ name: string }>(
        "select name from app.jobs where tenant_id = $1 and name = 'password_resets.recheck'",
        [tenant.id],
      );
    expect(await jobs()).toHaveLength(1);
    await world.runJobs();
    const { settings } = services.breaches;
    await runWeek({ ...services.breaches, settings: { ...settings, mode: "off" } });
    expect(await jobs()).toHaveLength(0);
  });
});

describe("a new password", () => {
  test("that is known from a breach is refused with the reason; while nobody can be asked it is taken", async () => {
    const tenant = await world.aTenant({ signedInAs: "member" });
    const change = (password: string) =>
      tenant.browser.put("/security/password", { currentPassword: goodPassword, password });
    breaches.listed.add(leaked);
    const refused = await change(leaked);
    breaches.listed.clear();
    expect(refused.status).toBe(422);
    expect(await refused.text()).toContain("has appeared in a data breach");
    breaches.isAway = true;
    expect((await change(leaked)).status).toBe(303);
    breaches.isAway = false;
    expect(await stampOf(tenant, tenant.me)).toMatchObject({
      password_length: leaked.length,
      breach_checked_at: null,
    });
  });

  test("is remembered as checked, and clears the reason why it had to be replaced", async () => {
    const tenant = await world.aTenant({ signedInAs: "member" });
    await tenant.tenant.write((db) =>
      db
        .updateTable("users")
        .set({ password_reset_cause: "policy" })
        .where("id", "=", tenant.me.id)
        .execute(),
    );
    await tenant.browser.put("/security/password", {
      currentPassword: goodPassword,
      password: "juniper anvil marble kettle",
    });
    const stamp = await stampOf(tenant, tenant.me);
    expect(stamp.password_reset_cause).toBeNull();
    expect(stamp.breach_checked_at).toBeInstanceOf(Date);
  });
});
