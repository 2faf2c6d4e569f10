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
  // a response
  | "unsolicited_response"
  | "unknown_request"
  | "status_not_success"
  | "assertion_missing"
  | "several_assertions"
  | "assertion_encrypted"
  | "issuer_mismatch"
  | "audience_mismatch"
  | "recipient_mismatch"
  | "confirmation_refused"
  | "assertion_expired"
  | "assertion_not_yet_valid"
  | "authn_statement_missing"
  | "authn_too_old"
  | "name_id_refused"
  // whom it names
  | "subject_missing"
  | "claim_invalid"
  | "address_not_allowed"
  | "assertion_replayed"
  // metadata of a peer
  | "metadata_invalid"
  | "metadata_expired"
  | "metadata_without_service_provider"
  | "metadata_with_several_service_providers"
  | "metadata_without_identity_provider"
  | "metadata_with_several_identity_providers"
  | "acs_missing"
  | "sso_missing"
  | "url_refused"
  // a message of ours
  | "invalid_value";

/** What a check compared, for whoever tries a connection out. */
export type SamlFacts = Readonly<Record<string, string | number>>;

/** A message that is refused, or that we refuse to build. `code` is public, `message` is for the log. */
export class SamlError extends Error {
  readonly code: SamlErrorCode;
  readonly facts: SamlFacts;

  constructor(
    code: SamlErrorCode,
    message: string,
    { facts = {}, ...options }: ErrorOptions & { facts?: SamlFacts } = {},
  ) {
    super(message, options);
    this.name = "SamlError";
    this.code = code;
    this.facts = facts;
  }
}
