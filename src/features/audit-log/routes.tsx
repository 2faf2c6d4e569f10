// The audit trail for people and scripts: a filtered list and each event with its data.
import { routes } from "#platform/http/route.ts";
import { findPerson, getEvent, listEvents } from "./queries.ts";
import { EventDetail, EventFilter, EventList, EventParams } from "./schema.ts";
import { texts } from "./texts.ts";
import { EventPage, EventRegion, EventsPage, FilterPage } from "./views.tsx";

export const auditLogRoutes = routes()
  .on("get", "/events", {
    permit: "events.read",
    summary: "The audit trail, newest first",
    title: texts.title,
    input: EventFilter,
    reply: EventList,
    handle: ({ tenant, input, viewer }) =>
      tenant.read(async (db) => {
        const { name, from, to, limit, cursor } = input;
        const person = input.person === undefined ? null : await findPerson(db, input.person);
        if (input.person !== undefined && !person) return { items: [], next: null, person };
        const zone = viewer?.zone ?? "UTC";
        const page = await listEvents(db, {
          name,
          personId: person?.id ?? undefined,
          since: from === undefined ? undefined : startOfDay(from, zone),
          until: to === undefined ? undefined : startOfDay(to, zone, 1),
          limit,
          cursor,
        });
        return { ...page, person };
      }),
    page: EventsPage,
    form: FilterPage,
    fragments: { "event-list": EventRegion },
  })
  .on("get", "/events/:eventId", {
    permit: "events.read",
    summary: "One event with its data",
    title: ({ says }: EventDetail) => says,
    params: EventParams,
    reply: EventDetail,
    handle: ({ tenant, params }) => tenant.read((db) => getEvent(db, params.eventId)),
    page: EventPage,
  });

/** The instant at which a day (or one `daysLater`) begins in a time zone; an unknown zone counts as UTC, as it does for shown times. */
function startOfDay(day: string, zone: string, daysLater = 0): Date {
  const date = Temporal.PlainDate.from(day).add({ days: daysLater });
  try {
    return new Date(date.toZonedDateTime(zone).epochMilliseconds);
  } catch (error) {
    if (!(error instanceof RangeError) || zone === "UTC") throw error;
    return startOfDay(day, "UTC", daysLater);
  }
}
