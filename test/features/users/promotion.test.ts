// Whoever becomes super administrator has a password that is enough for one, or chooses another.
import { describe, expect, test } from "bun:test";
import type { Role } from "#src/permissions.ts";
import { goodPassword, testApp, type TestTenant, type TestUser } from "../../support/a-tenant.ts";
import { ask } from "../addresses/support.ts";
import { anIdp, signInBy } from "../identity-providers/support.ts";
import {
  isSignedIn,
  locationOf,
  mailedCode,
  resetLink,
  setPolicy,
  throughPassword,
} from "../sign-in/support.ts";

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

describe("a member of an identity provider who gets a higher role", () => {
  async function aMember({ trustsSecondStep = true } = {}) {
    const tenant = await world.aTenant();
    const idp = await anIdp(tenant, { trustsSecondStep });
    const user = await tenant.aUser({ email: `ada@${idp.domain}` });
    return { tenant, idp, user };
  }
  const linksOf = (tenant: TestTenant) => tenant.events("identity_provider.person_linked");

  test.each(["admin", "super_admin"] as const)(
    "%s: is unlinked, and confirms the next sign-in by their own password",
    async (role) => {
      const { tenant, idp, user } = await aMember();
      expect(locationOf(await signInBy(world, tenant.newBrowser(), idp))).toBe("/");
      const form = await (
        await tenant.signedIn(await tenant.aUser({ role: "super_admin" }))
      ).get(`/users/${user.id}/edit`);
      expect(await form.text()).toContain("they confirm that once with their own password");
      await giveRole(tenant, user, role);
      expect((await tenant.events("identity_provider.person_unlinked"))[0]?.data).toMatchObject({
        userId: user.id,
        identityProviderId: idp.id,
      });
      const told = (await tenant.mails()).findLast(({ to }) => to === user.email);
      expect(told?.text).toContain("confirm it once with your password here");
      const browser = tenant.newBrowser();
      expect(locationOf(await signInBy(world, browser, idp))).toBe("/sign-in/link");
      expect(await isSignedIn(browser)).toBe(false);
      expect(await linksOf(tenant)).toHaveLength(1);
    },
  );

  test("gets a password for the asking, who has none", async () => {
    const { tenant, idp, user } = await aMember();
    await signInBy(world, tenant.newBrowser(), idp);
    await world.asSuperuser("update app.users set password_hash = null where id = $1", [user.id]);
    await giveRole(tenant, user, "admin");
    expect(await resetLink(tenant, user)).toStartWith("/reset-password/");
  });

  test("does not finish a first sign-in that began as a member", async () => {
    const { tenant, idp, user } = await aMember({ trustsSecondStep: false });
    const browser = tenant.newBrowser();
    expect(locationOf(await signInBy(world, browser, idp))).toBe("/sign-in/code");
    const code = await mailedCode(tenant, user.email);
    await giveRole(tenant, user, "admin");
    await browser.post("/sign-in/code", { code });
    expect(await isSignedIn(browser)).toBe(false);
    expect(await linksOf(tenant)).toEqual([]);
  });

  test("keeps the link once it was confirmed, and whoever has none hears nothing of it", async () => {
    const { tenant, idp, user } = await aMember();
    await giveRole(tenant, user, "admin");
    expect((await tenant.mails()).at(-1)?.text).not.toContain("identity provider");
    const browser = tenant.newBrowser();
    await signInBy(world, browser, idp);
    await browser.post("/sign-in/link", { password: goodPassword });
    await browser.post("/sign-in/code", { code: await mailedCode(tenant, user.email) });
    expect(await isSignedIn(browser)).toBe(true);
    expect(await linksOf(tenant)).toHaveLength(1);
    await giveRole(tenant, user, "super_admin");
    expect(await tenant.events("identity_provider.person_unlinked")).toEqual([]);
  });

  test("gets no address that was asked for while the role was lower", async () => {
    const { tenant, user } = await aMember();
    const link = await ask(tenant, await tenant.signedIn(user), "ada@second.example");
    await giveRole(tenant, user, "admin");
    expect((await tenant.newBrowser().post(link)).status).toBe(410);
  });
});
