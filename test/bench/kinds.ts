// People of every kind that somebody outside might want to tell apart, as many of each as there are tries: put into the stage's tenant by
// whole statements.
import { Client } from "pg";
import type { Stage } from "./stage.ts";

/** The domain whose addresses lead to an identity provider. */
const boundDomain = "provider.example.com";
const plainDomain = "bench.example.com";

/** Each with the sample it is compared with: addresses of the same domain that are nobody's. */
export const kinds = {
  app: { domain: plainDomain, name: "person", against: "unknown" },
  deactivated: { domain: plainDomain, name: "deactivated", against: "unknown" },
  invited: { domain: plainDomain, name: "invited", against: "unknown" },
  passkey: { domain: plainDomain, name: "passkey", against: "unknown" },
  provider: { domain: boundDomain, name: "linked", against: "unknown at the provider" },
  /** Nobody against nobody: what chance looks like on this machine. */
  chance: { domain: plainDomain, name: "control", against: "unknown" },
  unknown: { domain: plainDomain, name: "unknown", against: null },
  "unknown at the provider": { domain: boundDomain, name: "unknown", against: null },
} as const;
export type Kind = keyof typeof kinds;
export const kindNames = Object.keys(kinds) as Kind[];

export const addressOf = (kind: Kind, at: number): string =>
  `${kinds[kind].name}${at}@${kinds[kind].domain}`;

/** Adds them; people with an authenticator app are on the stage already. */
export async function addKinds({ superuser, passwordHash }: Stage, count: number): Promise<void> {
  const { host, port, name, user, password } = superuser;
  const client = new Client({ host, port, database: name, user, password });
  await client.connect();
  try {
    const tenants = await client.query<{ id: string }>(
      "select id from app.tenants where subdomain = 'bench'",
    );
    const tenant = tenants.rows[0]?.id;
    const add = (kind: Kind, state: "active" | "deactivated" | "invited") =>
      client.query(
        `with made as (
           insert into app.users (tenant_id, first_name, last_name, role, state, password_hash, deactivated_at)
           select $1, 'Ada', 'Lovelace', 'member', ($2::text)::app.user_state, $3, case when $2::text = 'deactivated' then now() end
           from generate_series(1, $4::int)
           returning id
         )
         insert into app.user_emails (tenant_id, user_id, email, is_primary, verified_at)
         select $1, id, $5 || (row_number() over (order by id) - 1) || '@' || $6, true, now()
         from made`,
        [
          tenant,
          state,
          state === "invited" ? null : passwordHash,
          count,
          kinds[kind].name,
          kinds[kind].domain,
        ],
      );
    await add("deactivated", "deactivated");
    await add("invited", "invited");
    await add("passkey", "active");
    await add("provider", "active");
    const whoseAddress =
      "select user_id from app.user_emails where tenant_id = $1 and email like $2";
    await client.query(
      `insert into app.passkeys (tenant_id, user_id, credential_id, public_key, sign_count, aaguid, transports, backup_eligible, backed_up, name)
       select $1, user_id, decode(replace(gen_random_uuid()::text, '-', ''), 'hex'), '\\x00', 0,
         '00000000-0000-0000-0000-000000000000', '{}', false, false, 'Key'
       from (${whoseAddress}) as p`,
      [tenant, `${kinds.passkey.name}%`],
    );
    const made = await client.query<{ id: string }>(
      `insert into app.identity_providers (tenant_id, kind, preset, name, state, entity_id, sso_redirect_url, signing_certificates, email_attribute, first_name_attribute, last_name_attribute)
       values ($1, 'saml', 'other', 'Okta', 'enabled', 'https://idp.example.org', 'https://idp.example.org/sso', '{x}', 'email', 'firstName', 'lastName')
       returning id`,
      [tenant],
    );
    const provider = made.rows[0]?.id;
    await client.query(
      "insert into app.identity_provider_domains (tenant_id, domain, identity_provider_id) values ($1, $2, $3)",
      [tenant, boundDomain, provider],
    );
    await client.query(
      `insert into app.federated_identities (tenant_id, identity_provider_id, subject, user_id)
       select $1, $3, user_id::text, user_id from (${whoseAddress}) as p`,
      [tenant, `${kinds.provider.name}%`, provider],
    );
    await client.query(
      "analyze app.users, app.user_emails, app.passkeys, app.federated_identities",
    );
  } finally {
    await client.end();
  }
}
