// Guesses at one password by several addresses of its person count together, and nobody learns from it that the addresses are one person's.
import { expect, test } from "bun:test";
import { testApp } from "../../support/a-tenant.ts";
import { locationOf, signIn, throughPassword } from "../sign-in/support.ts";
import { aPerson, type Person } from "./support.ts";

const house = await testApp();
const second = "ada@second.example";

/** A wrong password, from a network of its own. */
const guess = ({ tenant }: Pick<Person, "tenant">, email: string) =>
  throughPassword(tenant.newBrowser(), email, "wrong otter lantern");

const counter =
  "name = 'sign_in.password_person_month' and tenant_id = $1 and key = sha256($2::bytea)";

/** How many were counted against the person. */
const counted = async ({ tenant, user }: Person): Promise<number> => {
  const rows = await house.asSuperuser<{ hits: number }>(
    `select sum(hits)::int as hits from app.limits where ${counter}`,
    [tenant.id, user.id],
  );
  return rows[0]?.hits ?? 0;
};

/** As if so many had been counted. */
const setCounted = ({ tenant, user }: Person, hits: number) =>
  house.asSuperuser(`update app.limits set hits = $3 where ${counter}`, [tenant.id, user.id, hits]);

const refusedBecause = async ({ tenant }: Person) =>
  (await tenant.events("sign_in.password_refused")).at(-1)?.data["cause"];

test("a hundred in thirty days are judged, by whichever address", async () => {
  const person = await aPerson(house, { second });
  const { tenant, user } = person;
  const known = tenant.newBrowser();
  await signIn(tenant, known, user);
  const unknown = { ...person, user: { ...user, email: "nobody@second.example" } };
  for (const email of [user.email, second, user.email, unknown.user.email])
    await guess(person, email);
  expect(await counted(person)).toBe(3);
  await setCounted(person, 98);
  // A right one takes its own try back.
  for (let n = 0; n < 3; n += 1)
    expect(locationOf(await throughPassword(tenant.newBrowser(), second))).toBe("/sign-in/code");
  expect(await counted(person)).toBe(98);
  await guess(person, user.email);
  await guess(person, second);
  const refused = await throughPassword(tenant.newBrowser(), user.email);
  expect(await refusedBecause(person)).toBe("person_limit");
  // As any wrong password is, and as an address that nobody has.
  const stranger = await throughPassword(tenant.newBrowser(), unknown.user.email);
  const bare = (page: string) =>
    page.replace(/nonce="[^"]*"/g, "").replaceAll(/[\w.]+@[\w.]+/g, "");
  expect([refused.status, bare(await refused.text())]).toEqual([
    stranger.status,
    bare(await stranger.text()),
  ]);
  // A browser that they use is not kept out.
  expect(locationOf(await throughPassword(known, user.email))).toBe("/sign-in/code");
  // Administrators see why, and release it.
  const page = await (await tenant.api.get("/limits")).json();
  expect(page).toMatchObject({
    items: [{ name: "sign_in.password_person_month", about: second }],
  });
  expect((await tenant.api.delete(`/users/${user.id}/limits`)).status).toBe(204);
  expect(locationOf(await throughPassword(tenant.newBrowser(), user.email))).toBe("/sign-in/code");
});

test("a sign-in begins a new row, and one address counts by itself", async () => {
  const person = await aPerson(house, { second });
  const { tenant, user } = person;
  await guess(person, second);
  await setCounted(person, 99);
  await signIn(tenant, tenant.newBrowser(), { ...user, email: second });
  expect(await counted(person)).toBe(0);
  const alone = await aPerson(house);
  await guess(alone, alone.user.email);
  expect(await counted(alone)).toBe(0);
});
