// The world of a walk: a tenant with one policy, two people, two browsers, and a time of its own. Everything that costs is made once for
// many walks: the hasher is cheap, mailed codes are read where they are hashed, passkeys of one authenticator serve everybody.
import { AsyncLocalStorage } from "node:async_hooks";
import { sql } from "kysely";
import type { Keyring } from "#platform/crypto/keyring.ts";
import { hashToken } from "#platform/crypto/token.ts";
import { declaredJobs } from "#platform/jobs/define.ts";
import { createKeyring } from "#platform/crypto/keyring.ts";
import type { PasswordHasher } from "#platform/passwords/hasher.ts";
import { hashBackupCode, newBackupCodes } from "#protocols/backup-codes.ts";
import { newTotpSecret } from "#protocols/totp.ts";
import { userHandle } from "#protocols/webauthn/options.ts";
import type { UserId } from "#src/ids.ts";
import { type TestApp, testApp, type TestTenant } from "../../../support/a-tenant.ts";
import { anAuthenticator, type Authenticator } from "../../../support/authenticator.ts";
import type { Browser } from "../../../support/browser.ts";
import { testConfig } from "../../../support/services.ts";
import { anIdp, type Idp } from "../../identity-providers/support.ts";
import { aPasskey } from "../../passkeys/support.ts";
import { anSp, type Sp } from "../../sso/support.ts";

export const variants = {
  baseline: {},
  "mailbox first": { email_proof_first: true },
  "strong at once": { strength: "strong", grace_days: 0 },
  "strong soon": { strength: "strong" },
  "passkeys at once": { strength: "phishing_resistant", grace_days: 0 },
  "passkeys soon": { strength: "phishing_resistant" },
  "devices remembered": { remember_device_days: 30, password_min_length: 15 },
  flood: {},
  // Every address leads to an identity provider: whose word is followed by a second step of ours, or stands for one, or must be strong.
  "provider and ours": { grace_days: 7 },
  "provider trusted": { grace_days: 7 },
  "strong by provider": { strength: "strong", grace_days: 0 },
  // Every sign-in goes on to an application that asks for a strong step, at a tenant that does not; or a group of everybody asks for it.
  "application asks": { grace_days: 7 },
  "application by provider": { grace_days: 7 },
  "strong group by provider": { grace_days: 0 },
} as const;
export type Variant = keyof typeof variants;

export const kinds = ["mailer", "apper", "keyer", "both", "forced", "stopped", "admin"] as const;
export type Kind = (typeof kinds)[number];

export const firstPassword = "otter lantern velvet quarry";

export interface Person {
  readonly id: UserId;
  readonly email: string;
  readonly kind: Kind;
  password: string;
  mustReplace: boolean;
  /** Of the authenticator app. */
  secret: string | null;
  lastStep: number;
  /** Answers as one of this person's passkeys. */
  passkey: ((origin: string, options: { challenge: string }) => string) | null;
  backupCodes: string[];
  /** A stronger step was set up in this walk: what was begun before it may end. */
  hasEnrolled: boolean;
  /** They have come in by the identity provider: it is their only way in. */
  isLinked: boolean;
}

export interface House {
  readonly app: TestApp;
  /** Code by the hash that is kept of it. */
  readonly codes: ReadonlyMap<string, string>;
  /** Runs a walk in a time of its own. */
  within<T>(time: Time, body: () => Promise<T>): Promise<T>;
}
export interface Time {
  /** How much later than the clock on the wall, in ms. */
  shift: number;
}

/** Not slow, and otherwise what a hasher is: the model decides which password is right, not the time it takes. */
const cheapHasher: PasswordHasher = {
  hash: async (password) => `cheap:${hashToken(password).toString("hex")}`,
  verify: async (password, hash) => hash === `cheap:${hashToken(password).toString("hex")}`,
  needsRehash: () => false,
  adopt: async (imported) => imported,
};

export async function openHouse(): Promise<House> {
  const codes = new Map<string, string>();
  const keys = createKeyring(testConfig().keys);
  const listening: Keyring = {
    ...keys,
    mac(purpose, data) {
      const mac = keys.mac(purpose, data);
      if (purpose !== "sign-in-code") return mac;
      const [, , code] = JSON.parse(String(data)) as string[];
      codes.set(mac.toString("hex"), code ?? "");
      return mac;
    },
  };
  const app = await testApp({
    passwords: cheapHasher,
    keys: listening,
    variables: { LOG_LEVEL: "error" },
  });
  const times = new AsyncLocalStorage<Time>();
  app.clock.now = () => new Date(Date.now() + (times.getStore()?.shift ?? 0));
  return { app, codes, within: (time, body) => times.run(time, body) };
}

export interface World {
  readonly house: House;
  readonly variant: Variant;
  readonly tenant: TestTenant;
  readonly people: readonly Person[];
  /** Where every address leads; null: to the password. */
  readonly idp: Idp | null;
  /** The application that every sign-in goes on to; null: none. */
  readonly sp: Sp | null;
}

/** A tenant of this policy with these people in it. */
export async function furnish(
  house: House,
  variant: Variant,
  wanted: readonly Kind[],
): Promise<World> {
  const tenant = await house.app.aTenant();
  const now = house.app.clock.now();
  if (variant === "flood") await flood(tenant);
  else if (variant !== "baseline")
    await tenant.tenant.write((db) =>
      db.insertInto("sign_in_policies").values(variants[variant]).execute(),
    );
  const template = await tenant.aUser({ email: `template@${tenant.subdomain}.example` });
  const { authenticator } = await aPasskey(house.app, tenant, template);
  const hash = await cheapHasher.hash(firstPassword);
  const people = wanted.map((kind, at): Person => {
    const has = (...those: Kind[]) => those.includes(kind);
    const id = Bun.randomUUIDv7() as UserId;
    return {
      id,
      email: `p${at}@${tenant.subdomain}.example`,
      kind,
      password: firstPassword,
      mustReplace: kind === "forced",
      secret: has("apper", "both") ? newTotpSecret() : null,
      lastStep: 0,
      passkey: has("keyer", "both") ? answering(authenticator, id) : null,
      backupCodes: has("apper", "both", "keyer") ? newBackupCodes(3) : [],
      hasEnrolled: false,
      isLinked: false,
    };
  });
  const keyed = people.filter(({ passkey }) => passkey !== null);
  await tenant.tenant.write(async (db) => {
    await db
      .insertInto("users")
      .values(
        people.map(({ id, kind, secret }) => ({
          id,
          first_name: "Ada",
          last_name: "Lovelace",
          role: kind === "admin" ? ("admin" as const) : ("member" as const),
          state: kind === "stopped" ? ("deactivated" as const) : ("active" as const),
          deactivated_at: kind === "stopped" ? now : null,
          password_hash: hash,
          password_changed_at: now,
          password_reset_cause: kind === "forced" ? ("breach" as const) : null,
          second_step: secret === null ? ("email" as const) : ("totp" as const),
        })),
      )
      .execute();
    await db
      .insertInto("user_emails")
      .values(
        people.map(({ id, email }) => ({
          user_id: id,
          email,
          is_primary: true,
          verified_at: now,
        })),
      )
      .execute();
    for (const { id, secret } of people) {
      if (secret === null) continue;
      const place = {
        tenantId: tenant.id,
        table: "totp_authenticators",
        row: id,
        column: "sealed_secret",
      };
      const sealed_secret = house.app.services.keys.seal("totp-secret", place, secret);
      await db
        .insertInto("totp_authenticators")
        .values({ user_id: id, sealed_secret, confirmed_at: now })
        .execute();
    }
    const codes = people.flatMap(({ id, backupCodes }) =>
      backupCodes.map((code) => ({ user_id: id, code_hash: hashBackupCode(code) ?? Buffer.of() })),
    );
    if (codes.length > 0) await db.insertInto("backup_codes").values(codes).execute();
    for (const { id } of keyed)
      await sql`insert into passkeys
          (user_id, credential_id, public_key, sign_count, aaguid, backup_eligible, backed_up, name)
        select ${id}, ${credentialOf(id)}, public_key, 0, aaguid, backup_eligible, backed_up, 'key'
        from passkeys where user_id = ${template.id}`.execute(db);
  });
  const isProvided = variant.includes("provider");
  const trustsSecondStep = variant !== "provider and ours";
  const domain = `${tenant.subdomain}.example`;
  // One that is asked for several factors where that is known to be needed.
  const preset = variant.includes("application") || variant.includes("group") ? "other" : "okta";
  const idp = isProvided ? await anIdp(tenant, { domain, trustsSecondStep, preset }) : null;
  if (variant === "strong group by provider") await joinStrongGroup(tenant, people);
  const sp = variant.startsWith("application") ? await strongApplication(tenant) : null;
  return { house, variant, tenant, people, idp, sp };
}

async function strongApplication(tenant: TestTenant): Promise<Sp> {
  const sp = await anSp(tenant);
  await tenant.api.patch(`/applications/${sp.application.id}`, { strength: "strong" });
  return sp;
}

async function joinStrongGroup(tenant: TestTenant, people: readonly Person[]): Promise<void> {
  const { id: group_id } = await tenant.aGroup();
  await tenant.tenant.write(async (db) => {
    await db.updateTable("groups").set({ strength: "strong" }).where("id", "=", group_id).execute();
    const members = people.map(({ id }) => ({ group_id, user_id: id }));
    await db.insertInto("group_members").values(members).execute();
  });
}

const credentialOf = (id: string) => hashToken(`credential of ${id}`);

/** One authenticator's key under everybody's own credential. */
const answering =
  (authenticator: Authenticator, id: string) =>
  (origin: string, options: { challenge: string }): string => {
    const handle = userHandle(id).toString("base64url");
    const answer = authenticator.assert(origin, options, { userHandle: handle });
    const credential = credentialOf(id).toString("base64url");
    return JSON.stringify({ ...JSON.parse(answer), id: credential, rawId: credential });
  };

/** So many wrong passwords that the tenant counts as flooded for as long as any walk lasts. */
async function flood({ tenant }: TestTenant): Promise<void> {
  await tenant.write(async (db) => {
    for (const window of Array.from({ length: 12 }, (_, at) => at - 2)) {
      const at = new Date((Math.floor(Date.now() / 900_000) + window) * 900_000);
      await db
        .insertInto("limits")
        .values({
          name: "sign_in.refused_tenant",
          key: hashToken(""),
          window_at: at,
          hits: 1_000_000,
          expires_at: new Date(at.getTime() + 86_400_000),
        })
        .execute();
    }
  });
}

/** A row or a session, as the database has it. */
export interface Seen {
  readonly id: string;
  readonly userId: string | null;
  readonly email: string | null;
  /** "session", or the state of a sign-in. */
  readonly state: string;
  readonly methods: readonly string[];
  readonly token: string;
  readonly code: string | null;
  readonly codeUntil: number;
  readonly tries: number;
  readonly sends: number;
  readonly until: number;
  readonly reauthenticate: boolean;
}

/** Every sign-in and session of these people and addresses. */
export async function look(
  { tenant, house }: World,
  people: readonly Person[],
  emails: readonly string[],
): Promise<Map<string, Seen>> {
  const rows = await tenant.tenant.read((db) =>
    sql<{
      id: string;
      user_id: string | null;
      email: string | null;
      state: string;
      methods: string[];
      token: string;
      code: string | null;
      code_until: Date | null;
      tries: number;
      sends: number;
      until: Date;
      again: boolean;
    }>`
      select id, user_id, email, state::text, methods, encode(token_hash, 'hex') as token,
        encode(code_hash, 'hex') as code, code_expires_at as code_until, code_tries as tries,
        code_sends as sends, expires_at as until, reauthenticate as again
      from sign_ins where email = any (${emails}::text[])
      union all
      select id, user_id, null, 'session', methods, encode(token_hash, 'hex'),
        null, null, 0, 0, expires_at, false
      from sessions where user_id = any (${people.map(({ id }) => id)}::uuid[])`.execute(db),
  );
  return new Map(
    rows.rows.map((row) => [
      row.id,
      {
        id: row.id,
        userId: row.user_id,
        email: row.email,
        state: row.state,
        methods: row.methods,
        token: row.token,
        code: row.code === null ? null : (house.codes.get(row.code) ?? null),
        codeUntil: row.code_until?.getTime() ?? 0,
        tries: row.tries,
        sends: row.sends,
        until: row.until.getTime(),
        reauthenticate: row.again,
      },
    ]),
  );
}

/** What the worker would do about a proof of the mailbox. */
export async function mailProof({ tenant, house }: World, signInId: string): Promise<void> {
  await declaredJobs()
    .get("sign_in.mail_proof_code")
    ?.run({
      payload: { signInId },
      tenant: tenant.tenant,
      services: house.app.services as never,
      signal: AbortSignal.timeout(10_000),
      attempt: 1,
    });
}

export { anAuthenticator, type Browser };
