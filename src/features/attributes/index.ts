export { type AttributeWrite, writeAttributes, type WrittenAs } from "./actions.ts";
export { attributeLocked, attributeNotInUse } from "./errors.ts";
export { attributesChanged } from "./events.ts";
export { clearAsked, completionPath, isLedToProfile, missingOf } from "./completion.ts";
export { AttributeFields, attributeName, attributeValues, sourceText } from "./parts.tsx";
export { attributesOf, attributesShown, findAttributeSettings, listAttributes } from "./queries.ts";
export {
  AttributeCategory,
  AttributeKey,
  attributeKeys,
  attributes,
  isAttributeKey,
  type StandardAttribute,
} from "./registry.ts";
export { valuesToRelease } from "./release.ts";
export {
  AttributeChanges,
  AttributeChangesInput,
  type AttributeFlags,
  type AttributeSettings,
  type AttributeValue,
  NewAttributes,
  PersonAttribute,
} from "./schema.ts";
export { readValue, type ReadValue, valueText } from "./values.ts";
export { type KnownValue, settingsIn, settingsJson, valuesIn, valuesJson } from "./facts.ts";
export {
  forgetProviderValues,
  listProviderValues,
  type ProviderValue,
  type SaidValues,
  takeBackProviderValues,
  takeProviderValues,
} from "./provider-values.ts";
