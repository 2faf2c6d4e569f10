// Whoever becomes super administrator has a password that is enough for one, or chooses another.
import { describe, expect, test } from "bun:test";
import type { Role } from "#src/permissions.ts";
import { goodPassword, testApp, type TestTenant, type TestUser } from "../../support/a-tenant.ts";
import { isSignedIn, setPolicy, throughPassword } from "../sign-in/support.ts";

const world = await testApp();

const measured = (
  tenant: TestTenant,
  { id }: TestUser,
  columns: { password_length: number | null; password_score: 3 | 4 | null },
) =>
  tenant.tenant.write((db) => db.updateTable("users").set(columns).where("id", "=", id).execute());

const giveRole = (tenant: TestTenant, { id }: TestUser, role: Role) =>
  tenant.api.patch(`/users/${id}`, { role });

const causeOf = async (tenant: TestTenant, { id }: TestUser) =>
  ((await (await tenant.api.get(`/users/${id}`)).json()) as { passwordResetCause: string | null })
    .passwordResetCause;

async function aPerson(
  columns: Parameters<typeof measured>[2],
  role: Role = "admin",
): Promise<{ tenant: TestTenant; user: TestUser }> {
  const tenant = await world.aTenant();
  await setPolicy(tenant, { password_min_length: 8 });
  const user = await tenant.aUser({ role });
  await measured(tenant, user, columns);
  return { tenant, user };
}

describe("a new super administrator", () => {
  test("with a password of fewer than 14 characters chooses another one at the next sign-in, and is told", async () => {
    const { tenant, user } = await aPerson({ password_length: 12, password_score: 4 });
    const before = await tenant.signedIn(user);
    await giveRole(tenant, user, "super_admin");
    expect(await causeOf(tenant, user)).toBe("policy");
    expect(await isSignedIn(before)).toBe(false);
    const [mail] = await tenant.mails();
    expect(mail?.text).toContain("choose a new one when you sign in");
    expect(await tenant.events("user.role_changed")).toMatchObject([
      { data: { from: "admin", to: "super_admin", newPassword: true } },
    ]);
    const browser = tenant.newBrowser();
    const answer = await throughPassword(browser, user.email, goodPassword);
    const code = (await tenant.mails()).findLast(({ code: c }) => c !== "")?.code ?? "";
    const next =
      answer.headers.get("location") === "/sign-in/code"
        ? await browser.post("/sign-in/code", { code })
        : answer;
    expect(next.headers.get("location")).toBe("/sign-in/new-password");
    expect(await isSignedIn(browser)).toBe(false);
  });

  test.each([
    [
      "nobody knows how long: set before that was kept, or brought from elsewhere",
      { password_length: null, password_score: null },
    ],
    ["only how long", { password_length: 30, password_score: null }],
  ] as const)("chooses another one where %s", async (_, columns) => {
    const { tenant, user } = await aPerson(columns, "member");
    await giveRole(tenant, user, "super_admin");
    expect(await causeOf(tenant, user)).toBe("policy");
  });

  test("keeps one that is enough, and hears nothing of it", async () => {
    const { tenant, user } = await aPerson({ password_length: 14, password_score: 3 });
    await giveRole(tenant, user, "super_admin");
    expect(await causeOf(tenant, user)).toBeNull();
    expect((await tenant.mails())[0]?.text).not.toContain("choose a new one");
    expect(await tenant.events("user.role_changed")).toMatchObject([
      { data: { newPassword: false } },
    ]);
  });

  test("is measured by more where the tenant asks for more", async () => {
    const { tenant, user } = await aPerson({ password_length: 15, password_score: 3 });
    await setPolicy(tenant, { password_min_length: 16 });
    await giveRole(tenant, user, "super_admin");
    expect(await causeOf(tenant, user)).toBe("policy");
  });

  test("alone is measured: administrators and those who lose the role are not", async () => {
    const { tenant, user } = await aPerson({ password_length: 8, password_score: 3 }, "member");
    await giveRole(tenant, user, "admin");
    expect(await causeOf(tenant, user)).toBeNull();
    const other = await tenant.aUser({ role: "super_admin" });
    await tenant.aUser({ role: "super_admin" });
    await giveRole(tenant, other, "member");
    expect(await causeOf(tenant, other)).toBeNull();
  });

  test("who is invited or comes by a provider has no password to replace", async () => {
    const tenant = await world.aTenant();
    const user = await tenant.aUser({ state: "invited" });
    await giveRole(tenant, user, "super_admin");
    expect(await causeOf(tenant, user)).toBeNull();
  });
});
