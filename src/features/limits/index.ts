export { releaseLimitsOf } from "./actions.ts";
export { limitReleased } from "./events.ts";
export { limitsOf } from "./queries.ts";
export { ReachedLimit } from "./schema.ts";
export { limitTexts } from "./texts.ts";
