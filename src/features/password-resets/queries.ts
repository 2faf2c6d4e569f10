// Reads of people whose passwords must be replaced, or are to be held against breaches again.
import { userNotFound } from "#features/users/index.ts";
import type { TenantDb } from "#platform/db/database.ts";
import type { UserId } from "#src/ids.ts";

/** @throws {userNotFound} */
export const findPerson = (db: TenantDb, userId: UserId) =>
  db
    .selectFrom("users as u")
    .innerJoin("user_emails as e", (join) =>
      join.onRef("e.user_id", "=", "u.id").on("e.is_primary", "=", true),
    )
    .select((row) => [
      "u.id",
      "u.first_name as firstName",
      "u.last_name as lastName",
      "e.email",
      "u.role",
      "u.state",
      "u.password_reset_cause as cause",
      row("u.password_hash", "is not", null).as("hasPassword"),
    ])
    .where("u.id", "=", userId)
    .executeTakeFirstOrThrow(() => userNotFound({ userId }));

/** Whose password was last held against the breaches before an instant, in the order of their ids, from behind one of them. */
export async function listToCheck(
  db: TenantDb,
  { before, after, limit }: { before: Date; after: UserId | null; limit: number },
) {
  const rows = await db
    .selectFrom("users")
    .select([
      "id",
      "breach_mac as mac",
      "sealed_breach_prefix as sealedPrefix",
      "breach_checked_at as checkedAt",
      "password_reset_cause as cause",
    ])
    .$if(after !== null, (query) => query.where("id", ">", after))
    .orderBy("id")
    .limit(limit)
    .execute();
  const last = rows.at(-1)?.id ?? null;
  const people = rows.flatMap(({ id, mac, sealedPrefix, checkedAt, cause }) =>
    mac === null ||
    sealedPrefix === null ||
    cause === "breach" ||
    (checkedAt !== null && checkedAt >= before)
      ? []
      : [{ id, mac, sealedPrefix }],
  );
  return { people, next: rows.length < limit ? null : last };
}
export type ToCheck = Awaited<ReturnType<typeof listToCheck>>["people"][number];

/** How many passwords were found in breaches since an instant. */
export async function countFound(db: TenantDb, since: Date): Promise<number> {
  const { count } = await db
    .selectFrom("users")
    .select(({ fn }) => fn.countAll<string>().as("count"))
    .where("password_reset_cause", "=", "breach")
    .where("breach_checked_at", ">=", since)
    .executeTakeFirstOrThrow();
  return Number(count);
}

const adminsMost = 200;

export const listAdmins = (db: TenantDb) =>
  db
    .selectFrom("users as u")
    .innerJoin("user_emails as e", (join) =>
      join.onRef("e.user_id", "=", "u.id").on("e.is_primary", "=", true),
    )
    .select(["u.id as userId", "u.first_name as firstName", "e.email"])
    .where("u.role", "in", ["admin", "super_admin"])
    .where("u.state", "=", "active")
    .orderBy("u.id")
    .limit(adminsMost)
    .execute();
