// The audit trail's vocabulary: every write names one of these events, in its own transaction.
import type { z } from "zod";

export interface EventDefinition<D extends z.ZodType = z.ZodType> {
  /** `area.thing_happened`: stored for ever, never renamed. */
  readonly name: string;
  /** The sentence an administrator reads. */
  readonly says: string;
  readonly data: D;
}

const declared = new Map<string, EventDefinition>();

/** Declares an event. `data` holds ids and plain facts, never a secret. */
export function defineEvent<D extends z.ZodType>(
  name: string,
  spec: { says: string; data: D },
): EventDefinition<D> {
  if (declared.has(name)) throw new Error(`event "${name}" is declared twice`);
  const event = { name, ...spec };
  declared.set(name, event);
  return event;
}

/** Every declared event by name: the audit pages and the name lock read it. */
export function declaredEvents(): ReadonlyMap<string, EventDefinition> {
  return declared;
}
