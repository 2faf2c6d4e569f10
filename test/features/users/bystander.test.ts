// What is done to one person changes not a row of another one: a change that forgot whom it is about would reach everybody.
import { expect, test } from "bun:test";
import { goodPassword, testApp, type TestTenant, type TestUser } from "../../support/a-tenant.ts";
import { withEverything } from "../recovery/support.ts";
import { resetLink, throughPassword, withApp } from "../sign-in/support.ts";

const world = await testApp();
const newPassword = "seven green llamas hum softly";

/** Every row about somebody, by table, as text. */
async function rowsOf({ id }: TestUser): Promise<Record<string, string[]>> {
  const tables = await world.asSuperuser<{ name: string; key: string }>(
    `select table_name as name, column_name as key from information_schema.columns
     join information_schema.tables using (table_schema, table_name)
     where table_schema = 'app' and table_type = 'BASE TABLE'
       and (column_name = 'user_id' or (table_name = 'users' and column_name = 'id')) order by 1`,
  );
  const found: Record<string, string[]> = {};
  for (const { name, key } of tables) {
    const rows = await world.asSuperuser<{ row: string }>(
      `select to_jsonb(t)::text as row from app.${name} t where ${key} = $1 order by 1`,
      [id],
    );
    if (rows.length > 0) found[name] = rows.map(({ row }) => row);
  }
  return found;
}

/** Somebody with second steps, a session, a sign-in under way, a link to a new password, an address that waits, and a group. */
async function settled(tenant: TestTenant, groupId: string): Promise<TestUser> {
  const user = await tenant.aUser();
  const browser = await tenant.signedIn(user);
  await throughPassword(tenant.newBrowser(), user.email);
  await withEverything(world, tenant, user);
  await resetLink(tenant, user);
  await browser.post("/profile/addresses", { email: `x-${user.email}` });
  await tenant.api.post(`/groups/${groupId}/members`, { userIds: [user.id] });
  return user;
}

type Change = (tenant: TestTenant, user: TestUser, groupId: string) => Promise<Response>;
const onUser = ({ id }: TestUser) => `/users/${id}`;
const changes: [string, Change][] = [
  ["another name", ({ api }, user) => api.patch(onUser(user), { firstName: "Grace" })],
  ["another role", ({ api }, user) => api.patch(onUser(user), { role: "admin" })],
  ["deactivation", ({ api }, user) => api.put(`${onUser(user)}/deactivation`)],
  [
    "deactivation and back",
    async ({ api }, user) => {
      await api.put(`${onUser(user)}/deactivation`);
      return api.delete(`${onUser(user)}/deactivation`);
    },
  ],
  [
    "a new password asked for, and taken back",
    async ({ api }, user) => {
      await api.put(`${onUser(user)}/password-reset-requirement`);
      return api.delete(`${onUser(user)}/password-reset-requirement`);
    },
  ],
  ["a reset of second steps", ({ api }, user) => api.post(`${onUser(user)}/factor-resets`)],
  [
    "leaving a group",
    ({ api }, user, groupId) => api.delete(`/groups/${groupId}/members/${user.id}`),
  ],
  [
    "anonymisation",
    async ({ api }, user) => {
      await api.put(`${onUser(user)}/deactivation`);
      return api.put(`${onUser(user)}/anonymisation`, { confirmation: user.email });
    },
  ],
  [
    "deletion",
    async ({ api }, user) => {
      await api.put(`${onUser(user)}/deactivation`);
      return api.delete(onUser(user), { confirmation: user.email });
    },
  ],
  [
    "their own new password",
    async (tenant, user) =>
      (await tenant.signedIn(user)).put("/security/password", {
        currentPassword: goodPassword,
        password: newPassword,
      }),
  ],
  [
    "their own sign-in by app",
    async (tenant, user) => {
      const app = await withApp(world, tenant, user);
      const browser = tenant.newBrowser();
      await throughPassword(browser, user.email);
      return browser.post("/sign-in/totp", { code: app.code() });
    },
  ],
];

test.each(changes)("%s is one person's", async (what, change) => {
  const tenant = await world.aTenant();
  const group = await tenant.api.post("/groups", { name: "Crew" });
  const { id: groupId } = (await group.json()) as { id: string };
  const beside = await settled(tenant, groupId);
  const isTheirOwn = what.includes("their own");
  const user = isTheirOwn ? await tenant.aUser() : await settled(tenant, groupId);
  await tenant.tenant.write(async (db) => {
    const about = { user_id: beside.id, reason: "", requested_at: new Date() };
    await db.insertInto("reactivation_requests").values(about).execute();
    await db
      .updateTable("users")
      .set({ password_reset_cause: "admin", strength_asked_at: new Date() })
      .where("id", "=", beside.id)
      .execute();
  });
  const before = await rowsOf(beside);
  expect(Object.keys(before)).toEqual(
    expect.arrayContaining([
      "backup_codes",
      "group_members",
      "passkeys",
      "pending_emails",
      "sessions",
      "sign_ins",
      "user_tokens",
    ]),
  );
  const [its, answer] = [await rowsOf(user), await change(tenant, user, groupId)];
  expect(answer.status).toBeLessThan(400);
  expect(await rowsOf(user)).not.toEqual(its);
  expect(await rowsOf(beside)).toEqual(before);
});
