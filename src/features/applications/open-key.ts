// Signing keys, opened once and kept for as long as the process runs.
import { keyPlace } from "./actions/keys.ts";
import type { Handling } from "#platform/http/context.ts";
import { loadSigningKey } from "#protocols/saml/keys.ts";
import type { SigningKey } from "#protocols/saml/signature/sign.ts";

export interface KeyRow {
  readonly id: string;
  readonly sealedKey: Buffer;
  readonly certificate: string;
}

// Opening and parsing a key costs as much as a signature. Kept by the row's id: a rotated key has another.
const openKeys = new WeakMap<Handling["services"], Map<string, SigningKey>>();
const openKeysMost = 200;

/** The key of a row, ready to sign. */
export function openKey(
  { services, tenant }: Pick<Handling, "services" | "tenant">,
  row: KeyRow,
): SigningKey {
  const known = openKeys.get(services) ?? new Map<string, SigningKey>();
  openKeys.set(services, known);
  const ready = known.get(row.id);
  if (ready) return ready;
  const privateKeyPem = services.keys
    .open("saml-key", keyPlace(tenant, row.id), row.sealedKey)
    .toString();
  const key = loadSigningKey({ privateKeyPem, certificatePem: row.certificate });
  if (known.size >= openKeysMost) known.clear();
  known.set(row.id, key);
  return key;
}
