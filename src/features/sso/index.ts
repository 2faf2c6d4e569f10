export { type Demand, demandOf } from "./demand.ts";
