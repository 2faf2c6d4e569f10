export { runNight } from "./jobs.ts";
export { findInactive, type Inactive } from "./queries.ts";
