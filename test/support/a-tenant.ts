// Factories: a tenant of one's own for every test, with people, groups, a browser and a script. Everything is written as the runtime
// role and under row-level security, so each test runs the real thing. Call `testApp` once, at the top of a test file.
import { afterAll, setDefaultTimeout } from "bun:test";
import { startSession } from "#features/sessions/index.ts";
import { createTenantFinder } from "#features/tenants/index.ts";
import { declaredJobs } from "#src/catalogue.ts";
import { ApiClientId, type GroupId, type TenantId, type UserId } from "#src/ids.ts";
import type { Role } from "#src/permissions.ts";
import { hashToken, randomToken } from "#platform/crypto/token.ts";
import type { PasswordHasher } from "#platform/passwords/hasher.ts";
import type { TenantScope } from "#platform/db/database.ts";
import { postOf } from "#platform/http/handling.ts";
import type { Site } from "#platform/http/context.ts";
import { drain } from "#platform/jobs/drain.ts";
import type { Post } from "#platform/mail/queue.ts";
import type { Services } from "#platform/services.ts";
import { type Browser, aBrowser, aScript, type Script } from "./browser.ts";
import { testDatabase, type TestDatabase } from "./database.ts";
import {
  type CapturedMail,
  removeTestFiles,
  testApplication,
  testServices,
  type TestServices,
} from "./services.ts";

/** What people of tests sign in with: accepted by the policy. */
export const goodPassword = "otter lantern velvet quarry";

export interface TestUser {
  readonly id: UserId;
  readonly email: string;
  readonly firstName: string;
  readonly lastName: string;
  readonly role: Role;
}

export interface UserWish {
  readonly role?: Role;
  readonly state?: "invited" | "active" | "deactivated";
  readonly email?: string;
  readonly firstName?: string;
  readonly lastName?: string;
  /** `goodPassword` unless told otherwise. */
  readonly password?: string;
}

export interface TestEvent {
  readonly name: string;
  readonly actorKind: string;
  readonly subjectId: string | null;
  readonly data: Record<string, unknown>;
}

export interface TestTenant {
  readonly id: TenantId;
  readonly subdomain: string;
  readonly origin: string;
  readonly site: Site;
  readonly post: Post;
  /** The tenant's own scope, for queries and actions under test. */
  readonly tenant: TenantScope;
  /** The person `signedInAs` asked for. @throws when nobody was. */
  readonly me: TestUser;
  /** A browser, signed in as `me` when somebody is. */
  readonly browser: Browser;
  /** A script with a super admin's token. */
  readonly api: Script;
  /** A browser that has no cookies yet. */
  newBrowser(): Browser;
  /** A browser in which this person has a session. */
  signedIn(user: TestUser): Promise<Browser>;
  /** A script with a token of this role; null: without a token. */
  script(role: Role | null): Promise<Script>;
  aUser(wish?: UserWish): Promise<TestUser>;
  aGroup(name?: string, members?: readonly TestUser[]): Promise<{ id: GroupId; name: string }>;
  /** Runs every job that is due, then answers what was mailed for this tenant, oldest first. */
  mails(): Promise<CapturedMail[]>;
  /** The audit trail, oldest first; `name` narrows it. */
  events(name?: string): Promise<TestEvent[]>;
}

export interface TestApp extends Omit<TestDatabase, "aTenant"> {
  readonly services: TestServices;
  readonly app: ReturnType<typeof testApplication>;
  readonly clock: TestServices["clock"];
  aTenant(wish?: { signedInAs?: Role }): Promise<TestTenant>;
  /** Runs every job that is due. */
  runJobs(): Promise<void>;
}

/** The assembled application over a fresh database. `overrides` replaces services; `variables` adds to the configuration. */
export async function testApp(
  overrides: Partial<Services> & { readonly variables?: Readonly<Record<string, string>> } = {},
): Promise<TestApp> {
  // What preload.ts sets holds for the first file of a process only.
  setDefaultTimeout(60_000);
  const database = await testDatabase();
  const services = testServices(database.database, overrides);
  const app = testApplication(services);
  afterAll(removeTestFiles);
  const runJobs = async () => {
    await drain(database.database, declaredJobs(), services);
  };
  const workshop: Workshop = { database, services, app, runJobs };
  return {
    ...database,
    services,
    app,
    clock: services.clock,
    runJobs,
    aTenant: (wish) => makeTenant(workshop, wish),
  };
}

interface Workshop {
  readonly database: TestDatabase;
  readonly services: TestServices;
  readonly app: ReturnType<typeof testApplication>;
  readonly runJobs: () => Promise<void>;
}

async function makeTenant(
  workshop: Workshop,
  { signedInAs }: { signedInAs?: Role } = {},
): Promise<TestTenant> {
  const { database, services, app, runJobs } = workshop;
  const { id, subdomain, scope } = await database.aTenant();
  const site = await siteNamed(services, subdomain);
  const browser = aBrowser(app, site.origin);
  const people = peopleOf(workshop, scope, subdomain);
  const me = signedInAs ? await people.aUser({ role: signedInAs }) : null;
  if (me) await putSession(services, scope, me, browser);
  const script = async (role: Role | null) =>
    aScript(app, site.origin, role === null ? null : await apiToken(services, scope, role));
  return {
    id,
    subdomain,
    origin: site.origin,
    site,
    post: postOf(services, site),
    tenant: scope,
    get me(): TestUser {
      if (!me) throw new Error("this tenant was made without signedInAs");
      return me;
    },
    browser,
    api: await script("super_admin"),
    newBrowser: () => aBrowser(app, site.origin),
    signedIn: async (user) => {
      const another = aBrowser(app, site.origin);
      await putSession(services, scope, user, another);
      return another;
    },
    script,
    aUser: people.aUser,
    aGroup: people.aGroup,
    mails: async () => {
      await runJobs();
      // Sent side by side, in whatever order; their ids begin with the time they were written.
      return services.mail.sent
        .filter(({ text }) => text.includes(site.origin))
        .toSorted((a, b) => (a.id < b.id ? -1 : 1));
    },
    events: (name) => readEvents(scope, name),
  };
}

async function siteNamed(services: Services, subdomain: string): Promise<Site> {
  const site = await createTenantFinder(services)(subdomain);
  if (!site) throw new Error(`the tenant ${subdomain} was not found`);
  return site;
}

/** Of each hasher its own: test files share a process, and not all of them hash alike. */
const hashes = new WeakMap<PasswordHasher, Map<string, Promise<string>>>();

function hashOf(hasher: PasswordHasher, password: string): Promise<string> {
  const known = hashes.get(hasher) ?? new Map<string, Promise<string>>();
  hashes.set(hasher, known);
  const hash = known.get(password) ?? hasher.hash(password);
  known.set(password, hash);
  return hash;
}

let people = 0;

function peopleOf({ services }: Workshop, scope: TenantScope, subdomain: string) {
  const { clock, passwords } = services;
  const aUser = async (wish: UserWish = {}): Promise<TestUser> => {
    people += 1;
    const { role = "member", state = "active", password = goodPassword } = wish;
    const { firstName = "Ada", lastName = `Lovelace ${people}` } = wish;
    const email = wish.email ?? `person${people}@${subdomain}.example.com`;
    const hash = await hashOf(passwords, password);
    const now = clock.now();
    const id = await scope.write(async (db) => {
      const { id: userId } = await db
        .insertInto("users")
        .values({
          first_name: firstName,
          last_name: lastName,
          role,
          state,
          password_hash: state === "invited" ? null : hash,
          password_changed_at: state === "invited" ? null : now,
          deactivated_at: state === "deactivated" ? now : null,
        })
        .returning("id")
        .executeTakeFirstOrThrow();
      const verified_at = state === "invited" ? null : now;
      await db
        .insertInto("user_emails")
        .values({ user_id: userId, email, is_primary: true, verified_at })
        .execute();
      return userId;
    });
    return { id, email, firstName, lastName, role };
  };
  const aGroup = async (name = `Group ${++people}`, members: readonly TestUser[] = []) =>
    scope.write(async (db) => {
      const { id } = await db
        .insertInto("groups")
        .values({ name })
        .returning("id")
        .executeTakeFirstOrThrow();
      for (const { id: userId } of members) {
        await db.insertInto("group_members").values({ group_id: id, user_id: userId }).execute();
      }
      return { id, name };
    });
  return { aUser, aGroup };
}

/** Starts a session by the real action and gives its cookie to a browser. */
async function putSession(
  services: Services,
  scope: TenantScope,
  user: TestUser,
  browser: Browser,
): Promise<void> {
  const origin = { requestId: "test", ip: browser.ip, userAgent: browser.userAgent };
  const { token } = await scope.write((db) =>
    startSession(
      db,
      { kind: "visitor", userId: user.id, origin },
      { userId: user.id, methods: ["password", "email_code"], origin, now: services.clock.now() },
    ),
  );
  browser.cookies.set("__Host-session", { value: token, header: "" });
}

/** A client's bearer token; it outlives what a test does to the clock. */
async function apiToken(services: Services, scope: TenantScope, role: Role): Promise<string> {
  const { token, hash } = randomToken();
  const expiresAt = new Date(services.clock.now().getTime() + 365 * 86_400_000);
  await scope.write(async (db) => {
    const { id } = await db
      .insertInto("api_clients")
      .values({ name: `test ${role}`, role, secret_hash: hashToken("unused") })
      .returning("id")
      .executeTakeFirstOrThrow();
    await db
      .insertInto("api_tokens")
      .values({ token_hash: hash, client_id: ApiClientId.parse(id), expires_at: expiresAt })
      .execute();
  });
  return token;
}

async function readEvents(scope: TenantScope, name: string | undefined): Promise<TestEvent[]> {
  const rows = await scope.read((db) =>
    db
      .selectFrom("audit_events")
      .select(["name", "actor_kind as actorKind", "subject_id as subjectId", "data"])
      .$if(name !== undefined, (query) => query.where("name", "=", name ?? ""))
      .orderBy("id")
      .execute(),
  );
  return rows.map((row) => ({ ...row, data: row.data as Record<string, unknown> }));
}
