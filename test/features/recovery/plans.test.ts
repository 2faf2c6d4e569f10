// Lists that grow are read from their indexes: with thousands of decided requests and of full counters of other times.
import { expect, test } from "bun:test";
import { testApp } from "../../support/a-tenant.ts";
import { planOf, statementsOf } from "../../support/statements.ts";

const world = await testApp();

test("what waits, what was decided and what is reached are found by index", async () => {
  const tenant = await world.aTenant();
  await world.asSuperuser(
    `with people as (
       insert into app.users (tenant_id, first_name, last_name)
       select $1, 'First', 'Last' || n from generate_series(1, 5000) as n returning tenant_id, id
     ), resets as (
       insert into app.factor_resets (tenant_id, user_id, expires_at, decision, decided_at)
       select tenant_id, id, now(), 'expired', now() from people
     )
     insert into app.reactivation_requests (tenant_id, user_id, decision, decided_at)
     select tenant_id, id, 'denied', now() from people`,
    [tenant.id],
  );
  await world.asSuperuser(
    `insert into app.limits (tenant_id, name, key, window_at, hits, expires_at, about)
     select $1, 'sign_in.password_account', sha256(n::text::bytea), now(), 1, now() + interval '1 hour',
       case when n < 10 then 'ada@example.com' end from generate_series(1, 20000) as n`,
    [tenant.id],
  );
  await world.asSuperuser(
    "analyze app.users, app.reactivation_requests, app.factor_resets, app.limits",
  );
  const indexes = {
    "/recovery/reactivation-requests?state=waiting": "reactivation_requests_waiting",
    "/recovery/factor-resets?state=waiting": "factor_resets_waiting",
    "/recovery/reactivation-requests": "reactivation_requests_pkey",
    "/recovery/factor-resets": "factor_resets_pkey",
    "/limits": "limits_reached",
  };
  for (const [path, index] of Object.entries(indexes)) {
    const sent = await statementsOf(() => tenant.api.get(path));
    const statement = sent.find(({ text }) =>
      /reactivation_requests|factor_resets|unnest/.test(text),
    );
    if (!statement) throw new Error(`no statement for ${path}`);
    expect([path, await planOf(world, tenant.id, statement)]).toEqual([
      path,
      expect.stringContaining(index),
    ]);
  }
});
