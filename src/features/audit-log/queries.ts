// Reads of the audit trail. Ids are UUIDv7, so the order of ids is the order of time and one index serves pages and periods.
import { z } from "zod";
import { declaredEvents } from "#platform/audit/define.ts";
import type { TenantDb } from "#platform/db/database.ts";
import { decodeCursor, toPage } from "#platform/http/input.ts";
import { UserId } from "#src/ids.ts";
import { eventNotFound } from "./errors.ts";
import { aboutOf, actorOf, namesOf, StoredActor } from "./references.ts";
import { type Event, type EventDetail, EventId, type EventList } from "./schema.ts";

export interface EventQuery {
  readonly name?: string | undefined;
  /** Of a person or an API client: who did it, or whom it was about. */
  readonly personId?: string | undefined;
  /** Instants: not before `since`, before `until`. */
  readonly since?: Date | undefined;
  readonly until?: Date | undefined;
  readonly limit: number;
  readonly cursor?: string | undefined;
}

/** Events, newest first. Two statements, however long the page. */
export async function listEvents(
  db: TenantDb,
  query: EventQuery,
): Promise<{ items: Event[]; next: string | null }> {
  const rows = await (
    query.personId === undefined ? selection(db, query) : ofPerson(db, query, query.personId)
  ).execute();
  const page = toPage(rows, query.limit, ({ id }) => [id]);
  const events = page.items.map(toStored);
  const names = await namesOf(db, events);
  return {
    items: events.map((event) => ({
      id: event.id,
      at: event.at.toISOString(),
      name: event.name,
      says: event.says,
      actor: actorOf(event, names),
      about: aboutOf(event, names),
      ip: event.actor.origin?.ip ?? null,
    })),
    next: page.next,
  };
}

/** One event with its data. @throws {eventNotFound} */
export async function getEvent(db: TenantDb, id: string): Promise<EventDetail> {
  const row = await db
    .selectFrom("audit_events")
    .select(columns)
    .where("id", "=", id)
    .executeTakeFirstOrThrow(() => eventNotFound({ eventId: id }));
  const event = toStored(row);
  const names = await namesOf(db, [event]);
  const { origin, role, sessionId } = event.actor;
  return {
    id: event.id,
    at: event.at.toISOString(),
    name: event.name,
    says: event.says,
    actor: actorOf(event, names),
    about: aboutOf(event, names),
    ip: origin?.ip ?? null,
    role: role ?? null,
    sessionId: sessionId ?? null,
    requestId: origin?.requestId ?? null,
    userAgent: origin?.userAgent ?? null,
    data: event.data,
  };
}

/** Who a filter's id or address stands for, or null. Any id will do, also of somebody who is gone. */
export async function findPerson(db: TenantDb, person: string): Promise<EventList["person"]> {
  const byId = UserId.safeParse(person);
  const people = db
    .selectFrom("users as u")
    .innerJoin("user_emails as e", "e.user_id", "u.id")
    .select(["u.id", "u.first_name as firstName", "u.last_name as lastName", "e.email"]);
  const row = await (
    byId.success
      ? people.where("u.id", "=", byId.data).where("e.is_primary", "=", true)
      : people.where("e.email", "=", person)
  ).executeTakeFirst();
  if (row) {
    const name = `${row.firstName} ${row.lastName}`;
    return { kind: "user", id: row.id, name, isGone: false, email: row.email };
  }
  return byId.success ? { kind: "user", id: person, name: null, isGone: true, email: null } : null;
}

const columns = ["id", "at", "name", "actor", "data"] as const;
const Cursor = z.tuple([EventId]);
const hourMs = 3_600_000;

/** The rows of one page and one more. */
function selection(db: TenantDb, { name, since, until, limit, cursor }: EventQuery) {
  const before = cursor === undefined ? undefined : decodeCursor(Cursor, cursor)[0];
  let query = db.selectFrom("audit_events").select(columns);
  if (name !== undefined) query = query.where("name", "=", name);
  if (before !== undefined) query = query.where("id", "<", before);
  // An id is made after its transaction began (`at`), within the hour: the ids bound the index scan, `at` decides.
  if (since) query = query.where("id", ">=", uuidAt(since)).where("at", ">=", since);
  if (until)
    query = query
      .where("id", "<", uuidAt(new Date(until.getTime() + hourMs)))
      .where("at", "<", until);
  return query.orderBy("id", "desc").limit(limit + 1);
}

/** Two walks down two indexes instead of a filter over the whole trail. */
function ofPerson(db: TenantDb, query: EventQuery, personId: string) {
  const idsOf = (column: "actor_id" | "subject_id") =>
    selection(db, query).clearSelect().select("id").where(column, "=", personId);
  return db
    .selectFrom("audit_events")
    .select(columns)
    .where("id", "in", (where) =>
      where
        .selectFrom(idsOf("actor_id").as("did"))
        .select("did.id")
        .union(where.selectFrom(idsOf("subject_id").as("met")).select("met.id")),
    )
    .orderBy("id", "desc")
    .limit(query.limit + 1);
}

/** The smallest UUIDv7 of an instant (RFC 9562 §5.7). */
function uuidAt(at: Date): string {
  const milliseconds = Math.max(0, at.getTime()).toString(16).padStart(12, "0").slice(-12);
  return `${milliseconds.slice(0, 8)}-${milliseconds.slice(8)}-7000-8000-000000000000`;
}

type Row = Awaited<ReturnType<ReturnType<typeof selection>["execute"]>>[number];
const StoredData = z.record(z.string(), z.unknown()).catch({});

const toStored = (row: Row) => ({
  id: row.id,
  at: row.at,
  name: row.name,
  says: declaredEvents().get(row.name)?.says ?? row.name,
  actor: StoredActor.parse(row.actor),
  data: StoredData.parse(row.data),
});
