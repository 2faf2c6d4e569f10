export { findPolicy, requiredStrength } from "./queries.ts";
export { defaultPolicy, Method, Policy, Strength } from "./schema.ts";
export { meets, strengthOf, strictest } from "./strength.ts";
