// What a sign-in asks of the database is found by an index, however many people and connections there are.
import { beforeAll, describe, expect, test } from "bun:test";
import { hasSubject, findLinked } from "#features/sign-in/queries.ts";
import { listProviderValues, takeBackProviderValues } from "#features/attributes/index.ts";
import { findLeftOut } from "#features/identity-providers/queries.ts";
import { listPeople } from "#features/provider-people/queries.ts";
import { findWaiting } from "#features/identity-providers/requests.ts";
import { onlyProviderOf, routeOf } from "#features/identity-providers/routing.ts";
import type { TenantDb } from "#platform/db/database.ts";
import { IdentityProviderId, UserId } from "#src/ids.ts";
import { type TestTenant, testDatabase } from "../../support/database.ts";
import { planOf, statementsOf } from "../../support/statements.ts";

const world = await testDatabase();
let tenant: TestTenant;
let providerId: IdentityProviderId;
let userId: UserId;

const people = 20_000;

beforeAll(async () => {
  tenant = await world.aTenant();
  const as = (statement: string) => world.asSuperuser(statement, [tenant.id]);
  await as(`insert into app.identity_providers (tenant_id, kind, name, preset, state, entity_id, sso_redirect_url, signing_certificates,
      email_attribute, first_name_attribute, last_name_attribute)
    select $1, 'saml', 'Provider ' || n, 'other', 'enabled', 'https://idp' || n || '.example.org', 'https://idp.example.org/sso', '{x}', 'e', 'f', 'l'
    from generate_series(1, 20) as n`);
  const rows = await world.asSuperuser<{ id: string }>(
    "select id from app.identity_providers where tenant_id = $1 limit 1",
    [tenant.id],
  );
  providerId = IdentityProviderId.parse(rows[0]?.id);
  await as(`insert into app.users (tenant_id, first_name, last_name, state)
    select $1, 'First' || n, 'Last', 'active' from generate_series(1, ${people}) as n`);
  await as(`insert into app.federated_identities (tenant_id, identity_provider_id, subject, user_id)
    select u.tenant_id, p.id, 'subject-' || u.first_name, u.id from app.users as u
    join lateral (select id from app.identity_providers where tenant_id = u.tenant_id
      order by id offset (length(u.first_name) + ascii(right(u.first_name, 1))) % 20 limit 1) as p on true
    where u.tenant_id = $1`);
  await as(`insert into app.identity_provider_requests (tenant_id, identity_provider_id, message_id, started_by, expires_at)
    select l.tenant_id, l.identity_provider_id, '_' || l.subject, l.user_id, now() + interval '10 minutes'
    from app.federated_identities as l where l.tenant_id = $1`);
  await as(`insert into app.identity_provider_domains (tenant_id, identity_provider_id, domain)
    select $1, p.id, 'd' || n || '-' || right(p.id::text, 12) || '.example' from app.identity_providers as p, generate_series(1, 100) as n
    where p.tenant_id = $1`);
  await as(`insert into app.user_provider_attributes (tenant_id, user_id, identity_provider_id, key, value)
    select l.tenant_id, l.user_id, l.identity_provider_id, 'job_title', 'Countess' from app.federated_identities as l where l.tenant_id = $1`);
  await as(`insert into app.user_attributes (tenant_id, user_id, key, value, source, identity_provider_id)
    select tenant_id, user_id, key, value, 'idp', identity_provider_id from app.user_provider_attributes where tenant_id = $1`);
  for (const table of [
    "user_attributes",
    "user_provider_attributes",
    "users",
    "federated_identities",
    "identity_providers",
    "identity_provider_domains",
    "identity_provider_requests",
  ])
    await world.asSuperuser(`analyze app.${table}`);
  const one = await world.asSuperuser<{ id: string }>(
    "select user_id as id from app.federated_identities where tenant_id = $1 limit 1",
    [tenant.id],
  );
  userId = UserId.parse(one[0]?.id);
});

/** The plans of all that is asked. */
async function plansOf(ask: (db: TenantDb) => Promise<unknown>): Promise<string> {
  const sent = await statementsOf(() => tenant.scope.read(ask));
  const plans = await Promise.all(sent.map((statement) => planOf(world, tenant.id, statement)));
  return plans.join("\n");
}

const subject = "subject-First77";
const now = new Date();
const asserted = () => ({ providerId, subject }) as Parameters<typeof findLinked>[1];

const asks: [what: string, ask: (db: TenantDb) => Promise<unknown>, index: string][] = [
  ["who a subject is", (db) => findLinked(db, asserted()), "federated_identities_pkey"],
  [
    "whether a person is known by the provider",
    (db) => hasSubject(db, asserted(), userId),
    "federated_identities_",
  ],
  [
    "whether a person comes by it",
    (db) =>
      onlyProviderOf(
        db,
        { userId, email: "ada@d7.example" },
        { defaultIdentityProviderId: providerId },
      ),
    "federated_identities_",
  ],
  [
    "which request a response answers",
    (db) => findWaiting(db, { providerId, messageId: `_${subject}`, now }),
    "identity_provider_requests_message_unique",
  ],
];

/** The plans of all that is written, and is not there afterwards: whoever asks rolls it back. */
async function plansOfWriting(write: (db: TenantDb) => Promise<unknown>): Promise<string> {
  const sent = await statementsOf(() =>
    tenant.scope
      .write(async (db) => {
        await write(db);
        throw new Error("rolled back");
      })
      .catch(() => undefined),
  );
  const plans = await Promise.all(sent.map((statement) => planOf(world, tenant.id, statement)));
  return plans.join("\n");
}

describe("found by an index", () => {
  test("what a provider said of one person, and what it put in force of all", async () => {
    const said = await plansOf((db) => listProviderValues(db, userId));
    expect(said).not.toMatch(/Seq Scan on (user_attributes|user_provider_attributes)/);
    const taken = await plansOfWriting((db) => takeBackProviderValues(db, providerId));
    expect(taken).toMatch(/user_(provider_)?attributes_provider/);
    expect(taken).not.toMatch(/Seq Scan on (user_attributes|user_provider_attributes)/);
  });

  test.each(asks)("%s", async (_, ask, index) => {
    const plan = await plansOf(ask);
    expect(plan).toContain(index);
    expect(plan).not.toMatch(/Seq Scan on (users|federated_identities|identity_provider_requests)/);
  });

  test("where an address leads: one statement, the domain by its key", async () => {
    const route = (db: TenantDb) =>
      routeOf(db, "ada@d7.example", { defaultIdentityProviderId: null });
    expect(await statementsOf(() => tenant.scope.read(route))).toHaveLength(1);
    const plan = await plansOf(route);
    expect(plan).not.toContain("Seq Scan on identity_provider_domains");
    expect(plan).toMatch(/identity_provider_domains_(pkey|provider)/);
  });

  test("the people of a connection, and who is left out without it, by the connection", async () => {
    const list = await plansOf((db) => listPeople(db, providerId, { q: "", limit: 50 }));
    expect(list).not.toContain("Seq Scan on federated_identities");
    const left = await plansOf((db) => findLeftOut(db, providerId));
    // Other links are looked up in a table made once.
    expect(left).not.toContain("Seq Scan on federated_identities f");
    expect(left).not.toContain("Seq Scan on users");
  });
});
