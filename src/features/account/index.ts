export { changeOwnAttributes, changeProfile, mayEditProfile } from "./actions.ts";
export { peopleOnly } from "./errors.ts";
export { profileChanged } from "./events.ts";
export { getMe, getProfile } from "./queries.ts";
