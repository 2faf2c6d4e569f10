export { beginNewPassword } from "./actions/begin.ts";
export { giveHandle, handleOf, visitor } from "./visit.ts";
