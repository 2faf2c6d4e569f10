import { peerTexts } from "#features/peer-metadata/index.ts";
import { signingKeyTexts } from "#features/signing-keys/index.ts";
import { defineError } from "#platform/errors.ts";
import { texts } from "./texts.ts";

export const applicationNotFound = defineError("applications.not_found", {
  status: 404,
  title: texts.notFound,
});
export const entityIdTaken = defineError("applications.entity_id_taken", {
  status: 409,
  title: texts.entityIdTaken,
});
export const entityIdChanged = defineError("applications.entity_id_changed", {
  status: 409,
  title: texts.entityIdChanged,
});
export const metadataRefused = defineError("applications.metadata_refused", {
  status: 422,
  title: peerTexts.refused,
});
export const keyNotFound = defineError("applications.key_not_found", {
  status: 404,
  title: signingKeyTexts.notFound,
});
export const keyIsPrepared = defineError("applications.key_is_prepared", {
  status: 409,
  title: signingKeyTexts.isPrepared,
});
export const keyNotPrepared = defineError("applications.key_not_prepared", {
  status: 409,
  title: signingKeyTexts.notPrepared,
});
export const grantNotFound = defineError("applications.grant_not_found", {
  status: 404,
  title: texts.grantNotFound,
});
export const grantGroupNotFound = defineError("applications.group_not_found", {
  status: 422,
  title: texts.groupNotFound,
});
