// When people were last seen: written seldom, kept beyond their sessions, and what a list makes of it.
import { describe, expect, test } from "bun:test";
import { runNight } from "#features/inactivity/index.ts";
import { testApp, type TestTenant, type TestUser } from "../../support/a-tenant.ts";
import { statementsOf } from "../../support/statements.ts";
import { sweepOnce } from "../../support/sweep.ts";
import { aPasskey } from "../passkeys/support.ts";
import { withApp } from "../sign-in/support.ts";

const world = await testApp();
const { clock, services } = world;

const seenAt = async (tenant: TestTenant, { id }: TestUser) =>
  ((await (await tenant.api.get(`/users/${id}`)).json()) as { lastSeenAt: string | null })
    .lastSeenAt;

const listed = async (tenant: TestTenant, query: string) =>
  (
    (await (await tenant.api.get(`/users?${query}`)).json()) as { items: { id: string }[] }
  ).items.map(({ id }) => id);

describe("last seen", () => {
  test("is the sign-in and then the use of a session, written once an hour at the most", async () => {
    const tenant = await world.aTenant();
    const user = await tenant.aUser();
    expect(await seenAt(tenant, user)).toBeNull();
    const browser = await tenant.signedIn(user);
    const began = await seenAt(tenant, user);
    expect(Date.parse(began ?? "")).toBeWithin(
      clock.now().getTime() - 5_000,
      clock.now().getTime() + 1,
    );
    for (let minute = 0; minute < 5; minute++) {
      clock.advance({ minutes: 2 });
      await browser.get("/profile");
    }
    expect(await seenAt(tenant, user)).toBe(began);
    clock.advance({ minutes: 61 });
    await browser.get("/profile");
    expect(Date.parse((await seenAt(tenant, user)) ?? "")).toBeGreaterThan(
      Date.parse(began ?? "") + 3_600_000,
    );
    const sent = await statementsOf(() => browser.get("/profile"));
    expect(sent.filter(({ text }) => /^update/i.test(text))).toEqual([]);
  });

  test("outlives the sessions, so that nobody is deactivated whose sessions were forgotten", async () => {
    const tenant = await world.aTenant();
    await tenant.tenant.write((db) =>
      db.insertInto("sign_in_policies").values({ inactive_after_days: 60 }).execute(),
    );
    const user = await tenant.aUser();
    await tenant.tenant.write((db) =>
      db
        .updateTable("users")
        .set({
          created_at: new Date(clock.now().getTime() - 400 * 86_400_000),
          password_changed_at: new Date(clock.now().getTime() - 400 * 86_400_000),
          inactivity_warned_at: new Date(clock.now().getTime() - 2 * 86_400_000),
          inactivity_warned_days: 1,
        })
        .where("id", "=", user.id)
        .execute(),
    );
    await tenant.signedIn(user);
    const seen = await seenAt(tenant, user);
    expect(seen).not.toBeNull();
    clock.advance({ days: 50 });
    await sweepOnce(world, tenant);
    const [left] = await world.asSuperuser<{ n: number }>(
      "select count(*)::int as n from app.sessions where user_id = $1",
      [user.id],
    );
    expect(left?.n).toBe(0);
    expect(await seenAt(tenant, user)).toBe(seen);
    await runNight(tenant.tenant, services);
    expect(await (await tenant.api.get(`/users/${user.id}`)).json()).toMatchObject({
      state: "active",
    });
    clock.advance({ days: 10 });
    // Warned again, since they were there after the last warning.
    await runNight(tenant.tenant, services);
    expect(await tenant.events("user.absence_warned")).not.toEqual([]);
  });
});

describe("the migration that keeps it", () => {
  test("fills it in from sessions and sign-ins, and leaves row-level security forced", async () => {
    const tenant = await world.aTenant();
    const [bySession, bySignIn, never] = [
      await tenant.aUser(),
      await tenant.aUser(),
      await tenant.aUser(),
    ];
    await tenant.signedIn(bySession);
    const at = new Date("2026-01-02T03:04:05.000Z");
    await tenant.tenant.write(async (db) => {
      await db.updateTable("users").set({ last_seen_at: null }).execute();
      await db.updateTable("sessions").set({ last_seen_at: at }).execute();
      await db
        .updateTable("users")
        .set({ last_sign_in_at: new Date("2026-02-02T00:00:00.000Z") })
        .where("id", "=", bySignIn.id)
        .execute();
    });
    const file = await Bun.file("sql/migrations/0014_lifecycle.sql").text();
    const [, backfill] =
      /(alter table app\.users\s+no force[^]*?alter table app\.sessions force row level security;)/.exec(
        file,
      ) ?? [];
    const client = await world.connect("superuser");
    await client.query(
      `begin; set local role app_owner; set local search_path = app, pg_temp; ${backfill}; commit`,
    );
    expect(await seenAt(tenant, bySession)).toBe(at.toISOString());
    expect(await seenAt(tenant, bySignIn)).toBe("2026-02-02T00:00:00.000Z");
    expect(await seenAt(tenant, never)).toBeNull();
    expect(
      await world.asSuperuser(
        "select relname from pg_class where relnamespace = 'app'::regnamespace and relkind = 'r' and not relforcerowsecurity",
      ),
    ).toEqual([]);
  });
});

describe("GET /users", () => {
  test("finds whom nobody has seen for so many days, and not who was added since", async () => {
    const tenant = await world.aTenant({ signedInAs: "admin" });
    const [away, never, lately, here] = [
      await tenant.aUser(),
      await tenant.aUser(),
      await tenant.aUser(),
      await tenant.aUser(),
    ];
    const ago = (days: number) => new Date(clock.now().getTime() - days * 86_400_000);
    const set = (user: TestUser, columns: { created_at?: Date; last_seen_at?: Date }) =>
      tenant.tenant.write((db) =>
        db.updateTable("users").set(columns).where("id", "=", user.id).execute(),
      );
    await set(away, { created_at: ago(400), last_seen_at: ago(91) });
    await set(never, { created_at: ago(200) });
    await set(lately, { created_at: ago(2) });
    await set(here, { created_at: ago(400), last_seen_at: ago(5) });
    const list = async (days: number) => new Set(await listed(tenant, `notSeenForDays=${days}`));
    expect(await list(90)).toEqual(new Set([away.id, never.id]));
    expect(await list(120)).toEqual(new Set([never.id]));
    const page = await (await tenant.browser.get("/users?notSeenForDays=90")).text();
    expect(page).toContain(away.email);
    expect(page).not.toContain(here.email);
    expect(page).toContain("Not seen for 90 days");
    expect((await tenant.api.get("/users?notSeenForDays=0")).status).toBe(422);
    expect((await tenant.api.get("/users?notSeenForDays=soon")).status).toBe(422);
    expect((await tenant.browser.get("/users?notSeenForDays=")).status).toBe(200);
  });

  test("tells what each signs in with, and finds people by it", async () => {
    const tenant = await world.aTenant({ signedInAs: "admin" });
    const [plain, app, passkey, provider, none] = [
      await tenant.aUser(),
      await tenant.aUser(),
      await tenant.aUser(),
      await tenant.aUser(),
      await tenant.aUser({ state: "invited" }),
    ];
    await withApp(world, tenant, app);
    await aPasskey(world, tenant, passkey);
    const { id } = (await (
      await tenant.api.post("/identity-providers", { name: "Okta", preset: "okta" })
    ).json()) as { id: string };
    await world.asSuperuser(
      "insert into app.federated_identities (tenant_id, identity_provider_id, subject, user_id) values ($1, $2, '00u', $3)",
      [tenant.id, id, provider.id],
    );
    await world.asSuperuser("update app.users set password_hash = null where id = $1", [
      provider.id,
    ]);
    const { items } = (await (await tenant.api.get("/users")).json()) as {
      items: { id: string; signInMethods: string[] }[];
    };
    const methods = Object.fromEntries(items.map((item) => [item.id, item.signInMethods]));
    expect(methods).toMatchObject({
      [plain.id]: ["password"],
      [app.id]: ["password", "app"],
      [passkey.id]: ["password", "passkey"],
      [provider.id]: ["provider"],
      [none.id]: [],
    });
    for (const [method, user] of [
      ["app", app],
      ["passkey", passkey],
      ["provider", provider],
      ["none", none],
    ] as const)
      expect([method, await listed(tenant, `method=${method}`)]).toEqual([method, [user.id]]);
    expect(await listed(tenant, "method=password")).not.toContain(provider.id);
    const page = await (await tenant.browser.get("/users?method=app")).text();
    expect(page).toContain("Password, Authenticator app");
    expect((await tenant.api.get("/users?method=magic")).status).toBe(422);
  });

  test("asks for methods and last seen in one statement", async () => {
    const tenant = await world.aTenant();
    await tenant.aUser();
    const sent = await statementsOf(() => listed(tenant, "method=none&notSeenForDays=30"));
    const ofPeople = sent.filter(
      ({ text }) => text.includes('"users"') && !text.includes('"api_tokens"'),
    );
    expect(ofPeople).toHaveLength(1);
  });
});
