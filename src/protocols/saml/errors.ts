// The one error of the SAML layer. Its code is stable and closed: doors map it to a page, a status
// response (SAML Core §3.2.2) or a log line; the message is for the log and names no person.

export type SamlErrorCode =
  // the bytes and the XML in them
  | "too_large"
  | "bad_encoding"
  | "not_xml"
  | "forbidden_xml"
  | "duplicate_id"
  // the binding
  | "message_missing"
  | "duplicate_parameter"
  | "relay_state_too_long"
  // the message
  | "unexpected_message"
  | "nested_message"
  | "unsupported_version"
  | "invalid_message"
  // its signature
  | "signature_missing"
  | "signature_structure"
  | "signature_algorithm"
  | "signature_reference"
  | "signature_invalid"
  | "certificate_missing"
  | "certificate_invalid"
  | "key_refused"
  // what a request asks for
  | "destination_mismatch"
  | "request_expired"
  | "request_not_yet_valid"
  | "acs_not_registered"
  | "unsupported_binding"
  | "invalid_name_id_policy"
  | "subject_of_another"
  // a service provider's metadata
  | "metadata_invalid"
  | "metadata_expired"
  | "metadata_without_service_provider"
  | "metadata_with_several_service_providers"
  | "acs_missing"
  | "url_refused"
  // a message of ours
  | "invalid_value";

/** A message that is refused, or that we refuse to build. `code` is public, `message` is for the log. */
export class SamlError extends Error {
  readonly code: SamlErrorCode;

  constructor(code: SamlErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "SamlError";
    this.code = code;
  }
}
