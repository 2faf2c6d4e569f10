export type { Changing } from "./notify.ts";
export { endTrialByOperator, restoreDefaultPolicy } from "./operator.ts";
