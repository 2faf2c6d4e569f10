// Resets of second steps on an administrator's word: what goes, who may, and the second administrator where two are asked for.
import { describe, expect, test } from "bun:test";
import type { Role } from "#src/permissions.ts";
import { testApp, type TestTenant, type TestUser } from "../../support/a-tenant.ts";
import { isSignedIn, locationOf } from "../sign-in/support.ts";
import {
  askForTwo,
  codeOf,
  everything,
  nothingLeft,
  stepsOf,
  withEverything,
  statusesOf,
} from "./support.ts";

const world = await testApp();
const json = { headers: { accept: "application/json" } };

const ask = (user: TestUser) => `/users/${user.id}/factor-resets`;
const namesOf = async (tenant: TestTenant) => (await tenant.events()).map(({ name }) => name);

interface Request {
  readonly id: string;
  readonly state: string;
  readonly mayApprove: boolean;
  readonly mayDeny: boolean;
}

/** A tenant that asks for two, its administrator's request about somebody who has everything, and another administrator. */
async function aRequest({ role = "member" }: { role?: Role } = {}) {
  const tenant = await world.aTenant({ signedInAs: "super_admin" });
  await askForTwo(tenant);
  const user = await tenant.aUser({ role });
  const second = await tenant.aUser({ role: "super_admin", firstName: "Second" });
  await withEverything(world, tenant, user);
  const browser = await tenant.signedIn(second);
  await tenant.mails();
  world.services.mail.sent.length = 0;
  const answer = await tenant.browser.post(ask(user));
  const path = locationOf(answer) ?? "none";
  expect(path).toStartWith("/recovery/factor-resets/");
  return { tenant, user, second, path, browser };
}

const read = async (by: { json(path: string): Promise<Response> }, path: string) =>
  (await (await by.json(path)).json()) as Request;

describe("POST /users/:userId/factor-resets", () => {
  test("takes everything away at once, with an event each, ends sessions and tells every verified address", async () => {
    const tenant = await world.aTenant({ signedInAs: "admin" });
    const user = await tenant.aUser();
    await tenant.tenant.write((db) =>
      db
        .insertInto("user_emails")
        .values({
          user_id: user.id,
          email: `second-${user.email}`,
          is_primary: false,
          verified_at: new Date(),
        })
        .execute(),
    );
    const bystander = await tenant.aUser();
    for (const person of [user, bystander]) await withEverything(world, tenant, person);
    expect(await stepsOf(tenant, user)).toEqual(everything);
    const theirs = await tenant.signedIn(user);
    const beside = await tenant.signedIn(bystander);
    await tenant.mails();
    world.services.mail.sent.length = 0;

    const answer = await tenant.browser.post(ask(user));

    expect(locationOf(answer)).toBe(`/users/${user.id}`);
    expect(await stepsOf(tenant, user)).toEqual(nothingLeft);
    expect(await isSignedIn(theirs)).toBe(false);
    expect(await stepsOf(tenant, bystander)).toEqual(everything);
    expect(await isSignedIn(beside)).toBe(true);
    const events = (await tenant.events()).filter(({ actorKind }) => actorKind === "user");
    for (const name of ["totp.removed", "backup_codes.dropped", "passkey.revoked", "session.ended"])
      expect(events.map((event) => event.name)).toContain(name);
    expect(events.find(({ name }) => name === "second_steps.reset")).toMatchObject({
      subjectId: user.id,
      data: { totp: true, backupCodes: 10, factorResetId: null },
    });
    const mails = await tenant.mails();
    expect(mails.map(({ to }) => to).toSorted()).toEqual(
      [user.email, `second-${user.email}`].toSorted(),
    );
    expect(mails[0]?.text).toContain("the authenticator app, 10 backup codes, the passkey");
    expect(mails[0]?.text).toContain("If this was not agreed with you");
  });

  test("asks first on a page that says what goes and how they come back", async () => {
    const tenant = await world.aTenant({ signedInAs: "admin" });
    const user = await tenant.aUser();
    await withEverything(world, tenant, user);
    expect(await (await tenant.browser.get(`/users/${user.id}`)).text()).toContain(
      `href="/users/${user.id}/second-step-reset"`,
    );
    const page = await (await tenant.browser.get(`/users/${user.id}/second-step-reset`)).text();
    for (const words of ["Authenticator app", "10 unused codes", user.email, "code by e-mail"])
      expect(page).toContain(words);
    expect(page).toContain(`action="${ask(user)}"`);
    expect(await stepsOf(tenant, user)).toEqual(everything);
  });

  test("works for scripts, and answers what it came to", async () => {
    const tenant = await world.aTenant();
    const user = await tenant.aUser();
    await withEverything(world, tenant, user);
    const answer = await tenant.api.post(ask(user));
    expect(answer.status).toBe(201);
    expect(await answer.json()).toEqual({ outcome: "reset", userId: user.id, request: null });
    expect(await stepsOf(tenant, user)).toEqual(nothingLeft);
  });

  test("refuses where there is nothing to take away, and signs nobody out", async () => {
    const tenant = await world.aTenant({ signedInAs: "admin" });
    const user = await tenant.aUser();
    const theirs = await tenant.signedIn(user);
    expect((await tenant.browser.post(ask(user))).status).toBe(409);
    expect(await isSignedIn(theirs)).toBe(true);
  });

  test("reaches nobody above one's role, nor oneself", async () => {
    const tenant = await world.aTenant({ signedInAs: "admin" });
    const boss = await tenant.aUser({ role: "super_admin" });
    await withEverything(world, tenant, boss);
    await withEverything(world, tenant, tenant.me);
    expect((await tenant.browser.post(ask(boss))).status).toBe(403);
    expect((await tenant.browser.get(`/users/${boss.id}/second-step-reset`)).status).toBe(403);
    const mine = `/users/${tenant.me.id}/second-step-reset`;
    expect((await tenant.browser.get(mine)).status).toBe(409);
    const own = await tenant.browser.post(ask(tenant.me), {}, json);
    expect(await codeOf(own)).toBe("recovery.own_second_steps");
    expect((await (await tenant.script("admin")).post(ask(boss))).status).toBe(403);
    for (const person of [boss, tenant.me])
      expect(await stepsOf(tenant, person)).toEqual(everything);
    expect(await (await tenant.browser.get(`/users/${tenant.me.id}`)).text()).not.toContain(
      "second-step-reset",
    );
  });

  test("lets a super administrator reset the last other one", async () => {
    const tenant = await world.aTenant({ signedInAs: "super_admin" });
    const other = await tenant.aUser({ role: "super_admin" });
    await withEverything(world, tenant, other);
    expect((await tenant.browser.post(ask(other))).status).toBe(303);
    expect(await stepsOf(tenant, other)).toEqual(nothingLeft);
  });

  test("asks for fresh proof: a session that was left open takes nothing away", async () => {
    const tenant = await world.aTenant({ signedInAs: "super_admin" });
    const user = await tenant.aUser();
    await withEverything(world, tenant, user);
    world.clock.advance({ minutes: 11 });
    const answer = await tenant.browser.post(ask(user), {}, json);
    expect(await codeOf(answer)).toBe("request.step_up_required");
    expect((await tenant.browser.get(`/users/${user.id}/second-step-reset`)).status).toBe(303);
    expect(await stepsOf(tenant, user)).toEqual(everything);
  });

  test("knows nobody of another tenant", async () => {
    const [ours, theirs] = [
      await world.aTenant({ signedInAs: "super_admin" }),
      await world.aTenant(),
    ];
    const user = await theirs.aUser();
    await withEverything(world, theirs, user);
    expect((await ours.api.post(ask(user))).status).toBe(404);
    expect(await stepsOf(theirs, user)).toEqual(everything);
  });
});

describe("where two administrators are asked for", () => {
  test("nothing happens until another one agrees; the person and those who may agree are told", async () => {
    const { tenant, user, second, path, browser } = await aRequest();
    expect(await stepsOf(tenant, user)).toEqual(everything);
    const told = await tenant.mails();
    expect(told.map(({ to }) => to).toSorted()).toEqual([user.email, second.email].toSorted());
    expect(told.find(({ to }) => to === user.email)?.text).toContain("within 24 hours");
    expect(told.find(({ to }) => to === second.email)?.link).toBe("/recovery");
    expect(await (await browser.get("/recovery")).text()).toContain(path);

    expect(await read(tenant.browser, path)).toMatchObject({ mayApprove: false, mayDeny: true });
    expect(await read(browser, path)).toMatchObject({ state: "waiting", mayApprove: true });
    expect(locationOf(await browser.put(`${path}/approval`))).toBe("/recovery");

    expect(await stepsOf(tenant, user)).toEqual(nothingLeft);
    const names = await namesOf(tenant);
    for (const name of ["requested", "approved", "reset"])
      expect(names).toContain(
        name === "reset" ? "second_steps.reset" : `second_steps.reset_${name}`,
      );
    const more = (await tenant.mails()).slice(told.length).map(({ to }) => to);
    expect(more.toSorted()).toEqual([user.email, tenant.me.email].toSorted());
    expect(await read(browser, path)).toMatchObject({
      state: "approved",
      decidedBy: { id: second.id },
      mayApprove: false,
      mayDeny: false,
    });
    const history = await (await browser.get("/recovery/factor-resets")).text();
    expect(history).toContain("Second Lovelace");
    expect(await (await browser.get("/recovery")).text()).toContain("Nothing to do");
  });

  test("who asked cannot agree, the person themself neither, nor a script", async () => {
    const { tenant, user, path } = await aRequest({ role: "admin" });
    const own = await tenant.browser.put(`${path}/approval`, {}, json);
    expect(await codeOf(own)).toBe("recovery.own_request");
    const theirs = await tenant.signedIn(user);
    expect(await codeOf(await theirs.put(`${path}/approval`, {}, json))).toBe(
      "recovery.own_second_steps",
    );
    expect((await tenant.api.put(`${path}/approval`)).status).toBe(404);
    expect(await stepsOf(tenant, user)).toEqual(everything);
    const another = await tenant.aUser();
    await withEverything(world, tenant, another);
    expect(await codeOf(await tenant.api.post(ask(another)))).toBe("recovery.needs_person");
  });

  test("an administrator of a lower role than the person cannot agree", async () => {
    const { tenant, user, path } = await aRequest({ role: "super_admin" });
    const browser = await tenant.signedIn(await tenant.aUser({ role: "admin" }));
    expect((await browser.put(`${path}/approval`)).status).toBe(403);
    expect((await browser.put(`${path}/denial`)).status).toBe(403);
    expect(await read(browser, path)).toMatchObject({ mayApprove: false, mayDeny: false });
    expect(await stepsOf(tenant, user)).toEqual(everything);
  });

  test("a denial leaves everything and is told to the person and to who asked", async () => {
    const { tenant, user, path, browser } = await aRequest();
    const before = (await tenant.mails()).length;
    expect(locationOf(await browser.put(`${path}/denial`))).toBe("/recovery");
    expect(await stepsOf(tenant, user)).toEqual(everything);
    const mails = (await tenant.mails()).slice(before);
    expect(mails.map(({ to }) => to).toSorted()).toEqual([user.email, tenant.me.email].toSorted());
    expect(await codeOf(await browser.put(`${path}/approval`, {}, json))).toBe(
      "recovery.already_decided",
    );
  });

  test("who asked may take it back", async () => {
    const { tenant, path, browser } = await aRequest();
    await tenant.browser.put(`${path}/denial`);
    expect(await read(browser, path)).toMatchObject({ state: "withdrawn" });
  });

  test.each(["approval", "denial"])(
    "after a day it is over for an %s: it can be asked for again, the person is told that nothing was done",
    async (decision) => {
      const { tenant, user, path } = await aRequest();
      await tenant.mails();
      world.services.mail.sent.length = 0;
      world.clock.advance({ hours: 25 });
      const [asker, agreeing] = [
        await tenant.signedIn(tenant.me),
        await tenant.signedIn(await tenant.aUser({ role: "super_admin" })),
      ];
      expect(await codeOf(await agreeing.put(`${path}/${decision}`, {}, json))).toBe(
        "recovery.request_over",
      );
      expect(await read(agreeing, path)).toMatchObject({ state: "expired" });
      expect(await stepsOf(tenant, user)).toEqual(everything);
      expect((await tenant.mails()).map(({ to }) => to)).toEqual([user.email]);
      expect((await asker.post(ask(user))).status).toBe(303);
    },
  );

  test("it is void when who asked is deactivated meanwhile, or is no administrator any more", async () => {
    for (const change of [{ state: "deactivated" }, { role: "member" }] as const) {
      const { tenant, user, path, browser } = await aRequest();
      await tenant.tenant.write((db) =>
        db
          .updateTable("users")
          .set("state" in change ? { ...change, deactivated_at: new Date() } : change)
          .where("id", "=", tenant.me.id)
          .execute(),
      );
      expect(await read(browser, path)).toMatchObject({ state: "void", mayApprove: false });
      expect(await codeOf(await browser.put(`${path}/approval`, {}, json))).toBe(
        "recovery.request_over",
      );
      expect(await stepsOf(tenant, user)).toEqual(everything);
      expect(await namesOf(tenant)).toContain("second_steps.reset_lapsed");
    }
  });

  test("refuses a request that nobody could agree to, and names the way out", async () => {
    const tenant = await world.aTenant({ signedInAs: "super_admin" });
    await askForTwo(tenant);
    const other = await tenant.aUser({ role: "super_admin" });
    await tenant.aUser({ role: "admin" });
    await withEverything(world, tenant, other);
    const answer = await tenant.browser.post(ask(other));
    expect(answer.status).toBe(409);
    expect(await answer.text()).toContain("weft user recover");
    expect(await stepsOf(tenant, other)).toEqual(everything);
  });

  test("is not to be seen or touched from another tenant", async () => {
    const { path } = await aRequest();
    const stranger = await world.aTenant({ signedInAs: "super_admin" });
    expect((await stranger.browser.get(path)).status).toBe(404);
    expect((await stranger.browser.put(`${path}/approval`)).status).toBe(404);
    expect((await stranger.api.put(`${path}/denial`)).status).toBe(404);
    expect(await (await stranger.api.get("/recovery/factor-resets?state=waiting")).json()).toEqual({
      items: [],
      next: null,
    });
  });

  test("of two administrators who agree at once one does it, of two requests at once one stands", async () => {
    const { tenant, user, path, browser } = await aRequest();
    const third = await tenant.signedIn(await tenant.aUser({ role: "super_admin" }));
    const both = await Promise.all(
      [browser, third].map((by) => by.put(`${path}/approval`, {}, json)),
    );
    expect(statusesOf(both)).toEqual([303, 409]);
    expect((await tenant.events("second_steps.reset")).length).toBe(1);

    await withEverything(world, tenant, user);
    const asked = await Promise.all(
      [tenant.browser, third].map((by) => by.post(ask(user), {}, json)),
    );
    expect(statusesOf(asked)).toEqual([201, 409]);
    expect((await tenant.events("second_steps.reset_requested")).length).toBe(2);
  });

  test("goes through the history page by page", async () => {
    const { tenant, user, path, browser } = await aRequest();
    await tenant.browser.put(`${path}/denial`);
    await tenant.browser.post(ask(user));
    const { items } = (await (
      await browser.json("/recovery/factor-resets?state=waiting")
    ).json()) as {
      items: { id: string }[];
    };
    await browser.put(`/recovery/factor-resets/${items[0]?.id}/denial`);
    const page = async (query: string) =>
      (await (await tenant.api.get(`/recovery/factor-resets?limit=1${query}`)).json()) as {
        items: { id: string; state: string }[];
        next: string | null;
      };
    const first = await page("");
    const second = await page(`&cursor=${first.next}`);
    expect([first.items[0]?.state, second.items[0]?.state]).toEqual(["denied", "withdrawn"]);
    expect(second.next).toBeNull();
  });
});
