// An administrator asks somebody for a new password, and takes it back.
import { describe, expect, test } from "bun:test";
import { testApp, type TestTenant, type TestUser } from "../../support/a-tenant.ts";

const world = await testApp();
const pathOf = ({ id }: { id: string }) => `/users/${id}/password-reset-requirement`;
const flag = ({ tenant }: TestTenant, { id }: TestUser, cause: "breach" | "policy") =>
  tenant.write((db) =>
    db.updateTable("users").set({ password_reset_cause: cause }).where("id", "=", id).execute(),
  );
const measure = (
  { tenant }: TestTenant,
  { id }: TestUser,
  measured: { password_length: number; password_score: number },
) => tenant.write((db) => db.updateTable("users").set(measured).where("id", "=", id).execute());
const readSettings = async ({ api }: TestTenant) =>
  (await (await api.get("/settings/sign-in")).json()) as Record<string, unknown>;

describe("PUT /users/:userId/password-reset-requirement", () => {
  test("asks first, then ends sessions, tells the person the reason, and is recorded", async () => {
    const tenant = await world.aTenant({ signedInAs: "admin" });
    const grace = await tenant.aUser({ firstName: "Grace", lastName: "Hopper" });
    const theirs = await tenant.signedIn(grace);
    expect(await (await tenant.browser.get(`/users/${grace.id}`)).text()).toContain(pathOf(grace));
    const question = await (await tenant.browser.get(pathOf(grace))).text();
    expect(question).toContain("Require a new password from Grace Hopper?");
    const answer = await tenant.browser.put(pathOf(grace));
    expect(answer.headers.get("location")).toBe(`/users/${grace.id}`);

    expect((await theirs.get("/profile")).headers.get("location")).toStartWith("/sign-in");
    expect(await tenant.events("password.reset_required")).toMatchObject([{ subjectId: grace.id }]);
    expect(await tenant.events("session.ended")).toMatchObject([
      { data: { reason: "password_to_replace" } },
    ]);
    const [mail] = await tenant.mails();
    expect(mail).toMatchObject({ to: grace.email });
    expect(mail?.subject).toContain("need a new password");
    expect(mail?.text).toContain("An administrator of");
    const page = await (await tenant.browser.get(`/users/${grace.id}`)).text();
    expect(page).toContain("an administrator asked for it");
  });

  test("as JSON answers what holds now; a second time nothing happens", async () => {
    const tenant = await world.aTenant();
    const user = await tenant.aUser();
    expect(await (await tenant.api.get(pathOf(user))).json()).toMatchObject({
      user: { id: user.id, email: user.email },
      cause: null,
      mayRequire: true,
      mayLift: false,
    });
    const first = await tenant.api.put(pathOf(user));
    expect(first.status).toBe(200);
    expect(await first.json()).toMatchObject({ cause: "admin", mayRequire: false, mayLift: true });
    expect((await tenant.api.put(pathOf(user))).status).toBe(200);
    expect(await tenant.events("password.reset_required")).toHaveLength(1);
    expect(await tenant.mails()).toHaveLength(1);
    expect(await (await tenant.api.get(`/users/${user.id}`)).json()).toMatchObject({
      passwordResetCause: "admin",
    });
  });

  test.each(["breach", "policy"] as const)(
    "keeps %s as the reason, which nobody can take back, and still ends the sessions",
    async (cause) => {
      const tenant = await world.aTenant();
      const user = await tenant.aUser();
      await tenant.signedIn(user);
      await flag(tenant, user, cause);
      expect(await (await tenant.api.put(pathOf(user))).json()).toMatchObject({
        cause,
        mayLift: false,
      });
      expect(await tenant.events("session.ended")).toHaveLength(1);
      expect((await tenant.api.delete(pathOf(user))).status).toBe(409);
    },
  );

  test("is refused for oneself, above one's role, without a password, and for members", async () => {
    const tenant = await world.aTenant({ signedInAs: "admin" });
    const [boss, invited, member] = [
      await tenant.aUser({ role: "super_admin" }),
      await tenant.aUser({ state: "invited" }),
      await tenant.aUser(),
    ];
    expect((await tenant.browser.put(pathOf(tenant.me))).status).toBe(409);
    expect((await tenant.browser.put(pathOf(boss))).status).toBe(403);
    expect((await tenant.browser.put(pathOf(invited))).status).toBe(409);
    expect((await (await tenant.signedIn(member)).put(pathOf(invited))).status).toBe(403);
    expect((await (await tenant.script("member")).put(pathOf(member))).status).toBe(403);
    const admins = await tenant.script("admin");
    expect(await (await admins.put(pathOf(boss))).json()).toMatchObject({
      type: expect.stringContaining("users.above_role"),
    });
    expect(await tenant.events("password.reset_required")).toEqual([]);
    const page = await (await tenant.browser.get(`/users/${boss.id}`)).text();
    expect(page).not.toContain(pathOf(boss));
  });

  test("another tenant's person is nobody", async () => {
    const [tenant, other] = [await world.aTenant(), await world.aTenant()];
    const user = await other.aUser();
    for (const method of ["get", "put", "delete"] as const)
      expect((await tenant.api[method](pathOf(user))).status).toBe(404);
    expect(await (await other.api.get(pathOf(user))).json()).toMatchObject({ cause: null });
  });

  test("twice at once is once", async () => {
    const tenant = await world.aTenant();
    const user = await tenant.aUser();
    await Promise.all([tenant.api.put(pathOf(user)), tenant.api.put(pathOf(user))]);
    expect(await tenant.events("password.reset_required")).toHaveLength(1);
  });
});

describe("DELETE /users/:userId/password-reset-requirement", () => {
  test("takes back what an administrator asked for", async () => {
    const tenant = await world.aTenant();
    const user = await tenant.aUser();
    await tenant.api.put(pathOf(user));
    expect(await (await tenant.api.delete(pathOf(user))).json()).toMatchObject({ cause: null });
    await tenant.api.delete(pathOf(user));
    expect(await tenant.events("password.reset_requirement_lifted")).toHaveLength(1);
  });

  test("leaves nobody a password that is less than the settings ask for by now", async () => {
    const tenant = await world.aTenant({ signedInAs: "super_admin" });
    const user = await tenant.aUser();
    await tenant.api.put(pathOf(user));
    const asked = { passwordMinLength: 20 };
    const { version, trial: _, ...settings } = await readSettings(tenant);
    const saved = await tenant.api.put("/settings/sign-in", { ...settings, ...asked, version });
    expect(saved.status).toBe(200);
    // Known to be shorter.
    await measure(tenant, user, { password_length: 16, password_score: 4 });
    const answer = await tenant.browser.delete(pathOf(user), {}, { follow: true });
    expect(await answer.text()).toContain("another one is still required");
    expect(await (await tenant.api.get(pathOf(user))).json()).toMatchObject({ cause: "policy" });

    const long = await tenant.aUser();
    await measure(tenant, long, { password_length: 27, password_score: 4 });
    await tenant.api.put(pathOf(long));
    expect(await (await tenant.api.delete(pathOf(long))).json()).toMatchObject({ cause: null });
  });

  test.each(["breach", "policy"] as const)("is refused where the reason is %s", async (cause) => {
    const tenant = await world.aTenant({ signedInAs: "super_admin" });
    const user = await tenant.aUser();
    await flag(tenant, user, cause);
    expect((await tenant.api.delete(pathOf(user))).status).toBe(409);
    expect(await (await tenant.api.get(pathOf(user))).json()).toMatchObject({
      cause,
      mayLift: false,
    });
    expect(await (await tenant.browser.get(pathOf(user))).text()).not.toContain("Take back");
  });

  test("is refused above one's role", async () => {
    const tenant = await world.aTenant();
    const boss = await tenant.aUser({ role: "super_admin" });
    expect((await tenant.api.put(pathOf(boss))).status).toBe(200);
    const refused = await (await tenant.script("admin")).delete(pathOf(boss));
    expect(refused.status).toBe(403);
    expect(await (await tenant.api.get(pathOf(boss))).json()).toMatchObject({ cause: "admin" });
  });

  test("nobody takes back their own", async () => {
    const tenant = await world.aTenant({ signedInAs: "admin" });
    await tenant.api.put(pathOf(tenant.me));
    const browser = await tenant.signedIn(tenant.me);
    expect((await browser.delete(pathOf(tenant.me))).status).toBe(409);
  });
});
