// Writes one audit event and enqueues what follows from it, inside the caller's transaction: neither can be lost alone.
import type { z } from "zod";
import type { Actor } from "#src/actor.ts";
import type { TenantDb } from "../db/database.ts";
import type { JobRequest } from "../jobs/define.ts";
import type { EventDefinition } from "./define.ts";

type Reaction = (data: never) => readonly JobRequest[];
const reactions = new Map<string, Reaction[]>();

/** Adds a pure reaction: event data → jobs. Called from src/reactions.ts only, once at start. */
export function react<D extends z.ZodType>(
  event: EventDefinition<D>,
  to: (data: z.output<D>) => readonly JobRequest[],
): void {
  reactions.set(event.name, [...(reactions.get(event.name) ?? []), to]);
}

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
      name: event.name,
      actor_kind: actor.kind,
      actor_id: actorId(actor),
      actor: JSON.stringify(actor),
      subject_id: subjectId(clean),
      data: JSON.stringify(clean),
    })
    .execute();
  for (const to of reactions.get(event.name) ?? []) {
    for (const job of to(clean as never)) await job.enqueue(db);
  }
}

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
