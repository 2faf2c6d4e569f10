// Two tabs of one browser while its session is given another token: whatever order the answers arrive in, nobody is signed out by it.
import { afterEach, describe, expect, test } from "bun:test";
import { sessionRenewed } from "#features/sessions/errors.ts";
import { createPasswordHasher } from "#platform/passwords/hasher.ts";
import { hashToken } from "#platform/crypto/token.ts";
import { goodPassword, testApp, type TestTenant } from "../../support/a-tenant.ts";
import type { Browser } from "../../support/browser.ts";
import { isSignedIn, locationOf, sessionCookie, withApp } from "../sign-in/support.ts";

// What happens while a proof is being checked: the session was looked at before, and is changed after.
const hasher = createPasswordHasher({ queueMax: 1_000 });
let meanwhile: () => Promise<unknown> = async () => undefined;
const app = await testApp({
  passwords: {
    ...hasher,
    verify: async (password, hash) => {
      const isRight = await hasher.verify(password, hash);
      await meanwhile();
      return isRight;
    },
  },
});
afterEach(() => {
  meanwhile = async () => undefined;
});

/** Answers once it was called so many times. */
function barrier(parties: number): () => Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  let missing = parties;
  return () => {
    missing -= 1;
    if (missing === 0) resolve();
    return promise;
  };
}

const write = (tenant: TestTenant, values: object) => () =>
  tenant.tenant.write((db) => db.updateTable("sessions").set(values).execute());

const anotherPassword = "heron candle umbrella plinth";

/** Another tab: the same cookies, as they are at this moment. */
function tabOf(tenant: TestTenant): Browser {
  const tab = tenant.newBrowser();
  for (const [name, cookie] of tenant.browser.cookies) tab.cookies.set(name, cookie);
  return tab;
}

async function aStaleAdmin() {
  const tenant = await app.aTenant({ signedInAs: "super_admin" });
  app.clock.advance({ minutes: 11 });
  return tenant;
}

/** What an answer does to the browser's session cookie. */
const sessionCookieOf = (answer: Response) =>
  answer.headers.getSetCookie().filter((header) => header.startsWith(`${sessionCookie}=`));

const rotations: Readonly<Record<string, (browser: Browser) => Promise<Response>>> = {
  "proof of who one is": (browser) =>
    browser.post("/step-up", { currentPassword: goodPassword, return_to: "/users" }),
  "a change of the password": (browser) =>
    browser.put("/security/password", { currentPassword: goodPassword, password: anotherPassword }),
};

describe("a request with the token of a moment ago", () => {
  test.each(Object.entries(rotations))(
    "leaves the cookie alone that %s has set",
    async (_, run) => {
      const tenant = await aStaleAdmin();
      const second = tabOf(tenant);
      expect((await run(tenant.browser)).status).toBe(303);
      for (const path of ["/", "/users", "/security", "/sign-in", "/step-up"]) {
        const late = await second.get(path);
        expect([path, sessionCookieOf(late)]).toEqual([path, []]);
      }
      const posted = await second.post("/users", { email: "ada@example.com" });
      expect([locationOf(posted), sessionCookieOf(posted)]).toEqual(["/sign-in?return_to=%2F", []]);
      expect(await isSignedIn(second)).toBe(false);
      expect(await isSignedIn(tenant.browser)).toBe(true);
    },
  );

  test("leaves it alone as well when its own session was ended during the change", async () => {
    const tenant = await aStaleAdmin();
    meanwhile = write(tenant, { ended_at: app.clock.now(), end_reason: "replaced" });
    const answer = await tenant.browser.post("/step-up", { currentPassword: goodPassword });
    expect(sessionCookieOf(answer)).toEqual([]);
  });

  test("takes the cookie away when it is the person's sign-out", async () => {
    const tenant = await aStaleAdmin();
    const second = tabOf(tenant);
    await tenant.browser.post("/step-up", { currentPassword: goodPassword });
    const answer = await second.post("/sign-out");
    expect(sessionCookieOf(answer)[0]).toContain("Max-Age=0");
    expect(second.cookies.has(sessionCookie)).toBe(false);
  });
});

describe("two changes at once that each renew the token", () => {
  test.each(Object.keys(rotations))("one wins and the other changes nothing: %s", async (name) => {
    const tenant = await aStaleAdmin();
    const tabs = [tenant.browser, tabOf(tenant)];
    const prove = rotations["proof of who one is"];
    const run = rotations[name];
    if (!run || !prove) throw new Error("no such change");
    meanwhile = barrier(2);
    const answers = await Promise.all(tabs.map((tab, index) => (index === 0 ? run : prove)(tab)));
    const isWon = (answer: Response) => answer.status === 303;
    expect(answers.filter(isWon)).toHaveLength(1);
    // In whatever order they arrive, the browser ends with the one token that there is.
    expect(answers.flatMap(sessionCookieOf)).toHaveLength(1);
    const winner = tabs[answers.findIndex(isWon)];
    expect(winner && (await isSignedIn(winner))).toBe(true);
    const done = [
      ...(await tenant.events("password.changed")),
      ...(await tenant.events("session.reauthenticated")),
    ];
    expect(done).toHaveLength(1);
  });

  test("the second says so, keeps its place, and works when it is sent again", async () => {
    const tenant = await app.aTenant({ signedInAs: "super_admin" });
    const { code } = await withApp(app, tenant, tenant.me);
    app.clock.advance({ minutes: 11 });
    const proof = { currentPassword: goodPassword, code: code() };
    const old = hashToken(tenant.browser.cookies.get(sessionCookie)?.value ?? "");
    meanwhile = write(tenant, { token_hash: Buffer.alloc(32, 7) });
    const answer = await tenant.browser.post("/step-up", { ...proof, return_to: "/users" });
    expect(answer.status).toBe(409);
    const page = await answer.text();
    expect(page).toContain(sessionRenewed.spec.title);
    expect(page).toContain('name="return_to" value="/users"');
    expect(await tenant.events("session.reauthenticated")).toEqual([]);

    // The code was not used up either.
    await write(tenant, { token_hash: old })();
    meanwhile = async () => undefined;
    expect((await tenant.browser.post("/step-up", proof)).status).toBe(303);
  });
});
