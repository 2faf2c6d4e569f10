// People whom nobody has seen for long: warned, deactivated, told about; and who never is.
import { describe, expect, test } from "bun:test";
import { sql } from "kysely";
import { runNight } from "#features/inactivity/index.ts";
import { findInactive } from "#features/inactivity/queries.ts";
import { testApp, type TestTenant, type TestUser, type UserWish } from "../../support/a-tenant.ts";
import { statementsOf } from "../../support/statements.ts";
import { path, put } from "../settings/support.ts";

const world = await testApp();
const { clock, services } = world;

const daysAgo = (days: number) => new Date(clock.now().getTime() - days * 86_400_000);
const night = ({ tenant }: TestTenant) => runNight(tenant, services);

/** A tenant that deactivates after so many days, with somebody who reads about it. */
async function aStrictTenant(inactive_after_days: 14 | 30 = 30): Promise<TestTenant> {
  const tenant = await world.aTenant({ signedInAs: "super_admin" });
  await tenant.tenant.write((db) =>
    db.insertInto("sign_in_policies").values({ inactive_after_days }).execute(),
  );
  return tenant;
}

const findInactiveIn = ({ tenant }: TestTenant) =>
  tenant.read((db) => findInactive(db, { days: 30, now: clock.now() }));

interface Seen {
  readonly created?: number;
  readonly signedIn?: number;
  readonly session?: number;
  readonly reactivated?: number;
  readonly warned?: readonly [daysAgo: number, daysLeft: number];
}

/** Somebody who was there for the last time so many days ago; added 400 days ago unless told otherwise. */
async function aPerson(
  { tenant, aUser }: TestTenant,
  { created = 400, signedIn, session, reactivated, warned }: Seen,
  wish: UserWish = {},
): Promise<TestUser> {
  const user = await aUser(wish);
  await tenant.write(async (db) => {
    await db
      .updateTable("users")
      .set({
        created_at: daysAgo(created),
        password_changed_at: wish.state === "invited" ? null : daysAgo(created),
        last_sign_in_at: signedIn === undefined ? null : daysAgo(signedIn),
        last_seen_at: session === undefined ? null : daysAgo(session),
        reactivated_at: reactivated === undefined ? null : daysAgo(reactivated),
        inactivity_warned_at: warned ? daysAgo(warned[0]) : null,
        inactivity_warned_days: warned ? warned[1] : null,
      })
      .where("id", "=", user.id)
      .execute();
  });
  return user;
}

const stateOf = async ({ tenant }: TestTenant, { id }: TestUser) =>
  (
    await tenant.read((db) =>
      db.selectFrom("users").select("state").where("id", "=", id).executeTakeFirstOrThrow(),
    )
  ).state;

describe("the night's run", () => {
  test("warns 7 days and 1 day before, then deactivates, each once", async () => {
    const tenant = await aStrictTenant();
    const user = await aPerson(tenant, { signedIn: 22 });
    const warned = async () =>
      (await tenant.events("user.absence_warned")).map(({ data }) => data["daysLeft"]);
    await night(tenant);
    expect(await warned()).toEqual([]);
    clock.advance({ days: 1 });
    await night(tenant);
    await night(tenant);
    expect(await warned()).toEqual([7]);
    clock.advance({ days: 6 });
    await night(tenant);
    await night(tenant);
    expect(await warned()).toEqual([7, 1]);
    expect(await stateOf(tenant, user)).toBe("active");
    clock.advance({ days: 1 });
    await night(tenant);
    await night(tenant);
    expect(await stateOf(tenant, user)).toBe("deactivated");
    expect(await tenant.events("user.deactivated_absent")).toMatchObject([
      { actorKind: "job", subjectId: user.id, data: { days: 30 } },
    ]);
    const mails = await tenant.mails();
    const theirs = mails.filter(({ to }) => to === user.email).map(({ subject }) => subject);
    // All of them leave at once at the end of this test, in any order.
    expect(theirs.toSorted((one, other) => one.localeCompare(other))).toEqual([
      expect.stringContaining("was deactivated"),
      expect.stringContaining("will be deactivated in 1 day"),
      expect.stringContaining("will be deactivated in 7 days"),
    ]);
    const digest = mails.filter(({ to }) => to === tenant.me.email);
    expect(digest.map(({ subject }) => subject)).toEqual([expect.stringContaining("1 person at")]);
    expect(digest[0]?.text).toContain(`- ${user.firstName} ${user.lastName} (${user.email})`);
  });

  test("deactivates nobody by surprise: who is absent for long when the setting comes is warned first", async () => {
    const tenant = await aStrictTenant();
    const user = await aPerson(tenant, { signedIn: 300 });
    await night(tenant);
    expect(await stateOf(tenant, user)).toBe("active");
    expect(await tenant.events("user.absence_warned")).toMatchObject([{ data: { daysLeft: 1 } }]);
    clock.advance({ hours: 2 });
    await night(tenant);
    expect(await stateOf(tenant, user)).toBe("active");
    clock.advance({ hours: 22 });
    await night(tenant);
    expect(await stateOf(tenant, user)).toBe("deactivated");
  });

  test("nor by a warning of a setting that was another one meanwhile", async () => {
    const tenant = await aStrictTenant();
    const user = await aPerson(tenant, { signedIn: 300, warned: [270, 1] });
    expect(await findInactiveIn(tenant)).toMatchObject({
      tonight: { count: 0 },
      warnedTonight: { count: 1 },
    });
    await night(tenant);
    expect(await stateOf(tenant, user)).toBe("active");
    expect(await tenant.events("user.absence_warned")).toMatchObject([{ data: { daysLeft: 1 } }]);
    clock.advance({ days: 1 });
    await night(tenant);
    expect(await stateOf(tenant, user)).toBe("deactivated");
  });

  test("knows an absence to the microsecond", async () => {
    const tenant = await aStrictTenant();
    const user = await aPerson(tenant, { created: 400, warned: [1, 1] });
    await tenant.tenant.write((db) =>
      sql`update users set created_at = created_at + interval '7 microseconds',
        password_changed_at = null where id = ${user.id}`.execute(db),
    );
    await night(tenant);
    expect(await stateOf(tenant, user)).toBe("deactivated");
  });

  test("nobody who comes in at that moment", async () => {
    const tenant = await aStrictTenant();
    const user = await aPerson(tenant, { signedIn: 40, warned: [1, 1] });
    const { promise: goOn, resolve } = Promise.withResolvers<void>();
    const locked = Promise.withResolvers<void>();
    const signingIn = tenant.tenant.write(async (db) => {
      const values = { last_sign_in_at: clock.now() };
      await db.updateTable("users").set(values).where("id", "=", user.id).execute();
      locked.resolve();
      await goOn;
    });
    await locked.promise;
    const running = night(tenant);
    expect(await Promise.race([running.then(() => "done"), Bun.sleep(300)])).toBeUndefined();
    resolve();
    await signingIn;
    await running;
    expect(await stateOf(tenant, user)).toBe("active");
    expect(await tenant.mails()).toEqual([]);
  });

  test("takes a finished sign-in, a session in use, and time since being added or let in again as being seen", async () => {
    const tenant = await aStrictTenant();
    const warned = [1, 1] as const;
    const safe = [
      await aPerson(tenant, { signedIn: 29, warned }),
      await aPerson(tenant, { signedIn: 200, session: 29, warned }),
      await aPerson(tenant, { signedIn: 200, reactivated: 2, warned }),
      await aPerson(tenant, { created: 29, warned }),
      await aPerson(tenant, { signedIn: 0, warned }),
      await aPerson(tenant, { created: 400 }, { state: "invited" }),
    ];
    const gone = await aPerson(tenant, { signedIn: 31, session: 31, warned });
    await night(tenant);
    for (const person of safe) expect(await stateOf(tenant, person)).not.toBe("deactivated");
    expect(await stateOf(tenant, gone)).toBe("deactivated");
  });

  test("a failed sign-in does not count as being seen", async () => {
    const tenant = await aStrictTenant();
    const user = await aPerson(tenant, { signedIn: 40, warned: [1, 1] });
    const browser = tenant.newBrowser();
    await browser.post("/sign-in", { email: user.email });
    await browser.post("/sign-in/password", { password: "wrong wrong wrong" });
    await night(tenant);
    expect(await stateOf(tenant, user)).toBe("deactivated");
  });

  test("a warning is void once the person was there again", async () => {
    const tenant = await aStrictTenant();
    const user = await aPerson(tenant, { signedIn: 35, warned: [40, 1] });
    await night(tenant);
    expect(await stateOf(tenant, user)).toBe("active");
    expect(await tenant.events("user.absence_warned")).toHaveLength(1);
  });

  test("never takes the last active super administrator: of several the one seen last stays", async () => {
    const tenant = await world.aTenant();
    await tenant.tenant.write((db) =>
      db.insertInto("sign_in_policies").values({ inactive_after_days: 14 }).execute(),
    );
    const boss = (signedIn: number) =>
      aPerson(tenant, { signedIn, warned: [1, 1] }, { role: "super_admin" });
    const [one, two, three] = [await boss(60), await boss(40), await boss(50)];
    await night(tenant);
    await night(tenant);
    expect(await stateOf(tenant, one)).toBe("deactivated");
    expect(await stateOf(tenant, three)).toBe("deactivated");
    expect(await stateOf(tenant, two)).toBe("active");
    expect((await tenant.mails()).filter(({ to }) => to === two.email)).toHaveLength(1);
  });

  test("does nothing where the setting is off, and touches no other tenant", async () => {
    const [off, strict] = [await world.aTenant(), await aStrictTenant()];
    const safe = await aPerson(off, { signedIn: 300, warned: [1, 1] });
    const gone = await aPerson(strict, { signedIn: 300, warned: [1, 1] });
    await night(off);
    await night(strict);
    expect(await stateOf(off, safe)).toBe("active");
    expect(await stateOf(strict, gone)).toBe("deactivated");
    expect(await off.mails()).toEqual([]);
  });
});

describe("the settings' page", () => {
  test("says who would be deactivated tonight, and who is warned first", async () => {
    const tenant = await world.aTenant({ signedInAs: "super_admin" });
    const tonight = await aPerson(
      tenant,
      { signedIn: 95, warned: [1, 1] },
      { lastName: "Tonight" },
    );
    await aPerson(tenant, { signedIn: 95 }, { lastName: "Later" });
    await aPerson(tenant, { signedIn: 85 }, { lastName: "Safe" });
    await put(tenant, { inactiveAfterDays: 90 });
    const page = await (await tenant.browser.get(path)).text();
    expect(page).toContain("1 person will be deactivated tonight:");
    expect(page).toContain(`<a href="/users/${tonight.id}">Ada Tonight</a>`);
    expect(page).toContain("1 person will be warned tonight and deactivated the night after");
    expect(page).toContain("Ada Later");
    expect(page).not.toContain("Ada Safe");
  });

  test("counts everybody and names ten, in two statements", async () => {
    const tenant = await aStrictTenant();
    for (let n = 0; n < 12; n++) await aPerson(tenant, { signedIn: 40 + n });
    const asked = { days: 30, now: clock.now() };
    const sent = await statementsOf(() => tenant.tenant.read((db) => findInactive(db, asked)));
    expect(sent).toHaveLength(2);
    const found = await tenant.tenant.read((db) => findInactive(db, asked));
    expect(found.tonight.count).toBe(0);
    expect(found.warnedTonight.count).toBe(12);
    expect(found.warnedTonight.people).toHaveLength(10);
  });
});

test("who is reactivated has their time before them again", async () => {
  const tenant = await aStrictTenant();
  const user = await aPerson(tenant, { signedIn: 300, warned: [1, 1] });
  await night(tenant);
  expect(await stateOf(tenant, user)).toBe("deactivated");
  await tenant.api.delete(`/users/${user.id}/deactivation`);
  await night(tenant);
  expect(await stateOf(tenant, user)).toBe("active");
  expect(await tenant.events("user.absence_warned")).toEqual([]);
});
