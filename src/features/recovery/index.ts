export type { Acting } from "./actions/acting.ts";
export { voidResetsBy } from "./actions/lapse.ts";
export {
  type Recovered,
  recoverByOperator,
  tellOfNewAddress,
  tellSuperAdmins,
} from "./actions/by-operator.ts";
