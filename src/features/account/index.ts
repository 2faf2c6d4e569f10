export { changeProfile } from "./actions.ts";
export { profileChanged } from "./events.ts";
export { getMe, getProfile } from "./queries.ts";
