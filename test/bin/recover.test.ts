// `weft user recover`: what it does for somebody who is locked out, what it refuses, whom it tells.
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { defaultPolicy, findPolicyState, insertTrial } from "#features/policy/index.ts";
import { texts } from "#features/recovery/texts.ts";
import { contextFor } from "#features/sso/demand.ts";
import { findTenant } from "#features/tenants/index.ts";
import { authnContexts } from "#protocols/saml/authn-context.ts";
import { outcomeOfMail } from "../../bin/_mail-outcome.ts";
import { recover } from "../../bin/_recover.ts";
import { nothingLeft, stepsOf, withEverything } from "../features/recovery/support.ts";
import { anIdp, makeDefault, ok, signInBy } from "../features/identity-providers/support.ts";
import {
  isSignedIn,
  locationOf,
  mailedCode,
  resetLink,
  setPolicy,
  throughPassword,
  withApp,
} from "../features/sign-in/support.ts";
import { goodPassword, testApp, type TestTenant } from "../support/a-tenant.ts";
import type { Browser } from "../support/browser.ts";

const world = await testApp();
const actor = { kind: "operator", command: "user recover" } as const;
const plainly = {
  unlink: false,
  keepSecondSteps: false,
  revertPolicyTrial: false,
  defaultPolicy: false,
};
const newPassword = "heron candle umbrella plinth";

async function run(tenant: TestTenant, email: string, wish: Partial<typeof plainly> = {}) {
  const found = await world.services.database.system((db) => findTenant(db, tenant.subdomain));
  if (!found) throw new Error("no tenant");
  return recover(world.services, actor, found, { email, ...plainly, ...wish });
}

const namesOf = async (tenant: TestTenant) => (await tenant.events()).map(({ name }) => name);
const pathOf = (link: string) => new URL(link).pathname;

describe("weft user recover", () => {
  test("brings the last super administrator back who is deactivated, slowed down and has lost everything", async () => {
    const tenant = await world.aTenant();
    const user = await tenant.aUser({ role: "super_admin" });
    const admin = await tenant.aUser({ role: "admin" });
    const other = await tenant.aUser({ role: "super_admin" });
    await withEverything(world, tenant, user);
    await tenant.tenant.write(async (db) => {
      const set = { state: "deactivated", deactivated_at: new Date() } as const;
      await db.updateTable("users").set(set).where("id", "=", user.id).execute();
      await db
        .insertInto("limits")
        .values({
          name: "sign_in.password_account",
          key: Buffer.alloc(32, 1),
          window_at: new Date(Math.floor(Date.now() / 3_600_000) * 3_600_000),
          hits: 60,
          expires_at: new Date(Date.now() + 7_200_000),
          about: user.email,
        })
        .execute();
    });
    await tenant.mails();
    world.services.mail.sent.length = 0;

    const done = await run(tenant, user.email.toUpperCase());

    expect(done).toMatchObject({ reactivated: true, limitsCleared: 1, mail: { sent: true } });
    expect(done.taken).toHaveLength(3);
    expect(await stepsOf(tenant, user)).toEqual(nothingLeft);
    const mails = await tenant.mails();
    const to = (email: string) => mails.filter((mail) => mail.to === email);
    expect(to(user.email).map(({ link }) => link)).toContain(pathOf(done.link));
    expect(to(user.email).some(({ text }) => text.includes("runs the server"))).toBe(true);
    expect(to(other.email).map(({ subject }) => subject)).toEqual([
      expect.stringContaining("was recovered on the server"),
    ]);
    expect(to(admin.email)).toEqual([]);
    const names = await namesOf(tenant);
    for (const name of [
      "user.reactivated",
      "second_steps.reset",
      "limits.released",
      "recovery.by_operator",
    ])
      expect(names).toContain(name);
    expect(await tenant.events("recovery.by_operator")).toMatchObject([
      { actorKind: "operator", subjectId: user.id },
    ]);

    const browser = tenant.newBrowser();
    await browser.post(pathOf(done.link));
    const chosen = await browser.post("/sign-in/new-password", {
      password: "heron candle umbrella plinth",
    });
    expect(locationOf(chosen)).toBe("/sign-in/password");
    await browser.post("/sign-in/password", { password: "heron candle umbrella plinth" });
    expect(await isSignedIn(browser)).toBe(true);
  });

  test("takes back a trial that is applied, drops one that is open, and restores the defaults", async () => {
    const tenant = await world.aTenant({ signedInAs: "super_admin" });
    const proposed = { ...defaultPolicy, strength: "phishing_resistant" } as const;
    const trial = await tenant.api.post("/settings/sign-in/trials", { ...proposed, version: 0 });
    const { id } = (await trial.json()) as { id: string };
    await tenant.api.put(`/settings/sign-in/trials/${id}/application`, { withoutTest: true });
    const stateNow = () => tenant.tenant.read((db) => findPolicyState(db, world.clock.now()));
    expect((await stateNow()).policy.strength).toBe("phishing_resistant");

    const first = await run(tenant, tenant.me.email, { revertPolicyTrial: true });
    expect(first.policy).toContain("taken back");
    expect(await stateNow()).toMatchObject({ policy: { strength: "baseline" }, trial: null });
    expect((await tenant.events("sign_in_policy.trial_reverted"))[0]).toMatchObject({
      actorKind: "operator",
    });

    await tenant.tenant.write((db) =>
      insertTrial(db, { proposed, previous: defaultPolicy, startedBy: null }, world.clock.now()),
    );
    expect((await run(tenant, tenant.me.email, { revertPolicyTrial: true })).policy).toContain(
      "dropped",
    );
    expect((await run(tenant, tenant.me.email, { revertPolicyTrial: true })).policy).toContain(
      "No change",
    );

    await tenant.tenant.write((db) =>
      db.updateTable("sign_in_policies").set({ strength: "strong", grace_days: 0 }).execute(),
    );
    const last = await run(tenant, tenant.me.email, { defaultPolicy: true });
    expect(last.policy).toContain("new tenant again");
    expect((await stateNow()).policy).toEqual(defaultPolicy);
    expect((await tenant.events("sign_in_policy.changed"))[0]).toMatchObject({
      actorKind: "operator",
    });
  });

  test("makes a link that is worth more than one that the person asked for: that one leads to the code", async () => {
    const tenant = await world.aTenant();
    const user = await tenant.aUser();
    const browser = tenant.newBrowser();
    await browser.post(await resetLink(tenant, user));
    await browser.post("/sign-in/new-password", { password: newPassword });
    const answer = await browser.post("/sign-in/password", { password: newPassword });
    expect(locationOf(answer)).toBe("/sign-in/code");
  });

  test("invites somebody again who was deactivated before they chose a password", async () => {
    const tenant = await world.aTenant();
    const user = await tenant.aUser({ state: "deactivated" });
    await tenant.tenant.write((db) =>
      db.updateTable("users").set({ password_hash: null }).where("id", "=", user.id).execute(),
    );
    const done = await run(tenant, user.email);
    expect(pathOf(done.link)).toStartWith("/verify-email/");
  });

  test("refuses nobody's address, one that is not verified, and somebody invited; nothing changes", async () => {
    const tenant = await world.aTenant();
    const user = await tenant.aUser();
    const invited = await tenant.aUser({ state: "invited" });
    const unproven = `other-${user.email}`;
    await tenant.tenant.write((db) =>
      db
        .insertInto("user_emails")
        .values({ user_id: user.id, email: unproven, is_primary: false })
        .execute(),
    );
    const code = (email: string) =>
      run(tenant, email).then(
        () => "done",
        (error: { code: string }) => error.code,
      );
    expect(await code("nobody@example.com")).toBe("users.not_found");
    expect(await code(unproven)).toBe("recovery.address_not_verified");
    expect(await code(invited.email)).toBe("recovery.never_signed_in");
    const stranger = await world.aTenant();
    expect(
      await run(stranger, user.email).then(
        () => "done",
        (error: { code: string }) => error.code,
      ),
    ).toBe("users.not_found");
    expect(await tenant.events()).toEqual([]);
  });
});

describe("weft user recover while no mail arrives", () => {
  const { send } = world.services.mail;
  beforeAll(() => {
    Object.assign(world.services.mail, {
      send: async () => ({ outcome: "rejected", reason: "no route" }),
    });
  });
  afterAll(() => {
    Object.assign(world.services.mail, { send });
  });

  /** By the link that was printed, to where the new password leads. */
  async function byLink(browser: Browser, link: string): Promise<string | null> {
    expect(locationOf(await browser.post(pathOf(link)))).toBe("/sign-in/new-password");
    const chosen = await browser.post("/sign-in/new-password", { password: newPassword });
    expect(locationOf(chosen)).toBe("/sign-in/password");
    return locationOf(await browser.post("/sign-in/password", { password: newPassword }));
  }
  const methodsOf = async (tenant: TestTenant) =>
    (await tenant.events("session.started")).map(({ data }) => data["methods"]);

  test("brings somebody in who has lost everything, and leads to a second step; it is said truthfully what was proven", async () => {
    const tenant = await world.aTenant();
    const user = await tenant.aUser({ role: "super_admin" });
    await withEverything(world, tenant, user);
    const done = await run(tenant, user.email);
    expect(done.mail).toEqual({ sent: false, reason: "no route" });
    expect(done.kept).toEqual([]);

    const browser = tenant.newBrowser();
    expect(await byLink(browser, done.link)).toBe("/security");
    const page = await (await browser.get("/security")).text();
    expect(page).toContain("Set up an authenticator app or a passkey now");
    expect(await methodsOf(tenant)).toEqual([["operator_link", "password"]]);
    expect((await tenant.events("password_reset.link_used")).map(({ data }) => data)).toEqual([
      { userId: user.id, byOperator: true },
    ]);
    const sessions = await (await browser.get("/security/sessions")).text();
    expect(sessions).toContain("link from the server’s operator");
    expect(sessions).not.toContain("Code by e-mail");
    // With the app that is set up there the next sign-in needs no mail either.
    const set = { currentPassword: newPassword };
    expect(locationOf(await browser.post("/security/authenticator-app", set))).toBe(
      "/security/authenticator-app/confirmation",
    );
  });

  test("says of a message that a worker is delivering what becomes of it, not what held up another", async () => {
    const tenant = await world.aTenant();
    const [user, other] = [await tenant.aUser(), await tenant.aUser()];
    for (const { email } of [user, other]) {
      expect((await run(tenant, email)).mail).toEqual({ sent: false, reason: "no route" });
    }
    const ofUser = "select id from app.mails where user_id = $1";
    await world.asSuperuser(
      `update app.jobs set last_error = null where payload ->> 'mailId' in (select id::text from (${ofUser}) as own)`,
      [user.id],
    );
    const outcome = outcomeOfMail(world.services, tenant, user.id);
    await Bun.sleep(50);
    await world.asSuperuser(
      "update app.mails set state = 'sent', sealed = null, error = null, sent_at = now() where user_id = $1",
      [user.id],
    );
    expect(await outcome).toEqual({ sent: true });
  });

  test("stands for the code once: the next sign-in, and another browser, are asked for it", async () => {
    const tenant = await world.aTenant();
    const user = await tenant.aUser();
    const done = await run(tenant, user.email);
    const browser = tenant.newBrowser();
    expect(await byLink(browser, done.link)).toBe("/security");
    expect((await browser.post(pathOf(done.link))).status).toBe(410);
    const other = tenant.newBrowser();
    expect(locationOf(await throughPassword(other, user.email, newPassword))).toBe("/sign-in/code");
    await browser.post("/sign-out");
    const again = await throughPassword(browser, user.email, newPassword);
    expect(locationOf(again)).toBe("/sign-in/code");
  });

  test("leaves second steps with --keep-second-steps: the app is asked for, and the link does not stand for it", async () => {
    const tenant = await world.aTenant();
    const user = await tenant.aUser();
    const app = await withApp(world, tenant, user);
    const theirs = await tenant.signedIn(user);
    const done = await run(tenant, user.email, { keepSecondSteps: true });
    expect([done.taken, done.kept]).toEqual([[], ["the authenticator app", "10 backup codes"]]);
    expect(await isSignedIn(theirs)).toBe(false);
    expect((await tenant.events("recovery.by_operator"))[0]?.data).toMatchObject({
      keptSecondSteps: true,
    });
    const browser = tenant.newBrowser();
    expect(await byLink(browser, done.link)).toBe("/sign-in/totp");
    expect(locationOf(await browser.post("/sign-in/totp", { code: app.code() }))).toBe("/");
    expect(await methodsOf(tenant)).toContainEqual(["operator_link", "password", "totp"]);
  });

  test("has what the tenant asks for set up on the way", async () => {
    const tenant = await world.aTenant();
    const user = await tenant.aUser();
    await setPolicy(tenant, { strength: "strong", grace_days: 0 });
    const done = await run(tenant, user.email);
    expect(await byLink(tenant.newBrowser(), done.link)).toBe("/sign-in/enrolment");
  });

  test("tells an application nothing of the code that was not given", () => {
    const asked = { classRefs: [authnContexts.refedsMultiFactor], comparison: "exact" } as const;
    expect(contextFor(["operator_link", "password"], asked)).toBeUndefined();
    expect(contextFor(["operator_link", "password"], null)).toBe(
      authnContexts.passwordProtectedTransport,
    );
  });
});

describe("weft user recover for somebody who comes in by an identity provider", () => {
  const linked = async (role: "member" | "super_admin" = "member") => {
    const tenant = await world.aTenant();
    const idp = await anIdp(tenant);
    const user = await tenant.aUser({ email: `ada@${idp.domain}`, role });
    const theirs = tenant.newBrowser();
    await signInBy(world, theirs, idp);
    if (role === "super_admin") {
      await theirs.post("/sign-in/link", { password: goodPassword });
      await theirs.post("/sign-in/code", { code: await mailedCode(tenant, user.email) });
    }
    expect(await isSignedIn(theirs)).toBe(true);
    return { tenant, idp, user, theirs };
  };
  const codeOf = (doing: Promise<unknown>) =>
    doing.then(
      () => "done",
      (error: { code: string }) => error.code,
    );
  /** By the link to a new password, and through the whole of a sign-in with it. */
  const comeIn = async (tenant: TestTenant, link: string) => {
    const browser = tenant.newBrowser();
    await browser.post(pathOf(link));
    const password = "heron candle umbrella plinth";
    const chosen = await browser.post("/sign-in/new-password", { password });
    expect(locationOf(chosen)).toBe("/sign-in/password");
    await browser.post("/sign-in/password", { password });
    return isSignedIn(browser);
  };

  test("refuses without --unlink: a password would open nothing; nothing changes", async () => {
    const { tenant, user, theirs } = await linked();
    expect(await codeOf(run(tenant, user.email))).toBe("recovery.comes_by_provider");
    expect(texts.comesByItsProvider).toContain("--unlink");
    expect(await isSignedIn(theirs)).toBe(true);
    expect(await namesOf(tenant)).not.toContain("recovery.by_operator");
  });

  test("unlinks with --unlink, ends sessions, says so, and the person comes in by the password", async () => {
    const { tenant, idp, user, theirs } = await linked();
    const done = await run(tenant, user.email, { unlink: true });
    expect([done.providers, done.unlinked]).toEqual([[idp.connection.name], true]);
    expect(await isSignedIn(theirs)).toBe(false);
    expect(await tenant.events("identity_provider.person_unlinked")).toMatchObject([
      { actorKind: "operator", data: { userId: user.id } },
    ]);
    expect((await tenant.events("recovery.by_operator"))[0]?.data).toMatchObject({
      unlinked: true,
    });
    const told = (await tenant.mails()).filter(({ to }) => to === user.email);
    expect(told.some(({ text }) => text.includes(`the way in by ${idp.connection.name}`))).toBe(
      true,
    );
    expect(await comeIn(tenant, done.link)).toBe(true);
    // And later, on a page that leads to the provider first.
    const later = tenant.newBrowser();
    await later.post("/sign-in", { email: user.email, return_to: "/", local: "1" });
    const password = { password: "heron candle umbrella plinth" };
    expect(locationOf(await later.post("/sign-in/password", password))).toBe("/sign-in/code");
  });

  test("takes back with --unlink where somebody was sent who has not come yet, and says so", async () => {
    const tenant = await world.aTenant();
    const idp = await anIdp(tenant);
    const user = await tenant.aUser();
    const way = { way: "provider", identityProviderId: idp.id };
    await ok(tenant.api.put(`/users/${user.id}/identity-provider`, way));
    const done = await run(tenant, user.email, { unlink: true });
    expect([done.providers, done.unlinked]).toEqual([[idp.connection.name], true]);
    expect(await tenant.events("provider_people.withdrawn")).toMatchObject([
      { actorKind: "operator", data: { userId: user.id } },
    ]);
    const ways = await ok(tenant.api.get(`/users/${user.id}/identity-provider`));
    expect(ways).toMatchObject({ word: null, isWaiting: false });
  });

  test("needs no --unlink where the password opens the account as it is: a super administrator, or settings put back", async () => {
    const admin = await linked("super_admin");
    const done = await run(admin.tenant, admin.user.email);
    expect([done.providers, done.unlinked]).toEqual([[admin.idp.connection.name], false]);
    expect(await comeIn(admin.tenant, done.link)).toBe(true);

    const { tenant, idp, user } = await linked();
    await ok(tenant.api.delete(`/identity-providers/${idp.id}/domains/${idp.domain}`));
    await makeDefault(tenant, idp);
    expect(await codeOf(run(tenant, user.email))).toBe("recovery.comes_by_provider");
    const back = await run(tenant, user.email, { defaultPolicy: true });
    expect(await comeIn(tenant, back.link)).toBe(true);
  });

  test("reaches nobody's links in another tenant", async () => {
    const [one, other] = [await linked(), await linked()];
    await run(one.tenant, one.user.email, { unlink: true });
    expect(await codeOf(run(other.tenant, other.user.email))).toBe("recovery.comes_by_provider");
  });
});
