export { registerApplication } from "./actions/registry.ts";
export {
  attributesFor,
  type Facts,
  factName,
  groupsTold,
  released,
  type ReleasedAttribute,
  type SentAttribute,
  type SentKey,
} from "./attributes.ts";
export { applicationNotFound, keyIsPrepared } from "./errors.ts";
export { ownIdentity } from "./identity.ts";
export { activeKey, openKey, prepareKey, publishedKeys } from "./keys.ts";
export {
  type Access,
  accessOf,
  findApplication,
  findApplicationByEntityId,
  type FoundApplication,
  listMyApplications,
} from "./queries.ts";
export { ApplicationParams, type NameIdFormat } from "./schema.ts";
