// Somebody who left a trace wherever one can be left, and a look at everything that a tenant's tables hold.
import { declaredEvents } from "#src/catalogue.ts";
import { queueMail } from "#platform/mail/queue.ts";
import { deactivatedMail } from "#features/users/emails.tsx";
import { mailResetLink } from "#features/sign-in/jobs.ts";
import type { TestApp, TestTenant, TestUser } from "../../support/a-tenant.ts";
import type { Browser } from "../../support/browser.ts";
import { tablesOfKind } from "../../support/classes.ts";
import { insertion, readTables, rowsOf } from "../../support/tables.ts";
import { aPasskey } from "../passkeys/support.ts";
import { signIn, throughPassword, withApp } from "../sign-in/support.ts";

export interface Known {
  readonly tenant: TestTenant;
  readonly user: TestUser;
  readonly browser: Browser;
  /** What must be found nowhere afterwards, by what it is. */
  readonly traces: Readonly<Record<string, string>>;
}

const unique = { ip: "203.0.113.77", userAgent: "Quiltbrowser/7.7 (Marmalade OS)" };
const reason = "Quintessa is back from the lighthouse";
const passkeyName = "Quintessas Feldtelefon";
const subject = "00u-quiltsubject";
const jobTitle = "Keeper of quilts and lighthouses";
const relayState = "/lighthouse/quilt";

/** An administrator who did what people do; `confirmation` is what their end is confirmed by. */
export async function aKnownPerson(world: TestApp, tenant: TestTenant): Promise<Known> {
  const user = await tenant.aUser({
    role: "admin",
    firstName: "Quintessa",
    lastName: "Zimmerloft",
    email: `q.zimmerloft@${tenant.subdomain}.example.org`,
  });
  const browser = Object.assign(tenant.newBrowser(), unique);
  await signIn(tenant, browser, user);
  await actThrough(world, tenant, { user, browser });
  await actBeside(world, tenant, user);
  const { rows } = await credentialOf(world, user);
  const traces = {
    "first name": user.firstName,
    "last name": user.lastName,
    address: user.email,
    ip: unique.ip,
    "user agent": unique.userAgent,
    reason,
    "name of the passkey": passkeyName,
    subject,
    "relay state": relayState,
    attribute: jobTitle,
    "credential id": rows,
  };
  return { tenant, user, browser, traces };
}

const credentialOf = async (world: TestApp, user: TestUser) => {
  const [row] = await world.asSuperuser<{ id: string }>(
    "select encode(credential_id, 'hex') as id from app.passkeys where user_id = $1 limit 1",
    [user.id],
  );
  return { rows: row?.id ?? "none" };
};

/** Through the application: wrong passwords up to a limit, a name, a group, an invitation, a half sign-in, forgotten passwords. */
async function actThrough(
  world: TestApp,
  tenant: TestTenant,
  { user, browser }: { user: TestUser; browser: Browser },
): Promise<void> {
  const again = Object.assign(tenant.newBrowser(), unique);
  for (let wrong = 0; wrong < 11; wrong++) await throughPassword(again, user.email, "wrong");
  await again.post("/sign-in", { email: user.email });
  await again.post("/forgotten-password", { email: user.email });
  await browser.patch("/profile", {
    firstName: user.firstName,
    lastName: `${user.lastName} `,
    timeZone: "Europe/Berlin",
    theme: "dark",
    job_title: jobTitle,
  });
  await tenant.api.patch(`/users/${user.id}`, { firstName: "Quintessa Maria" });
  await tenant.api.patch(`/users/${user.id}`, { firstName: user.firstName });
  const group = await tenant.aGroup("Lighthouse keepers");
  await browser.post(`/groups/${group.id}/members`, { userIds: user.id });
  await browser.post("/users", {
    firstName: "Bob",
    lastName: "Bystander",
    email: `bob@${tenant.subdomain}.example.org`,
    role: "member",
  });
  await withApp(world, tenant, user);
  await aPasskey(world, tenant, user, { name: passkeyName });
}

/** Beside it, what takes another system, a mail server that refuses, or time: one row of every table that refers to a person, and one of
 * every event that names one. */
async function actBeside(world: TestApp, tenant: TestTenant, user: TestUser): Promise<void> {
  await oneOfEverything(world, tenant, user);
  // Of somebody else, or of nobody: what they hold of the person is put in below.
  const rows = rowsOf(await readTables(world.asSuperuser), world.asSuperuser);
  await rows.insert("sso_requests", tenant.id);
  await rows.insert("identity_provider_requests", tenant.id);
  await everyPersonalEvent(world, tenant, user);
  const sql = world.asSuperuser;
  const of = [tenant.id, user.id];
  await sql(
    "update app.reactivation_requests set reason = $3 where tenant_id = $1 and user_id = $2",
    [...of, reason],
  );
  await sql(
    "update app.federated_identities set subject = $3 where tenant_id = $1 and user_id = $2",
    [...of, subject],
  );
  await sql(
    "update app.user_provider_attributes set value = $3 where tenant_id = $1 and user_id = $2",
    [...of, jobTitle],
  );
  await sql("update app.user_tokens set email = $3 where tenant_id = $1 and user_id = $2", [
    ...of,
    user.email,
  ]);
  await sql(
    `insert into app.sign_ins (tenant_id, token_hash, state, email, expires_at, federated)
     values ($1, '\\x01', 'email_proof', $2, now() + interval '1 hour', jsonb_build_object('email', $2::text, 'firstName', $3::text))`,
    [tenant.id, user.email, user.firstName],
  );
  await sql(
    "update app.sso_requests set subject = $2 where tenant_id = $1 and id = (select id from app.sso_requests where tenant_id = $1 limit 1)",
    [tenant.id, user.email],
  );
  await sql(
    `update app.identity_provider_requests set answered_at = now(), outcome = jsonb_build_object('email', $2::text, 'subject', $3::text)
     where tenant_id = $1`,
    [tenant.id, user.email, subject],
  );
  await sql(
    `insert into app.jobs (tenant_id, name, payload, last_error, dead_at) values ($1, 'mail.deliver', '{}', '550 no such user: ' || $2, now())`,
    [tenant.id, user.email],
  );
  await sql(
    `insert into app.mails (tenant_id, template, state, error) values ($1, 'sign_in.code', 'failed', '550 <' || $2 || '> unknown')`,
    [tenant.id, user.email],
  );
  await aLogout(world, tenant, user);
  await tenant.tenant.write(async (db) => {
    const about = { ...user, circumstances: "Today." };
    await queueMail(
      db,
      tenant.post,
      deactivatedMail,
      { email: user.email, userId: user.id },
      about,
    );
    const origin = { requestId: "test", ...unique };
    await mailResetLink.with({ email: user.email, origin }).enqueue(db);
  });
}

/** A sign-out on its way, and an application that was told the address. */
async function aLogout(world: TestApp, tenant: TestTenant, user: TestUser): Promise<void> {
  const rows = rowsOf(await readTables(world.asSuperuser), world.asSuperuser);
  const [session] = await world.asSuperuser<{ id: string }>(
    "select id from app.sessions where user_id = $1 limit 1",
    [user.id],
  );
  const sessionId = session?.id;
  for (const [table, own] of [
    ["saml_session_participants", { session_id: sessionId, name_id: user.email }],
    ["logouts", { session_ids: [sessionId], relay_state: relayState }],
  ] as const) {
    const values = { ...(await rows.candidate(table, tenant.id)), ...own };
    await world.asSuperuser(insertion(table, values), Object.values(values));
  }
}

export interface Reference {
  readonly table: string;
  readonly column: string;
  /** c: the row goes with the person, n: the reference is emptied. */
  readonly onDelete: string;
  /** The columns that are emptied; null: all of the key. */
  readonly emptied: readonly string[] | null;
}

/** Every column that refers to a person, as the catalogue has it. */
export const referencesToPeople = ({ asSuperuser }: Pick<TestApp, "asSuperuser">) =>
  asSuperuser<{ table: string; column: string; onDelete: string; emptied: string[] | null }>(`
    select k.conrelid::regclass::text as table, a.attname as column, k.confdeltype as "onDelete",
      (select array_agg(e.attname::text) from unnest(k.confdelsetcols) n join pg_attribute e on e.attrelid = k.conrelid and e.attnum = n) as emptied
    from pg_constraint k, unnest(k.conkey, k.confkey) pair (own, other)
    join pg_attribute a on a.attnum = pair.own
    where k.contype = 'f' and k.confrelid = 'app.users'::regclass and a.attrelid = k.conrelid and a.attname <> 'tenant_id'
    order by 1, 2`).then((rows) =>
    rows.map((row): Reference => ({ ...row, table: row.table.replace(/^app\./, "") })),
  );

/** Tables that have one row of a person at the most, or that the application has filled already. */
const filled: readonly string[] = ["user_emails", "totp_authenticators"];

/** What the person stands in the place of. */
const whole: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  identity_provider_requests: { sign_in_id: null },
};

/** A row of every table that refers to a person, referring to this one; answers the references that were made. */
export async function oneOfEverything(
  world: TestApp,
  tenant: TestTenant,
  user: TestUser,
): Promise<Reference[]> {
  const rows = rowsOf(await readTables(world.asSuperuser), world.asSuperuser);
  const made: Reference[] = [];
  for (const reference of await referencesToPeople(world)) {
    const { table, column } = reference;
    if (filled.includes(table)) continue;
    const values = {
      ...(await rows.candidate(table, tenant.id)),
      [column]: user.id,
      ...whole[table],
    };
    await world.asSuperuser(insertion(table, values), Object.values(values));
    made.push(reference);
  }
  return made;
}

/** One of every declared event that names a person, with their names in every such field. */
async function everyPersonalEvent(
  { asSuperuser }: TestApp,
  tenant: TestTenant,
  user: TestUser,
): Promise<void> {
  for (const { name, personal } of declaredEvents().values()) {
    const said = Object.fromEntries(
      personal.map((field) => [field, `${user.email} ${user.firstName} ${user.lastName}`]),
    );
    const actor = { kind: "visitor", userId: user.id, origin: { requestId: "test", ...unique } };
    // About the person, by them; and one that knows the address alone, from before anybody had it.
    for (const userId of [user.id, null]) {
      if (userId === null && personal.length === 0) continue;
      await asSuperuser(
        `insert into app.audit_events (tenant_id, name, actor_kind, actor, subject_id, data) values ($1, $2, $3, $4, $5, $6)`,
        [
          tenant.id,
          name,
          userId === null ? "job" : "visitor",
          JSON.stringify(userId === null ? { kind: "job", job: "test.job" } : actor),
          userId,
          JSON.stringify({ userId, ...said }),
        ],
      );
    }
  }
}

/** Every row that a tenant has in any table, as text; `table: row`. */
export async function everyRow(
  { asSuperuser }: TestApp,
  tenant: Pick<TestTenant, "id">,
): Promise<string[]> {
  const found: string[] = [];
  for (const table of tablesOfKind("tenant")) {
    const rows = await asSuperuser<{ row: string }>(
      `select t::text as row from app.${table} as t where tenant_id = $1`,
      [tenant.id],
    );
    found.push(...rows.map(({ row }) => `${table}: ${row}`));
  }
  return found;
}

/** Which traces are found in which tables. */
export function found(rows: readonly string[], traces: Known["traces"]): string[] {
  const hits = Object.entries(traces).flatMap(([what, text]) =>
    rows
      .filter((row) => row.toLowerCase().includes(text.toLowerCase()))
      .map((row) => `${what} in ${row.slice(0, 160)}`),
  );
  return [...new Set(hits)].slice(0, 20);
}

export const anonymise = (tenant: TestTenant, user: TestUser, confirmation = user.email) =>
  tenant.api.put(`/users/${user.id}/anonymisation`, { confirmation });

export const deactivate = (tenant: TestTenant, user: TestUser) =>
  tenant.api.put(`/users/${user.id}/deactivation`);
