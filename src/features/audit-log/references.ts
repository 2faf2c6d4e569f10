// Whom an event speaks of: ids out of its actor and its data, and their names in one statement for a whole page.
import { sql } from "kysely";
import { z } from "zod";
import { erased } from "#platform/audit/define.ts";
import type { TenantDb } from "#platform/db/database.ts";
import { Role } from "#src/permissions.ts";
import type { Reference } from "./schema.ts";

const Text = z.string().catch("");
const Origin = z.object({ requestId: Text, ip: Text, userAgent: Text });

/** The stored actor (src/actor.ts), read with patience: an event of an older version must not break the page. */
export const StoredActor = z.object({
  kind: z.enum(["user", "client", "visitor", "job", "operator"]).catch("visitor"),
  userId: z.uuid().nullish().catch(null),
  clientId: z.uuid().nullish().catch(null),
  role: Role.nullish().catch(null),
  sessionId: z.string().nullish().catch(null),
  job: z.string().nullish().catch(null),
  command: z.string().nullish().catch(null),
  origin: Origin.nullish().catch(null),
});
export type StoredActor = z.infer<typeof StoredActor>;

type NamedKind = "user" | "client" | "group" | "application";
/** The keys under which events keep ids, in the order a sentence names them. */
const keys: readonly (readonly [string, NamedKind])[] = [
  ["userId", "user"],
  ["clientId", "client"],
  ["groupId", "group"],
  ["applicationId", "application"],
];

export type Names = ReadonlyMap<string, string>;

interface Stored {
  readonly actor: StoredActor;
  readonly data: Readonly<Record<string, unknown>>;
}

/** The names behind every id of some events: one statement, four index look-ups. */
export async function namesOf(db: TenantDb, events: readonly Stored[]): Promise<Names> {
  const ids = new Set<string>();
  for (const { actor, data } of events) {
    for (const id of [actor.userId, actor.clientId, ...keys.map(([key]) => idAt(data, key))])
      if (id !== null && id !== undefined) ids.add(id);
  }
  if (ids.size === 0) return new Map();
  const sought = sql`any(${[...ids]}::uuid[])`;
  const { rows } = await sql<{ id: string; name: string }>`
    select id, first_name || ' ' || last_name as name from users where id = ${sought}
    union all select id, name from groups where id = ${sought}
    union all select id, name from applications where id = ${sought}
    union all select id, name from api_clients where id = ${sought}`.execute(db);
  return new Map(rows.map(({ id, name }) => [id, name]));
}

/** Who did it. */
export function actorOf({ actor }: Stored, names: Names): Reference {
  const { kind } = actor;
  if (kind === "job") return { kind, id: null, name: actor.job ?? null, isGone: true };
  if (kind === "operator") return { kind, id: null, name: actor.command ?? null, isGone: true };
  const id = actorId(actor) ?? null;
  const name = id === null ? null : (names.get(id) ?? null);
  return { kind, id, name, isGone: name === null };
}

/** Whom and what it was about, without the actor themself. */
export function aboutOf({ actor, data }: Stored, names: Names): Reference[] {
  return keys.flatMap(([key, kind]) => {
    const id = idAt(data, key);
    if (id === null || (actor.kind === kind && actorId(actor) === id)) return [];
    const name = names.get(id) ?? null;
    return [{ kind, id, name: name ?? keptName(data, kind), isGone: name === null }];
  });
}

const actorId = (actor: StoredActor) => (actor.kind === "client" ? actor.clientId : actor.userId);

const Id = z.uuid();
function idAt(data: Readonly<Record<string, unknown>>, key: string): string | null {
  const parsed = Id.safeParse(data[key]);
  return parsed.success ? parsed.data : null;
}

/** What the event itself remembers of something that is gone. */
function keptName(data: Readonly<Record<string, unknown>>, kind: NamedKind): string | null {
  const text = (key: string) => {
    const value = data[key];
    return typeof value === "string" && value !== erased ? value : null;
  };
  if (kind !== "user") return text(besides[kind]) ?? (isNamed(data, kind) ? text("name") : null);
  const [firstName, lastName] = [text("firstName"), text("lastName")];
  return firstName !== null && lastName !== null ? `${firstName} ${lastName}` : text("email");
}

/** The field that names one in an event about something else. */
const besides = { client: "client", group: "groupName", application: "application" } as const;

/**
 * Whether `name` is that of this kind, and not of the application that a group was granted, or of the provider that gave one: an event must
 * not be read as if it were about something that happens to be called so.
 */
const isNamed = (data: Readonly<Record<string, unknown>>, kind: NamedKind): boolean =>
  idAt(data, "identityProviderId") === null &&
  (kind === "application" || idAt(data, "applicationId") === null);
