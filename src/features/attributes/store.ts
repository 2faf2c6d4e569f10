// The values in force, as they are written: whoever says them.
import { sql } from "kysely";
import type { TenantDb } from "#platform/db/database.ts";
import type { IdentityProviderId, UserId } from "#src/ids.ts";
import type { AttributeKey } from "./registry.ts";
import type { AttributeSource } from "./schema.ts";

export interface Author {
  readonly source: AttributeSource;
  readonly identityProviderId: IdentityProviderId | null;
  readonly updatedBy: UserId | null;
}

export interface StoredChange {
  readonly key: AttributeKey;
  /** Null: there is none any more. */
  readonly to: string | null;
}

/** Values that differ from what is there, by one's word: two statements at the most. */
export async function storeValues(
  db: TenantDb,
  { userId, changes, by }: { userId: UserId; changes: readonly StoredChange[]; by: Author },
): Promise<void> {
  const rows = changes.flatMap(({ key, to }) =>
    to === null
      ? []
      : [
          {
            user_id: userId,
            key,
            value: to,
            source: by.source,
            identity_provider_id: by.identityProviderId,
            updated_by: by.updatedBy,
          },
        ],
  );
  if (rows.length > 0)
    await db
      .insertInto("user_attributes")
      .values(rows)
      .onConflict((on) =>
        on.constraint("user_attributes_pkey").doUpdateSet((eb) => ({
          value: eb.ref("excluded.value"),
          source: eb.ref("excluded.source"),
          identity_provider_id: eb.ref("excluded.identity_provider_id"),
          updated_by: eb.ref("excluded.updated_by"),
          updated_at: sql<Date>`now()`,
        })),
      )
      .execute();
  const cleared = changes.filter(({ to }) => to === null).map(({ key }) => key);
  if (cleared.length > 0)
    await db
      .deleteFrom("user_attributes")
      .where("user_id", "=", userId)
      .where("key", "in", cleared)
      .execute();
}
