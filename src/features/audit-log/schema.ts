// The audit trail as lists and the API tell it.
import { z } from "zod";
import { declaredEvents } from "#platform/audit/define.ts";
import { pageOf, Paging } from "#platform/http/input.ts";
import { Role } from "#src/permissions.ts";
import { texts } from "./texts.ts";

/** A field that a form sends empty when nothing was chosen. */
const blankOr = <T extends z.ZodType>(value: T) =>
  z.preprocess(
    (given) => (typeof given === "string" && given.trim() === "" ? undefined : given),
    value.optional(),
  );

const Day = z.iso.date({ error: () => texts.dateInvalid });

export const EventFilter = Paging.extend({
  /** An event's name, such as `user.role_changed`. */
  name: blankOr(
    z.string().refine((name) => declaredEvents().has(name), { error: () => texts.unknownEvent }),
  ),
  /** The id or an address of who did it or whom it was about. */
  person: blankOr(
    z
      .string()
      .trim()
      .toLowerCase()
      .pipe(z.union([z.uuid(), z.email()], { error: () => texts.personInvalid })),
  ),
  /** First and last day, in the viewer's time zone; UTC for scripts. */
  from: blankOr(Day),
  to: blankOr(Day),
}).refine(({ from, to }) => from === undefined || to === undefined || from <= to, {
  path: ["to"],
  error: () => texts.rangeInvalid,
});
export type EventFilter = z.infer<typeof EventFilter>;

export const EventId = z.uuid();
export const EventParams = z.object({ eventId: EventId });

/** Somebody or something an event speaks of. `name` is null when nobody knows it any more. */
export const Reference = z.object({
  kind: z.enum(["user", "client", "group", "application", "visitor", "job", "operator"]),
  id: z.string().nullable(),
  name: z.string().nullable(),
  /** It has no page: removed since, or never had one. */
  isGone: z.boolean(),
});
export type Reference = z.infer<typeof Reference>;

export const Event = z.object({
  id: EventId,
  at: z.iso.datetime(),
  name: z.string(),
  /** What happened, in words. */
  says: z.string(),
  actor: Reference,
  /** Whom and what it was about; without the actor. */
  about: z.array(Reference),
  /** The caller's network address; null for jobs and commands. */
  ip: z.string().nullable(),
});
export type Event = z.infer<typeof Event>;

export const EventList = pageOf(Event).extend({
  /** Who the filter's `person` is, null when nobody has that address. */
  person: Reference.extend({ email: z.string().nullable() }).nullable(),
});
export type EventList = z.infer<typeof EventList>;

export const EventDetail = Event.extend({
  /** The role the actor acted with. */
  role: Role.nullable(),
  sessionId: z.string().nullable(),
  requestId: z.string().nullable(),
  userAgent: z.string().nullable(),
  data: z.record(z.string(), z.unknown()),
});
export type EventDetail = z.infer<typeof EventDetail>;

/** Every kind of event by its sentence, for a drop-down. */
export function eventChoices(): { value: string; label: string }[] {
  return [...declaredEvents().values()]
    .map(({ name, says }) => ({ value: name, label: says }))
    .sort(
      (one, other) =>
        one.label.localeCompare(other.label, "en") || (one.value < other.value ? -1 : 1),
    );
}
