export { ownMissing } from "./queries.ts";
export { profileAsked, profileAskTakenBack } from "./events.ts";
