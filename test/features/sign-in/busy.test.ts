// A machine with no room for one more hash: what it could not judge locks nobody out.
import { expect, test } from "bun:test";
import { createPasswordHasher } from "#platform/passwords/hasher.ts";
import { goodPassword, testApp } from "../../support/a-tenant.ts";
import { throughPassword } from "./support.ts";

const passwords = createPasswordHasher({ concurrency: 1, queueMax: 0 });
const house = await testApp({ passwords });
const ip = "203.0.113.77";

/** Hashes one after the other, until told to stop. */
function keepBusy(): () => Promise<void> {
  const stopping = new AbortController();
  const working = (async () => {
    while (!stopping.signal.aborted)
      await passwords.hash("something to do").catch(() => Bun.sleep(1));
  })();
  return () => {
    stopping.abort();
    return working;
  };
}

test("nor is one that is to prove somebody within a session", async () => {
  const tenant = await house.aTenant({ signedInAs: "member" });
  const typed = {
    currentPassword: "wrong and wrong again",
    password: "copper thimble marsh violin",
  };
  const statuses: number[] = [];
  const stop = keepBusy();
  for (let tries = 0; tries < 12; tries += 1)
    statuses.push((await tenant.browser.put("/security/password", typed)).status);
  await stop();
  expect(statuses).toContain(503);
  while (statuses.at(-1) !== 429 && statuses.length < 40)
    statuses.push((await tenant.browser.put("/security/password", typed)).status);
  expect(statuses.filter((status) => status === 422)).toHaveLength(10);
  expect(statuses.at(-1)).toBe(429);
});

test("nor does it refuse a right one because of a hash from elsewhere that it would replace", async () => {
  const tenant = await house.aTenant();
  const user = await tenant.aUser();
  const password_hash = await Bun.password.hash(goodPassword, { algorithm: "bcrypt", cost: 4 });
  const setHash = () =>
    tenant.tenant.write((db) =>
      db.updateTable("users").set({ password_hash }).where("id", "=", user.id).execute(),
    );
  const stop = keepBusy();
  const statuses = new Set<number>();
  for (let tries = 0; tries < 5; tries += 1) {
    await setHash();
    statuses.add((await throughPassword(tenant.newBrowser(), user.email)).status);
  }
  await stop();
  expect([...statuses]).toEqual([303]);
  await throughPassword(tenant.newBrowser(), user.email);
  const row = await tenant.tenant.read((db) =>
    db
      .selectFrom("users")
      .select("password_hash as hash")
      .where("id", "=", user.id)
      .executeTakeFirst(),
  );
  expect(row?.hash).toStartWith("$argon2id$");
});

test("a password that nobody could judge is no try, and ten that were judged are ten", async () => {
  const tenant = await house.aTenant();
  const { email } = await tenant.aUser();
  const browsers = Array.from({ length: 10 }, () => Object.assign(tenant.newBrowser(), { ip }));
  for (const browser of browsers) await browser.post("/sign-in", { email });
  const password = "wrong and wrong again";
  const stop = keepBusy();
  const statuses = (
    await Promise.all(browsers.map((browser) => browser.post("/sign-in/password", { password })))
  ).map(({ status }) => status);
  await stop();
  expect(statuses).toContain(503);
  while (statuses.at(-1) !== 429 && statuses.length < 30) {
    const browser = Object.assign(tenant.newBrowser(), { ip });
    statuses.push((await throughPassword(browser, email, password)).status);
  }
  expect(statuses.filter((status) => status === 422)).toHaveLength(10);
  expect(statuses.at(-1)).toBe(429);
});
