// What a proved domain does: addresses that administrators give need no confirmation, people there are welcomed, groups come by themselves.
import { describe, expect, test } from "bun:test";
import { setEmailByOperator } from "#features/addresses/index.ts";
import { goodPassword, type TestTenant, type TestUser } from "../../support/a-tenant.ts";
import { addressesOf, ask, confirmationLink, pathOf, subjectsTo } from "../addresses/support.ts";
import { anIdp, ok, signInBy } from "../identity-providers/support.ts";
import { isSignedIn, locationOf, mailedCode } from "../sign-in/support.ts";
import {
  aDomain,
  added,
  codeOf,
  houseWithDns,
  json,
  linked,
  membershipsOf,
  proved,
} from "./support.ts";

const house = await houseWithDns();
const { aTenant } = house;

async function aHouse(signedInAs: "admin" | "super_admin" = "admin") {
  const tenant = await aTenant({ signedInAs });
  const domain = await proved(house, tenant, aDomain());
  const group = await tenant.aGroup();
  expect((await linked(tenant, domain, group)).status).toBe(201);
  return { tenant, domain, group, script: await tenant.script(signedInAs) };
}

const grace = (at: string, name = "grace") => ({
  firstName: "Grace",
  lastName: "Hopper",
  email: `${name}@${at}`,
});

const isVerified = async (tenant: TestTenant, user: Pick<TestUser, "id">, email: string) =>
  (await addressesOf(tenant, user as TestUser)).addresses.find((one) => one.email === email)
    ?.verifiedAt !== null;

const givenIn = async (tenant: TestTenant) =>
  (await tenant.events("domain.group_given")).map(({ subjectId, data, actorKind }) => ({
    userId: subjectId,
    groupId: data["groupId"],
    because: data["because"],
    actorKind,
  }));

const isSecondFor = ({ tenant }: TestTenant, userId: TestUser["id"], email: string) =>
  tenant.write((db) =>
    db
      .insertInto("user_emails")
      .values({ user_id: userId, email, is_primary: false, verified_at: new Date() })
      .execute(),
  );

describe("somebody who is added at a proved domain", () => {
  test("is welcomed, verified, in the groups, and signs in by choosing a password", async () => {
    const { tenant, domain, group } = await aHouse();
    const form = await (await tenant.browser.get("/users/new")).text();
    expect(form).toContain(`At ${domain.domain}: the address counts as verified`);
    const person = grace(domain.domain);
    const page = locationOf(await tenant.browser.post("/users", { ...person, role: "member" }));
    const user = { id: page?.split("/").at(-1) } as TestUser;
    expect(await isVerified(tenant, user, person.email)).toBe(true);
    expect<unknown>(await membershipsOf(tenant, user)).toEqual([
      { groupId: group.id, byHand: true },
    ]);
    expect<unknown>(await givenIn(tenant)).toEqual([
      { userId: user.id, groupId: group.id, because: "added", actorKind: "user" },
    ]);
    expect(await tenant.events("user.created")).toMatchObject([{ data: { isVerified: true } }]);
    const members = await (await tenant.browser.get(`/groups/${group.id}`)).text();
    expect(members).toContain(person.email);

    const [mail, ...others] = await tenant.mails();
    expect(others).toEqual([]);
    expect(mail).toMatchObject({
      to: person.email,
      subject: expect.stringContaining("Welcome to"),
    });
    expect(mail?.text).toContain("Choose my password");
    const { link = "" } = mail ?? {};
    const browser = tenant.newBrowser();
    const shown = await (await browser.get(link)).text();
    expect(shown).toContain("Continue to choose a password");
    expect(shown).not.toContain("confirm the address");
    expect(locationOf(await browser.post(link))).toBe("/sign-in/new-password");
    await browser.post("/sign-in/new-password", { password: goodPassword });
    const code = await mailedCode(tenant, person.email);
    await browser.post("/sign-in/code", { code });
    expect(await isSignedIn(browser)).toBe(true);
    const told = (await tenant.mails()).filter(({ to }) => to === tenant.me.email);
    expect(told.map(({ text }) => text)).toEqual([
      expect.stringContaining("opened the message that welcomed them"),
    ]);
    // Given once, when they were added: whoever is taken out of the group before stays out.
    expect(await givenIn(tenant)).toHaveLength(1);
  });

  test("is welcomed again, and the inviter is told once", async () => {
    const { tenant, domain } = await aHouse();
    const page = locationOf(
      await tenant.browser.post("/users", { ...grace(domain.domain), role: "member" }),
    );
    await tenant.browser.post(`${page}/invitation`);
    const mails = await tenant.mails();
    expect(mails.map(({ subject }) => subject.startsWith("Welcome to"))).toEqual([true, true]);
    expect((await tenant.newBrowser().get(mails[0]?.link ?? "")).status).toBe(410);
    await tenant.newBrowser().post(mails[1]?.link ?? "");
    await tenant.browser.post(`${page}/invitation`);
    await tenant.newBrowser().post((await tenant.mails()).at(-1)?.link ?? "");
    expect(await subjectsTo(tenant, tenant.me.email)).toHaveLength(1);
  });

  test("as JSON the same; at any other domain, a subdomain too, an invitation as before", async () => {
    const { tenant, domain, script } = await aHouse();
    const user = await json<TestUser>(script.post("/users", grace(domain.domain)));
    expect(await isVerified(tenant, user, user.email)).toBe(true);
    for (const at of [`sub.${domain.domain}`, `x${domain.domain}`, "elsewhere.example"]) {
      const other = await json<TestUser>(script.post("/users", grace(at)));
      expect(await isVerified(tenant, other, other.email)).toBe(false);
      expect(await membershipsOf(tenant, other)).toEqual([]);
      expect(await subjectsTo(tenant, other.email)).toEqual([
        expect.stringContaining("You are invited"),
      ]);
    }
  });

  test("nothing of it while the domain is not proved, or after it is removed, or at another tenant's", async () => {
    const waiting = await aTenant({ signedInAs: "admin" });
    const { domain, tenant, group } = await aHouse();
    await added(waiting.api, domain.domain);
    const form = await (await waiting.browser.get("/users/new")).text();
    expect(form).toContain("They get an invitation");
    await tenant.api.delete(`/settings/domains/${domain.id}`);
    for (const at of [waiting, tenant]) {
      const user = await json<TestUser>(at.api.post("/users", grace(domain.domain)));
      expect(await isVerified(at, user, user.email)).toBe(false);
      expect(await membershipsOf(at, user)).toEqual([]);
    }
    expect(group.id).toBeString();
  });
});

describe("an address at a proved domain", () => {
  test("that a super administrator gives somebody is theirs at once, and all addresses are told", async () => {
    const { tenant, domain, group } = await aHouse("super_admin");
    const user = await tenant.aUser();
    const email = `second@${domain.domain}`;
    const form = await (await tenant.browser.get(`${pathOf(user)}/new`)).text();
    expect(form).toContain(`An address at ${domain.domain} is added at once`);
    const sent = await tenant.browser.post(pathOf(user), { email });
    expect(locationOf(sent)).toBe(pathOf(user));
    const list = await (await tenant.browser.get(pathOf(user))).text();
    expect(list).toContain(`${email} is added`);
    expect(list).toContain("Verified by its domain");
    expect(await isVerified(tenant, user, email)).toBe(true);
    expect<unknown>(await membershipsOf(tenant, user)).toEqual([
      { groupId: group.id, byHand: true },
    ]);
    const told = (await tenant.mails()).filter(({ to }) => to !== tenant.me.email);
    expect(told.map(({ to }) => to).toSorted()).toEqual([email, user.email].toSorted());
    for (const { subject, text } of told) {
      expect(subject).toContain("An address was added");
      expect(text).toContain("by an administrator");
    }
    expect(await tenant.events("address.added")).toMatchObject([
      { subjectId: user.id, data: { email, byDomain: true } },
    ]);
    expect<unknown>(await givenIn(tenant)).toEqual([
      { userId: user.id, groupId: group.id, because: "verified", actorKind: "user" },
    ]);
  });

  test("as JSON answers the address, and one elsewhere waits as before", async () => {
    const { tenant, domain, script } = await aHouse("super_admin");
    const user = await tenant.aUser();
    const email = `second@${domain.domain}`;
    const sent = await script.post(pathOf(user), { email });
    expect(sent.status).toBe(201);
    expect<unknown>(await sent.json()).toEqual({
      id: expect.any(String),
      email,
      isPrimary: false,
      verifiedAt: expect.any(String),
      byDomain: true,
    });
    expect(
      await json(script.post(pathOf(user), { email: "second@elsewhere.example" })),
    ).toHaveProperty("expiresAt");
    expect(await codeOf(script.post(pathOf(user), { email }))).toEqual([
      409,
      "addresses.already_theirs",
    ]);
  });

  test("takes the place of one that waits, and its link is dead", async () => {
    const { tenant, script } = await aHouse("super_admin");
    const user = await tenant.aUser();
    const at = aDomain();
    const email = `second@${at}`;
    await script.post(pathOf(user), { email });
    const link = await confirmationLink(tenant, email);
    await proved(house, tenant, at);
    expect((await script.post(pathOf(user), { email })).status).toBe(201);
    const { pending, addresses } = await addressesOf(tenant, user);
    expect([pending, addresses.length]).toEqual([[], 2]);
    expect((await tenant.newBrowser().post(link)).status).toBe(410);
  });

  test("that somebody wants for themselves is confirmed by its mailbox, whoever they are", async () => {
    const { tenant, domain, group } = await aHouse();
    for (const role of ["member", "admin", "super_admin"] as const) {
      const user = await tenant.aUser({ role });
      const email = `${role}@${domain.domain}`;
      const browser = await tenant.signedIn(user);
      const link = await ask(tenant, browser, email);
      expect((await addressesOf(tenant, user)).addresses).toHaveLength(1);
      expect(await membershipsOf(tenant, user)).toEqual([]);
      expect(locationOf(await browser.post(link))).toBe("/profile/addresses");
      expect<unknown>(await membershipsOf(tenant, user)).toEqual([
        { groupId: group.id, byHand: true },
      ]);
    }
    const [admin] = [await tenant.aUser({ role: "admin" })];
    const itself = await tenant.signedIn(admin);
    await itself.post(pathOf(admin), { email: `itself@${domain.domain}` });
    expect((await addressesOf(tenant, admin)).addresses).toHaveLength(1);
  });

  test("is no way to another administrator's account, nor to an address that is somebody's", async () => {
    const { tenant, domain, script } = await aHouse();
    for (const role of ["admin", "super_admin"] as const) {
      const peer = await tenant.aUser({ role });
      const email = `${role}@${domain.domain}`;
      expect((await script.post(pathOf(peer), { email })).status).toBe(403);
      expect((await addressesOf(tenant, peer)).addresses).toHaveLength(1);
    }
    const owner = await tenant.aUser({ email: `owner@${domain.domain}` });
    const user = await tenant.aUser();
    expect(await codeOf(script.post(pathOf(user), { email: owner.email }))).toEqual([
      409,
      "addresses.taken",
    ]);
    const out = await tenant.aUser({ state: "deactivated" });
    expect((await script.post(pathOf(out), { email: `out@${domain.domain}` })).status).toBe(409);
  });

  test("counts with the ten and with the messages", async () => {
    const { tenant, domain, script } = await aHouse();
    const user = await tenant.aUser();
    for (let n = 0; n < 9; n += 1) await isSecondFor(tenant, user.id, `more${n}@${domain.domain}`);
    expect(await codeOf(script.post(pathOf(user), { email: `ten@${domain.domain}` }))).toEqual([
      409,
      "addresses.too_many",
    ]);
  });

  test("leaves a group that only a provider gave to the provider, whoever adds it, until everybody is added", async () => {
    const { tenant, domain, group, script } = await aHouse("super_admin");
    const [user, other] = [await tenant.aUser(), await tenant.aUser()];
    await tenant.tenant.write((db) =>
      db
        .insertInto("group_members")
        .values(
          [user, other].map(({ id }) => ({ group_id: group.id, user_id: id, by_hand: false })),
        )
        .execute(),
    );
    const byProvider = [{ groupId: group.id, byHand: false }];
    const browser = await tenant.signedIn(user);
    await browser.post(await ask(tenant, browser, `second@${domain.domain}`));
    await script.post(pathOf(other), { email: `other@${domain.domain}` });
    for (const one of [user, other]) {
      expect((await addressesOf(tenant, one)).addresses).toHaveLength(2);
      expect<unknown>(await membershipsOf(tenant, one)).toEqual(byProvider);
    }
    expect(await givenIn(tenant)).toEqual([]);
    const all = `/settings/domains/${domain.id}/groups/${group.id}/members`;
    expect(await json(script.post(all))).toEqual({ addedCount: 2 });
    expect<unknown>(await membershipsOf(tenant, user)).toEqual([
      { groupId: group.id, byHand: true },
    ]);
  });

  test("gives its groups when the operator sets it, and not again when they had it", async () => {
    const { tenant, domain, group } = await aHouse();
    const user = await tenant.aUser();
    const had = await tenant.aUser();
    await isSecondFor(tenant, had.id, `had@${domain.domain}`);
    const { post } = tenant;
    for (const [email, newEmail] of [
      [user.email, `set@${domain.domain}`],
      [had.email, `had@${domain.domain}`],
    ] as const)
      await tenant.tenant.write((db) => {
        const actor = { kind: "operator", command: "test" } as const;
        const by = { db, actor, post, now: house.clock.now() };
        return setEmailByOperator(by, { email, newEmail, confirm: false });
      });
    expect<unknown>(await givenIn(tenant)).toEqual([
      { userId: user.id, groupId: group.id, because: "verified", actorKind: "operator" },
    ]);
  });

  test("gives its groups when an invitation from before is answered", async () => {
    const tenant = await aTenant();
    const at = aDomain();
    const user = await json<TestUser>(tenant.api.post("/users", grace(at)));
    const domain = await proved(house, tenant, at);
    const group = await tenant.aGroup();
    await linked(tenant, domain, group);
    expect(await membershipsOf(tenant, user)).toEqual([]);
    const [mail] = await tenant.mails();
    await tenant.newBrowser().post(mail?.link ?? "");
    expect<unknown>(await givenIn(tenant)).toEqual([
      { userId: user.id, groupId: group.id, because: "verified", actorKind: "visitor" },
    ]);
  });
});

describe("an identity provider", () => {
  test("that makes people at a proved domain brings them into its groups", async () => {
    const tenant = await aTenant();
    const idp = await anIdp(tenant);
    await ok(tenant.api.patch(`/identity-providers/${idp.id}`, { createsPeople: true }));
    const domain = await proved(house, tenant, idp.domain);
    const group = await tenant.aGroup();
    await linked(tenant, domain, group);
    await signInBy(house, tenant.newBrowser(), idp);
    const [created] = await tenant.events("identity_provider.person_created");
    expect<unknown>(await givenIn(tenant)).toEqual([
      { userId: created?.subjectId, groupId: group.id, because: "added", actorKind: "visitor" },
    ]);
    const bound = await json(tenant.api.get(`/identity-providers/${idp.id}/domains`));
    expect(bound).toMatchObject({ items: [{ domain: idp.domain, isProved: true }] });
    expect(await json(tenant.api.get(`/settings/domains/${domain.id}`))).toMatchObject({
      provider: { id: idp.id },
    });
  });
});
