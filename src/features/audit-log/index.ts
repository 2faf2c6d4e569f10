export { type EventQuery, listEvents } from "./queries.ts";
export type { Event, Reference } from "./schema.ts";
export { referenceText } from "./words.ts";
