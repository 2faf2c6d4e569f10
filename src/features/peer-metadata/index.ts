// What an administrator gives about a SAML peer, whichever side it is on, and what the peer's administrator is given.
export { LogoutAddresses, LogoutFields, SourceFields } from "./parts.tsx";
export { peerMetadata, type Reading } from "./read.ts";
export { type Registering, registering } from "./registering.ts";
export {
  descriptionFields,
  type DescriptionSource,
  identifyingField,
  logoutFields,
  metadataBodyMaxBytes,
  oneSource,
  pasted,
} from "./schema.ts";
export {
  Attributes,
  ByMetadata,
  Certificates,
  type OurCertificate,
  ourCertificates,
} from "./setup.tsx";
export { texts as peerTexts } from "./texts.ts";
