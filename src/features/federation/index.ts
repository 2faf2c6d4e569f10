export {
  type FederationState,
  findFederationSettings,
  findFederationState,
  groupsSent,
  lockFederationState,
  storeFederationSettings,
} from "./queries.ts";
export {
  certificateYears,
  defaultFederationSettings,
  type FederationField,
  federationFields,
  FederationSettings,
  GroupScope,
  OwnGroupScope,
  rotationWindows,
} from "./schema.ts";
export { groupScopeHint, groupScopeText } from "./words.ts";
