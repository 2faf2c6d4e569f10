// Every column that holds a ciphertext of the keyring, and every value that is only ever compared: what rotating the key, a
// backup's check and a restore drill go by. A new `sealed…` column gets its line here (test/operations/sealed-columns.test.ts).
import type { SealPlace, SealPurpose } from "./keyring.ts";

export interface SealedColumn {
  readonly purpose: SealPurpose;
  /** In schema app. */
  readonly table: string;
  readonly column: string;
  /** The column whose value is the `row` of the place. */
  readonly row: string;
  /** As an operator knows it, in the plural. */
  readonly title: string;
}

export const sealedColumns: readonly SealedColumn[] = [
  {
    purpose: "totp-secret",
    table: "totp_authenticators",
    column: "sealed_secret",
    row: "user_id",
    title: "authenticator apps",
  },
  {
    purpose: "totp-secret",
    table: "totp_authenticators",
    column: "sealed_pending",
    row: "user_id",
    title: "authenticator apps that were being set up before an upgrade",
  },
  {
    purpose: "totp-secret",
    table: "sessions",
    column: "sealed_totp",
    row: "id",
    title: "authenticator apps being set up",
  },
  {
    purpose: "totp-secret",
    table: "sign_ins",
    column: "sealed_totp",
    row: "id",
    title: "authenticator apps being set up at a sign-in",
  },
  {
    purpose: "saml-key",
    table: "saml_keys",
    column: "sealed_key",
    row: "id",
    title: "SAML signing keys",
  },
  {
    purpose: "saml-key",
    table: "identity_provider_keys",
    column: "sealed_key",
    row: "id",
    title: "keys for requests to identity providers",
  },
  {
    purpose: "breach",
    table: "users",
    column: "sealed_breach_prefix",
    row: "id",
    title: "hash prefixes for the breach check",
  },
  { purpose: "mail", table: "mails", column: "sealed", row: "id", title: "messages to be sent" },
];

/** What one ciphertext is bound to. */
export const placeIn = (
  { table, column }: SealedColumn,
  tenantId: string,
  row: string,
): SealPlace => ({ tenantId, table, row, column });

export interface AuthenticatedColumn {
  readonly purpose: SealPurpose;
  readonly table: string;
  readonly column: string;
  /** The column that says when the value stops counting; null: it stays until it is made again. */
  readonly until: string | null;
  readonly title: string;
}

/**
 * Columns that hold a code of `mac`. It cannot be made anew under another key, since what it was made of is not kept; it is
 * accepted under SECRET_KEY_PREVIOUS until it runs out by itself, or is made again in the course of things.
 */
export const authenticatedColumns: readonly AuthenticatedColumn[] = [
  {
    purpose: "sign-in-code",
    table: "sign_ins",
    column: "code_hash",
    until: "code_expires_at",
    title: "sign-in codes that were mailed and not typed yet",
  },
  {
    purpose: "breach",
    table: "users",
    column: "breach_mac",
    until: null,
    title: "hashes for the breach check, made again when their people next sign in",
  },
];
