export { type EventQuery, listEvents } from "./queries.ts";
export { Event, Reference } from "./schema.ts";
