// The audit trail's vocabulary: every write names one of these events, in its own transaction.
import type { z } from "zod";

export interface EventDefinition<D extends z.ZodType = z.ZodType> {
  /** `area.thing_happened`: stored for ever, never renamed. */
  readonly name: string;
  /** The sentence an administrator reads. */
  readonly says: string;
  readonly data: D;
  /** The fields of `data` that name a person; overwritten once the person is anonymised. */
  readonly personal: readonly string[];
}

/** What stands in an event's field whose contents were taken out (`app.redact_events`). */
export const erased = "[erased]";

type FieldOf<T> = Extract<keyof T, string>;

const declared = new Map<string, EventDefinition>();

/**
 * Declares an event. `data` holds ids and plain facts, never a secret. Its fields that hold a name, an address or anything else by
 * which a person is known are listed in `personal`; such a person is the `userId` of the event, or has the address.
 */
export function defineEvent<D extends z.ZodType>(
  name: string,
  { personal = [], ...spec }: { says: string; data: D; personal?: readonly FieldOf<z.output<D>>[] },
): EventDefinition<D> {
  if (declared.has(name)) throw new Error(`event "${name}" is declared twice`);
  const event = { name, personal, ...spec };
  declared.set(name, event);
  return event;
}

/** Event → its fields that name a person, for events that have any. */
export const personalFields = (): Record<string, readonly string[]> =>
  Object.fromEntries(
    [...declared.values()]
      .filter(({ personal }) => personal.length > 0)
      .map(({ name, personal }) => [name, personal]),
  );

/** Every declared event by name: the audit pages and the name lock read it. */
export function declaredEvents(): ReadonlyMap<string, EventDefinition> {
  return declared;
}
