// What leaves by itself, and when; what stays.
import { expect, test } from "bun:test";
import { furnish } from "./http/support/world.ts";
import { IdentityProviderId } from "#src/ids.ts";
import { testApp } from "./support/a-tenant.ts";
import { sweepOnce } from "./support/sweep.ts";

const app = await testApp();

/** Whole days after its end in which a row is still there, and leaves after. */
const table = [
  ["sso_requests", "expires_at", 1],
  ["sign_ins", "expires_at", 1],
  ["api_tokens", "expires_at", 1],
  ["sessions", "expires_at", 30],
  ["user_tokens", "expires_at", 30],
  ["pending_emails", "expires_at", 0],
  ["saml_keys", "retired_at", 30],
  ["identity_provider_keys", "retired_at", 30],
  ["identity_provider_requests", "expires_at", 0],
  ["used_assertions", "expires_at", 0],
  ["logouts", "expires_at", 0],
] as const;

test.each(table)(
  "rows of %s leave some time after their %s, and no sooner (%d days)",
  async (name, since, days) => {
    const tenant = await app.aTenant({ signedInAs: "super_admin" });
    const { ids } = await furnish(app, tenant);
    const other = await app.aTenant();
    await furnish(app, other);
    await tenant.newBrowser().post("/sign-in", { email: "a@b.example", return_to: "/" });
    const keys = `/applications/${ids["applicationId"]}/keys`;
    await tenant.api.put(`${keys}/${ids["keyId"]}/activation`);
    const provider = ids["providerId"] ?? "";
    await tenant.api.put(`/identity-providers/${provider}/keys/${ids["providerKeyId"]}/activation`);
    await tenant.tenant.write((db) =>
      db
        .insertInto("used_assertions")
        .values({
          identity_provider_id: IdentityProviderId.parse(provider),
          assertion_id: "_used",
          expires_at: app.clock.now(),
        })
        .execute(),
    );
    const count = async ({ id } = tenant) => {
      const rows = await app.asSuperuser<{ n: number }>(
        `select count(*)::int as n from app.${name} where tenant_id = $1 and ${since} is not null`,
        [id],
      );
      return rows[0]?.n ?? 0;
    };
    const endAt = (daysAgo: number) =>
      app.asSuperuser(
        `update app.${name} set ${since} = $2 where tenant_id = $1 and ${since} is not null`,
        [tenant.id, new Date(app.clock.now().getTime() - daysAgo * 86_400_000)],
      );
    const [before, others] = [await count(), await count(other)];
    expect(before).toBeGreaterThan(0);
    await endAt(days - 0.01);
    await sweepOnce(app, tenant);
    expect(await count()).toBe(before);
    await endAt(days + 0.01);
    await sweepOnce(app, tenant);
    expect([await count(), await count(other)]).toEqual([0, others]);
    expect(await tenant.events("application.registered")).toHaveLength(1);
  },
);

test("what is more than one transaction takes leaves all the same", async () => {
  const tenant = await app.aTenant();
  const created = await tenant.api.post("/api-clients", { name: "Busy", role: "member" });
  const { clientId } = (await created.json()) as { clientId: string };
  await app.asSuperuser(
    `insert into app.api_tokens (tenant_id, token_hash, client_id, expires_at)
     select $1, sha256(n::text::bytea), $2, $3 from generate_series(1, 10500) as n`,
    [tenant.id, clientId, new Date(app.clock.now().getTime() - 2 * 86_400_000)],
  );
  await app.asSuperuser(
    `insert into app.limits (tenant_id, name, key, window_at, hits, expires_at)
     select $1, 'sso.requests', sha256(n::text::bytea), $2, 1, $2 from generate_series(1, 10500) as n`,
    [tenant.id, new Date(app.clock.now().getTime() - 86_400_000)],
  );
  await sweepOnce(app, tenant);
  const left = (table: string) =>
    app.asSuperuser(`select from app.${table} where tenant_id = $1 and expires_at < $2`, [
      tenant.id,
      app.clock.now(),
    ]);
  expect([(await left("api_tokens")).length, (await left("limits")).length]).toEqual([0, 0]);
});
