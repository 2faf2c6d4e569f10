// What a thief of a session uses up does not stand between the owner and their own account.
import { expect, test } from "bun:test";
import { goodPassword, testApp } from "../../support/a-tenant.ts";
import { aPasskey, proofBy } from "../passkeys/support.ts";
import { byPasskey, locationOf } from "../sign-in/support.ts";

const house = await testApp();

/** Wrong passwords from a stolen session, until no more is judged. */
async function usedUp() {
  const tenant = await house.aTenant();
  const user = await tenant.aUser();
  const { authenticator } = await aPasskey(house, tenant, user);
  const thief = await tenant.signedIn(user);
  const wrong = { currentPassword: "wrong wrong wrong wrong", code: "123456" };
  const statuses = new Set<number>();
  for (let n = 0; n < 11; n++)
    statuses.add((await thief.post("/security/backup-codes", wrong)).status);
  expect([...statuses]).toEqual([422, 429]);
  return { tenant, user, authenticator, thief };
}

test("a passkey proves its owner in another session", async () => {
  const { tenant, user, authenticator } = await usedUp();
  const owner = await tenant.signedIn(user);
  const typed = { currentPassword: goodPassword, password: "copper thimble marsh violin" };
  expect((await owner.put("/security/password", typed)).status).toBe(429);
  const proof = await proofBy(owner, authenticator);
  expect((await owner.post("/security/passkeys/new", proof)).status).toBe(303);
});

test("answers of a passkey are counted by session", async () => {
  const { tenant, user, authenticator, thief } = await usedUp();
  const garbage = { passkey: "{}" };
  const statuses: number[] = [];
  for (let n = 0; n < 11; n++)
    statuses.push((await thief.post("/security/passkeys/new", garbage)).status);
  expect(statuses).toEqual([...Array.from({ length: 10 }, () => 422), 429]);
  const owner = await tenant.signedIn(user);
  const proof = await proofBy(owner, authenticator);
  expect((await owner.post("/security/passkeys/new", proof)).status).toBe(303);
});

test("a whole sign-in forgives what was tried within sessions", async () => {
  const { tenant, user, authenticator } = await usedUp();
  const owner = tenant.newBrowser();
  await owner.post("/sign-in", { email: user.email });
  await owner.post("/sign-in/password", { password: goodPassword });
  expect(locationOf(await byPasskey(tenant, owner, authenticator))).toBe("/");
  const proof = { currentPassword: goodPassword, password: "copper thimble marsh violin" };
  // Judged again: the password alone is not enough beside a passkey.
  expect((await owner.put("/security/password", proof)).status).not.toBe(429);
});
