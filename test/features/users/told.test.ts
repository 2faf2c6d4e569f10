// What an administrator, or the night, does to an account is told at every verified address: whoever reads one mailbox keeps nothing
// from the others.
import { expect, test } from "bun:test";
import { runNight } from "#features/inactivity/index.ts";
import { testApp, type TestTenant, type TestUser } from "../../support/a-tenant.ts";

const house = await testApp();
const { clock, services } = house;

/** Somebody with a second address that is verified, and a third one that waits for its mailbox. */
async function aPerson(tenant: TestTenant, state: "active" | "deactivated" = "active") {
  const user = await tenant.aUser({ state });
  const home = `home-${user.email}`;
  for (const [email, at] of [
    [home, clock.now()],
    [`waiting-${user.email}`, null],
  ])
    await house.asSuperuser(
      `insert into app.user_emails (tenant_id, user_id, email, is_primary, verified_at)
         values ($1, $2, $3, false, $4)`,
      [tenant.id, user.id, email, at],
    );
  return { user, both: [user.email, home].toSorted() };
}

const toldOf = async (tenant: TestTenant, subject: string) => {
  const mails = (await tenant.mails()).filter((mail) => mail.subject.includes(subject));
  return { to: mails.map(({ to }) => to).toSorted(), texts: mails.map(({ text }) => text) };
};

test.each([
  [
    "another role",
    "active",
    "Your role at",
    (tenant: TestTenant, { id }: TestUser) => tenant.api.patch(`/users/${id}`, { role: "admin" }),
  ],
  [
    "a deactivation",
    "active",
    "was deactivated",
    (tenant: TestTenant, { id }: TestUser) => tenant.api.put(`/users/${id}/deactivation`),
  ],
  [
    "a reactivation",
    "deactivated",
    "is active again",
    (tenant: TestTenant, { id }: TestUser) => tenant.api.delete(`/users/${id}/deactivation`),
  ],
] as const)("%s", async (_, state, subject, change) => {
  const tenant = await house.aTenant();
  const { user, both } = await aPerson(tenant, state);
  expect((await change(tenant, user)).status).toBe(200);
  const { to, texts } = await toldOf(tenant, subject);
  expect(to).toEqual(both);
  for (const text of texts) expect(text).toMatch(/^.+ \(UTC\), by an administrator\.$/m);
});

test("a long absence: both warnings and the end of it", async () => {
  const tenant = await house.aTenant();
  await tenant.tenant.write((db) =>
    db.insertInto("sign_in_policies").values({ inactive_after_days: 30 }).execute(),
  );
  const { user, both } = await aPerson(tenant);
  const seenAt = new Date(clock.now().getTime() - 23 * 86_400_000);
  await house.asSuperuser(
    `update app.users set created_at = $2, password_changed_at = $2, last_sign_in_at = $2, last_seen_at = $2
       where id = $1`,
    [user.id, seenAt],
  );
  for (const days of [0, 6, 1]) {
    clock.advance({ days });
    await runNight(tenant.tenant, services);
  }
  // The mails of all three nights leave together.
  for (const subject of ["in 7 days", "in 1 day", "was deactivated"])
    expect([subject, (await toldOf(tenant, subject)).to]).toEqual([subject, both]);
});

test("who has no verified address is told at the primary one", async () => {
  const tenant = await house.aTenant();
  const user = await tenant.aUser({ state: "deactivated" });
  await house.asSuperuser("update app.user_emails set verified_at = null where user_id = $1", [
    user.id,
  ]);
  await tenant.api.delete(`/users/${user.id}/deactivation`);
  expect((await toldOf(tenant, "is active again")).to).toEqual([user.email]);
});
