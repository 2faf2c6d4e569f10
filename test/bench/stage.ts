// What is measured: a database of its own, a tenant with people, sessions, an application and a client, and the real processes.
import { rm, chmod, mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Client } from "pg";
import { registerApplication } from "#features/applications/index.ts";
import { startSession } from "#features/sessions/index.ts";
import { createTenant } from "#features/tenants/index.ts";
import { hashToken, randomToken } from "#platform/crypto/token.ts";
import { type DatabaseSettings, openDatabase, type TenantScope } from "#platform/db/database.ts";
import { migrate } from "#platform/db/migrate.ts";
import { newTotpSecret } from "#protocols/totp.ts";
import type { UserId } from "#src/ids.ts";
import { startPostgres } from "../../bin/local/embedded-postgres.ts";
import { testServices } from "../support/services.ts";

export const password = "otter lantern velvet quarry";
export const entityId = "https://bench.example.org/metadata";

export interface Person {
  readonly id: UserId;
  readonly email: string;
  readonly totpSecret: string;
}

export interface Stage {
  readonly database: DatabaseSettings;
  readonly superuser: DatabaseSettings;
  readonly host: string;
  readonly origin: string;
  /** They sign in: each has an authenticator app, which takes one code in 30 seconds. */
  readonly people: readonly Person[];
  /** Session cookies of people who agreed to the application. */
  readonly sessions: readonly string[];
  /** Of as many clients: each may send 600 requests a minute. */
  readonly bearers: readonly string[];
  readonly passwordHash: string;
  readonly stop: () => Promise<void>;
}

const visitor = {
  kind: "visitor",
  userId: null,
  origin: { requestId: "bench", ip: "198.18.0.1", userAgent: "bench" },
} as const;

export async function buildStage({
  people: wanted,
  sessions: open,
}: {
  people: number;
  sessions: number;
}): Promise<Stage> {
  const folder = await mkdtemp(join(tmpdir(), "weft-bench-"));
  await chmod(folder, 0o711);
  // As in production: what is committed is on the disk.
  const server = await startPostgres({ dataDir: join(folder, "postgres"), durable: true });
  const superuser: DatabaseSettings = {
    host: server.host,
    port: server.port,
    name: "appdb",
    user: server.user,
    password: server.password,
    tls: "off",
    poolSize: 10,
  };
  await migrate(superuser, {
    createDatabase: true,
    appuserPassword: server.password,
    appVersion: "bench",
  });
  const settings = { ...superuser, user: "appuser" };
  const database = openDatabase(settings);
  const services = testServices(database);
  const { tenant } = await database.system((db) => createTenant(db, "bench", "Bench"));
  const scope = database.tenant(tenant.id);
  const passwordHash = await services.passwords.hash(password);
  const people = await addPeople(scope, services, passwordHash, wanted);
  const input = {
    kind: "saml" as const,
    name: "Bench",
    description: "",
    entityId,
    acsUrl: "https://bench.example.org/acs",
    availableToAll: true,
  };
  const now = new Date();
  const applicationId = await registerApplication(
    {
      tenant: scope,
      actor: visitor,
      outbound: services.outbound,
      keys: services.keys,
      now,
      allowHttp: false,
    },
    input,
  );
  const sessions: string[] = [];
  for (const { id } of people.slice(0, open)) {
    sessions.push(await openSession(scope, id, now));
    await scope.write((db) =>
      db
        .insertInto("consents")
        .values({ user_id: id, application_id: applicationId, released, given_at: now })
        .execute(),
    );
  }
  const bearers: string[] = [];
  while (bearers.length < clientsCount) bearers.push(await addClient(scope));
  await analyze(superuser);
  await database.close();
  const { host, origin } = new URL(`https://bench.${services.config.http.baseDomain}`);
  const stop = async () => {
    await server.stop();
    await rm(folder, { recursive: true, force: true });
  };
  return {
    database: settings,
    superuser,
    host,
    origin,
    people,
    sessions,
    bearers,
    passwordHash,
    stop,
  };
}

/** What autovacuum would do within a minute: until then the planner guesses. */
async function analyze({ host, port, name, user, password: secret }: DatabaseSettings) {
  const client = new Client({ host, port, database: name, user, password: secret });
  await client.connect();
  await client.query("analyze");
  await client.end();
}

const released = [
  "displayName",
  "email",
  "firstName",
  "lastName",
  "urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress",
];

async function addPeople(
  scope: TenantScope,
  { keys }: ReturnType<typeof testServices>,
  passwordHash: string,
  count: number,
): Promise<Person[]> {
  const people: Person[] = [];
  await scope.write(async (db) => {
    for (let at = 0; at < count; at += 1) {
      const email = `person${at}@bench.example.com`;
      const { id } = await db
        .insertInto("users")
        .values({
          first_name: "Ada",
          last_name: `Lovelace ${at}`,
          role: "member",
          state: "active",
          password_hash: passwordHash,
          second_step: "totp",
        })
        .returning("id")
        .executeTakeFirstOrThrow();
      await db
        .insertInto("user_emails")
        .values({ user_id: id, email, is_primary: true, verified_at: new Date() })
        .execute();
      const totpSecret = newTotpSecret();
      const place = {
        tenantId: scope.id,
        table: "totp_authenticators",
        row: id,
        column: "sealed_secret",
      };
      await db
        .insertInto("totp_authenticators")
        .values({
          user_id: id,
          sealed_secret: keys.seal("totp-secret", place, totpSecret),
          confirmed_at: new Date(),
        })
        .execute();
      people.push({ id, email, totpSecret });
    }
  });
  return people;
}

async function openSession(scope: TenantScope, userId: UserId, now: Date): Promise<string> {
  const session = { userId, methods: ["password", "totp"], origin: visitor.origin, now };
  const { token } = await scope.write((db) => startSession(db, { ...visitor, userId }, session));
  return token;
}

const clientsCount = 200;

async function addClient(scope: TenantScope): Promise<string> {
  const { token, hash } = randomToken();
  await scope.write(async (db) => {
    const { id } = await db
      .insertInto("api_clients")
      .values({ name: "bench", role: "admin", secret_hash: hashToken("unused") })
      .returning("id")
      .executeTakeFirstOrThrow();
    const expires_at = new Date(Date.now() + 3_600_000);
    await db
      .insertInto("api_tokens")
      .values({ token_hash: hash, client_id: id, expires_at })
      .execute();
  });
  return token;
}
