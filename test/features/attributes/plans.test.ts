// Statements that run with every page of somebody: by key, however many people a tenant has.
import { expect, test } from "bun:test";
import { attributesOf } from "#features/attributes/index.ts";
import { findSession } from "#features/sessions/queries.ts";
import { testApp } from "../../support/a-tenant.ts";
import { planOf, statementsOf } from "../../support/statements.ts";
import { use } from "./support.ts";

const world = await testApp();

test("a person’s values, and whether something is missing, are looked up by key", async () => {
  const tenant = await world.aTenant();
  const user = await tenant.aUser();
  await use(tenant, { job_title: { required: true } });
  await world.asSuperuser(
    `with made as (
       insert into app.users (tenant_id, first_name, last_name)
       select $1, 'P', n::text from generate_series(1, 3000) as n returning tenant_id, id)
     insert into app.user_attributes (tenant_id, user_id, key, value, source)
     select tenant_id, id, key, 'x', 'admin' from made, unnest(array['job_title', 'city', 'state']) as key`,
    [tenant.id],
  );
  await world.asSuperuser("analyze app.users, app.user_attributes");
  const sent = await statementsOf(() =>
    tenant.tenant.read(async (db) => {
      await attributesOf(db, user.id);
      await findSession(db, Buffer.alloc(32), world.clock.now());
    }),
  );
  expect(sent).toHaveLength(2);
  for (const statement of sent) {
    const plan = await planOf(world, tenant.id, statement);
    expect(plan).toContain("user_attributes_pkey");
    expect(plan).not.toContain("Seq Scan on user_attributes");
  }
});
