// The settings' page and API: what is saved, what is refused, who is told.
import { describe, expect, test } from "bun:test";
import { defaultPolicy } from "#features/policy/index.ts";
import { IdentityProviderId } from "#src/ids.ts";
import { testApp } from "../../support/a-tenant.ts";
import { form, path, put, settingsOf } from "./support.ts";

const world = await testApp();

const errorsOf = async (answer: Response) =>
  ((await answer.json()) as { errors: Record<string, string> }).errors;

describe("GET /settings/sign-in", () => {
  test("answers the whole policy with its version; JSON and page agree", async () => {
    const tenant = await world.aTenant({ signedInAs: "super_admin" });
    expect(await settingsOf(tenant)).toEqual({ ...defaultPolicy, version: 0, trial: null });
    const page = await (await tenant.browser.get(path)).text();
    expect(page).toContain("<h1>Sign-in settings</h1>");
    for (const field of Object.keys(defaultPolicy)) expect(page).toContain(`name="${field}"`);
    expect(page).toContain('href="/settings/sign-in"');
  });

  test("is for super administrators", async () => {
    const { browser, script } = await world.aTenant({ signedInAs: "admin" });
    expect((await browser.get(path)).status).toBe(403);
    const admin = await script("admin");
    expect((await admin.get(path)).status).toBe(403);
    expect((await admin.put(path, { ...defaultPolicy, version: 0 })).status).toBe(403);
    expect(await (await browser.get("/")).text()).not.toContain(path);
  });
});

describe("PUT /settings/sign-in", () => {
  test("saves everything with one event of what differs, and tells super administrators in words", async () => {
    const tenant = await world.aTenant({ signedInAs: "super_admin" });
    const answer = await tenant.browser.put(
      path,
      form({ passwordMinLength: "16", rememberDeviceDays: "30", sessionPreset: "aal2" }),
    );
    expect(answer.status).toBe(303);
    expect(await settingsOf(tenant)).toMatchObject({
      passwordMinLength: 16,
      rememberDeviceDays: 30,
      sessionIdleSeconds: 3_600,
      sessionAbsoluteSeconds: 86_400,
      keepSignedIn: true,
      version: 1,
    });
    const events = (await tenant.events()).filter(({ name }) => name.startsWith("sign_in_policy"));
    expect(events).toEqual([
      {
        name: "sign_in_policy.changed",
        actorKind: "user",
        subjectId: null,
        data: {
          version: 1,
          passwordsToReplace: 1,
          changes: {
            passwordMinLength: { from: 15, to: 16 },
            rememberDeviceDays: { from: 0, to: 30 },
            sessionIdleSeconds: { from: 86_400, to: 3_600 },
            sessionAbsoluteSeconds: { from: 1_209_600, to: 86_400 },
          },
        },
      },
    ]);
    const [mail, ...more] = await tenant.mails();
    // Their own password is less than that as well.
    expect(more.map(({ subject }) => subject)).toEqual([
      expect.stringContaining("asks for a new password"),
    ]);
    expect(mail).toMatchObject({ to: tenant.me.email, link: path });
    expect(mail?.text).toContain(`${tenant.me.firstName} ${tenant.me.lastName} changed`);
    expect(mail?.text).toContain(
      "- Password length: At least 15 characters → At least 16 characters",
    );
    expect(mail?.text).toContain("- Time without use: 24 hours → 1 hour");
    expect(mail?.text).toContain("1 person must choose a new password");
  });

  test("a box that is not ticked is off, and none can be chosen again everywhere", async () => {
    const tenant = await world.aTenant({ signedInAs: "super_admin" });
    const models = ["ea9b8d66-4d01-1d21-3ce4-b6b48cb575d4", "fbfc3007-154e-4ecc-8c0b-6e020557d7bd"];
    await tenant.tenant.write((db) =>
      db
        .insertInto("sign_in_policies")
        .values({ inactive_after_days: 90, passkey_aaguids: models })
        .execute(),
    );
    const { keepSignedIn: _, ...rest } = form();
    expect((await tenant.browser.put(path, { ...rest, sessionIdleSeconds: "" })).status).toBe(303);
    expect(await settingsOf(tenant)).toMatchObject({
      keepSignedIn: false,
      inactiveAfterDays: null,
      passkeyAaguids: null,
      sessionIdleSeconds: null,
    });
  });

  test("reads passkey models one a line, with notes behind them", async () => {
    const tenant = await world.aTenant({ signedInAs: "super_admin" });
    const typed =
      "FBFC3007-154E-4ECC-8C0B-6E020557D7BD  our phones\r\n\r\n ea9b8d66-4d01-1d21-3ce4-b6b48cb575d4\n";
    await tenant.browser.put(path, form({ passkeyAaguids: typed }));
    const { trial } = await settingsOf(tenant);
    expect(trial?.proposed.passkeyAaguids).toEqual([
      "ea9b8d66-4d01-1d21-3ce4-b6b48cb575d4",
      "fbfc3007-154e-4ecc-8c0b-6e020557d7bd",
    ]);
    await tenant.api.delete(`${path}/trials/${trial?.id}`);
    await tenant.tenant.write((db) =>
      db
        .updateTable("sign_in_policies")
        .set({ passkey_aaguids: trial?.proposed.passkeyAaguids ?? [] })
        .execute(),
    );
    expect(await (await tenant.browser.get(path)).text()).toContain(
      "fbfc3007-154e-4ecc-8c0b-6e020557d7bd  iCloud Keychain",
    );
    const refused = await tenant.browser.put(path, form({ passkeyAaguids: "YubiKey 5\n" }));
    expect(refused.status).toBe(422);
    const page = await refused.text();
    expect(page).toContain("Passkey models: “yubikey” is not an identifier");
    expect(page).toContain("YubiKey 5");
  });

  test("the same again changes nothing and says nothing", async () => {
    const tenant = await world.aTenant();
    expect((await put(tenant, {})).status).toBe(200);
    expect(await tenant.events()).toEqual([]);
    expect((await settingsOf(tenant)).version).toBe(0);
  });

  test("refuses what does not hold together and saves none of it; what was typed stays", async () => {
    const tenant = await world.aTenant({ signedInAs: "super_admin" });
    const short = await put(tenant, { passwordMinLength: 14, strength: "strong", graceDays: 7 });
    expect(short.status).toBe(422);
    expect(await errorsOf(short)).toEqual({
      passwordMinLength: expect.stringContaining("fewer than 15 characters only where"),
    });
    const remembered = await put(tenant, {
      passwordMinLength: 14,
      strength: "strong",
      graceDays: 0,
      rememberDeviceDays: 30,
      keepSignedIn: false,
    });
    expect(await errorsOf(remembered)).toEqual({
      rememberDeviceDays: expect.stringContaining("at least 15 characters"),
    });
    const idle = await put(tenant, { sessionIdleSeconds: 7_200, sessionAbsoluteSeconds: 3_600 });
    expect(await errorsOf(idle)).toEqual({
      sessionIdleSeconds: expect.stringContaining("Time without use"),
    });
    const typed = form({ rememberDeviceDays: "30", passwordMinLength: "13" });
    const page = await (await tenant.browser.put(path, typed)).text();
    expect(page).toContain('href="#field-rememberDeviceDays"');
    expect(page).toContain('value="13" selected');
    expect(await settingsOf(tenant)).toEqual({ ...defaultPolicy, version: 0, trial: null });
  });

  test("wants the whole policy from a script: what is missing is not switched off", async () => {
    const { api } = await world.aTenant();
    const { keepSignedIn: _, ...rest } = defaultPolicy;
    expect(Object.keys(await errorsOf(await api.put(path, { ...rest, version: 0 })))).toEqual([
      "keepSignedIn",
    ]);
    expect(Object.keys(await errorsOf(await api.put(path, defaultPolicy)))).toEqual(["version"]);
  });

  test("two administrators for a reset needs two", async () => {
    const tenant = await world.aTenant({ signedInAs: "super_admin" });
    const alone = await put(tenant, { resetNeedsTwoAdmins: true });
    expect(alone.status).toBe(422);
    expect(Object.keys(await errorsOf(alone))).toEqual(["resetNeedsTwoAdmins"]);
    // Nor is it proposed.
    const { trial: _, ...settings } = await settingsOf(tenant);
    const proposed = { ...settings, resetNeedsTwoAdmins: true };
    const trial = await tenant.api.post(`${path}/trials`, proposed);
    expect([trial.status, ...Object.keys(await errorsOf(trial))]).toEqual([
      422,
      "resetNeedsTwoAdmins",
    ]);
    await tenant.aUser({ role: "admin" });
    expect((await put(tenant, { resetNeedsTwoAdmins: true })).status).toBe(200);
  });

  test("addresses lead to no provider that is not there, saved or proposed", async () => {
    const tenant = await world.aTenant();
    const unknown = { defaultIdentityProviderId: IdentityProviderId.parse(crypto.randomUUID()) };
    const { trial: _, ...settings } = await settingsOf(tenant);
    for (const refused of [
      await put(tenant, unknown),
      await tenant.api.post(`${path}/trials`, { ...settings, ...unknown }),
    ])
      expect([refused.status, ...Object.keys(await errorsOf(refused))]).toEqual([
        422,
        "defaultIdentityProviderId",
      ]);
  });

  test("a change on top of one that was not seen is refused with who changed what; nothing typed is lost", async () => {
    const tenant = await world.aTenant({ signedInAs: "super_admin" });
    await put(tenant, { passwordMinLength: 20 });
    const stale = await tenant.browser.put(path, form({ passwordMinScore: "4" }));
    expect(stale.status).toBe(409);
    const page = await stale.text();
    expect(page).toContain(
      "API client test super_admin: Password length: At least 15 characters → At least 20 characters",
    );
    expect(page).toMatch(/value="4" selected/);
    expect(page).toContain('name="version" value="1"');
    const script = await tenant.api.put(path, { ...defaultPolicy, graceDays: 30, version: 0 });
    expect(await script.json()).toMatchObject({
      code: "settings.changed_meanwhile",
      version: 1,
      changes: [{ changes: { passwordMinLength: { from: 15, to: 20 } } }],
    });
    expect((await settingsOf(tenant)).passwordMinScore).toBe(3);
  });

  test("of two who save at the same moment one is told", async () => {
    const tenant = await world.aTenant();
    const answers = await Promise.all(
      [16, 17, 18].map((passwordMinLength) =>
        tenant.api.put(path, { ...defaultPolicy, passwordMinLength, version: 0 }),
      ),
    );
    expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([200, 409, 409]);
    expect(await tenant.events("sign_in_policy.changed")).toHaveLength(1);
    expect((await settingsOf(tenant)).version).toBe(1);
  });

  test("is each tenant's own", async () => {
    const [one, other] = [
      await world.aTenant(),
      await world.aTenant({ signedInAs: "super_admin" }),
    ];
    await put(one, { passwordMinLength: 20 });
    expect((await settingsOf(other)).passwordMinLength).toBe(15);
    expect(await other.events("sign_in_policy.changed")).toEqual([]);
    expect(await other.mails()).toEqual([]);
  });
});

describe("passwords that are less than is asked for now", () => {
  test("are to be replaced: measured and found short, or not known; not those from elsewhere", async () => {
    const tenant = await world.aTenant();
    const wishes = {
      long: { password_length: 20, password_score: 4 },
      short: { password_length: 15, password_score: 4 },
      weak: { password_length: 20, password_score: 2 },
      unknown: {},
      imported: { password_hash: "$2b$10$abcdefghijklmnopqrstuv", password_changed_at: null },
      admins: { password_reset_cause: "admin" as const },
    };
    const people = new Map<string, string>();
    for (const [name, columns] of Object.entries(wishes)) {
      const { id } = await tenant.aUser({ state: name === "short" ? "deactivated" : "active" });
      people.set(id, name);
      if (Object.keys(columns).length > 0)
        await tenant.tenant.write((db) =>
          db.updateTable("users").set(columns).where("id", "=", id).execute(),
        );
    }
    await tenant.aUser({ state: "invited" });
    await put(tenant, { passwordMinLength: 16 });
    const rows = await tenant.tenant.read((db) =>
      db
        .selectFrom("users")
        .select(["id", "password_reset_cause as cause"])
        .where("password_reset_cause", "is not", null)
        .execute(),
    );
    const causes = Object.fromEntries(rows.map(({ id, cause }) => [people.get(id), cause]));
    expect(causes).toEqual({ short: "policy", weak: "policy", unknown: "policy", admins: "admin" });
    expect(await tenant.events("sign_in_policy.changed")).toMatchObject([
      { data: { passwordsToReplace: 3 } },
    ]);
  });

  test("are left alone when less is asked for, or something else", async () => {
    const tenant = await world.aTenant();
    await tenant.aUser();
    await put(tenant, { passwordMinLength: 20 });
    await tenant.tenant.write((db) =>
      db.updateTable("users").set({ password_reset_cause: null }).execute(),
    );
    await put(tenant, { passwordMinLength: 16 });
    await put(tenant, { keepSignedIn: false });
    expect((await tenant.events("sign_in_policy.changed")).slice(1)).toMatchObject([
      { data: { passwordsToReplace: 0 } },
      { data: { passwordsToReplace: 0 } },
    ]);
  });

  test("need not be replaced any more when the settings are taken back", async () => {
    const tenant = await world.aTenant();
    const wishes = {
      enough: { password_length: 16, password_score: 4 },
      short: { password_length: 12, password_score: 4 },
      // Brought from elsewhere, and found wanting when it was first used.
      brought: { password_length: 16, password_score: 4, password_changed_at: null },
      leaked: { password_length: 16, password_score: 4, password_reset_cause: "breach" as const },
    };
    const people = new Map<string, string>();
    for (const [name, columns] of Object.entries(wishes)) {
      const { id } = await tenant.aUser();
      people.set(id, name);
      await tenant.tenant.write((db) =>
        db.updateTable("users").set(columns).where("id", "=", id).execute(),
      );
    }
    const now = async () => {
      const rows = await tenant.tenant.read((db) =>
        db.selectFrom("users").select(["id", "password_reset_cause as cause"]).execute(),
      );
      return Object.fromEntries(
        rows.flatMap(({ id, cause }) => (people.has(id) ? [[people.get(id), cause]] : [])),
      );
    };
    await put(tenant, { passwordMinLength: 30 });
    const all = { enough: "policy", short: "policy", brought: "policy", leaked: "breach" };
    expect(await now()).toEqual(all);
    await put(tenant, { passwordMinLength: 15 });
    expect(await now()).toEqual({ ...all, enough: null });
  });
});
