// `weft user set-email`: another primary address for somebody whose mailbox is dead or in other hands.
import { describe, expect, test } from "bun:test";
import { setEmailByOperator } from "#features/addresses/index.ts";
import type { DomainError } from "#platform/errors.ts";
import { postOf } from "#platform/http/handling.ts";
import { testApp, type TestTenant, type TestUser } from "../../support/a-tenant.ts";
import { anSp } from "../sso/support.ts";
import {
  isSignedIn,
  locationOf,
  mailedCode,
  resetLink,
  setPolicy,
  throughPassword,
} from "../sign-in/support.ts";
import { addressesOf, ask, confirmationLink, giveAddress } from "./support.ts";

const house = await testApp();
const actor = { kind: "operator", command: "user set-email" } as const;
let made = 0;
const anAddress = () => `new${(made += 1)}@second.example`;

const setEmail = (
  tenant: TestTenant,
  { email }: Pick<TestUser, "email">,
  wish: { newEmail: string; confirm?: boolean },
) =>
  tenant.tenant.write((db) =>
    setEmailByOperator(
      { db, actor, post: postOf(house.services, tenant.site), now: house.clock.now() },
      { email, confirm: false, ...wish },
    ),
  );
const codeOf = (doing: Promise<unknown>) =>
  doing.then(
    () => "done",
    (error: DomainError) => error.code,
  );
const emailsOf = async (tenant: TestTenant, user: TestUser) =>
  (await addressesOf(tenant, user)).addresses.map(({ email, isPrimary, verifiedAt }) => [
    email,
    isPrimary,
    verifiedAt !== null,
  ]);

describe("weft user set-email", () => {
  test("gives the new address, takes the former one away, tells both and says who did it", async () => {
    const tenant = await house.aTenant();
    const user = await tenant.aUser({ role: "super_admin" });
    const newEmail = anAddress();
    expect(await setEmail(tenant, user, { newEmail })).toMatchObject({
      from: user.email,
      to: newEmail,
    });
    expect(await emailsOf(tenant, user)).toEqual([[newEmail, true, true]]);
    const mails = await tenant.mails();
    for (const to of [user.email, newEmail]) {
      const texts = mails.filter((mail) => mail.to === to).map(({ text }) => text);
      expect(texts).toHaveLength(2);
      for (const text of texts) expect(text).toContain("on the server itself");
      expect(texts.join()).toContain(`${user.email} was taken away: it signs in no more`);
      expect(texts.join()).toContain("you were signed out everywhere");
      expect(texts.join()).not.toContain("both sign in");
    }
    expect(await tenant.events("address.set_by_operator")).toMatchObject([
      { actorKind: "operator", data: { userId: user.id, from: user.email, to: newEmail } },
    ]);
    // The new one signs in and gets the code; the former one opens nothing.
    const browser = tenant.newBrowser();
    await throughPassword(browser, newEmail);
    const code = await mailedCode(tenant, newEmail);
    expect(locationOf(await browser.post("/sign-in/code", { code }))).toBe("/");
    expect((await throughPassword(tenant.newBrowser(), user.email)).status).toBe(422);
  });

  test("makes worthless what was mailed to the former address, and what waits", async () => {
    const tenant = await house.aTenant({ signedInAs: "member" });
    const link = await resetLink(tenant, tenant.me);
    const waiting = anAddress();
    await ask(tenant, tenant.browser, waiting);
    const confirm = await confirmationLink(tenant, waiting);
    await setEmail(tenant, tenant.me, { newEmail: anAddress() });
    expect((await tenant.newBrowser().post(link)).status).toBe(410);
    expect((await tenant.newBrowser().post(confirm)).status).toBe(410);
  });

  test("ends sessions and forgets devices, for the mailbox is in other hands; the other super administrators are told", async () => {
    const tenant = await house.aTenant();
    const user = await tenant.aUser({ role: "super_admin" });
    const other = await tenant.aUser({ role: "super_admin" });
    await tenant.aUser({ role: "admin" });
    await setPolicy(tenant, { remember_device_days: 30 });
    const thief = tenant.newBrowser();
    await throughPassword(thief, user.email);
    const code = await mailedCode(tenant, user.email);
    await thief.post("/sign-in/code", { code, remember: "on" });
    expect(await isSignedIn(thief)).toBe(true);
    const newEmail = anAddress();
    await setEmail(tenant, user, { newEmail });
    expect(await isSignedIn(thief)).toBe(false);
    expect((await tenant.events("session.ended")).map(({ data }) => data["reason"])).toEqual([
      "address_replaced",
    ]);
    expect(locationOf(await throughPassword(thief, newEmail))).toBe("/sign-in/code");
    const told = (await tenant.mails()).filter(({ subject }) =>
      /got another address/.test(subject),
    );
    expect(told.map(({ to }) => to)).toEqual([other.email]);
    for (const part of [user.email, newEmail, "signed them out everywhere"])
      expect(told[0]?.text).toContain(part);
  });

  test("takes one of their other addresses, confirmed or not; those that are left stay", async () => {
    const tenant = await house.aTenant();
    const user = await tenant.aUser();
    const [newEmail, other] = [anAddress(), anAddress()];
    await giveAddress(tenant, user, newEmail, null);
    await giveAddress(tenant, user, other);
    await setEmail(tenant, { email: other }, { newEmail });
    expect(await emailsOf(tenant, user)).toEqual([
      [newEmail, true, true],
      [other, false, true],
    ]);
  });

  test("names the applications that would see somebody new, and asks for --confirm", async () => {
    const tenant = await house.aTenant({ signedInAs: "member" });
    const sp = await anSp(tenant);
    const newEmail = anAddress();
    const refused = await setEmail(tenant, tenant.me, { newEmail }).catch(
      (error: DomainError) => error,
    );
    expect(refused).toMatchObject({
      code: "addresses.changes_identity",
      detail: { errors: { confirm: expect.stringContaining(sp.application.name) } },
    });
    expect(await emailsOf(tenant, tenant.me)).toEqual([[tenant.me.email, true, true]]);
    await setEmail(tenant, tenant.me, { newEmail, confirm: true });
    expect(await emailsOf(tenant, tenant.me)).toEqual([[newEmail, true, true]]);
  });

  test("refuses somebody else's address, nobody, another tenant's person, and somebody invited", async () => {
    const [tenant, other] = [await house.aTenant(), await house.aTenant()];
    const [user, neighbour] = [await tenant.aUser(), await tenant.aUser()];
    const invited = await tenant.aUser({ state: "invited" });
    const newEmail = anAddress();
    expect(await codeOf(setEmail(tenant, user, { newEmail: neighbour.email }))).toBe(
      "addresses.taken",
    );
    expect(await codeOf(setEmail(other, user, { newEmail }))).toBe("users.not_found");
    expect(await codeOf(setEmail(tenant, { email: "nobody@x.example" }, { newEmail }))).toBe(
      "users.not_found",
    );
    expect(await codeOf(setEmail(tenant, invited, { newEmail }))).toBe(
      "addresses.person_not_settled",
    );
    expect(await tenant.events("address.set_by_operator")).toEqual([]);
  });

  test("of two people who are given one address at once, one has it", async () => {
    const tenant = await house.aTenant();
    const people = [await tenant.aUser(), await tenant.aUser()];
    const newEmail = anAddress();
    const codes = await Promise.all(
      people.map((user) => codeOf(setEmail(tenant, user, { newEmail }))),
    );
    expect(codes.toSorted()).toEqual(["addresses.taken", "done"]);
  });
});
