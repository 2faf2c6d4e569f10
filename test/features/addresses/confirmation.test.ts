// The link that confirms an address: what it is good for, what it tells, and who comes first.
import { describe, expect, test } from "bun:test";
import { testApp } from "../../support/a-tenant.ts";
import { resetLink } from "../sign-in/support.ts";
import {
  addressesOf,
  aPerson,
  ask,
  confirmationLink,
  giveAddress,
  idOf,
  own,
  subjectsTo,
} from "./support.ts";

const house = await testApp();
const { aTenant } = house;
const second = "ada@second.example";

describe("the link", () => {
  test("is not used up by looking: mail scanners look", async () => {
    const { tenant, user, browser } = await aPerson(house);
    const link = await ask(tenant, browser, second);
    for (const method of ["GET", "HEAD", "GET"])
      expect((await tenant.newBrowser().send(method, link, null)).status).toBe(200);
    expect((await addressesOf(tenant, user)).addresses).toHaveLength(1);
    expect((await tenant.newBrowser().post(link)).status).toBe(200);
  });

  test("is dead, with one page, when it is used, late, altered, or its person is deactivated", async () => {
    const texts = new Set<string>();
    const dead = async (path: string, { tenant }: Awaited<ReturnType<typeof aPerson>>) => {
      for (const answer of [
        await tenant.newBrowser().get(path),
        await tenant.newBrowser().post(path),
      ]) {
        expect([path, answer.status]).toEqual([path, 410]);
        texts.add(
          (await answer.text()).replace(/nonce="[^"]*"/g, "").replaceAll(tenant.subdomain, ""),
        );
      }
    };
    const used = await aPerson(house);
    const usedLink = await ask(used.tenant, used.browser, second);
    await used.tenant.newBrowser().post(usedLink);
    await dead(usedLink, used);
    const altered = await aPerson(house);
    const whole = await ask(altered.tenant, altered.browser, second);
    await dead(`${whole.slice(0, -1)}${whole.endsWith("A") ? "B" : "A"}`, altered);
    await dead("/address-confirmation/nothing/at-all", altered);
    const out = await aPerson(house);
    const outLink = await ask(out.tenant, out.browser, second);
    await out.tenant.api.put(`/users/${out.user.id}/deactivation`);
    await out.tenant.api.delete(`/users/${out.user.id}/deactivation`);
    await dead(outLink, out);
    const late = await aPerson(house);
    const lateLink = await ask(late.tenant, late.browser, second);
    house.clock.advance({ hours: 72, seconds: -5 });
    expect((await late.tenant.newBrowser().get(lateLink)).status).toBe(200);
    house.clock.advance({ seconds: 10 });
    await dead(lateLink, late);
    expect(texts.size).toBe(1);
  });

  test("says whose account it is before it is confirmed", async () => {
    const { tenant, user, browser } = await aPerson(house);
    const link = await ask(tenant, browser, second);
    const page = await (await tenant.newBrowser().get(link)).text();
    for (const text of [second, `${user.firstName} ${user.lastName}`, user.email])
      expect(page).toContain(text);
    expect(page).toContain("only if this account is yours");
  });

  test("is nothing to another tenant", async () => {
    const { tenant, user, browser } = await aPerson(house);
    const link = await ask(tenant, browser, second);
    const stranger = await aTenant({ signedInAs: "super_admin" });
    expect((await stranger.browser.get(link)).status).toBe(410);
    expect((await stranger.browser.post(link)).status).toBe(410);
    expect((await addressesOf(tenant, user)).addresses).toHaveLength(1);
    const id = await idOf(tenant, user, user.email);
    const pending = await idOf(tenant, user, second);
    expect((await stranger.api.get(`/users/${user.id}/addresses`)).status).toBe(404);
    for (const path of [`${id}/primary`, id, `pending/${pending}`])
      for (const method of ["put", "delete"] as const)
        expect((await stranger.api[method](`/users/${user.id}/addresses/${path}`)).status).toBe(
          404,
        );
    // The same address is another person's there.
    const there = await aPerson(house);
    await ask(there.tenant, there.browser, second);
    await there.tenant.newBrowser().post(await confirmationLink(there.tenant, second));
    expect((await tenant.newBrowser().post(link)).status).toBe(200);
  });
});

describe("an address that belongs to somebody", () => {
  test("answers as any other; its owner is told, and no link is anywhere", async () => {
    const { tenant, user, browser } = await aPerson(house);
    const owner = await tenant.aUser();
    const [known, unknown] = [
      await browser.post(own, { email: owner.email }),
      await browser.post(own, { email: second }),
    ];
    for (const answer of [known, unknown]) {
      expect([answer.status, answer.headers.get("location")]).toEqual([303, own]);
      expect(answer.headers.getSetCookie()).toHaveLength(1);
    }
    const page = (await (await browser.get(own)).text()).replaceAll(owner.email, second);
    expect(page.split("Not verified yet")).toHaveLength(3);
    expect(await confirmationLink(tenant, owner.email)).toBe("none");
    expect(await subjectsTo(tenant, owner.email)).toEqual([
      expect.stringContaining("Somebody tried to add your address"),
    ]);
    expect((await tenant.events("address.requested")).map(({ data }) => data)).toEqual([
      { userId: user.id, email: owner.email, again: false },
      { userId: user.id, email: second, again: false },
    ]);
  });

  test("by now is told plainly to whoever has the mailbox, and stays where it is", async () => {
    const { tenant, user, browser } = await aPerson(house);
    const link = await ask(tenant, browser, second);
    const invited = await tenant.api.post("/users", {
      firstName: "Grace",
      lastName: "Hopper",
      email: second,
    });
    expect(invited.status).toBe(201);
    const answer = await tenant.newBrowser().post(link);
    expect(answer.status).toBe(409);
    expect(await answer.text()).toContain("belongs to another account");
    expect(await addressesOf(tenant, user)).toMatchObject({ pending: [] });
    expect((await addressesOf(tenant, user)).addresses).toHaveLength(1);
    expect(await tenant.events("address.refused")).toMatchObject([{ data: { email: second } }]);
    expect((await tenant.newBrowser().post(link)).status).toBe(410);
  });

  test("that waits signs nobody in, resets nothing, and is free for others", async () => {
    const { tenant, user, browser } = await aPerson(house);
    await ask(tenant, browser, second);
    expect(await resetLink(tenant, { ...user, email: second })).toBe("none");
    const other = await tenant.aUser();
    const theirs = await ask(tenant, await tenant.signedIn(other), second);
    expect((await tenant.newBrowser().post(theirs)).status).toBe(200);
    expect((await addressesOf(tenant, other)).addresses).toHaveLength(2);
  });
});

describe("a notice", () => {
  test("of an address added, or another primary one, leads to the addresses and not to a password", async () => {
    const { tenant, user, browser } = await aPerson(house);
    await tenant.newBrowser().post(await ask(tenant, browser, second));
    await browser.put(`${own}/${await idOf(tenant, user, second)}/primary`);
    const told = (await tenant.mails()).filter(({ subject }) =>
      /was added|has changed/.test(subject),
    );
    expect(told).toHaveLength(4);
    for (const { text } of told) {
      expect(text).toContain(`${tenant.origin}${own}`);
      expect(text).not.toContain("/forgotten-password");
    }
  });

  test("of an address removed offers a page to the others, and none to the one that is gone", async () => {
    const { tenant, user, browser } = await aPerson(house, { second });
    await browser.delete(`${own}/${await idOf(tenant, user, second)}`);
    const textTo = async (email: string) =>
      (await tenant.mails()).findLast(({ to }) => to === email)?.text;
    expect(await textTo(user.email)).toContain(`${tenant.origin}/forgotten-password`);
    const gone = await textTo(second);
    expect(gone).toContain("Tell an administrator at once");
    expect(gone).not.toContain("/forgotten-password");
  });
});

describe("at the same moment", () => {
  test("a link pressed twice adds once", async () => {
    for (let round = 0; round < 5; round += 1) {
      const { tenant, user, browser } = await aPerson(house);
      const link = await ask(tenant, browser, second);
      const statuses = await Promise.all(
        [1, 2, 3].map(async () => (await tenant.newBrowser().post(link)).status),
      );
      expect(statuses.toSorted((a, b) => a - b)).toEqual([200, 410, 410]);
      expect((await addressesOf(tenant, user)).addresses).toHaveLength(2);
      expect(await tenant.events("address.added")).toHaveLength(1);
    }
  });

  test("two people who confirm the same address: one has it, the other is told", async () => {
    for (let round = 0; round < 5; round += 1) {
      const { tenant, browser } = await aPerson(house);
      const other = await tenant.aUser();
      const links = [
        await ask(tenant, browser, second),
        await ask(tenant, await tenant.signedIn(other), second),
      ];
      const statuses = await Promise.all(
        links.map(async (link) => (await tenant.newBrowser().post(link)).status),
      );
      expect(statuses.toSorted((a, b) => a - b)).toEqual([200, 409]);
    }
  });

  test("two promotions leave one primary address", async () => {
    for (let round = 0; round < 5; round += 1) {
      const { tenant, user, browser } = await aPerson(house, { second });
      await giveAddress(tenant, user, "third@second.example");
      const ids = [
        await idOf(tenant, user, second),
        await idOf(tenant, user, "third@second.example"),
      ];
      const answers = await Promise.all(
        ids.map(async (id) => (await browser.put(`${own}/${id}/primary`)).status),
      );
      expect(answers).toEqual([303, 303]);
      const { addresses } = await addressesOf(tenant, user);
      expect(addresses.filter(({ isPrimary }) => isPrimary)).toHaveLength(1);
      const [one, two] = await tenant.events("address.primary_changed");
      expect(two?.data["from"]).toBe(one?.data["to"]);
    }
  });

  test("promotion and removal of one address: it is never gone while it is the primary one", async () => {
    for (let round = 0; round < 5; round += 1) {
      const { tenant, user, browser } = await aPerson(house, { second });
      const id = await idOf(tenant, user, second);
      await Promise.all([browser.put(`${own}/${id}/primary`), browser.delete(`${own}/${id}`)]);
      const { addresses } = await addressesOf(tenant, user);
      expect(addresses.filter(({ isPrimary }) => isPrimary)).toHaveLength(1);
    }
  });
});
