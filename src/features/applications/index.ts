export { keyPlace, registerApplication } from "./actions/registry.ts";
export { type SentAttribute, sentAttributes } from "./attributes.ts";
export { applicationNotFound } from "./errors.ts";
export { ownIdentity } from "./identity.ts";
export {
  type Access,
  accessOf,
  activeKey,
  findApplication,
  findApplicationByEntityId,
  type FoundApplication,
  listMyApplications,
  publishedCertificates,
} from "./queries.ts";
export { ApplicationParams, type NameIdFormat } from "./schema.ts";
