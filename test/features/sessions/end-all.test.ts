// Everybody's sessions at once: what ends, what goes on, who may do it, and that it is as much work for many as for one.
import { describe, expect, test } from "bun:test";
import { sql } from "kysely";
import { endAllSessions } from "#features/sessions/index.ts";
import { testApp, type TestTenant, type TestUser } from "../../support/a-tenant.ts";
import type { Browser } from "../../support/browser.ts";
import { planOf, statementsOf } from "../../support/statements.ts";
import {
  deviceCookie,
  isSignedIn,
  locationOf,
  mailedCode,
  resetLink,
  sessionCookie,
  setPolicy,
  throughPassword,
  withApp,
} from "../sign-in/support.ts";

const app = await testApp();
const { asSuperuser } = app;
const path = "/sessions/end";
const tokenOf = (browser: Browser) => browser.cookies.get(sessionCookie)?.value ?? "none";

/** Two people besides the super administrator: three sessions, and one more of the administrator's own elsewhere. */
async function aScene() {
  const tenant = await app.aTenant({ signedInAs: "super_admin" });
  const [one, other] = [await tenant.aUser(), await tenant.aUser({ role: "admin" })];
  const theirs = [
    await tenant.signedIn(one),
    await tenant.signedIn(one),
    await tenant.signedIn(other),
  ];
  return { tenant, theirs, mine: await tenant.signedIn(tenant.me), one, other };
}

const areSignedIn = (browsers: readonly Browser[]) => Promise.all(browsers.map(isSignedIn));

describe("PUT /sessions/end", () => {
  test("says first how many it concerns, ends them, and says so", async () => {
    const { tenant, theirs, mine } = await aScene();
    expect(await (await tenant.browser.get("/sessions")).text()).toContain(`href="${path}"`);
    const question = await (await tenant.browser.get(path)).text();
    expect(question).toContain("4 sessions of 3 people will end at once.");
    expect(question).toContain("You stay signed in here");
    const before = tokenOf(tenant.browser);
    const answer = await tenant.browser.put(path, {}, { follow: true });
    expect(await answer.text()).toContain("4 sessions of 3 people ended");
    expect(await areSignedIn([...theirs, mine])).toEqual([false, false, false, false]);
    expect(await isSignedIn(tenant.browser)).toBe(true);

    // A copy of the cookie that goes on is worth nothing either.
    expect(tokenOf(tenant.browser)).not.toBe(before);
    const copy = tenant.newBrowser();
    copy.cookies.set(sessionCookie, { value: before, header: "" });
    expect(await isSignedIn(copy)).toBe(false);
    expect(await (await tenant.browser.get(path)).text()).toContain("Nobody else is signed in");
  });

  test("leaves an event of its own and one for each session", async () => {
    const { tenant, one } = await aScene();
    await tenant.browser.put(path);
    const [session] = await tenant.tenant.read((db) =>
      db.selectFrom("sessions").select("id").where("ended_at", "is", null).execute(),
    );
    const summary = { sessions: 4, people: 3, kept: session?.id };
    expect(await tenant.events("session.all_ended")).toMatchObject([
      { actorKind: "user", data: summary },
    ]);
    const each = await tenant.events("session.ended");
    expect(each).toHaveLength(4);
    expect(each.filter(({ subjectId }) => subjectId === one.id)).toHaveLength(2);
    for (const { actorKind, subjectId, data } of each)
      expect([actorKind, data]).toMatchObject([
        "user",
        { userId: subjectId, reason: "all_ended", sessionId: expect.any(String) },
      ]);
    const shown = await (await tenant.api.get(`/events?userId=${one.id}`)).json();
    expect(JSON.stringify(shown)).toContain("Session ended");
  });

  test("as JSON ends all there are, and answers how many; a second time none", async () => {
    const { tenant, theirs, mine } = await aScene();
    const answer = await tenant.api.put(path);
    expect([answer.status, await answer.json()]).toEqual([200, { sessions: 5, people: 3 }]);
    expect(await areSignedIn([...theirs, mine, tenant.browser])).not.toContain(true);
    expect(await (await tenant.api.put(path)).json()).toEqual({ sessions: 0, people: 0 });
    // Scripts go on.
    expect((await tenant.api.get("/me")).status).toBe(200);
  });

  test("drops what is half signed in, and lets no device stand for the second step", async () => {
    const { tenant, one, other } = await aScene();
    await setPolicy(tenant, { remember_device_days: 30, password_min_length: 15 });
    const known = await remembered(tenant, one);
    const half = tenant.newBrowser();
    await throughPassword(half, other.email);
    const code = await mailedCode(tenant, other.email);
    const begun = tenant.newBrowser();
    await begun.post("/sign-in", { email: other.email, return_to: "/" });
    const resetting = tenant.newBrowser();
    await resetting.post(await resetLink(tenant, one));
    expect((await resetting.get("/sign-in/new-password")).status).toBe(200);

    await tenant.browser.put(path);

    expect((await half.post("/sign-in/code", { code })).status).toBe(410);
    const typed = { password: "copper thimble marsh violin" };
    expect((await resetting.post("/sign-in/new-password", typed)).status).toBe(410);
    expect((await begun.get("/sign-in/password")).status).toBe(200);
    expect(locationOf(await throughPassword(known, one.email))).toBe("/sign-in/totp");
    expect(known.cookies.has(deviceCookie)).toBe(true);
  });

  test("waits for a sign-in that is being finished at the moment, and ends it too", async () => {
    const { tenant, one } = await aScene();
    const late = tenant.newBrowser();
    await throughPassword(late, one.email);
    const code = await mailedCode(tenant, one.email);
    const [finished] = await Promise.all([
      late.post("/sign-in/code", { code }),
      tenant.browser.put(path),
    ]);
    // Either the code came too late, or its session was ended with the others.
    expect([303, 410]).toContain(finished.status);
    expect(await isSignedIn(late)).toBe(false);
  });

  test("is for super administrators with fresh proof", async () => {
    const { tenant, theirs } = await aScene();
    const admin = await tenant.signedIn(await tenant.aUser({ role: "admin" }));
    expect((await admin.put(path)).status).toBe(403);
    expect((await (await tenant.script("admin")).put(path)).status).toBe(403);
    expect(await (await admin.get("/sessions")).text()).not.toContain(`href="${path}"`);
    app.clock.advance({ minutes: 11 });
    expect((await tenant.browser.put(path)).status).toBe(403);
    expect(locationOf(await tenant.browser.get(path))).toStartWith("/step-up");
    expect(await areSignedIn(theirs)).toEqual([true, true, true]);
    expect(await tenant.events("session.all_ended")).toEqual([]);
  });

  test("ends nothing of another tenant", async () => {
    const [ours, theirs] = [await aScene(), await aScene()];
    await ours.tenant.browser.put(path);
    expect(await areSignedIn([...theirs.theirs, theirs.mine, theirs.tenant.browser])).not.toContain(
      false,
    );
    expect(await theirs.tenant.events("session.ended")).toEqual([]);
    expect(await (await theirs.tenant.browser.get(path)).text()).toContain(
      "4 sessions of 3 people",
    );
  });

  test("waits for another that is under way: they would wait for each other", async () => {
    const { tenant } = await aScene();
    const { promise: goOn, resolve } = Promise.withResolvers<void>();
    const locked = Promise.withResolvers<void>();
    const other = tenant.tenant.write(async (db) => {
      await db.selectFrom("tenants").select("id").forNoKeyUpdate().execute();
      locked.resolve();
      await goOn;
    });
    await locked.promise;
    const ending = tenant.browser.put(path);
    expect(await Promise.race([ending, Bun.sleep(300)])).toBeUndefined();
    resolve();
    await other;
    expect((await ending).status).toBe(303);
  });

  test("several administrators at once end everything once, and each other", async () => {
    const { tenant, theirs, mine } = await aScene();
    const more = [1, 2, 3].map(async () =>
      tenant.signedIn(await tenant.aUser({ role: "super_admin" })),
    );
    const acting = [tenant.browser, mine, ...(await Promise.all(more))];
    const answers = await Promise.all(acting.map((browser) => browser.put(path)));
    // Whoever comes later has no session any more: at the door, or at the end of their own change.
    for (const { status } of answers) expect([303, 404]).toContain(status);
    expect(await areSignedIn(theirs)).not.toContain(true);
    expect((await areSignedIn(acting)).filter(Boolean)).toHaveLength(1);
    const ended = await tenant.events("session.ended");
    expect(new Set(ended.map(({ data }) => data["sessionId"])).size).toBe(ended.length);
  });
});

/** A browser that stands for the second step of somebody with an app. */
async function remembered(tenant: TestTenant, user: TestUser): Promise<Browser> {
  const { code } = await withApp(app, tenant, user);
  const browser = tenant.newBrowser();
  await throughPassword(browser, user.email);
  await browser.post("/sign-in/totp", { code: code(), remember: "on" });
  expect(await isSignedIn(browser)).toBe(true);
  await browser.post("/sign-out");
  expect(locationOf(await throughPassword(browser, user.email))).toBe("/");
  await browser.post("/sign-out");
  return browser;
}

test("takes as many statements for twenty thousand sessions as for one, by an index", async () => {
  const tenant = await app.aTenant();
  const user = await tenant.aUser();
  const actor = { kind: "operator", command: "session end-all" } as const;
  const endAll = () => tenant.tenant.write((db) => endAllSessions(db, actor, null));
  await tenant.signedIn(user);
  const few = await statementsOf(endAll);
  await fill(tenant, user, 20_000);
  const began = performance.now();
  let ended: unknown;
  const many = await statementsOf(async () => {
    ({ ended } = await endAll());
  });
  expect(ended).toEqual({ sessions: 20_000, people: 1 });
  expect(many.map(({ text }) => text)).toEqual(few.map(({ text }) => text));
  // The statement's own limit is fifteen seconds.
  expect(performance.now() - began).toBeLessThan(10_000);
  const ending = many.find(({ text }) => text.includes("update sessions"));
  await asSuperuser("analyze app.sessions");
  expect(ending && (await planOf(app, tenant.id, ending))).toMatch(
    /Index.* using sessions_user|on sessions_user/,
  );
});

const fill = ({ tenant }: TestTenant, { id }: TestUser, count: number) =>
  tenant.write((db) =>
    sql`
      insert into sessions (user_id, token_hash, methods, authenticated_at, expires_at, ip, user_agent)
      select ${id}::uuid, decode(md5(n::text), 'hex'), '{password}', now(), now() + interval '1 day', '', ''
      from generate_series(1, ${count}) as n`.execute(db),
  );
