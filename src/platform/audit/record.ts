// Writes one audit event inside the caller's transaction: neither the change nor its event can be lost alone.
import type { z } from "zod";
import type { Actor } from "#src/actor.ts";
import type { TenantDb } from "../db/database.ts";
import type { EventDefinition } from "./define.ts";

/** Records `event` by `actor`. A `userId` in the data becomes the event's subject, so that "all about this person" is one index. */
export async function record<D extends z.ZodType>(
  db: TenantDb,
  actor: Actor,
  event: EventDefinition<D>,
  data: z.input<D>,
): Promise<void> {
  const clean = event.data.parse(data);
  await db
    .insertInto("audit_events")
    .values({
      ...headOf(actor, event),
      subject_id: subjectId(clean),
      data: JSON.stringify(clean),
    })
    .execute();
}

/** What events of one name by one actor share, by column: for the rare statement that writes one for each row it changes. */
export const headOf = (actor: Actor, event: Pick<EventDefinition, "name">) => ({
  name: event.name,
  actor_kind: actor.kind,
  actor_id: actorId(actor),
  actor: JSON.stringify(actor),
});

function actorId(actor: Actor): string | null {
  switch (actor.kind) {
    case "user":
      return actor.userId;
    case "client":
      return actor.clientId;
    case "visitor":
    case "job":
    case "operator":
      return null;
  }
}

function subjectId(data: unknown): string | null {
  if (typeof data !== "object" || data === null || !("userId" in data)) return null;
  return typeof data.userId === "string" ? data.userId : null;
}
