// What a tenant makes of attributes: saved whole or not at all, with one event of what differs.
import { describe, expect, test } from "bun:test";
import { attributeKeys, valuesToRelease } from "#features/attributes/index.ts";
import { attributeFlags, defaultSettings, switchName } from "#features/attributes/schema.ts";
import { testApp } from "../../support/a-tenant.ts";
import type { Fields } from "../../support/browser.ts";
import { path, put, settingsOf, use } from "./support.ts";

const world = await testApp();

/** The default settings as the form sends them. */
function form(change: Fields = {}): Fields {
  const boxes = attributeKeys.flatMap((key) =>
    attributeFlags
      .filter((name) => defaultSettings[key][name])
      .map((name) => [switchName(key, name), "on"] as const),
  );
  return { switches: "all", version: "0", ...Object.fromEntries(boxes), ...change };
}

const errorsOf = async (answer: Response) =>
  ((await answer.json()) as { errors: Record<string, string> }).errors;

describe("GET /settings/attributes", () => {
  test("answers all fourteen with their defaults, and shows a box for each switch", async () => {
    const tenant = await world.aTenant({ signedInAs: "super_admin" });
    expect(await settingsOf(tenant)).toEqual({ version: 0, attributes: defaultSettings });
    const inUse = attributeKeys.filter((key) => defaultSettings[key].enabled);
    expect(inUse).toEqual([
      "phone_work",
      "display_name",
      "job_title",
      "department",
      "organization",
      "preferred_language",
    ]);
    for (const key of attributeKeys)
      expect(defaultSettings[key]).toMatchObject({
        required: false,
        mirrorFromProvider: true,
        lockedForUsers: false,
        sendToApplications: true,
        allowSelfSourced: false,
      });
    const page = await (await tenant.browser.get(path)).text();
    expect(page).toContain("<h1>Attributes</h1>");
    for (const key of attributeKeys)
      for (const name of attributeFlags) expect(page).toContain(`name="${switchName(key, name)}"`);
  });

  test("is for super administrators", async () => {
    const { browser, script } = await world.aTenant({ signedInAs: "admin" });
    expect((await browser.get(path)).status).toBe(403);
    expect((await browser.put(path, form())).status).toBe(403);
    const admin = await script("admin");
    expect((await admin.get(path)).status).toBe(403);
    expect((await admin.put(path, { version: 0, attributes: defaultSettings })).status).toBe(403);
    expect(await (await browser.get("/")).text()).not.toContain(path);
  });
});

describe("PUT /settings/attributes", () => {
  test("saves everything with one event of the switches that differ", async () => {
    const tenant = await world.aTenant({ signedInAs: "super_admin" });
    const changed = form({
      "attributes.city.enabled": "on",
      "attributes.job_title.lockedForUsers": "on",
      "attributes.job_title.required": "on",
    });
    const { "attributes.phone_work.enabled": _, ...sent } = changed;
    const answer = await tenant.browser.put(path, sent);
    expect([answer.status, answer.headers.get("location")]).toEqual([303, path]);
    const { version, attributes } = await settingsOf(tenant);
    expect(version).toBe(1);
    expect(attributes).toEqual({
      ...defaultSettings,
      city: { ...defaultSettings.city, enabled: true },
      job_title: { ...defaultSettings.job_title, lockedForUsers: true, required: true },
      phone_work: { ...defaultSettings.phone_work, enabled: false },
    });
    expect(await tenant.events("attribute_settings.changed")).toEqual([
      {
        name: "attribute_settings.changed",
        actorKind: "user",
        subjectId: null,
        data: {
          version: 1,
          changes: {
            phone_work: { enabled: { from: true, to: false } },
            job_title: {
              required: { from: false, to: true },
              lockedForUsers: { from: false, to: true },
            },
            city: { enabled: { from: false, to: true } },
          },
        },
      },
    ]);
    expect(await (await tenant.browser.get(path)).text()).toMatch(
      /name="attributes.city.enabled"[^>]*checked/,
    );
  });

  test("the same again changes nothing and is not recorded", async () => {
    const tenant = await world.aTenant({ signedInAs: "super_admin" });
    expect((await tenant.browser.put(path, form())).status).toBe(303);
    await use(tenant, { city: { enabled: true } });
    await use(tenant, { city: { enabled: true } });
    expect((await settingsOf(tenant)).version).toBe(1);
    expect(await tenant.events("attribute_settings.changed")).toHaveLength(1);
  });

  test("is refused on top of what is not in force any more: nothing is saved, nothing typed lost", async () => {
    const tenant = await world.aTenant({ signedInAs: "super_admin" });
    await use(tenant, { city: { enabled: true } });
    const answer = await tenant.browser.put(path, form({ "attributes.state.enabled": "on" }));
    expect(answer.status).toBe(409);
    const page = await answer.text();
    expect(page).toContain("Somebody else has changed these settings");
    expect(page).toMatch(/name="attributes.state.enabled"[^>]*checked/);
    expect(page).not.toMatch(/name="attributes.city.enabled"[^>]*checked/);
    // The form can be sent again by somebody who has looked.
    expect(page).toContain('name="version" value="1"');
    expect((await put(tenant, { city: { enabled: false } }, 0)).status).toBe(409);
    expect((await settingsOf(tenant)).attributes.city.enabled).toBe(true);
  });

  test("refuses what contradicts itself and what is incomplete, and names it", async () => {
    const tenant = await world.aTenant({ signedInAs: "super_admin" });
    const answer = await put(tenant, { city: { required: true } });
    expect(answer.status).toBe(422);
    expect(await errorsOf(answer)).toEqual({
      "attributes.city.required": "City can only be required where it is in use",
    });
    const shown = await tenant.browser.put(path, form({ "attributes.city.required": "on" }));
    expect(shown.status).toBe(422);
    expect(await shown.text()).toContain("City can only be required where it is in use");
    const { city: _, ...fewer } = defaultSettings;
    expect(
      await errorsOf(await tenant.api.put(path, { version: 0, attributes: fewer })),
    ).toHaveProperty(["attributes.city"]);
    expect(await errorsOf(await tenant.api.put(path, { attributes: defaultSettings }))).toEqual({
      version: expect.stringContaining("Send the version"),
    });
    expect((await tenant.api.put(path, { version: 0 })).status).toBe(422);
    expect((await settingsOf(tenant)).version).toBe(0);
  });

  test("asks for fresh proof", async () => {
    const tenant = await world.aTenant({ signedInAs: "super_admin" });
    world.clock.advance({ minutes: 11 });
    const answer = await tenant.browser.put(path, form({ "attributes.city.enabled": "on" }));
    expect(answer.status).toBe(403);
    expect(await answer.text()).toMatch(/name="attributes.city.enabled"[^>]*checked/);
    expect((await settingsOf(tenant)).version).toBe(0);
  });

  test("is one tenant’s own", async () => {
    const [ours, theirs] = [await world.aTenant(), await world.aTenant()];
    await use(ours, { city: { enabled: true } });
    expect(await settingsOf(theirs)).toEqual({ version: 0, attributes: defaultSettings });
  });

  test("of two at once on top of the same one is saved", async () => {
    const tenant = await world.aTenant();
    const answers = await Promise.all([
      put(tenant, { city: { enabled: true } }, 0),
      put(tenant, { state: { enabled: true } }, 0),
    ]);
    expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([200, 409]);
    expect((await settingsOf(tenant)).version).toBe(1);
  });
});

describe("valuesToRelease", () => {
  const said = (source: "self" | "admin" | "idp") => ({
    key: "department" as const,
    value: "Finance",
    source,
    identityProvider: null,
    updatedAt: "2026-01-01T00:00:00.000Z",
  });
  const among = (flags: Partial<(typeof defaultSettings)["department"]>) => ({
    ...defaultSettings,
    department: { ...defaultSettings.department, ...flags },
  });

  test("sends what somebody else vouches for, and what people said themselves where that is allowed", () => {
    const all = [said("self"), said("admin"), said("idp")];
    const sources = (flags: Parameters<typeof among>[0]) =>
      valuesToRelease(among(flags), all).map(({ source }) => source);
    expect(sources({})).toEqual(["admin", "idp"]);
    expect(sources({ allowSelfSourced: true })).toEqual(["self", "admin", "idp"]);
    expect(sources({ sendToApplications: false, allowSelfSourced: true })).toEqual([]);
    expect(sources({ enabled: false, allowSelfSourced: true })).toEqual([]);
  });
});
