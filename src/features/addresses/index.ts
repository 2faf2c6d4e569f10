export { addressAdded, addressRemoved, primaryAddressChanged } from "./events.ts";
