// How long a session lives, who may end it, and what its cookie is worth afterwards.
import { describe, expect, test } from "bun:test";
import { endSessions, startSession } from "#features/sessions/index.ts";
import type { Actor } from "#src/actor.ts";
import { testApp, type TestTenant } from "../../support/a-tenant.ts";
import { isSignedIn, sessionCookie } from "../sign-in/support.ts";

let askedCache: string[] = [];
const house = await testApp({
  cache: {
    firstIn: async (key) => {
      askedCache.push(key);
      return true;
    },
    close: () => undefined,
  },
});
const { aTenant, clock } = house;
const operator: Actor = { kind: "operator", command: "test" };

const lastSeen = async (tenant: TestTenant) => {
  const [row] = await tenant.tenant.read((db) =>
    db.selectFrom("sessions").select("last_seen_at").execute(),
  );
  return row?.last_seen_at.getTime() ?? 0;
};

describe("a session", () => {
  test("ends after a day without use, and lives on while it is used", async () => {
    const tenant = await aTenant({ signedInAs: "member" });
    for (let days = 0; days < 5; days += 1) {
      clock.advance({ hours: 23 });
      expect(await isSignedIn(tenant.browser)).toBe(true);
    }
    clock.advance({ hours: 24, seconds: 1 });
    expect(await isSignedIn(tenant.browser)).toBe(false);
  });

  test("is not kept alive by another one that is used, nor is its person seen", async () => {
    const tenant = await aTenant({ signedInAs: "member" });
    const other = await tenant.aUser();
    const left = await tenant.signedIn(other);
    const seenAt = () =>
      tenant.tenant.read((db) =>
        db
          .selectFrom("users")
          .select("last_seen_at")
          .where("id", "=", other.id)
          .executeTakeFirstOrThrow(),
      );
    const before = await seenAt();
    clock.advance({ hours: 23 });
    expect(await isSignedIn(tenant.browser)).toBe(true);
    expect(await seenAt()).toEqual(before);
    clock.advance({ hours: 2 });
    expect(await isSignedIn(tenant.browser)).toBe(true);
    expect(await isSignedIn(left)).toBe(false);
  });

  test("ends after fourteen days however much it is used", async () => {
    const tenant = await aTenant({ signedInAs: "member" });
    for (let halfDays = 0; halfDays < 27; halfDays += 1) {
      clock.advance({ hours: 12 });
      expect(await isSignedIn(tenant.browser)).toBe(true);
    }
    clock.advance({ hours: 12, seconds: 1 });
    expect(await isSignedIn(tenant.browser)).toBe(false);
  });

  test("dies at once with its person's account", async () => {
    const tenant = await aTenant({ signedInAs: "admin" });
    const user = await tenant.aUser();
    const browser = await tenant.signedIn(user);
    expect(await isSignedIn(browser)).toBe(true);
    // By the row alone: not because somebody remembered to end sessions.
    await tenant.tenant.write((db) =>
      db
        .updateTable("users")
        .set({ state: "deactivated", deactivated_at: new Date() })
        .where("id", "=", user.id)
        .execute(),
    );
    expect(await isSignedIn(browser)).toBe(false);
  });

  test("has the role its person has now, not the one at sign-in", async () => {
    const tenant = await aTenant({ signedInAs: "admin" });
    expect((await tenant.browser.get("/sessions")).status).toBe(200);
    await tenant.tenant.write((db) =>
      db.updateTable("users").set({ role: "member" }).where("id", "=", tenant.me.id).execute(),
    );
    expect((await tenant.browser.get("/sessions")).status).toBe(403);
  });

  test("writes when it was last seen once a minute, asking the cache only then", async () => {
    const tenant = await aTenant({ signedInAs: "member" });
    const started = await lastSeen(tenant);
    askedCache = [];
    clock.advance({ seconds: 59 });
    await tenant.browser.get("/security");
    expect([await lastSeen(tenant), askedCache.length]).toEqual([started, 0]);
    clock.advance({ seconds: 2 });
    await tenant.browser.get("/security");
    const seen = await lastSeen(tenant);
    expect(seen - started).toBeGreaterThanOrEqual(61_000);
    await tenant.browser.get("/security");
    expect([await lastSeen(tenant), askedCache.length]).toEqual([seen, 1]);
    expect(askedCache[0]).toContain(tenant.id);
  });

  test("is not there for a made-up, empty, truncated or foreign token", async () => {
    const tenant = await aTenant({ signedInAs: "member" });
    const real = tenant.browser.cookies.get(sessionCookie)?.value ?? "";
    for (const value of [
      "",
      "x",
      real.slice(1),
      `${real}x`,
      real.toLowerCase(),
      "A".repeat(43),
      "%00",
    ]) {
      const thief = tenant.newBrowser();
      thief.cookies.set(sessionCookie, { value, header: "" });
      expect([value, await isSignedIn(thief)]).toEqual([value, false]);
    }
    expect(await isSignedIn(tenant.browser)).toBe(true);
  });

  test("is one of at most fifty: the next ends the oldest", async () => {
    const tenant = await aTenant();
    const user = await tenant.aUser();
    const beside = await tenant.signedIn(await tenant.aUser());
    const oldest = await tenant.signedIn(user);
    const second = await tenant.signedIn(user);
    for (let more = 0; more < 48; more += 1) await tenant.signedIn(user);
    expect(await isSignedIn(oldest)).toBe(true);
    await tenant.signedIn(user);
    expect(await isSignedIn(oldest)).toBe(false);
    expect(await isSignedIn(second)).toBe(true);
    expect(await isSignedIn(beside)).toBe(true);
    await tenant.signedIn(user);
    expect(await isSignedIn(second)).toBe(false);
    // What had ended is not ended again.
    expect((await tenant.events("session.ended")).map(({ data }) => data["reason"])).toEqual([
      "too_many",
      "too_many",
    ]);
  });
});

describe("endSessions", () => {
  test("ends all of one person's but the one excepted, and nobody else's", async () => {
    const tenant = await aTenant({ signedInAs: "member" });
    const other = await tenant.aUser();
    const theirs = await tenant.signedIn(other);
    const mine = [await tenant.signedIn(tenant.me), await tenant.signedIn(tenant.me)];
    const [kept] = await tenant.tenant.read((db) =>
      db
        .selectFrom("sessions")
        .select("id")
        .where("user_id", "=", tenant.me.id)
        .orderBy("id")
        .execute(),
    );
    const ending = {
      userId: tenant.me.id,
      reason: "password_changed",
      except: kept?.id ?? null,
    } as const;
    expect(await tenant.tenant.write((db) => endSessions(db, operator, ending))).toBe(2);

    expect(await isSignedIn(tenant.browser)).toBe(true);
    expect(await isSignedIn(theirs)).toBe(true);
    for (const browser of mine) expect(await isSignedIn(browser)).toBe(false);
    expect((await tenant.events("session.ended")).map(({ data }) => data["reason"])).toEqual([
      "password_changed",
      "password_changed",
    ]);
  });
});

describe("startSession", () => {
  test("answers a token of 256 bits and keeps only its hash", async () => {
    const tenant = await aTenant();
    const user = await tenant.aUser();
    const origin = { requestId: "r", ip: "203.0.113.1", userAgent: "x" };
    const facts = { userId: user.id, methods: ["password"], origin, now: clock.now() };
    const { token } = await tenant.tenant.write((db) => startSession(db, operator, facts));
    expect(token).toMatch(/^[\w-]{43}$/);
    const [row] = await tenant.tenant.read((db) => db.selectFrom("sessions").selectAll().execute());
    expect(row?.token_hash.toString("hex")).toBe(
      new Bun.CryptoHasher("sha256").update(token).digest("hex"),
    );
  });
});
