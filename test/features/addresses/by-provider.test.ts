// Whether somebody comes in by their identity provider is decided by person: linked to the one that their primary address leads to, by it
// alone, whichever of their addresses is typed. Where an address leads goes by the address alone.
import { describe, expect, test } from "bun:test";
import { goodPassword, testApp, type TestUser } from "../../support/a-tenant.ts";
import { anIdp, answer, type Idp, signInBy, toProvider } from "../identity-providers/support.ts";
import { aPasskey } from "../passkeys/support.ts";
import { byPasskey, isSignedIn, locationOf, resetLink } from "../sign-in/support.ts";
import { addressesOf, giveAddress, idOf, own, pathOf } from "./support.ts";

const house = await testApp();
const elsewhere = "ada@elsewhere.example";

/** A person with a password and two addresses, the first of them primary; linked to the provider where `linked`. */
async function aPerson(
  addresses: (idp: Idp) => readonly [primary: string, second: string],
  { linked = true, role = "member" }: { linked?: boolean; role?: TestUser["role"] } = {},
) {
  const tenant = await house.aTenant();
  const idp = await anIdp(tenant);
  const [primary, second] = addresses(idp);
  const user = await tenant.aUser({ email: primary, role });
  await giveAddress(tenant, user, second);
  if (linked)
    await tenant.tenant.write((db) =>
      db
        .insertInto("federated_identities")
        .values({
          identity_provider_id: idp.id as never,
          subject: "00u-ada",
          user_id: user.id,
          linked_at: house.clock.now(),
        })
        .execute(),
    );
  return { tenant, idp, user, second };
}

const boundFirst = (idp: Idp) => [`ada@${idp.domain}`, elsewhere] as const;
const boundSecond = (idp: Idp) => [elsewhere, `ada@${idp.domain}`] as const;

type Made = Awaited<ReturnType<typeof aPerson>>;

/** The right password for an address; where it leads afterwards, or why it does not. */
async function byPassword({ tenant }: Made, email: string): Promise<string> {
  const browser = tenant.newBrowser();
  await browser.post("/sign-in", { email, return_to: "/", local: "1" });
  const answered = await browser.post("/sign-in/password", { password: goodPassword });
  if (answered.status === 303) return locationOf(answered) ?? "";
  const refusals = await tenant.events("sign_in.password_refused");
  return String(refusals.at(-1)?.data["cause"]);
}

describe("linked, and the primary address leads to the provider", () => {
  test("no password opens, whichever address is typed", async () => {
    const made = await aPerson(boundFirst);
    expect(await byPassword(made, made.user.email)).toBe("by_provider");
    expect(await byPassword(made, elsewhere)).toBe("by_provider");
  });

  test("nor a passkey, nor a new password; the mail has the way there", async () => {
    const made = await aPerson(boundFirst);
    const { tenant, user } = made;
    const { authenticator } = await aPasskey(house, tenant, user);
    const browser = tenant.newBrowser();
    await browser.post("/sign-in", { email: elsewhere, return_to: "/" });
    await byPasskey(tenant, browser, authenticator);
    expect(await isSignedIn(browser)).toBe(false);
    expect(await resetLink(tenant, { ...user, email: elsewhere })).toBe("none");
    const mail = (await tenant.mails()).findLast(({ to }) => to === elsewhere);
    expect(mail?.text).toContain(`${tenant.origin}/sign-in/with/${made.idp.id}`);
  });

  test("nor another provider, to whose domain a second address belongs", async () => {
    const made = await aPerson(boundFirst);
    const { tenant, user } = made;
    const other = await anIdp(tenant);
    const theirs = `ada@${other.domain}`;
    await giveAddress(tenant, user, theirs);
    const browser = tenant.newBrowser();
    const refused = await signInBy(house, browser, other, { nameId: "other-ada", email: theirs });
    expect(refused.status).toBe(403);
    expect(await refused.text()).toContain("by another provider");
    expect(await isSignedIn(browser)).toBe(false);
    expect(await tenant.events("sign_in.provider_refused")).toMatchObject([
      { data: { cause: "other_provider", userId: user.id } },
    ]);
    expect(await tenant.events("identity_provider.person_linked")).toEqual([]);
    // By their own they come in.
    const right = await signInBy(house, tenant.newBrowser(), made.idp, { typed: user.email });
    expect(locationOf(right)).toBe("/");
  });

  test("they do not leave it by themselves; a super administrator may, told what changes", async () => {
    const made = await aPerson(boundFirst);
    const { tenant, user, idp } = made;
    const browser = await tenant.signedIn(user);
    const id = await idOf(tenant, user, elsewhere);
    expect(await (await browser.get(`${own}/${id}/primary`)).text()).toContain(
      "ask a super administrator to change it",
    );
    const refused = await browser.put(`${own}/${id}/primary`, { confirm: "on" });
    expect(refused.status).toBe(409);
    const asked = await tenant.api.put(`${pathOf(user)}/${id}/primary`);
    expect(await asked.json()).toMatchObject({
      code: "addresses.changes_identity",
      signIn: { from: idp.connection.name, to: null },
    });
    expect((await tenant.api.put(`${pathOf(user)}/${id}/primary`, { confirm: true })).status).toBe(
      200,
    );
    expect((await addressesOf(tenant, user)).addresses[0]?.email).toBe(elsewhere);
    expect(await byPassword(made, elsewhere)).toBe("/sign-in/code");
  });

  test("an administrator does not take them out of it, and reads who does", async () => {
    const { tenant, user } = await aPerson(boundFirst);
    const admin = await tenant.signedIn(await tenant.aUser({ role: "admin" }));
    const path = `${pathOf(user)}/${await idOf(tenant, user, elsewhere)}/primary`;
    expect(await (await admin.get(path)).text()).toContain("super administrators alone change it");
    expect((await admin.put(path, { confirm: "on" })).status).toBe(403);
    const refused = await (await tenant.script("admin")).put(path, { confirm: true });
    expect(await refused.json()).toMatchObject({ code: "addresses.provider_decides" });
    expect((await addressesOf(tenant, user)).addresses[0]?.email).toBe(user.email);
  });

  test("sent to it by an administrator they may, and come in by it alone as before", async () => {
    const made = await aPerson(boundFirst);
    const { tenant, user, idp } = made;
    const way = { way: "provider", identityProviderId: idp.id };
    await tenant.api.put(`/users/${user.id}/identity-provider`, way);
    const browser = await tenant.signedIn(user);
    const id = await idOf(tenant, user, elsewhere);
    const changed = await browser.put(`${own}/${id}/primary`, { confirm: "on" });
    expect(changed.status).toBe(303);
    expect((await addressesOf(tenant, user)).addresses[0]?.email).toBe(elsewhere);
    expect(await byPassword(made, elsewhere)).toBe("by_provider");
  });

  test("a super administrator keeps the password, by both", async () => {
    const made = await aPerson(boundFirst, { role: "super_admin" });
    for (const email of [made.user.email, elsewhere])
      expect(await byPassword(made, email)).toBe("/sign-in/code");
  });
});

describe("linked, and only a second address leads to the provider", () => {
  test("the password opens by both, and so does the provider", async () => {
    const made = await aPerson(boundSecond);
    const { tenant, idp, user, second } = made;
    for (const email of [user.email, second])
      expect(await byPassword(made, email)).toBe("/sign-in/code");
    const right = await signInBy(house, tenant.newBrowser(), idp, { typed: second });
    expect(locationOf(right)).toBe("/");
  });
});

describe("not linked", () => {
  test.each([
    ["the primary address leads to a provider", boundFirst],
    ["a second address leads to a provider", boundSecond],
  ] as const)("%s: the password stays, by both", async (_, addresses) => {
    const made = await aPerson(addresses, { linked: false });
    for (const email of [made.user.email, made.second])
      expect(await byPassword(made, email)).toBe("/sign-in/code");
  });

  test("a first word of the provider about a second address links its person", async () => {
    const made = await aPerson(boundSecond, { linked: false });
    const { tenant, idp, user, second } = made;
    const browser = tenant.newBrowser();
    const request = await toProvider(browser, second);
    const right = await answer(house, browser, idp, { request, email: second });
    expect(locationOf(right)).toBe("/");
    expect(await tenant.events("identity_provider.person_linked")).toMatchObject([
      { data: { userId: user.id } },
    ]);
  });
});

test("where an address leads depends on the address alone", async () => {
  const made = await aPerson(boundFirst);
  const { tenant, idp } = made;
  const leadsTo = async (email: string) =>
    locationOf(await tenant.newBrowser().post("/sign-in", { email, return_to: "/" }));
  for (const email of [made.user.email, `nobody@${idp.domain}`])
    expect(await leadsTo(email)).toBe("/sign-in/provider");
  for (const email of [elsewhere, "nobody@elsewhere.example"])
    expect(await leadsTo(email)).toBe("/sign-in/password");
});
