// What giving groups and sending people asks of the database is found by an index, however many people, groups and values there are.
import { beforeAll, describe, expect, test } from "bun:test";
import { groupFacts, takeGroups } from "#features/identity-providers/index.ts";
import { isExpected, wordOn } from "#features/identity-providers/assignments.ts";
import { getGroupDetail } from "#features/groups/queries.ts";
import { listMappings, listPeople, personWays } from "#features/provider-people/queries.ts";
import type { TenantDb } from "#platform/db/database.ts";
import { GroupId, IdentityProviderId, UserId } from "#src/ids.ts";
import { type TestTenant, testDatabase } from "../../support/database.ts";
import { planOf, statementsOf } from "../../support/statements.ts";

const world = await testDatabase();
let tenant: TestTenant;
let providerId: IdentityProviderId;
let userId: UserId;
let groupId: GroupId;

const first = async (statement: string) =>
  (await world.asSuperuser<{ id: string }>(statement, [tenant.id]))[0]?.id;

beforeAll(async () => {
  tenant = await world.aTenant();
  const as = (statement: string) => world.asSuperuser(statement, [tenant.id]);
  await as(`insert into app.identity_providers (tenant_id, kind, name, preset, state, entity_id, sso_redirect_url, signing_certificates,
      email_attribute, first_name_attribute, last_name_attribute, groups_attribute)
    select $1, 'saml', 'Provider ' || n, 'other', 'enabled', 'https://idp' || n || '.example.org', 'https://idp.example.org/sso', '{x}', 'e', 'f', 'l', 'groups'
    from generate_series(1, 20) as n`);
  await as(`insert into app.users (tenant_id, first_name, last_name, state)
    select $1, 'First' || n, 'Last', 'active' from generate_series(1, 8000) as n`);
  await as(`insert into app.user_emails (tenant_id, user_id, email, is_primary, verified_at)
    select tenant_id, id, lower(first_name) || '@example.com', true, now() from app.users where tenant_id = $1`);
  await as(
    `insert into app.groups (tenant_id, name) select $1, 'Group ' || n from generate_series(1, 500) as n`,
  );
  await as(`insert into app.provider_groups (tenant_id, identity_provider_id, value, group_id)
    select $1, p.id, g.name, g.id from app.identity_providers as p, app.groups as g where p.tenant_id = $1 and g.tenant_id = $1`);
  await as(`insert into app.provider_assignments (tenant_id, user_id, identity_provider_id)
    select u.tenant_id, u.id, p.id from app.users as u
    join lateral (select id from app.identity_providers where tenant_id = u.tenant_id order by id offset (ascii(right(u.first_name, 1)) + 7 * ascii(right(u.first_name, 2))) % 20 limit 1) as p on true
    where u.tenant_id = $1`);
  await as(`insert into app.federated_identities (tenant_id, identity_provider_id, subject, user_id)
    select tenant_id, identity_provider_id, user_id::text, user_id from app.provider_assignments where tenant_id = $1`);
  await as(`insert into app.group_members (tenant_id, group_id, user_id, by_hand)
    select u.tenant_id, g.id, u.id, false from app.users as u
    join lateral (select id from app.groups where tenant_id = u.tenant_id order by id offset length(u.first_name) * 7 limit 3) as g on true
    where u.tenant_id = $1`);
  await as(`insert into app.provider_memberships (tenant_id, identity_provider_id, user_id, group_id)
    select m.tenant_id, a.identity_provider_id, m.user_id, m.group_id from app.group_members as m
    join app.provider_assignments as a on a.tenant_id = m.tenant_id and a.user_id = m.user_id where m.tenant_id = $1`);
  for (const table of [
    "users",
    "user_emails",
    "groups",
    "group_members",
    "federated_identities",
    "provider_assignments",
    "provider_groups",
    "provider_memberships",
  ])
    await world.asSuperuser(`analyze app.${table}`);
  userId = UserId.parse(
    await first("select user_id as id from app.federated_identities where tenant_id = $1 limit 1"),
  );
  providerId = IdentityProviderId.parse(
    (
      await world.asSuperuser<{ id: string }>(
        "select identity_provider_id as id from app.provider_assignments where user_id = $1",
        [userId],
      )
    )[0]?.id,
  );
  groupId = GroupId.parse(
    await first("select group_id as id from app.group_members where tenant_id = $1 limit 1"),
  );
}, 60_000);

async function plansOf(ask: (db: TenantDb) => Promise<unknown>): Promise<string> {
  const sent = await statementsOf(() => tenant.scope.write(ask));
  const plans = await Promise.all(sent.map((statement) => planOf(world, tenant.id, statement)));
  return plans.join("\n");
}

const scans =
  /Seq Scan on (users|user_emails|group_members|federated_identities|provider_assignments|provider_groups|provider_memberships)\b/;
const now = new Date();
const values = Array.from({ length: 200 }, (_, at) => `Group ${at + 1}`);

const asks: [what: string, ask: (db: TenantDb) => Promise<unknown>, index: RegExp][] = [
  ["what was said about a person", (db) => wordOn(db, userId), /provider_assignments_pkey/],
  [
    "whether somebody is expected",
    (db) => isExpected(db, { providerId, subject: "x", email: "first77@example.com" }),
    /user_emails_unique/,
  ],
  [
    "what the values of a claim stand for",
    (db) => groupFacts(db, { providerId, userId, values: values.slice(0, 20) }),
    /provider_groups_value_unique/,
  ],
  ["how a person comes in", (db) => personWays(db, userId), /federated_identities_user/],
  [
    "who gives the memberships of a page",
    (db) => getGroupDetail(db, { groupId, now, q: "", limit: 50 }),
    /provider_memberships_member/,
  ],
];

describe("found by an index", () => {
  test.each(asks)("%s", async (_, ask, index) => {
    const plan = await plansOf(ask);
    expect(plan).toMatch(index);
    expect(plan).not.toMatch(scans);
  });

  test("the people of a provider, and what its values stand for, by the provider", async () => {
    const people = await plansOf((db) => listPeople(db, providerId, { q: "", limit: 50 }));
    expect(people).not.toMatch(/Seq Scan on (federated_identities|provider_assignments)/);
    const mappings = await plansOf((db) => listMappings(db, providerId, { q: "", limit: 50 }));
    expect(mappings).toMatch(/provider_groups_value_unique/);
    expect(mappings).not.toMatch(/Seq Scan on provider_memberships/);
  });
});

test("a sign-in with 200 groups costs as many statements as one with two", async () => {
  const count = async (groups: string[]) => {
    const asserted = { providerId, providerName: "Provider", groups, groupsUnusable: 0 };
    const actor = { kind: "job", job: "test" } as const;
    const sent = await statementsOf(() =>
      tenant.scope.write((db) => takeGroups(db, actor, asserted, userId)),
    );
    return sent.length;
  };
  const few = await count(values.slice(0, 2));
  const many = await count(values);
  expect(many).toBeLessThanOrEqual(few);
  expect(many).toBeLessThanOrEqual(10);
});
