// Reads of requests. Ids are in the order of time (UUIDv7), so a page of a list is a piece of an index.
import { type RawBuilder, sql } from "kysely";
import { z } from "zod";
import { primaryEmail } from "#features/users/index.ts";
import type { TenantDb } from "#platform/db/database.ts";
import { decodeCursor, toPage } from "#platform/http/input.ts";
import { type Actor, actorMay, roleOf } from "#src/actor.ts";
import { FactorResetId, ReactivationRequestId, type UserId } from "#src/ids.ts";
import { outranks, type Role } from "#src/permissions.ts";
import { requestNotFound } from "./errors.ts";
import { decidingRoles, mayAgree, personOf } from "./people.ts";
import {
  type FactorReset,
  type FactorResetList,
  type ReactivationList,
  type ReactivationRequest,
  type RequestFilter,
  type ResetState,
  type ToDo,
  toDoMost,
} from "./schema.ts";

export interface Reading {
  readonly db: TenantDb;
  /** For whom: what they may do is part of the answer. */
  readonly actor: Actor;
  readonly now: Date;
}

const fullName = (person: "d" | "r"): RawBuilder<string | null> =>
  sql`${sql.ref(`${person}.first_name`)} || ' ' || ${sql.ref(`${person}.last_name`)}`;

const reactivations = (db: TenantDb) =>
  db
    .selectFrom("reactivation_requests as q")
    .innerJoin("users as u", "u.id", "q.user_id")
    .leftJoin("users as d", "d.id", "q.decided_by")
    .select([
      "q.id",
      "q.reason",
      "q.requested_at as requestedAt",
      "q.decision",
      "q.decided_at as decidedAt",
      "q.decided_by as deciderId",
      fullName("d").as("deciderName"),
      "u.id as userId",
      "u.first_name as firstName",
      "u.last_name as lastName",
      "u.role",
      "u.state as userState",
      primaryEmail.as("email"),
    ]);

const resets = (db: TenantDb) =>
  db
    .selectFrom("factor_resets as q")
    .innerJoin("users as u", "u.id", "q.user_id")
    .leftJoin("users as d", "d.id", "q.decided_by")
    .leftJoin("users as r", "r.id", "q.requested_by")
    .select([
      "q.id",
      "q.requested_at as requestedAt",
      "q.expires_at as expiresAt",
      "q.decision",
      "q.decided_at as decidedAt",
      "q.decided_by as deciderId",
      fullName("d").as("deciderName"),
      "q.requested_by as requesterId",
      fullName("r").as("requesterName"),
      "r.role as requesterRole",
      "r.state as requesterState",
      "u.id as userId",
      "u.first_name as firstName",
      "u.last_name as lastName",
      "u.role",
      "u.state as userState",
      primaryEmail.as("email"),
    ]);

type ReactivationRow = Awaited<ReturnType<ReturnType<typeof reactivations>["execute"]>>[number];
type ResetRow = Awaited<ReturnType<ReturnType<typeof resets>["execute"]>>[number];

const concerned = (row: ReactivationRow | ResetRow) => ({
  id: row.userId,
  name: `${row.firstName} ${row.lastName}`,
  email: row.email,
  role: row.role,
  state: row.userState,
});

const personOrNull = (id: UserId | null, name: string | null) =>
  id === null || name === null ? null : { id, name };

function toReactivation({ actor }: Reading, row: ReactivationRow): ReactivationRequest {
  const role = roleOf(actor);
  const isWaiting = row.decision === null;
  return {
    id: row.id,
    user: concerned(row),
    reason: row.reason,
    requestedAt: row.requestedAt.toISOString(),
    state: row.decision === null ? "waiting" : row.decision === "approved" ? "approved" : "denied",
    decidedBy: personOrNull(row.deciderId, row.deciderName),
    decidedAt: row.decidedAt?.toISOString() ?? null,
    mayDecide: isWaiting && actorMay(actor, "users.manage") && outranks(role, row.role),
  };
}

/** Whether who asked for a reset could still ask for it. */
export const mayStillAsk = (
  requester: { readonly role: Role | null; readonly state: string | null },
  target: Role,
): boolean =>
  requester.state === "active" &&
  requester.role !== null &&
  decidingRoles.includes(requester.role) &&
  outranks(requester.role, target);

function stateOf(row: ResetRow, now: Date): ResetState {
  if (row.decision === "denied" && row.deciderId === row.requesterId && row.deciderId !== null)
    return "withdrawn";
  if (row.decision !== null) return row.decision;
  if (row.expiresAt <= now) return "expired";
  const requester = { role: row.requesterRole, state: row.requesterState };
  return mayStillAsk(requester, row.role) ? "waiting" : "void";
}

function toReset({ actor, now }: Reading, row: ResetRow): FactorReset {
  const role = roleOf(actor);
  const user = concerned(row);
  const state = stateOf(row, now);
  const userId = personOf(actor);
  const isOpen = row.decision === null;
  const mayAct = actorMay(actor, "users.manage") && outranks(role, user.role);
  const request = { user, requestedBy: row.requesterId };
  return {
    id: row.id,
    user,
    requestedBy: personOrNull(row.requesterId, row.requesterName),
    requestedAt: row.requestedAt.toISOString(),
    expiresAt: row.expiresAt.toISOString(),
    state,
    decidedBy: personOrNull(row.deciderId, row.deciderName),
    decidedAt: row.decidedAt?.toISOString() ?? null,
    mayApprove:
      state === "waiting" &&
      mayAct &&
      userId !== null &&
      role !== null &&
      mayAgree({ userId, role }, request),
    mayDeny: isOpen && mayAct && userId !== user.id,
  };
}

const ReactivationCursor = z.tuple([ReactivationRequestId]);
const ResetCursor = z.tuple([FactorResetId]);

/** Requests to be let in again. */
export async function listReactivations(
  reading: Reading,
  { state, limit, cursor }: RequestFilter,
): Promise<ReactivationList> {
  const after = cursor === undefined ? null : decodeCursor(ReactivationCursor, cursor)[0];
  const isWaiting = state === "waiting";
  const rows = await reactivations(reading.db)
    .where("q.decision", isWaiting ? "is" : "is not", null)
    .$if(after !== null, (query) => query.where("q.id", isWaiting ? ">" : "<", after))
    .orderBy("q.id", isWaiting ? "asc" : "desc")
    .limit(limit + 1)
    .execute();
  const page = toPage(rows, limit, ({ id }) => [id]);
  return { items: page.items.map((row) => toReactivation(reading, row)), next: page.next };
}

/** Requests to have somebody's second steps reset. */
export async function listResets(
  reading: Reading,
  { state, limit, cursor }: RequestFilter,
): Promise<FactorResetList> {
  const after = cursor === undefined ? null : decodeCursor(ResetCursor, cursor)[0];
  const isWaiting = state === "waiting";
  const rows = await resets(reading.db)
    .where("q.decision", isWaiting ? "is" : "is not", null)
    .$if(after !== null, (query) => query.where("q.id", isWaiting ? ">" : "<", after))
    .orderBy("q.id", isWaiting ? "asc" : "desc")
    .limit(limit + 1)
    .execute();
  const page = toPage(rows, limit, ({ id }) => [id]);
  return { items: page.items.map((row) => toReset(reading, row)), next: page.next };
}

export async function readToDo(reading: Reading): Promise<ToDo> {
  const first = { state: "waiting", limit: toDoMost } as const;
  return {
    reactivationRequests: (await listReactivations(reading, first)).items,
    factorResets: (await listResets(reading, first)).items,
  };
}

/** @throws {requestNotFound} */
export async function getReactivation(
  reading: Reading,
  id: ReactivationRequestId,
): Promise<ReactivationRequest> {
  const row = await reactivations(reading.db)
    .where("q.id", "=", id)
    .executeTakeFirstOrThrow(() => requestNotFound());
  return toReactivation(reading, row);
}

/** @throws {requestNotFound} */
export async function getReset(reading: Reading, id: FactorResetId): Promise<FactorReset> {
  const row = await resets(reading.db)
    .where("q.id", "=", id)
    .executeTakeFirstOrThrow(() => requestNotFound());
  return toReset(reading, row);
}

/** The request about this person that nobody has decided; null when there is none. */
export async function openResetOf(reading: Reading, userId: UserId): Promise<FactorReset | null> {
  const row = await resets(reading.db)
    .where("q.user_id", "=", userId)
    .where("q.decision", "is", null)
    .executeTakeFirst();
  return row ? toReset(reading, row) : null;
}

/** The last time this person asked, whatever became of it, since they were last let in. */
export async function lastReactivationOf(db: TenantDb, userId: UserId) {
  const row = await db
    .selectFrom("reactivation_requests")
    .select(["requested_at as requestedAt", "decision", "decided_at as decidedAt"])
    .where("user_id", "=", userId)
    .where("lifted_at", "is", null)
    .orderBy("id", "desc")
    .limit(1)
    .executeTakeFirst();
  return row ?? null;
}
