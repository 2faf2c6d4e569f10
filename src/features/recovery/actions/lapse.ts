// The end of a request for a reset that nobody agreed to.
import { notify } from "#features/notices/index.ts";
import { lockUser } from "#features/users/index.ts";
import { record } from "#platform/audit/record.ts";
import type { FactorResetId, UserId } from "#src/ids.ts";
import { resetNotDoneMail } from "../emails.tsx";
import { resetLapsed } from "../events.ts";
import type { Acting } from "./acting.ts";

export interface Request {
  readonly id: FactorResetId;
  readonly userId: UserId;
  readonly requestedBy: UserId | null;
  readonly expiresAt: Date;
}

/** A request as it is now, decided or not; null when there is none of this id. */
export async function findRequest({ db }: Pick<Acting, "db">, id: FactorResetId) {
  const row = await db
    .selectFrom("factor_resets")
    .select([
      "id",
      "user_id as userId",
      "requested_by as requestedBy",
      "expires_at as expiresAt",
      "decision",
    ])
    .where("id", "=", id)
    .executeTakeFirst();
  return row ?? null;
}

/** Writes down that a request came to nothing, and tells the person, who was told of it. Their row must be locked. */
export async function lapse(
  { db, actor, post, now }: Acting,
  { id, userId }: Pick<Request, "id" | "userId">,
  cause: "expired" | "void",
): Promise<"over"> {
  await db
    .updateTable("factor_resets")
    .set({ decision: cause, decided_at: now })
    .where("id", "=", id)
    .execute();
  await record(db, actor, resetLapsed, { userId, factorResetId: id, cause });
  const happening = { userId, now };
  await notify(db, post, actor, { happening, template: resetNotDoneMail, more: {} });
  return "over";
}

/** Ends a request that nobody decided in time. Answers when it is to be looked at again, where it is too early; else null. */
export async function expireReset(by: Acting, id: FactorResetId): Promise<Date | null> {
  const found = await findRequest(by, id);
  if (found === null) return null;
  await lockUser(by.db, found.userId);
  const request = await findRequest(by, id);
  if (request === null || request.decision !== null) return null;
  if (request.expiresAt > by.now) return request.expiresAt;
  await lapse(by, request, "expired");
  return null;
}

/** Ends what somebody asked for whose account ends: nobody would be there who asked. */
export async function voidResetsBy(by: Acting, requestedBy: UserId): Promise<void> {
  const waiting = await by.db
    .selectFrom("factor_resets")
    .select(["id", "user_id as userId"])
    .where("requested_by", "=", requestedBy)
    .where("decision", "is", null)
    .orderBy("user_id")
    .execute();
  for (const { id, userId } of waiting) {
    await by.db.selectFrom("users").select("id").where("id", "=", userId).forUpdate().execute();
    const request = await findRequest(by, id);
    if (request !== null && request.decision === null) await lapse(by, request, "void");
  }
}
