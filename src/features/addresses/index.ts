export { dropSent } from "./actions/change.ts";
export { type Replaced, setEmailByOperator } from "./actions/by-operator.ts";
export { addressAdded, addressRemoved, primaryAddressChanged } from "./events.ts";
