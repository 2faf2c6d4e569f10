// What a stranger can use up, one limit after the other: the browsers that a person has signed in with notice nothing of it.
import { describe, expect, test } from "bun:test";
import { hashToken } from "#platform/crypto/token.ts";
import { declaredLimits } from "#platform/limits.ts";
import { goodPassword, testApp, type TestTenant, type TestUser } from "../../support/a-tenant.ts";
import type { Browser } from "../../support/browser.ts";
import { locationOf, mailedCode, setPolicy, signIn } from "./support.ts";

const house = await testApp();
const network = "203.0.113.77";

/** Somebody with a browser that they have signed in with, in the same network as the stranger. */
async function aVictim(policy: Parameters<typeof setPolicy>[1] = { email_proof_first: false }) {
  const tenant = await house.aTenant();
  const user = await tenant.aUser();
  const mine = tenant.newBrowser();
  mine.ip = network;
  await signIn(tenant, mine, user);
  await mine.post("/sign-out");
  await setPolicy(tenant, policy);
  const stranger = tenant.newBrowser();
  stranger.ip = network;
  return { tenant, user, mine, stranger };
}

/** A counter that is full. */
async function useUp({ tenant }: TestTenant, name: string, key: string): Promise<void> {
  const limit = declaredLimits().get(name);
  if (!limit) throw new Error(`no limit ${name}`);
  const span = limit.windowSeconds * 1_000;
  const window_at = new Date(Math.floor(house.clock.now().getTime() / span) * span);
  const expires_at = new Date(window_at.getTime() + 2 * span);
  const row = { name, key: hashToken(key), window_at, hits: limit.most, expires_at };
  await tenant.write((db) =>
    db
      .insertInto("limits")
      .values(row)
      .onConflict((on) => on.constraint("limits_pkey").doUpdateSet({ hits: limit.most }))
      .execute(),
  );
}

const begin = (browser: Browser, { email }: Pick<TestUser, "email">) =>
  browser.post("/sign-in", { email, return_to: "/" });

async function expectToWait(answer: Response): Promise<void> {
  expect(answer.status).toBe(429);
  expect(Number(answer.headers.get("retry-after"))).toBeGreaterThan(0);
  expect(await answer.text()).toContain("Too many tries. Try again in");
}

describe("codes that prove a mailbox", () => {
  /** Six asked for by strangers, each of another network, where the owner has not signed in for longer than a browser is trusted. */
  async function exhausted() {
    const victim = await aVictim({ email_proof_first: true });
    const { tenant, user } = victim;
    house.clock.advance({ days: 31 });
    for (let asks = 0; asks < 6; asks += 1)
      expect(locationOf(await begin(tenant.newBrowser(), user))).toBe("/sign-in/proof");
    expect(await tenant.mails()).toHaveLength(7);
    return victim;
  }

  test("that strangers use up are still mailed for a browser that the owner has used, who comes in", async () => {
    const { tenant, user, mine } = await exhausted();
    await expectToWait(await begin(tenant.newBrowser(), user));

    expect(locationOf(await begin(mine, user))).toBe("/sign-in/proof");
    expect(await tenant.mails()).toHaveLength(8);
    const code = await mailedCode(tenant, user.email);
    expect(locationOf(await mine.post("/sign-in/proof", { code }))).toBe("/sign-in/password");
    expect(locationOf(await mine.post("/sign-in/password", { password: goodPassword }))).toBe("/");
  });

  test("are asked for again in a known browser, and refused with the time to wait in another", async () => {
    const { tenant, user, mine } = await exhausted();
    await begin(mine, user);
    expect(locationOf(await mine.post("/sign-in/proofs"))).toBe("/sign-in/proof");
    const other = await tenant.aUser();
    for (let asks = 0; asks < 5; asks += 1) await begin(tenant.newBrowser(), other);
    const late = tenant.newBrowser();
    await begin(late, other);
    await expectToWait(await late.post("/sign-in/proofs"));
  });

  test("are six an hour in a known browser too", async () => {
    const { tenant, user, mine } = await exhausted();
    for (let asks = 1; asks <= 6; asks += 1) {
      await begin(mine, user);
      expect(await tenant.mails()).toHaveLength(7 + asks);
    }
    await expectToWait(await begin(mine, user));
    expect(await tenant.mails()).toHaveLength(13);
  });

  test("are refused alike for an address that is nobody's", async () => {
    const tenant = await house.aTenant();
    await setPolicy(tenant, { email_proof_first: true });
    const nobody = { email: "nobody@example.com" };
    for (let asks = 0; asks < 6; asks += 1) await begin(tenant.newBrowser(), nobody);
    await expectToWait(await begin(tenant.newBrowser(), nobody));
    expect(await tenant.mails()).toEqual([]);
  });

  test("of another tenant's stranger cost ours nothing", async () => {
    const [ours, theirs] = [await house.aTenant(), await house.aTenant()];
    for (const tenant of [ours, theirs]) await setPolicy(tenant, { email_proof_first: true });
    const somebody = { email: "ada@example.com" };
    for (let asks = 0; asks < 7; asks += 1) await begin(theirs.newBrowser(), somebody);
    expect((await begin(ours.newBrowser(), somebody)).status).toBe(303);
  });

  test("are asked for in a flood of guesses by the same count", async () => {
    const { tenant, user, stranger } = await aVictim();
    await useUp(tenant, "sign_in.refused_tenant", "");
    await useUp(tenant, "sign_in.proof_mails", user.email);
    await begin(stranger, user);
    const answer = await stranger.post("/sign-in/password", { password: goodPassword });
    expect(answer.status).toBe(429);
    expect(Number(answer.headers.get("retry-after"))).toBeGreaterThan(0);
  });
});

describe("what a stranger of the same network uses up", () => {
  test("of sign-ins that begin is not taken from a browser that the owner has used", async () => {
    const { tenant, user, mine, stranger } = await aVictim();
    await useUp(tenant, "sign_in.starts_ip", network);
    await expectToWait(await begin(stranger, user));
    expect(locationOf(await signIn(tenant, mine, user))).toBe("/");
    // It is known to its owner alone.
    await mine.post("/sign-out");
    await expectToWait(await begin(mine, await tenant.aUser()));
  });

  test("of passkeys is not taken from a browser that somebody has used", async () => {
    const { tenant, mine, stranger } = await aVictim();
    await useUp(tenant, "sign_in.passkeys_ip", network);
    const headers = { accept: "application/json" };
    const ask = async (browser: Browser) =>
      (await browser.post("/sign-in/passkey/options", {}, { headers })).status;
    expect([await ask(stranger), await ask(mine)]).toEqual([429, 200]);
    const statuses = [];
    for (let asks = 0; asks < 100; asks += 1) statuses.push(await ask(mine));
    expect(statuses.filter((status) => status === 200)).toHaveLength(99);
    expect(statuses.at(-1)).toBe(429);
  });

  test("of new passwords is not taken from a browser that the owner has used", async () => {
    const { tenant, user, mine, stranger } = await aVictim();
    const { length: before } = await tenant.mails();
    await useUp(tenant, "sign_in.forgotten_ip", network);
    await useUp(tenant, "sign_in.forgotten_address", user.email);
    const ask = (browser: Browser) => browser.post("/forgotten-password", { email: user.email });
    await expectToWait(await ask(stranger));
    // From elsewhere it is answered as ever, and nothing is mailed.
    expect((await ask(tenant.newBrowser())).status).toBe(200);
    expect(await tenant.mails()).toHaveLength(before);
    for (let asks = 0; asks < 3; asks += 1) expect((await ask(mine)).status).toBe(200);
    expect(await tenant.mails()).toHaveLength(before + 3);
    await expectToWait(await ask(mine));
  });
});
