// Nobody outside learns who has an account: every visible thing is compared, byte by byte, for all kinds of addresses.
import { describe, expect, test } from "bun:test";
import { createPasswordHasher } from "#platform/passwords/hasher.ts";
import { goodPassword, testApp, type TestTenant } from "../../support/a-tenant.ts";
import type { Browser } from "../../support/browser.ts";
import { mannWhitney } from "../../bench/mann-whitney.ts";
import { setPolicy, throughPassword, withApp } from "./support.ts";

const verified: (string | null)[] = [];
const hasher = createPasswordHasher({ queueMax: 10_000 });
const house = await testApp({
  passwords: {
    ...hasher,
    verify: (password, hash) => {
      verified.push(hash);
      return hasher.verify(password, hash);
    },
  },
});
const { aTenant } = house;

/** One address of each kind, all of one length, so that a page that shows it has one length too. */
async function everyKind(tenant: TestTenant) {
  const address = (name: string) => `${name}@acme.example`;
  const app = await tenant.aUser({ email: address("withapp") });
  await withApp(house, tenant, app);
  await tenant.aUser({ email: address("byemail") });
  await tenant.aUser({ email: address("invited"), state: "invited" });
  await tenant.aUser({ email: address("stopped"), state: "deactivated" });
  return ["withapp", "byemail", "invited", "stopped", "unknown"].map(address);
}

/** Everything a browser sees of an answer, with what differs in any two answers taken out: nonce, ids, the address itself. */
async function seen(browser: Browser, answer: Response, email: string) {
  const nonce = /'nonce-([^']+)'/.exec(answer.headers.get("content-security-policy") ?? "")?.[1];
  const blind = (text: string) =>
    text
      .replaceAll(nonce ?? "no nonce", "NONCE")
      .replaceAll(email, "EMAIL")
      .replaceAll(/__Host-sign-in=[\w-]+/g, "__Host-sign-in=HANDLE");
  const headers = [...answer.headers].filter(([name]) => name !== "x-request-id");
  return {
    status: answer.status,
    headers: headers.map(([name, value]) => [name, blind(value)]),
    cookies: [...browser.cookies.keys()],
    body: blind(await answer.text()),
  };
}

async function compare(
  visit: (browser: Browser, email: string) => Promise<Response>,
  policy: Parameters<typeof setPolicy>[1] | null = null,
) {
  const tenant = await aTenant();
  if (policy) await setPolicy(tenant, policy);
  const sights: unknown[] = [];
  for (const email of await everyKind(tenant)) {
    const browser = tenant.newBrowser();
    sights.push(await seen(browser, await visit(browser, email), email));
  }
  expect(sights.length).toBe(5);
  for (const sight of sights) expect(sight).toEqual(sights[0]);
  return { tenant, sight: sights[0] as Awaited<ReturnType<typeof seen>> };
}

describe("A6: enumeration by text, status, cost, mail and passkey options", () => {
  test("after the address", async () => {
    const { sight } = await compare((browser, email) =>
      browser.post("/sign-in", { email, return_to: "/" }),
    );
    expect(sight.status).toBe(303);
  });

  test("on the page of the password", async () => {
    const { sight } = await compare(async (browser, email) => {
      await browser.post("/sign-in", { email, return_to: "/" });
      return browser.get("/sign-in/password");
    });
    expect(sight.body).toContain("EMAIL");
  });

  test("after a wrong password", async () => {
    const { sight } = await compare((browser, email) =>
      throughPassword(browser, email, "wrong and wrong again"),
    );
    expect(sight.status).toBe(422);
  });

  test("after a wrong password, as JSON", async () => {
    const { sight } = await compare(async (browser, email) => {
      await browser.post("/sign-in", { email, return_to: "/" });
      const headers = { accept: "application/json" };
      const answer = await browser.post(
        "/sign-in/password",
        { password: "wrong and wrong" },
        { headers },
      );
      const { instance: _, ...problem } = (await answer.json()) as Record<string, unknown>;
      return new Response(JSON.stringify(problem), answer);
    });
    expect(sight.body).toContain("sign_in.refused");
  });

  test("after too many wrong passwords", async () => {
    const { sight } = await compare(async (browser, email) => {
      let answer = await throughPassword(browser, email, "wrong and wrong again");
      for (let tries = 0; tries < 10; tries += 1) {
        answer = await throughPassword(browser, email, "wrong and wrong again");
      }
      // The waiting time depends on the second, not on the account.
      answer.headers.set("retry-after", "soon");
      return new Response(
        (await answer.text()).replaceAll(/in \d+ (minute|second)s?/g, "soon"),
        answer,
      );
    });
    expect(sight.status).toBe(429);
  });

  test("after asking for a new password", async () => {
    const { sight } = await compare((browser, email) =>
      browser.post("/forgotten-password", { email }),
    );
    expect(sight.status).toBe(200);
    expect(sight.body).toContain("If EMAIL belongs to an account");
  });

  const proofFirst = { email_proof_first: true };

  test("where the mailbox is proven first: after the address, and on the page of the code", async () => {
    const { sight } = await compare(
      (browser, email) => browser.post("/sign-in", { email, return_to: "/" }),
      proofFirst,
    );
    expect(sight.status).toBe(303);
    const { sight: page } = await compare(async (browser, email) => {
      await browser.post("/sign-in", { email, return_to: "/" });
      return browser.get("/sign-in/proof");
    }, proofFirst);
    expect(page.body).toContain("If EMAIL belongs to an account here");
  });

  test("where the mailbox is proven first: after wrong codes, and after asking for others", async () => {
    for (const tries of [1, 5, 6]) {
      const { sight } = await compare(async (browser, email) => {
        await browser.post("/sign-in", { email, return_to: "/" });
        // Whether a code is on its way or was sent makes no difference either.
        await house.runJobs();
        let answer = await browser.get("/sign-in/proof");
        for (let wrong = 0; wrong < tries; wrong += 1)
          answer = await browser.post("/sign-in/proof", { code: "00000000" });
        return answer;
      }, proofFirst);
      expect(sight.status).toBe(422);
    }
    const { sight } = await compare(async (browser, email) => {
      await browser.post("/sign-in", { email, return_to: "/" });
      let answer = await browser.post("/sign-in/proofs");
      for (let asks = 0; asks < 3; asks += 1) answer = await browser.post("/sign-in/proofs");
      return answer;
    }, proofFirst);
    expect(sight.status).toBe(410);
  });

  test("in the options for a passkey, whichever address was typed before", async () => {
    const { sight } = await compare(async (browser, email) => {
      await browser.post("/sign-in", { email, return_to: "/" });
      const headers = { accept: "application/json" };
      const answer = await browser.post("/sign-in/passkey/options", {}, { headers });
      const { options } = (await answer.json()) as { options: Record<string, unknown> };
      answer.headers.delete("set-cookie");
      return new Response(JSON.stringify({ ...options, challenge: "" }), answer);
    });
    expect(sight.body).toContain('"allowCredentials":[]');
  });

  test("in the cost of the proof of a mailbox: as many statements, one job, no mail before it ran", async () => {
    const tenant = await aTenant();
    await setPolicy(tenant, proofFirst);
    const costs: unknown[] = [];
    const kinds = await everyKind(tenant);
    await tenant.mails();
    await tenant.newBrowser().get("/sign-in");
    for (const email of kinds) {
      const browser = tenant.newBrowser();
      const asked = await countStatements(() =>
        browser.post("/sign-in", { email, return_to: "/" }),
      );
      const tried = await countStatements(() =>
        browser.post("/sign-in/proof", { code: "00000000" }),
      );
      costs.push({ asked, tried });
    }
    for (const cost of costs) expect(cost).toEqual(costs[0]);
    const jobs = await house.asSuperuser<{ name: string }>(
      "select name from app.jobs where tenant_id = $1 and name = 'sign_in.mail_proof_code'",
      [tenant.id],
    );
    expect(jobs.length).toBe(kinds.length);
  });

  test("in the cost of a wrong password: one hash, as many statements, one event", async () => {
    const tenant = await aTenant();
    const costs: unknown[] = [];
    for (const email of await everyKind(tenant)) {
      const browser = tenant.newBrowser();
      await browser.post("/sign-in", { email, return_to: "/" });
      const before = { hashes: verified.length, events: (await tenant.events()).length };
      const statements = await countStatements(() =>
        browser.post("/sign-in/password", { password: "wrong and wrong again" }),
      );
      costs.push({
        hashes: verified.length - before.hashes,
        events: (await tenant.events()).length - before.events,
        statements,
      });
    }
    for (const cost of costs) expect(cost).toEqual(costs[0]);
    expect(costs[0]).toMatchObject({ hashes: 1, events: 1 });
  });

  test("in the cost of asking for a new password", async () => {
    const tenant = await aTenant();
    const costs: number[] = [];
    const kinds = await everyKind(tenant);
    // The first request of a tenant looks the tenant up.
    await tenant.newBrowser().get("/forgotten-password");
    for (const email of kinds) {
      costs.push(
        await countStatements(() => tenant.newBrowser().post("/forgotten-password", { email })),
      );
    }
    expect(new Set(costs).size).toBe(1);
    expect(costs[0]).toBeGreaterThan(3);
  });
});

describe("mail", () => {
  test("has a new password for an active person only; somebody deactivated is told so in their own mailbox", async () => {
    const tenant = await aTenant();
    for (const email of await everyKind(tenant)) {
      await tenant.newBrowser().post("/forgotten-password", { email });
    }
    const reset = (await tenant.mails()).filter(({ link }) => link.startsWith("/reset-password/"));
    expect(reset.map(({ to }) => to).toSorted()).toEqual([
      "byemail@acme.example",
      "withapp@acme.example",
    ]);
    const others = (await tenant.mails()).filter(
      ({ link }) => !link.startsWith("/reset-password/"),
    );
    const told = others.filter(({ to }) => !to.startsWith("withapp"));
    expect(told.map(({ to }) => to)).toEqual(["stopped@acme.example"]);
    expect(told[0]?.link).toStartWith("/reactivation/");
  });

  test("goes to nobody for a right password of somebody deactivated", async () => {
    const tenant = await aTenant();
    await everyKind(tenant);
    await throughPassword(tenant.newBrowser(), "stopped@acme.example", goodPassword);
    expect((await tenant.mails()).filter(({ to }) => to.startsWith("stopped"))).toEqual([]);
  });
});

describe("time", () => {
  test("tells known and unknown apart by no more than chance", async () => {
    const tenant = await aTenant();
    await tenant.aUser({ email: "byemail@acme.example" });
    const took = { known: [] as number[], unknown: [] as number[] };
    for (let round = 0; round < 40; round += 1) {
      const order = [["known", "byemail"] as const, ["unknown", `nobody${round}`] as const];
      for (const [kind, name] of round % 2 === 0 ? order : order.toReversed()) {
        const browser = tenant.newBrowser();
        // Each try from a network of its own, and well apart, so that no limit is reached.
        house.clock.advance({ minutes: 10 });
        await browser.post("/sign-in", { email: `${name}@acme.example`, return_to: "/" });
        const started = performance.now();
        const answer = await browser.post("/sign-in/password", { password: "wrong and wrong" });
        took[kind].push(performance.now() - started);
        expect(answer.status).toBe(422);
      }
    }
    // Without the decoy hash every known address is slower than every unknown one: a share of 1, and a p of less than 1e-12.
    expect(mannWhitney(took.known, took.unknown).p).toBeGreaterThan(0.00001);
  });
});

/** How many statements the tenant's connections sent while `body` ran: counted at the driver, so that none is missed. */
async function countStatements(body: () => Promise<unknown>): Promise<number> {
  const { Client } = await import("pg");
  const original = Client.prototype.query;
  let count = 0;
  Client.prototype.query = function counting(this: unknown, ...args: unknown[]) {
    count += 1;
    return Reflect.apply(original, this, args);
  } as typeof original;
  try {
    await body();
  } finally {
    Client.prototype.query = original;
  }
  return count;
}
