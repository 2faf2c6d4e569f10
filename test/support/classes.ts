// Which table of schema app is whose, and what each role may do there: the whole list. A new table gets its line here.

export type Right = "select" | "insert" | "update" | "delete";

export interface TableClass {
  /** `tenant`: every row belongs to one. `tenants`: every row is one. `system`: no tenant has part in it. */
  readonly kind: "tenant" | "tenants" | "system";
  /** Rights beyond or below those of the kind. */
  readonly rights: Readonly<Partial<Record<"app_tenant" | "app_system", readonly string[]>>>;
  /** A tenant has one row at the most: its key is the tenant alone. */
  readonly isSingle?: true;
}

const all: readonly Right[] = ["delete", "insert", "select", "update"];

const tenant = (rights: TableClass["rights"] = {}): TableClass => ({
  kind: "tenant",
  rights: { app_tenant: all, ...rights },
});
const single: TableClass = { ...tenant(), isSingle: true };
const system: TableClass = { kind: "system", rights: { app_system: all } };

export const tableClasses: Readonly<Record<string, TableClass>> = {
  tenants: { kind: "tenants", rights: { app_tenant: ["select", "update (name)"] } },

  // Append-only: no one of the runtime may change what was recorded.
  audit_events: tenant({ app_tenant: ["insert", "select"] }),
  // The worker claims the jobs of all tenants, and enqueues none.
  jobs: tenant({ app_system: ["delete", "select", "update"] }),

  api_clients: tenant(),
  api_tokens: tenant(),
  application_grants: tenant(),
  applications: tenant(),
  attribute_settings: tenant(),
  backup_codes: tenant(),
  branding: single,
  consents: tenant(),
  devices: tenant(),
  factor_resets: tenant(),
  federated_identities: tenant(),
  federation_settings: single,
  files: tenant(),
  group_members: tenant(),
  groups: tenant(),
  identity_provider_domains: tenant(),
  identity_provider_keys: tenant(),
  identity_provider_requests: tenant(),
  identity_providers: tenant(),
  limits: tenant(),
  logouts: tenant(),
  mails: tenant(),
  organisation_domain_groups: tenant(),
  organisation_domains: tenant(),
  passkey_challenges: tenant(),
  passkeys: tenant(),
  pending_emails: tenant(),
  policy_trials: tenant(),
  provider_assignments: tenant(),
  provider_groups: tenant(),
  provider_memberships: tenant(),
  reactivation_requests: tenant(),
  saml_keys: tenant(),
  saml_persistent_ids: tenant(),
  saml_service_providers: tenant(),
  saml_session_participants: tenant(),
  sessions: tenant(),
  sign_in_policies: single,
  sign_ins: tenant(),
  sso_requests: tenant(),
  totp_authenticators: tenant(),
  used_assertions: tenant(),
  user_attributes: tenant(),
  user_emails: tenant(),
  user_provider_attributes: tenant(),
  user_tokens: tenant(),
  users: tenant(),

  // Written by the superuser only.
  backup_runs: { kind: "system", rights: { app_system: ["select"] } },
  schedule_runs: system,
  workers: system,
};

export const tablesOfKind = (kind: TableClass["kind"]): string[] =>
  Object.entries(tableClasses)
    .filter(([, table]) => table.kind === kind)
    .map(([name]) => name);

/** The tables whose rows of all tenants a role may see by design. */
export const seesAllTenants: Readonly<Record<string, string>> = { jobs: "app_system" };
