export { giveDomainGroups, giveGroupsOf } from "./actions/groups.ts";
export { lookForRecords } from "./jobs.ts";
export { proveByOperator } from "./actions/proof.ts";
export { holdProved, listDomains, provedDomains, type ProvedDomain } from "./queries.ts";
export { NewDomain } from "./schema.ts";
export { namedDomains } from "./words.ts";
