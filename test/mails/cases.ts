// Every message of the product with data that never changes, for its golden files. A new template needs a case here.

export interface MailCase {
  /** Name of the template. */
  readonly template: string;
  /** Tells two cases of one template apart. */
  readonly variant?: string;
  readonly data: Readonly<Record<string, unknown>>;
}

/** Where the tenant of the golden files is. */
export const origin = "https://acme.id.weft.test";
export const tenantName = "Acme";

const firstName = "Ada";
const circumstances =
  "Sun, 1 March 2026, 13:00 (Europe/Berlin), from Firefox on Windows (198.51.100.7).";
const noticed = { firstName, circumstances };
const byAdministrator = {
  firstName,
  circumstances: "Sun, 1 March 2026, 13:00 (Europe/Berlin), by an administrator.",
};
const byItself = { firstName, circumstances: "Sun, 1 March 2026, 13:00 (Europe/Berlin)." };
const byOperator = {
  firstName,
  circumstances: "Sun, 1 March 2026, 13:00 (Europe/Berlin), on the server itself.",
};
const code = "31415926";
const linkId = "0198c0de-0000-7000-8000-000000000001";
const token = "mXw3c0PzLJrX5b7Q2s4yT1vK8nHdGfEaUiOpZlRtYws";
const passkey = { ...noticed, name: "Work laptop" };
const settings = { firstName, who: "Grace Hopper (grace@acme.example)" };

export const mailCases: readonly MailCase[] = [
  {
    template: "addresses.confirm",
    data: { url: `${origin}/address-confirmation/${linkId}/${token}` },
  },
  { template: "addresses.tried", data: {} },
  { template: "addresses.added", data: { ...noticed, email: "ada@analytical.example" } },
  {
    template: "addresses.removed",
    data: { ...noticed, email: "ada@analytical.example", isGone: false },
  },
  {
    template: "addresses.removed",
    variant: "gone",
    data: { ...noticed, email: "ada@analytical.example", isGone: true },
  },
  {
    template: "addresses.primary_changed",
    data: { ...noticed, from: "ada@acme.example", to: "ada@analytical.example" },
  },
  {
    template: "addresses.primary_changed",
    variant: "replaced",
    data: {
      ...byOperator,
      from: "ada@acme.example",
      to: "ada@analytical.example",
      isReplaced: true,
    },
  },
  {
    template: "addresses.asked_by_administrator",
    data: { ...byAdministrator, email: "ada@analytical.example" },
  },
  { template: "password_resets.required", data: byAdministrator },
  { template: "password_resets.breach_found", data: byItself },
  { template: "password_resets.breach_digest", data: { firstName, count: 3 } },
  { template: "sign_in.new_device", data: { ...noticed, methods: "password, authenticator app" } },
  { template: "sign_in.codes_guessed", data: { ...noticed, provider: null } },
  {
    template: "sign_in.codes_guessed",
    variant: "provider",
    data: { ...noticed, provider: "Okta" },
  },
  { template: "sign_in.linked", data: { ...noticed, provider: "Okta", isOnlyWay: false } },
  {
    template: "sign_in.linked",
    variant: "only-way",
    data: { ...noticed, provider: "Okta", isOnlyWay: true },
  },
  { template: "sign_in.by_provider", data: { firstName, provider: "Okta", providerId: linkId } },
  {
    template: "provider_people.assigned",
    data: { ...byAdministrator, provider: "Okta", providerId: linkId },
  },
  { template: "provider_people.by_password", data: byAdministrator },
  {
    template: "provider_people.set_password",
    data: { firstName, url: `${origin}/reset-password/${linkId}/${token}` },
  },
  { template: "sign_in.provider_closed", data: { firstName, provider: "Okta" } },
  {
    template: "sign_in.account_deactivated",
    data: { firstName, url: `${origin}/reactivation/${linkId}/${token}` },
  },
  {
    template: "recovery.second_steps_reset",
    data: { ...byAdministrator, taken: ["authenticator app", "2 passkeys", "backup codes"] },
  },
  { template: "recovery.reset_requested", data: byAdministrator },
  { template: "recovery.reset_not_done", data: byAdministrator },
  {
    template: "recovery.recovered_by_operator",
    data: { ...byOperator, taken: ["authenticator app", "backup codes"] },
  },
  {
    template: "recovery.waiting",
    data: {
      firstName,
      waiting: [
        { what: "reactivation", name: "Alan Turing" },
        { what: "reset", name: "Emmy Noether" },
      ],
      more: 3,
    },
  },
  {
    template: "recovery.reset_decided",
    data: { firstName, person: "Alan Turing", who: "Grace Hopper", outcome: "approved" },
  },
  {
    template: "recovery.reset_decided",
    variant: "denied",
    data: { firstName, person: "Alan Turing", who: "Grace Hopper", outcome: "denied" },
  },
  {
    template: "recovery.reactivation_denied",
    data: { ...byAdministrator, againAt: "2026-03-08T12:00:00.000Z" },
  },
  {
    template: "recovery.operator_recovered_somebody",
    data: { firstName, person: "Grace Hopper", email: "grace@acme.example", policy: "" },
  },
  {
    template: "recovery.operator_recovered_somebody",
    variant: "kept",
    data: {
      firstName,
      person: "Grace Hopper",
      email: "grace@acme.example",
      policy: "",
      keptSecondSteps: true,
    },
  },
  {
    template: "recovery.operator_set_address",
    data: {
      firstName,
      person: "Grace Hopper",
      from: "grace@acme.example",
      to: "grace@elsewhere.example",
    },
  },
  {
    template: "recovery.operator_link",
    data: { firstName, url: `${origin}/reset-password/${linkId}/${token}` },
  },
  { template: "users.role_changed", data: { ...byAdministrator, role: "admin" } },
  {
    template: "users.role_changed",
    variant: "new_password",
    data: { ...byAdministrator, role: "super_admin", newPassword: true },
  },
  {
    template: "users.role_changed",
    variant: "unlinked",
    data: { ...byAdministrator, role: "admin", isUnlinked: true },
  },
  { template: "users.deactivated", data: byAdministrator },
  { template: "users.deactivated_absent", data: { ...byItself, days: 90 } },
  { template: "users.reactivated", data: byAdministrator },
  { template: "passkeys.added", data: passkey },
  { template: "passkeys.removed", data: passkey },
  { template: "passkeys.renamed", data: { ...passkey, from: "Chrome on Linux" } },
  { template: "passkeys.revoked", data: { ...byAdministrator, name: "Work laptop" } },
  { template: "passkeys.suspended", data: passkey },
  { template: "authenticators.password_changed", data: noticed },
  { template: "authenticators.totp_confirmed", data: noticed },
  { template: "authenticators.totp_removed", data: noticed },
  { template: "authenticators.backup_codes_issued", data: noticed },
  { template: "authenticators.backup_code_used", data: { ...noticed, left: 7 } },
  { template: "authenticators.backup_code_used", variant: "last", data: { ...noticed, left: 0 } },
  { template: "sign_in.code", data: { code } },
  { template: "sign_in.code", variant: "provider", data: { code, provider: "Okta" } },
  { template: "sign_in.proof_code", data: { code } },
  {
    template: "sign_in.reset_password",
    data: { firstName, url: `${origin}/reset-password/${linkId}/${token}` },
  },
  {
    template: "sign_in.continue_set_up",
    data: { firstName, url: `${origin}/verify-email/${linkId}/${token}` },
  },
  {
    template: "invitations.invitation",
    data: { firstName, url: `${origin}/verify-email/${linkId}/${token}` },
  },
  {
    template: "invitations.welcome",
    data: { firstName, url: `${origin}/verify-email/${linkId}/${token}` },
  },
  {
    template: "invitations.founding",
    data: { firstName, url: `${origin}/verify-email/${linkId}/${token}` },
  },
  {
    template: "invitations.accepted",
    data: { firstName: "Grace", name: "Ada Lovelace", email: "ada@acme.example", userId: linkId },
  },
  {
    template: "invitations.accepted",
    variant: "welcomed",
    data: {
      firstName: "Grace",
      name: "Ada Lovelace",
      email: "ada@acme.example",
      userId: linkId,
      isConfirmed: false,
    },
  },
  { template: "inactivity.warning", data: { ...byItself, days: 83, daysLeft: 7 } },
  {
    template: "inactivity.digest",
    data: {
      firstName,
      days: 90,
      count: 3,
      people: ["Alan Turing (alan@acme.example)", "Emmy Noether (emmy@acme.example)"],
    },
  },
  {
    template: "domains.proved",
    data: { ...settings, domainId: linkId, domain: "corp.acme.example", how: "dns" },
  },
  {
    template: "domains.proved",
    variant: "by_operator",
    data: { ...settings, domainId: linkId, domain: "corp.acme.example", how: "operator" },
  },
  {
    template: "domains.record_missing",
    data: {
      firstName,
      domainId: linkId,
      domain: "corp.acme.example",
      since: "23 Feb 2026",
      recordName: "_weftid-challenge.corp.acme.example",
      recordValue: "weftid-domain-verification=0123456789abcdef0123456789abcdef01234567",
    },
  },
  {
    template: "federation.keys_ending",
    data: {
      firstName,
      count: 4,
      items: [
        {
          kind: "application",
          id: linkId,
          name: "Wiki",
          endsAt: "2026-02-27T12:00:00.000Z",
          daysLeft: 0,
          isPrepared: true,
        },
        {
          kind: "identity_provider",
          id: linkId,
          name: "Okta",
          endsAt: "2026-03-02T12:00:00.000Z",
          daysLeft: 1,
          isPrepared: false,
        },
        {
          kind: "application",
          id: linkId,
          name: "Payroll",
          endsAt: "2026-05-28T12:00:00.000Z",
          daysLeft: 88,
          isPrepared: true,
        },
      ],
    },
  },
  {
    template: "settings.changed",
    data: { ...settings, how: "saved", changes: ["Shortest password: 12 → 15 characters"] },
  },
  {
    template: "settings.changed",
    variant: "applied",
    data: {
      ...settings,
      how: "applied",
      changes: ["What is asked at sign-in: baseline → strong", "Days of grace: 14 → 7"],
      passwordsToReplace: 12,
    },
  },
  {
    template: "settings.changed",
    variant: "kept",
    data: { ...settings, how: "kept", changes: ["What is asked at sign-in: baseline → strong"] },
  },
  {
    template: "settings.password_too_little",
    data: { firstName, minLength: 16, isVeryHard: false },
  },
  {
    template: "settings.changed",
    variant: "reverted",
    data: {
      ...settings,
      how: "reverted",
      changes: ["What is asked at sign-in: strong → baseline"],
    },
  },
  {
    template: "settings.changed",
    variant: "ran_out",
    data: {
      ...settings,
      how: "ran_out",
      changes: ["What is asked at sign-in: strong → baseline"],
    },
  },
];

export const fileName = ({ template, variant }: MailCase): string =>
  variant === undefined ? template : `${template}.${variant}`;

/** What somebody may call themselves who wants to write a message of their own into ours. */
export const hostile =
  '<b>Eve</b>\r\nBcc: eve@evil.example\r\n\r\nCall \u202Emoc.live\u2066 "><img src=https://evil.example/x>';

// Made by ourselves, or one of a few words.
const ours: readonly string[] = [
  "providerId",
  "url",
  "code",
  "role",
  "how",
  "domainId",
  "userId",
  "what",
  "outcome",
  "againAt",
  "id",
  "kind",
  "endsAt",
];

/** The same data with hostile text wherever a person has a say. */
export const spoilt = (data: MailCase["data"]): MailCase["data"] =>
  Object.fromEntries(
    Object.entries(data).map(([key, value]) => [key, ours.includes(key) ? value : worst(value)]),
  );

function worst(value: unknown): unknown {
  if (typeof value === "string") return hostile;
  if (Array.isArray(value)) return value.map(worst);
  return typeof value === "object" && value !== null ? spoilt({ ...value }) : value;
}
