export { beginNewPassword } from "./actions/begin.ts";
export { withProviderPath } from "./provider-path.ts";
export { giveHandle, handleOf, visitor } from "./visit.ts";
