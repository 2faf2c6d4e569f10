// One's own addresses: adding, confirming, promoting, removing one, and what is refused.
import { describe, expect, test } from "bun:test";
import { goodPassword, testApp } from "../../support/a-tenant.ts";
import { isSignedIn, locationOf, throughPassword } from "../sign-in/support.ts";
import {
  addressesOf,
  aPerson,
  ask,
  confirmationLink,
  giveAddress,
  idOf,
  own,
  pathOf,
  subjectsTo,
} from "./support.ts";

const house = await testApp();
const second = "ada@second.example";

describe("an address of one's own", () => {
  test("waits, is confirmed by its mailbox in any browser, and signs in from then on", async () => {
    const { tenant, user, browser } = await aPerson(house);
    const link = await ask(tenant, browser, second);
    const waiting = await addressesOf(tenant, user);
    expect(waiting.addresses.map(({ email }) => email)).toEqual([user.email]);
    expect(waiting.pending.map(({ email }) => email)).toEqual([second]);
    const page = await (await browser.get(own)).text();
    expect(page).toContain(second);
    expect(page).toContain("Not verified yet");

    const stranger = tenant.newBrowser();
    const asked = await stranger.get(link);
    expect(asked.status).toBe(200);
    expect(await asked.text()).toContain(second);
    expect((await addressesOf(tenant, user)).addresses).toHaveLength(1);
    const confirmed = await stranger.post(link);
    expect(confirmed.status).toBe(200);
    expect(await confirmed.text()).toContain("The address is confirmed");
    expect(await isSignedIn(stranger)).toBe(false);
    expect(await isSignedIn(browser)).toBe(true);

    const { addresses, pending } = await addressesOf(tenant, user);
    expect(pending).toEqual([]);
    expect(addresses).toMatchObject([
      { email: user.email, isPrimary: true },
      { email: second, isPrimary: false, verifiedAt: expect.any(String) },
    ]);
    expect(locationOf(await throughPassword(stranger, second))).toBe("/sign-in/code");
    for (const email of [user.email, second])
      expect(await subjectsTo(tenant, email)).toContainEqual(
        expect.stringContaining("An address was added"),
      );
    expect((await tenant.events()).map(({ name }) => name)).toEqual(
      expect.arrayContaining(["address.requested", "address.added"]),
    );
  });

  test("leads back to the list where the person is signed in, and not into somebody else's session", async () => {
    const { tenant, user, browser } = await aPerson(house);
    const theirs = await ask(tenant, browser, second);
    const other = await tenant.signedIn(await tenant.aUser());
    expect((await other.post(theirs)).status).toBe(200);
    expect((await addressesOf(tenant, user)).addresses).toHaveLength(2);
    expect(await (await other.get(own)).text()).not.toContain(second);
    const again = await ask(tenant, browser, "third@second.example");
    expect(locationOf(await browser.post(again))).toBe(own);
  });

  test("becomes the primary one; all addresses are told, and both sign in", async () => {
    const { tenant, user, browser } = await aPerson(house, { second });
    const id = await idOf(tenant, user, second);
    const question = await (await browser.get(`${own}/${id}/primary`)).text();
    expect(question).toContain("signing in stays as it is");
    expect(locationOf(await browser.put(`${own}/${id}/primary`))).toBe(own);
    expect((await addressesOf(tenant, user)).addresses).toMatchObject([
      { email: second, isPrimary: true },
      { email: user.email, isPrimary: false },
    ]);
    for (const email of [user.email, second])
      expect(await subjectsTo(tenant, email)).toEqual([
        expect.stringContaining("Your primary address"),
      ]);
    for (const email of [user.email, second]) {
      await throughPassword(tenant.newBrowser(), email);
      expect((await tenant.mails()).at(-1)).toMatchObject({
        to: email,
        code: expect.stringMatching(/^\d{8}$/),
      });
    }
    expect(await tenant.events("address.primary_changed")).toMatchObject([
      { data: { userId: user.id, from: user.email, to: second } },
    ]);
    // Twice: nothing happens.
    expect(locationOf(await browser.put(`${own}/${id}/primary`))).toBe(own);
    expect(await tenant.events("address.primary_changed")).toHaveLength(1);
  });

  test("is removed: it signs in no more, all addresses are told, this one too", async () => {
    const { tenant, user, browser } = await aPerson(house, { second });
    const id = await idOf(tenant, user, second);
    expect(await (await browser.get(`${own}/${id}/removal`)).text()).toContain(`Remove ${second}?`);
    expect(locationOf(await browser.delete(`${own}/${id}`))).toBe(own);
    expect((await addressesOf(tenant, user)).addresses).toHaveLength(1);
    for (const email of [user.email, second])
      expect(await subjectsTo(tenant, email)).toEqual([
        expect.stringContaining("An address was removed"),
      ]);
    const refused = await throughPassword(tenant.newBrowser(), second);
    expect(refused.status).not.toBe(303);
    expect(await tenant.events("address.removed")).toMatchObject([
      { data: { userId: user.id, email: second } },
    ]);
  });

  test("that waits is sent again, which ends the first link, and cancelled, which ends both", async () => {
    const { tenant, user, browser } = await aPerson(house);
    const first = await ask(tenant, browser, second);
    const pending = `${own}/pending/${await idOf(tenant, user, second)}`;
    expect(locationOf(await browser.post(`${pending}/mail`))).toBe(own);
    const newer = await confirmationLink(tenant, second);
    expect(newer).not.toBe(first);
    expect((await tenant.newBrowser().post(first)).status).toBe(410);
    expect(locationOf(await browser.delete(pending))).toBe(own);
    expect((await tenant.newBrowser().post(newer)).status).toBe(410);
    expect(await addressesOf(tenant, user)).toMatchObject({ pending: [] });
    expect((await browser.delete(pending)).status).toBe(404);
    expect(await tenant.events("address.request_cancelled")).toHaveLength(1);
  });
});

describe("is refused", () => {
  test("what is no address: the form again, with what was typed", async () => {
    const { browser } = await aPerson(house);
    const answer = await browser.post(own, { email: "nobody at all" });
    expect(answer.status).toBe(422);
    expect(await answer.text()).toContain('value="nobody at all"');
  });

  test("one that is there already, however it is spelt", async () => {
    const { tenant, user, browser } = await aPerson(house, { second });
    for (const email of [user.email, second, ` ${second.toUpperCase()}`])
      expect((await browser.post(own, { email })).status).toBe(409);
    expect(await tenant.mails()).toEqual([]);
  });

  test("the eleventh, those that wait included", async () => {
    const { tenant, user, browser } = await aPerson(house);
    for (let n = 2; n <= 8; n += 1) await giveAddress(tenant, user, `n${n}@second.example`);
    for (const n of [9, 10]) await ask(tenant, browser, `n${n}@second.example`);
    const answer = await browser.post(own, { email: "n11@second.example" });
    expect(answer.status).toBe(409);
    expect(await answer.text()).toContain("10 is the most");
    expect(await (await browser.get(own)).text()).not.toContain("Add an address");
    // One that waits may be sent again: it takes no more room.
    await ask(tenant, browser, "n10@second.example");
  });

  test("to remove the primary one, and to promote what is not confirmed", async () => {
    const { tenant, user, browser } = await aPerson(house);
    const primary = await idOf(tenant, user, user.email);
    expect((await browser.delete(`${own}/${primary}`)).status).toBe(409);
    await giveAddress(tenant, user, second, null);
    const id = await idOf(tenant, user, second);
    expect((await browser.put(`${own}/${id}/primary`, { confirm: "on" })).status).toBe(409);
    expect(await (await browser.get(own)).text()).not.toContain(`${id}/primary`);
    expect((await addressesOf(tenant, user)).addresses[0]).toMatchObject({ email: user.email });
  });

  test("another person's address, whatever is done to it", async () => {
    const { tenant, browser } = await aPerson(house);
    const other = await tenant.aUser();
    await giveAddress(tenant, other, second);
    const id = await idOf(tenant, other, second);
    expect((await browser.put(`${own}/${id}/primary`)).status).toBe(404);
    expect((await browser.delete(`${own}/${id}`)).status).toBe(404);
    expect((await addressesOf(tenant, other)).addresses).toHaveLength(2);
  });

  test("without fresh proof; what was typed is kept", async () => {
    const { tenant, user, browser } = await aPerson(house, { second });
    const id = await idOf(tenant, user, second);
    house.clock.advance({ minutes: 11 });
    const typed = await browser.post(own, { email: "third@second.example" });
    expect(typed.status).toBe(403);
    expect(await typed.text()).toContain('value="third@second.example"');
    expect((await browser.put(`${own}/${id}/primary`)).status).toBe(403);
    expect((await browser.delete(`${own}/${id}`)).status).toBe(403);
    expect(locationOf(await browser.get(`${own}/new`))).toStartWith("/step-up");
    expect(await tenant.mails()).toEqual([]);
    expect(await addressesOf(tenant, user)).toMatchObject({
      addresses: [{ email: user.email }, { email: second }],
      pending: [],
    });
  });

  test("more messages than a person, or an address, is good for; an administrator sees it", async () => {
    const { tenant, user, browser } = await aPerson(house);
    for (let n = 0; n < 2; n += 1) await ask(tenant, browser, second);
    const refused = await browser.post(own, { email: second });
    expect(refused.status).toBe(429);
    expect(Number(refused.headers.get("retry-after"))).toBeGreaterThan(0);
    // Nobody keeps the address from others by themselves, and members together not from administrators.
    const others = [await tenant.aUser(), await tenant.aUser()];
    for (const other of others) await ask(tenant, await tenant.signedIn(other), second);
    const [, last] = others;
    await ask(tenant, await tenant.signedIn(last!), second);
    const late = await tenant.aUser();
    expect((await (await tenant.signedIn(late)).post(own, { email: second })).status).toBe(429);
    const script = await tenant.script("admin");
    for (let n = 0; n < 2; n += 1)
      expect((await script.post(pathOf(late), { email: second })).status).toBe(201);
    for (let n = 0; n < 8; n += 1) await ask(tenant, browser, `n${n % 4}@second.example`);
    expect((await browser.post(own, { email: "last@second.example" })).status).toBe(429);
    const limits = (await (await tenant.api.get("/limits")).json()) as {
      items: { name: string; about: string }[];
    };
    const about = limits.items.filter((one) => !/\(to n\d@/.test(one.about));
    expect(about.map((one) => `${one.name} ${one.about}`).toSorted()).toEqual([
      `addresses.mails_address ${second}`,
      `addresses.mails_person ${user.email}`,
      ...[`${user.email} (to ${second})`, `${last!.email} (to ${second})`]
        .map((whom) => `addresses.mails_person_address ${whom}`)
        .toSorted(),
    ]);
  });
});

describe("the password", () => {
  test("changed ends what waits: whoever asked may have known the old one", async () => {
    const { tenant, user, browser } = await aPerson(house);
    const link = await ask(tenant, browser, second);
    const changed = await browser.put("/security/password", {
      currentPassword: goodPassword,
      password: "heron candle umbrella plinth",
    });
    expect(locationOf(changed)).toBe("/security");
    expect((await tenant.newBrowser().post(link)).status).toBe(410);
    expect(await addressesOf(tenant, user)).toMatchObject({ pending: [] });
  });

  test("is not made of any address of the person", async () => {
    const name = "countessoflovelaceengines";
    const change = async (person: Awaited<ReturnType<typeof aPerson>>) =>
      (
        await person.browser.put("/security/password", {
          currentPassword: goodPassword,
          password: name,
        })
      ).status;
    expect(await change(await aPerson(house, { second: `${name}@second.example` }))).toBe(422);
    expect(await change(await aPerson(house, { second }))).toBe(303);
  });

  test("changed is told to every address", async () => {
    const { tenant, user, browser } = await aPerson(house, { second });
    await giveAddress(tenant, user, "not@confirmed.example", null);
    await browser.put("/security/password", {
      currentPassword: goodPassword,
      password: "heron candle umbrella plinth",
    });
    const mails = await tenant.mails();
    expect(mails.map(({ to }) => to).toSorted()).toEqual([user.email, second].toSorted());
    expect(new Set(mails.map(({ subject }) => subject)).size).toBe(1);
  });
});
