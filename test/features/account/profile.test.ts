// One's own profile, and who a script is.
import { describe, expect, test } from "bun:test";
import { findTimeZone, offsetOf, timeZones } from "#features/account/time-zones.ts";
import { testApp } from "../../support/a-tenant.ts";

const world = await testApp();
const profile = {
  firstName: "Ada",
  lastName: "Lovelace",
  timeZone: "Europe/London",
  theme: "dark",
};

describe("GET /profile", () => {
  test("shows names, zone, theme, addresses and role to everybody", async () => {
    const { browser, me } = await world.aTenant({ signedInAs: "member" });
    const page = await (await browser.get("/profile")).text();
    for (const text of ["<h1>Profile</h1>", me.email, 'value="UTC"', "Member", "Europe/Berlin"])
      expect(page).toContain(text);
  });

  test("needs somebody signed in", async () => {
    const { newBrowser } = await world.aTenant();
    expect((await newBrowser().get("/profile")).headers.get("location")).toBe(
      "/sign-in?return_to=%2Fprofile",
    );
  });
});

describe("PATCH /profile", () => {
  test("changes the profile; the next page is shown in the new theme and zone", async () => {
    const tenant = await world.aTenant({ signedInAs: "member" });
    const answer = await tenant.browser.patch("/profile", profile);
    expect(answer.headers.get("location")).toBe("/profile");
    const page = await (await tenant.browser.get("/profile")).text();
    for (const text of [
      'data-theme="dark"',
      'value="Europe/London"',
      'value="Lovelace"',
      "Changes saved",
    ]) {
      expect(page).toContain(text);
    }
    expect(await tenant.events("profile.changed")).toMatchObject([
      {
        actorKind: "user",
        subjectId: tenant.me.id,
        data: { userId: tenant.me.id, timeZone: "Europe/London", theme: "dark" },
      },
    ]);
    expect(await tenant.events("user.names_changed")).toHaveLength(1);
  });

  test("changes what is named, and leaves the rest", async () => {
    const tenant = await world.aTenant({ signedInAs: "member" });
    await tenant.browser.patch("/profile", { theme: "light" });
    expect(await (await tenant.browser.json("/me")).json()).toMatchObject({
      kind: "user",
      theme: "light",
      timeZone: "UTC",
      email: tenant.me.email,
    });
    expect(await tenant.events("profile.changed")).toMatchObject([
      { data: { userId: tenant.me.id, theme: "light" } },
    ]);
    expect(await tenant.events("user.names_changed")).toEqual([]);
  });

  test("takes a city for its zone", async () => {
    const { browser } = await world.aTenant({ signedInAs: "member" });
    await browser.patch("/profile", { ...profile, timeZone: " new york " });
    expect(await (await browser.json("/me")).json()).toMatchObject({
      timeZone: "America/New_York",
    });
  });

  test("refuses a zone and a theme that do not exist, and shows what was typed", async () => {
    const tenant = await world.aTenant({ signedInAs: "member" });
    const answer = await tenant.browser.patch("/profile", {
      ...profile,
      timeZone: "Europe/Atlantis",
    });
    expect(answer.status).toBe(422);
    const page = await answer.text();
    expect(page).toContain("There is no such time zone");
    expect(page).toContain('value="Europe/Atlantis"');
    expect((await tenant.browser.patch("/profile", { ...profile, theme: "sepia" })).status).toBe(
      422,
    );
    expect((await tenant.browser.patch("/profile", {})).status).toBe(422);
    expect(await tenant.events("profile.changed")).toEqual([]);
  });

  test("cannot change a role or an address", async () => {
    const tenant = await world.aTenant({ signedInAs: "member" });
    await tenant.browser.patch("/profile", {
      ...profile,
      role: "super_admin",
      email: "other@example.com",
    });
    expect(await (await tenant.browser.json("/me")).json()).toMatchObject({
      role: "member",
      email: tenant.me.email,
    });
  });
});

describe("GET /me", () => {
  test("tells a script which client it is; a profile to change is no part of the API", async () => {
    const { api, script } = await world.aTenant();
    expect(await (await api.get("/me")).json()).toEqual({
      kind: "client",
      id: expect.any(String),
      name: "test super_admin",
      role: "super_admin",
    });
    for (const path of ["/me", "/profile"])
      expect((await api.patch(path, { theme: "dark" })).status).toBe(404);
    expect((await (await script(null)).get("/me")).status).toBe(401);
  });

  test("tells a person their profile with every address", async () => {
    const { browser, me } = await world.aTenant({ signedInAs: "admin" });
    expect(await (await browser.json("/me")).json()).toMatchObject({
      kind: "user",
      id: me.id,
      role: "admin",
      emails: [{ email: me.email, isPrimary: true }],
    });
  });
});

describe("time zones", () => {
  test("hold every zone this runtime knows, and UTC", () => {
    expect(timeZones.length).toBeGreaterThan(400);
    for (const zone of ["UTC", "Europe/Berlin", "Asia/Kathmandu"])
      expect(timeZones).toContain(zone);
    const at = new Date("2026-07-01T00:00:00Z");
    for (const zone of timeZones) expect(offsetOf(zone, at)).toMatch(/^UTC[+-]\d\d:\d\d$/);
  });

  test("are found by name in any case, and by a city that is the only one of its name", () => {
    expect(findTimeZone("EUROPE/BERLIN")).toBe("Europe/Berlin");
    expect(findTimeZone("Kathmandu")).toBe("Asia/Kathmandu");
    expect(findTimeZone("los angeles")).toBe("America/Los_Angeles");
    expect(findTimeZone("")).toBeNull();
    expect(findTimeZone("Berlin/Europe")).toBeNull();
  });
});
