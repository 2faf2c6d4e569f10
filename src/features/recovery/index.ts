export type { Acting } from "./actions/acting.ts";
export { type Recovered, recoverByOperator, tellSuperAdmins } from "./actions/by-operator.ts";
