export { giveToAll } from "./actions/give-to-all.ts";
export { groupFacts, takeBackGroup, takeGroups } from "./actions/groups.ts";
export { providerGroupsMost } from "./actions/created-groups.ts";
export {
  createPerson,
  type Link,
  linkPerson,
  takeNames,
  type Unlinking,
  unlinkPerson,
} from "./actions/people.ts";
export { askProvider, type Question, type Sending } from "./ask.ts";
export { type ComingIn, comingIn, dropWord, setWord, wordOn } from "./assignments.ts";
export { keyIsPrepared, providerNotFound } from "./errors.ts";
export { ownIdentity } from "./identity.ts";
export { activeKey, openKey, prepareKey } from "./keys.ts";
export { Onward } from "./parts.tsx";
export { closedProviderOf, linkedProviders, unlinkEverywhere } from "./links.ts";
export {
  addsPeople,
  findProvider,
  type FoundProvider,
  listEnabledProviders,
  lockProvider,
  peopleOf,
  providerNames,
} from "./queries.ts";
export { Asserted, keepRequest, takeOutcome } from "./requests.ts";
export {
  findEnabled,
  listOffered,
  onlyProviderOf,
  type Route,
  routeOf,
  wayInFor,
  wayInOf,
} from "./routing.ts";
export { ProviderParams } from "./schema.ts";
