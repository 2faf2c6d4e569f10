// What signing out asks of the database is found by an index, however many sessions and applications there are, in few statements.
import { beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { findByMessage, findLogout } from "#features/logout/logouts.ts";
import type { Peer } from "#features/logout/peers.ts";
import {
  hasOthers,
  namedSessions,
  participantsOf,
  providerSessionOf,
} from "#features/logout/queries.ts";
import { rememberParticipant } from "#features/sessions/index.ts";
import type { TenantDb } from "#platform/db/database.ts";
import { nameIdFormats } from "#protocols/saml/name-id.ts";
import { ApplicationId, IdentityProviderId, LogoutId, SessionId } from "#src/ids.ts";
import { type TestTenant, testDatabase } from "../../support/database.ts";
import { planOf, statementsOf } from "../../support/statements.ts";

setDefaultTimeout(60_000);
const world = await testDatabase();
let tenant: TestTenant;
let ids: {
  application: ApplicationId;
  provider: IdentityProviderId;
  session: SessionId;
  logout: LogoutId;
};
const sessions = 20_000;

beforeAll(async () => {
  tenant = await world.aTenant();
  const as = <Row extends Record<string, unknown>>(statement: string) =>
    world.asSuperuser<Row>(statement, [tenant.id]);
  await as(
    "insert into app.applications (tenant_id, kind, name) select $1, 'saml', 'App ' || n from generate_series(1, 20) as n",
  );
  await as(`insert into app.saml_service_providers (tenant_id, application_id, entity_id, acs, name_id_format)
    select tenant_id, id, 'urn:' || name, '[]', 'f' from app.applications where tenant_id = $1`);
  await as(`insert into app.saml_keys (tenant_id, application_id, state, sealed_key, certificate, expires_at)
    select tenant_id, id, 'active', 'x', 'c', now() from app.applications where tenant_id = $1`);
  await as(`insert into app.identity_providers (tenant_id, kind, name, preset, email_attribute, first_name_attribute, last_name_attribute)
    select $1, 'saml', 'Provider ' || n, 'other', 'e', 'f', 'l' from generate_series(1, 20) as n`);
  await as(
    "insert into app.users (tenant_id, first_name, last_name, state) select $1, 'First' || n, 'Last', 'active' from generate_series(1, 2000) as n",
  );
  await as(`insert into app.sessions (tenant_id, user_id, token_hash, methods, authenticated_at, expires_at, ip, user_agent, identity_provider_id, provider_name_id)
    select $1, u.id, sha256(n::text::bytea), '{}', now(), now(), '', '', p.id, 'name-' || n from generate_series(1, ${sessions}) as n
    join (select id, row_number() over () as at from app.users where tenant_id = $1) as u on u.at = 1 + n % 2000
    join (select id, row_number() over () as at from app.identity_providers where tenant_id = $1) as p on p.at = 1 + n % 20`);
  await as(`insert into app.saml_session_participants (tenant_id, session_id, application_id, name_id, name_id_format, session_index, issued_at, expires_at)
    select $1, s.id, a.id, s.provider_name_id, 'f', '_' || s.provider_name_id, now(), now() from app.sessions as s
    join (select id, row_number() over () as at from app.applications where tenant_id = $1) as a on a.at <= 3
    where s.tenant_id = $1`);
  await as(`insert into app.logouts (tenant_id, application_id, message_id, expires_at)
    select $1, a.id, '_' || a.id || n, now() from app.applications as a, generate_series(1, 500) as n where a.tenant_id = $1`);
  for (const table of [
    "applications",
    "saml_service_providers",
    "saml_keys",
    "sessions",
    "saml_session_participants",
    "logouts",
  ])
    await world.asSuperuser(`analyze app.${table}`);
  const [row] = await as<Record<string, string>>(
    `select p.application_id as application, p.session_id as session, s.identity_provider_id as provider,
      (select id from app.logouts where tenant_id = $1 limit 1) as logout
     from app.saml_session_participants as p join app.sessions as s on s.tenant_id = p.tenant_id and s.id = p.session_id
     where p.tenant_id = $1 and p.name_id = 'name-77' limit 1`,
  );
  ids = {
    application: ApplicationId.parse(row?.["application"]),
    provider: IdentityProviderId.parse(row?.["provider"]),
    session: SessionId.parse(row?.["session"]),
    logout: LogoutId.parse(row?.["logout"]),
  };
});

const side = {
  name: "",
  entityId: "",
  isEnabled: true,
  certificates: [],
  endpoint: null,
  ourEntityId: "",
  ourUrl: "",
};
const application = (): Peer => ({ ...side, kind: "application", id: ids.application });
const provider = (): Peer => ({ ...side, kind: "provider", id: ids.provider });
const nameId = {
  value: "name-77",
  format: nameIdFormats.unspecified,
  nameQualifier: undefined,
  spNameQualifier: undefined,
};

const asks: [what: string, ask: (db: TenantDb) => Promise<unknown>][] = [
  [
    "whom an application means",
    (db) => namedSessions(db, application(), { nameId, sessionIndexes: ["_name-77"] }),
  ],
  [
    "whom it means without an index",
    (db) => namedSessions(db, application(), { nameId, sessionIndexes: [] }),
  ],
  ["whom a provider means", (db) => namedSessions(db, provider(), { nameId, sessionIndexes: [] })],
  ["who is to be told", (db) => participantsOf(db, ids.session, null)],
  ["whether anybody else is", (db) => hasOthers(db, [ids.session], ids.application)],
  ["what the provider hears", (db) => providerSessionOf(db, ids.session)],
  ["a message that was taken", (db) => findByMessage(db, application(), "_x")],
  ["a sign-out", (db) => findLogout(db, ids.logout, new Date())],
];

describe("found by an index, in one statement", () => {
  test.each(asks)("%s", async (_, ask) => {
    const sent = await statementsOf(() => tenant.scope.read(ask));
    expect(sent).toHaveLength(1);
    const plans = await Promise.all(sent.map((statement) => planOf(world, tenant.id, statement)));
    expect(plans.join("\n")).not.toMatch(
      /Seq Scan on (sessions|saml_session_participants|logouts)/,
    );
  });

  test("what an application is told is remembered in one", async () => {
    const name = { value: "new", format: "f", nameQualifier: null, spNameQualifier: null };
    const now = new Date();
    const about = {
      sessionId: ids.session,
      applicationId: ids.application,
      name,
      expiresAt: now,
      now,
    };
    const sent = await statementsOf(() =>
      tenant.scope.write((db) => rememberParticipant(db, about)),
    );
    expect(sent).toHaveLength(1);
  });
});
