// Two transactions that wait for each other: PostgreSQL ends one of them, and who sent it is told to try again, not that we failed.
import { describe, expect, test } from "bun:test";
import { toDomainError } from "#platform/http/failures.ts";
import { testApp, type TestTenant, type TestUser } from "../support/a-tenant.ts";

const house = await testApp();

async function aHouse() {
  const tenant = await house.aTenant({ signedInAs: "super_admin" });
  return { tenant, user: await tenant.aUser({ role: "super_admin" }) };
}

/** Until a statement of the application waits for a lock. */
async function someoneWaits(): Promise<void> {
  for (let looks = 0; looks < 200; looks += 1) {
    const waiting = await house.asSuperuser(
      `select from pg_stat_activity
       where datname = current_database() and usename = 'appuser' and wait_event_type = 'Lock'`,
    );
    if (waiting.length > 0) return;
    await Bun.sleep(5);
  }
  throw new Error("nobody waits for a lock");
}

/**
 * Sends `ask`, which locks this person and then the tenant, while somebody holds the tenant and then wants the person. It waited first, so its
 * wait is the one that PostgreSQL looks into first, and ends.
 */
async function inDeadlock(
  { id }: TestTenant,
  user: TestUser,
  ask: () => Promise<Response>,
): Promise<Response> {
  const other = await house.connect("superuser");
  await other.query("begin");
  await other.query("select from app.tenants where id = $1 for no key update", [id]);
  const asked = ask();
  await someoneWaits();
  const theirs = other.query("select from app.users where id = $1 for no key update", [user.id]);
  const answer = await asked;
  await theirs;
  await other.query("rollback");
  return answer;
}

describe("a request whose transaction is ended by a deadlock", () => {
  test("of a script is told to try again, with Retry-After, and succeeds then", async () => {
    const { tenant, user } = await aHouse();
    const path = `/users/${user.id}/deactivation`;
    const answer = await inDeadlock(tenant, user, () => tenant.api.put(path));
    expect([answer.status, answer.headers.get("retry-after")]).toEqual([503, "1"]);
    expect(await answer.json()).toMatchObject({
      code: "request.contended",
      title: "Somebody else was changing the same thing at this moment. Try again",
    });
    expect(await tenant.events("user.deactivated")).toEqual([]);
    expect((await tenant.api.put(path)).status).toBe(200);
    expect(await tenant.events("user.deactivated")).toHaveLength(1);
  }, 120_000);

  test("of a person shows that on a page", async () => {
    const { tenant, user } = await aHouse();
    const path = `/users/${user.id}/deactivation`;
    const answer = await inDeadlock(tenant, user, () => tenant.browser.put(path));
    expect([answer.status, answer.headers.get("retry-after")]).toEqual([503, "1"]);
    expect(await answer.text()).toContain("Somebody else was changing the same thing");
  }, 120_000);
});

test.each([
  ["a deadlock", "40P01", "request.contended"],
  ["a serialization failure", "40001", "request.contended"],
  ["a lock that was waited for too long", "55P03", "request.contended"],
  ["a broken constraint", "23505", "request.unexpected"],
  ["a statement that took too long", "57014", "request.unexpected"],
])("%s (%s) is %s", (_, code, refusal) => {
  expect(toDomainError(Object.assign(new Error("from PostgreSQL"), { code })).code).toBe(refusal);
});
