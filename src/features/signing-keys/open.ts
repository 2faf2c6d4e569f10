// Signing keys, opened once and kept for as long as the process runs.
import type { Handling } from "#platform/http/context.ts";
import { loadSigningKey } from "#protocols/saml/keys.ts";
import type { SigningKey } from "#protocols/saml/signature/sign.ts";
import type { KeyKind } from "./kind.ts";
import type { KeyRow } from "./queries.ts";

/** Where a sealed key belongs: bound into the ciphertext, so that it opens nowhere else. */
export const keyPlace = (
  table: KeyKind<string, string>["table"],
  tenantId: string,
  row: string,
) => ({
  tenantId,
  table,
  row,
  column: "sealed_key",
});

// Opening and parsing a key costs as much as a signature. Kept by the row's id: a rotated key has another.
const openKeys = new WeakMap<Handling["services"], Map<string, SigningKey>>();
const openKeysMost = 200;

/** The key of a row, ready to sign. */
export function openKey(
  { table }: Pick<KeyKind<string, string>, "table">,
  { services, tenant }: Pick<Handling, "services" | "tenant">,
  row: KeyRow,
): SigningKey {
  const known = openKeys.get(services) ?? new Map<string, SigningKey>();
  openKeys.set(services, known);
  const ready = known.get(row.id);
  if (ready) return ready;
  const privateKeyPem = services.keys
    .open("saml-key", keyPlace(table, tenant.id, row.id), row.sealedKey)
    .toString();
  const key = loadSigningKey({ privateKeyPem, certificatePem: row.certificate });
  if (known.size >= openKeysMost) known.clear();
  known.set(row.id, key);
  return key;
}
