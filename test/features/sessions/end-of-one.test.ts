// The sessions of one person end: what is whose, and what had ended before, stays as it was.
import { describe, expect, test } from "bun:test";
import { endProviderSessions, endSession, endSessions } from "#features/sessions/index.ts";
import type { Actor } from "#src/actor.ts";
import { IdentityProviderId, SessionId, type UserId } from "#src/ids.ts";
import type { TenantDb } from "#platform/db/database.ts";
import { testApp, type TestTenant } from "../../support/a-tenant.ts";
import { anIdp } from "../identity-providers/support.ts";
import { isSignedIn, mailedCode, throughPassword } from "../sign-in/support.ts";

const { aTenant, asSuperuser } = await testApp();
const operator: Actor = { kind: "operator", command: "test" };

const sessionsOf = ({ tenant, me }: TestTenant) =>
  tenant.read((db) =>
    db
      .selectFrom("sessions")
      .select(["id", "ended_at", "end_reason"])
      .where("user_id", "=", me.id)
      .orderBy("id")
      .execute(),
  );

type End = (db: TenantDb, userId: UserId) => Promise<unknown>;
const ends: [string, End][] = [
  ["all of them", (db, userId) => endSessions(db, operator, { userId, reason: "deactivated" })],
  [
    "those of a provider",
    (db, userId) =>
      endProviderSessions(db, operator, {
        userId,
        providerIds: [IdentityProviderId.parse(crypto.randomUUID())],
      }),
  ],
];

describe("of one person", () => {
  test.each(ends)("%s: their sign-in that is under way ends, nobody else's", async (_, end) => {
    const tenant = await aTenant();
    const [user, other] = [await tenant.aUser(), await tenant.aUser()];
    const [theirs, others] = [tenant.newBrowser(), tenant.newBrowser()];
    await throughPassword(theirs, user.email);
    await throughPassword(others, other.email);
    await tenant.tenant.write((db) => end(db, user.id));
    await theirs.post("/sign-in/code", { code: await mailedCode(tenant, user.email) });
    await others.post("/sign-in/code", { code: await mailedCode(tenant, other.email) });
    expect([await isSignedIn(theirs), await isSignedIn(others)]).toEqual([false, true]);
  });

  test("from a provider: not those of others who came by it, nor one of theirs that came otherwise", async () => {
    const tenant = await aTenant();
    const { id } = await anIdp(tenant);
    const [user, other] = [await tenant.aUser(), await tenant.aUser()];
    const [came, beside] = [await tenant.signedIn(user), await tenant.signedIn(other)];
    await asSuperuser("update app.sessions set identity_provider_id = $1 where tenant_id = $2", [
      id,
      tenant.id,
    ]);
    const otherwise = await tenant.signedIn(user);
    const end = () =>
      tenant.tenant.write((db) =>
        endProviderSessions(db, operator, {
          userId: user.id,
          providerIds: [IdentityProviderId.parse(id)],
        }),
      );
    expect([await end(), await end()]).toEqual([1, 0]);
    expect(await Promise.all([came, otherwise, beside].map(isSignedIn))).toEqual([
      false,
      true,
      true,
    ]);
  });

  test("what had ended keeps its end, and is not recorded again", async () => {
    const tenant = await aTenant({ signedInAs: "member" });
    await tenant.signedIn(tenant.me);
    const [first] = await sessionsOf(tenant);
    const sessionId = SessionId.parse(first?.id);
    const endIt = (reason: "ended_by_person" | "ended_by_admin") =>
      tenant.tenant.write((db) => endSession(db, operator, { sessionId, reason }));
    expect(await endIt("ended_by_person")).toBe(true);
    const [ended] = await sessionsOf(tenant);
    expect(await endIt("ended_by_admin")).toBe(false);
    const userId = tenant.me.id;
    const count = await tenant.tenant.write((db) =>
      endSessions(db, operator, { userId, reason: "deactivated" }),
    );
    expect(count).toBe(1);
    const [before, after] = await sessionsOf(tenant);
    expect(before).toEqual(ended);
    expect(after?.end_reason).toBe("deactivated");
    expect(await tenant.events("session.ended")).toHaveLength(2);
  });
});
