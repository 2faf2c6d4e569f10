// Refusals that are shown to the person, because there is nobody who could be trusted with an answer. They have signed nobody out.
import { defineError, type DomainError, type ErrorDefinition } from "#platform/errors.ts";
import type { SamlError, SamlErrorCode } from "#protocols/saml/errors.ts";
import { texts } from "./texts.ts";

export const messageInvalid = defineError("logout.message_invalid", {
  status: 400,
  title: texts.messageInvalid,
});
export const unknownSender = defineError("logout.unknown_sender", {
  status: 400,
  title: texts.unknownSender,
});
export const senderDisabled = defineError("logout.sender_disabled", {
  status: 403,
  title: texts.senderDisabled,
});
export const noCertificate = defineError("logout.no_certificate", {
  status: 400,
  title: texts.noCertificate,
});
export const signatureRefused = defineError("logout.signature_refused", {
  status: 400,
  title: texts.signatureRefused,
});
export const wrongDestination = defineError("logout.wrong_destination", {
  status: 400,
  title: texts.wrongDestination,
});
export const messageStale = defineError("logout.message_stale", {
  status: 400,
  title: texts.messageStale,
});
/** Too old, or another browser's: which of the two is nobody's business. */
export const logoutGone = defineError("logout.gone", { status: 410, title: texts.gone });
export const tooManyMessages = defineError("logout.too_many_messages", {
  status: 429,
  title: texts.tooMany,
});

const pageFor: Partial<Record<SamlErrorCode, ErrorDefinition>> = {
  destination_mismatch: wrongDestination,
  request_expired: messageStale,
  request_not_yet_valid: messageStale,
  issuer_mismatch: signatureRefused,
  signature_missing: signatureRefused,
  signature_structure: signatureRefused,
  signature_algorithm: signatureRefused,
  signature_reference: signatureRefused,
  signature_invalid: signatureRefused,
  certificate_missing: noCertificate,
  certificate_invalid: signatureRefused,
  key_refused: signatureRefused,
};

/** The refusal a person is shown for a SAML error; the code goes to the audit trail. */
export const refusalOf = (error: SamlError): DomainError =>
  (pageFor[error.code] ?? messageInvalid)({ reason: error.code }, error);
