// A link is found by its token, and a person's addresses by the person, among many.
import { expect, test } from "bun:test";
import { findPending, pendingByToken, pendingOf } from "#features/addresses/queries.ts";
import type { TenantDb } from "#platform/db/database.ts";
import { UserId } from "#src/ids.ts";
import { testDatabase } from "../../support/database.ts";
import { planOf, statementsOf } from "../../support/statements.ts";

const world = await testDatabase();

test("are read from their indexes", async () => {
  const tenant = await world.aTenant();
  const rows = await world.asSuperuser<{ id: string; user_id: string }>(
    `with people as (
       insert into app.users (tenant_id, first_name, last_name)
       select $1, 'First', 'Last' || n from generate_series(1, 5000) as n returning tenant_id, id, last_name
     )
     insert into app.pending_emails (tenant_id, user_id, email, token_hash, expires_at)
     select tenant_id, id, lower(last_name) || '@example.com', sha256(last_name::bytea), now() + interval '3 days'
     from people returning id, user_id`,
    [tenant.id],
  );
  await world.asSuperuser("analyze app.users, app.pending_emails");
  const [row] = rows;
  const link = { linkId: row?.id ?? "", token: "Last1" };
  const now = new Date();
  const plans = async (ask: (db: TenantDb) => Promise<unknown>) => {
    const sent = await statementsOf(() => tenant.scope.read(ask));
    return Promise.all(sent.map((statement) => planOf(world, tenant.id, statement)));
  };
  const byToken = await plans((db) => pendingByToken(db, "Last1").execute());
  expect(byToken).toEqual([expect.stringContaining("pending_emails_token_unique")]);
  for (const ask of [
    (db: TenantDb) => findPending(db, link, now),
    (db: TenantDb) => pendingOf(db, UserId.parse(row?.user_id), now),
  ])
    expect((await plans(ask)).join()).not.toContain("Seq Scan");
});
