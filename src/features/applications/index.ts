export { prepareKey } from "./actions/keys.ts";
export { registerApplication } from "./actions/registry.ts";
export { attributesFor, groupsTold, type SentAttribute, sentAttributes } from "./attributes.ts";
export { applicationNotFound, keyIsPrepared } from "./errors.ts";
export { ownIdentity } from "./identity.ts";
export { type KeyRow, openKey } from "./open-key.ts";
export {
  type Access,
  accessOf,
  findApplication,
  findApplicationByEntityId,
  type FoundApplication,
  listMyApplications,
} from "./queries.ts";
export { activeKey, publishedKeys } from "./signing-keys.ts";
export { ApplicationParams, type NameIdFormat } from "./schema.ts";
