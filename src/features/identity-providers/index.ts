export { createPerson, type Link, linkPerson, takeNames } from "./actions/people.ts";
export { askProvider, type Question, type Sending } from "./ask.ts";
export { providerNotFound } from "./errors.ts";
export { ownIdentity } from "./identity.ts";
export { Onward } from "./parts.tsx";
export { closedProviderOf, linkedProviders, unlinkEverywhere } from "./links.ts";
export { listEnabledProviders, providerNames } from "./queries.ts";
export { Asserted, keepRequest, takeOutcome } from "./requests.ts";
export { onlyProviderOf, type Route, routeOf, wayInFor, wayInOf } from "./routing.ts";
