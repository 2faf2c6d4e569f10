// Reads of an application's signing keys. A key is prepared (its certificate is published), then signs, then is retired.
import type { TenantDb } from "#platform/db/database.ts";
import { readCertificate } from "#protocols/saml/keys.ts";
import type { ApplicationId } from "#src/ids.ts";
import type { SigningKey } from "./schema.ts";

const order = { active: 0, next: 1, retired: 2 } as const;

/** The keys that metadata publishes: the one that signs first, then the one that will. */
export async function publishedKeys(db: TenantDb, applicationId: ApplicationId) {
  const rows = await db
    .selectFrom("saml_keys")
    .select(["certificate", "state"])
    .where("application_id", "=", applicationId)
    .where("state", "in", ["active", "next"])
    .limit(2)
    .execute();
  return rows.sort((a, b) => order[a.state] - order[b.state]);
}

/** Every key that is still known: the one that signs, the prepared one, then the latest twenty that were retired. */
export async function listKeys(db: TenantDb, applicationId: ApplicationId): Promise<SigningKey[]> {
  const rows = await db
    .selectFrom("saml_keys")
    .select([
      "id",
      "state",
      "certificate",
      "created_at as createdAt",
      "expires_at as expiresAt",
      "retired_at as retiredAt",
    ])
    .where("application_id", "=", applicationId)
    .orderBy("retired_at", (by) => by.desc().nullsFirst())
    .limit(22)
    .execute();
  return rows
    .sort((a, b) => order[a.state] - order[b.state])
    .map((row) => ({
      ...row,
      fingerprintSha256: readCertificate(row.certificate).fingerprintSha256,
    }));
}

/** The sealed key that signs for an application. */
export async function activeKey(db: TenantDb, applicationId: ApplicationId) {
  const { sealedKey, ...key } = await db
    .selectFrom("saml_keys")
    .select(["id", "sealed_key as sealedKey", "certificate"])
    .where("application_id", "=", applicationId)
    .where("state", "=", "active")
    .executeTakeFirstOrThrow(() => new Error(`application ${applicationId} has no active key`));
  if (sealedKey === null)
    throw new Error(`the active key of application ${applicationId} is erased`);
  return { ...key, sealedKey };
}
