// The settings of all connections: what is saved, what is refused, and what of it new keys and other tenants see.
import { describe, expect, test } from "bun:test";
import { defaultFederationSettings } from "#features/federation/index.ts";
import { testApp } from "../../support/a-tenant.ts";
import { register, refusalOf } from "../applications/support.ts";
import { anIdp } from "../identity-providers/support.ts";
import {
  endIn,
  endingOf,
  keysOf,
  path,
  prepare,
  put,
  settingsOf,
  switchTo,
  yearsOf,
} from "./support.ts";

const app = await testApp();

const form = (change: Record<string, string> = {}) => ({
  version: "0",
  groupScope: "access_relevant",
  certificateYears: "5",
  rotationWindowDays: "90",
  ...change,
});

describe("GET /settings/federation", () => {
  test("answers the defaults with version 0; JSON and page agree", async () => {
    const tenant = await app.aTenant({ signedInAs: "super_admin" });
    expect(await settingsOf(tenant)).toEqual({ ...defaultFederationSettings, version: 0 });
    const page = await (await tenant.browser.get(path)).text();
    expect(page).toMatch(/value="access_relevant"[^>]*checked/);
    expect(page).toMatch(/<option value="5" selected/);
    expect(page).toMatch(/<option value="90" selected/);
    expect(page).toContain("No certificate ends soon");
  });

  test("lists certificates that end soon, the first one first, with what is to be done", async () => {
    const tenant = await app.aTenant({ signedInAs: "super_admin" });
    const [wiki, later, far] = [
      await register(tenant, { ...byName("Wiki") }),
      await register(tenant, { ...byName("Payroll") }),
      await register(tenant, { ...byName("Archive") }),
    ];
    const idp = await anIdp(tenant);
    await endIn(app, { kind: "applications", id: later.id }, 80);
    await endIn(app, { kind: "applications", id: wiki.id }, -1);
    await endIn(app, { kind: "applications", id: far.id }, 91);
    await endIn(app, { kind: "identity-providers", id: idp.id }, 30);
    await prepare(tenant, { kind: "applications", id: wiki.id });
    expect(await endingOf(tenant)).toMatchObject([
      { kind: "application", id: wiki.id, name: "Wiki", preparedAt: expect.any(String) },
      { kind: "identity_provider", id: idp.id, preparedAt: null },
      { kind: "application", id: later.id, name: "Payroll", isEnabled: true, preparedAt: null },
    ]);
    const page = await (await tenant.browser.get(path)).text();
    expect(page).toContain(`href="/applications/${wiki.id}"`);
    expect(page).toContain(`href="/identity-providers/${idp.id}"`);
    expect(page).toContain("Ended");
    expect(page).not.toContain("Archive");
    // The window decides what is soon.
    await put(tenant, { rotationWindowDays: 14 });
    expect((await endingOf(tenant)).map(({ name }) => name)).toEqual(["Wiki"]);
  });
});

const byName = (name: string) => {
  const entityId = `https://${crypto.randomUUID()}.example.org/metadata`;
  return { kind: "saml", name, entityId, acsUrl: new URL("/acs", entityId).href };
};

describe("PUT /settings/federation", () => {
  test("saves all of it, counts the version and records what differs, once", async () => {
    const tenant = await app.aTenant();
    const wanted = { groupScope: "none", certificateYears: 1, rotationWindowDays: 90 } as const;
    const answer = await tenant.api.put(path, { ...wanted, version: 0 });
    expect([answer.status, await answer.json()]).toEqual([200, { ...wanted, version: 1 }]);
    expect(await settingsOf(tenant)).toEqual({ ...wanted, version: 1 });
    expect(await tenant.events()).toMatchObject([
      {
        name: "federation_settings.changed",
        actorKind: "client",
        data: {
          version: 1,
          changes: {
            groupScope: { from: "access_relevant", to: "none" },
            certificateYears: { from: 5, to: 1 },
          },
        },
      },
    ]);
  });

  test("the same again changes nothing and says nothing", async () => {
    const tenant = await app.aTenant();
    expect((await put(tenant, {})).status).toBe(200);
    expect(await tenant.events()).toEqual([]);
    expect((await settingsOf(tenant)).version).toBe(0);
  });

  test("the form saves, and says so", async () => {
    const tenant = await app.aTenant({ signedInAs: "super_admin" });
    const answer = await tenant.browser.put(path, form({ groupScope: "all" }));
    expect([answer.status, answer.headers.get("location")]).toEqual([303, path]);
    expect(await (await tenant.browser.get(path)).text()).toContain("Settings saved");
    expect((await settingsOf(tenant)).groupScope).toBe("all");
  });

  test.each([
    [{ groupScope: "trunk" }, "groupScope"],
    [{ certificateYears: 4 }, "certificateYears"],
    [{ certificateYears: null }, "certificateYears"],
    [{ rotationWindowDays: 0 }, "rotationWindowDays"],
    [{ version: undefined }, "version"],
  ])("refuses %p and saves none of it", async (wrong, field) => {
    const tenant = await app.aTenant();
    const answer = await put(tenant, { groupScope: "all", certificateYears: 2, ...wrong });
    expect(await refusalOf(answer)).toMatchObject({ status: 422, fields: [field] });
    expect(await settingsOf(tenant)).toEqual({ ...defaultFederationSettings, version: 0 });
    expect(await tenant.events()).toEqual([]);
  });

  test("refuses what was made on older settings, says who changed what, and keeps what was typed", async () => {
    const tenant = await app.aTenant({ signedInAs: "super_admin" });
    await put(tenant, { certificateYears: 2 });
    const refused = await tenant.browser.put(path, form({ groupScope: "none" }));
    expect(refused.status).toBe(409);
    const page = await refused.text();
    expect(page).toContain("Lifetime of new certificates: 5 years → 2 years");
    expect(page).toContain("test super_admin");
    expect(page).toMatch(/value="none"[^>]*checked/);
    expect(page).toContain('name="version" value="1"');
    expect((await settingsOf(tenant)).groupScope).toBe("access_relevant");
    expect(await refusalOf(await put(tenant, { version: 0 }))).toMatchObject({
      status: 409,
      code: "federation_settings.changed_meanwhile",
    });
  });

  test("of two at the same moment one is refused", async () => {
    const tenant = await app.aTenant();
    const answers = await Promise.all(
      [1, 2].map((certificateYears) => tenant.api.put(path, { ...form(), certificateYears })),
    );
    expect(answers.map(({ status }) => String(status)).toSorted()).toEqual(["200", "409"]);
    expect(await tenant.events()).toHaveLength(1);
  });

  test("is for super administrators alone, who have proved themselves lately", async () => {
    const tenant = await app.aTenant({ signedInAs: "admin" });
    const script = await tenant.script("admin");
    for (const at of [path, `${path}/certificates`]) {
      expect((await script.get(at)).status).toBe(403);
      expect((await (await tenant.script(null)).get(at)).status).toBe(401);
    }
    expect((await script.put(path, { ...form() })).status).toBe(403);
    expect((await tenant.browser.get(path)).status).toBe(403);
    const stale = await tenant.signedIn(await tenant.aUser({ role: "super_admin" }));
    app.clock.advance({ minutes: 11 });
    const answer = await stale.put(path, form({ groupScope: "none" }));
    expect(answer.status).toBe(403);
    expect(await answer.text()).toContain('href="/step-up?return_to=');
    expect((await settingsOf(tenant)).groupScope).toBe("access_relevant");
  });

  test("another tenant keeps its own, and sees no certificate of this one", async () => {
    const [ours, theirs] = [await app.aTenant(), await app.aTenant()];
    const { id } = await register(ours);
    await endIn(app, { kind: "applications", id }, 10);
    await put(ours, { groupScope: "none", certificateYears: 10 });
    expect(await settingsOf(theirs)).toEqual({ ...defaultFederationSettings, version: 0 });
    expect(await endingOf(theirs)).toEqual([]);
    expect(await endingOf(ours)).toHaveLength(1);
    expect(await theirs.events()).toEqual([]);
  });
});

describe("the lifetime of certificates", () => {
  test("holds for keys that are made from then on, of applications and of identity providers", async () => {
    const tenant = await app.aTenant();
    const before = { kind: "applications", id: (await register(tenant)).id } as const;
    expect((await keysOf(tenant, before)).map(yearsOf)).toEqual([5]);
    await put(tenant, { certificateYears: 1 });
    expect((await keysOf(tenant, before)).map(yearsOf)).toEqual([5]);
    const next = await prepare(tenant, before);
    expect(yearsOf(next)).toBe(1);
    const application = { kind: "applications", id: (await register(tenant)).id } as const;
    const provider = { kind: "identity-providers", id: (await anIdp(tenant)).id } as const;
    for (const of of [application, provider]) {
      expect((await keysOf(tenant, of)).map(yearsOf)).toEqual([1]);
      await put(tenant, { certificateYears: 10 });
      const prepared = await prepare(tenant, of);
      expect(yearsOf(prepared)).toBe(10);
      // The row says what the certificate says.
      expect(new Date(prepared.expiresAt).getUTCFullYear()).toBe(
        app.clock.now().getUTCFullYear() + 10,
      );
      expect((await switchTo(tenant, of, prepared)).status).toBe(200);
      await put(tenant, { certificateYears: 1 });
    }
  });
});
