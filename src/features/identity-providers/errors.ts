import { peerTexts } from "#features/peer-metadata/index.ts";
import { signingKeyTexts } from "#features/signing-keys/index.ts";
import { defineError, type DomainError } from "#platform/errors.ts";
import type { SamlError } from "#protocols/saml/errors.ts";
import { testTexts } from "./test-texts.ts";
import { texts } from "./texts.ts";

export const providerNotFound = defineError("identity_providers.not_found", {
  status: 404,
  title: texts.notFound,
});
export const metadataRefused = defineError("identity_providers.metadata_refused", {
  status: 422,
  title: peerTexts.refused,
});
export const entityIdPinned = defineError("identity_providers.entity_id_pinned", {
  status: 409,
  title: texts.entityIdPinned,
});
export const notDescribed = defineError("identity_providers.not_described", {
  status: 409,
  title: texts.notDescribed,
});
export const isDefault = defineError("identity_providers.is_default", {
  status: 409,
  title: texts.isDefault,
});
export const leavesPeopleOut = defineError("identity_providers.leaves_people_out", {
  status: 422,
  title: texts.leavesPeopleOut,
});
export const subjectInUse = defineError("identity_providers.subject_in_use", {
  status: 422,
  title: texts.subjectInUse,
});
export const domainTaken = defineError("identity_providers.domain_taken", {
  status: 409,
  title: texts.domainTaken,
});
export const domainNotFound = defineError("identity_providers.domain_not_found", {
  status: 404,
  title: texts.domainNotFound,
});
export const tooManyDomains = defineError("identity_providers.too_many_domains", {
  status: 422,
  title: texts.tooManyDomains,
});
export const keyNotFound = defineError("identity_providers.key_not_found", {
  status: 404,
  title: signingKeyTexts.notFound,
});
export const keyIsPrepared = defineError("identity_providers.key_is_prepared", {
  status: 409,
  title: signingKeyTexts.isPrepared,
});
export const keyNotPrepared = defineError("identity_providers.key_not_prepared", {
  status: 409,
  title: signingKeyTexts.notPrepared,
});
export const unsolicited = defineError("identity_providers.unsolicited_response", {
  status: 400,
  title: texts.unsolicited,
});
export const responseStale = defineError("identity_providers.response_stale", {
  status: 400,
  title: texts.responseStale,
});
export const responseInvalid = defineError("identity_providers.response_invalid", {
  status: 400,
  title: texts.responseInvalid,
});
export const tooManyResponses = defineError("identity_providers.too_many_responses", {
  status: 429,
  title: texts.tooManyResponses,
});
export const testNotFound = defineError("identity_providers.test_not_found", {
  status: 404,
  title: testTexts.testNotFound,
});

/** The refusal a person is shown. What was wrong with a signature or a claim is for the audit trail: a page that told it would be an oracle. */
export function refusalOf(error: SamlError): DomainError {
  if (error.code === "unsolicited_response") return unsolicited({}, error);
  const isStale = error.code === "unknown_request" || error.code === "assertion_replayed";
  return isStale ? responseStale({}, error) : responseInvalid({}, error);
}
