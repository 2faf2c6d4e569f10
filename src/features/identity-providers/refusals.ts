// Why a response was refused, in words for the administrator who tries the connection out: what they sent, what we expected, what to do.
import { defineTexts } from "#platform/texts.ts";

const both = (theirs: string, ours: string) =>
  `They sent “${theirs === "" ? "nothing" : theirs}”, we expected “${ours}”.`;
const orNone = (text: string) => (text === "" ? "none" : text);

const texts = defineTexts("identity-providers-refusals", {
  declined: (status: string) =>
    `The provider let nobody in (${status}). Is the person assigned to the application there?`,
  declinedSaying: (status: string, message: string) =>
    `The provider let nobody in (${status}). It says: ${message}`,
  destination: (theirs: string, ours: string) =>
    `The response is for another address. ${both(theirs, ours)} Check the reply URL there.`,
  recipient: (theirs: string, ours: string) =>
    `The assertion is for another address. ${both(theirs, ours)} Check the reply URL there.`,
  audience: (theirs: string, ours: string) =>
    `The audience differs. ${both(theirs, ours)} Check the entity ID (audience) there.`,
  issuer: (theirs: string, ours: string) =>
    `The issuer differs. ${both(theirs, ours)} Is it another application there? Give its metadata again.`,
  signature:
    "None of the certificates that we know verifies the signature. Give the metadata again.",
  unknownCertificate: (theirs: string) =>
    `It is signed with a certificate that we do not know: ${theirs}. Give the metadata again.`,
  unsigned:
    "Neither the response nor the assertion is signed. Let the provider sign the assertion.",
  algorithm:
    "The signature uses an algorithm that is not accepted, such as SHA-1. Choose SHA-256 there.",
  encrypted:
    "The assertion is encrypted, which is not supported. Turn the encryption off there: the connection is encrypted anyway.",
  expired: (seconds: string) =>
    `The assertion ran out ${seconds} seconds ago. Either the sign-in took long, or a clock is wrong.`,
  early: (seconds: string) =>
    `The assertion counts only in ${seconds} seconds: the provider’s clock is ahead of ours by about that.`,
  tooOld: (seconds: string) =>
    `The provider was asked to sign the person in anew and did not: the proof is ${seconds} seconds older than the request.`,
  noStatement: "The assertion does not say how and when the person signed in.",
  confirmation:
    "The assertion has no confirmation for whoever brings it (bearer), or one without an end.",
  otherRequest:
    "The assertion answers another request, or this one was answered already. Test again.",
  replayed: "This very assertion was used before. Test again.",
  nameId: (theirs: string, ours: string) =>
    `The Name ID was made by another party. ${both(theirs, ours)}`,
  noNameId: (format: string) =>
    `There is no Name ID that stays the same (its format is “${orNone(format)}”). Choose a persistent one there, or name a permanent identifier here.`,
  noClaim: (claim: string, there: string) =>
    `The claim “${claim}” is missing, or there are several. There are: ${orNone(there)}.`,
  address: (value: string, claim: string) =>
    `“${value}” in the claim “${claim}” is no single e-mail address.`,
  domain: (theirs: string, ours: string) =>
    `The address is of a domain that is not bound to this provider. They sent “${theirs}”; bound: ${orNone(ours)}.`,
  other: (code: string) => `The response is not one that is accepted (${code}).`,
});

export type Facts = Readonly<Record<string, string | number>>;

/** What was compared, in a sentence or two; the refusal's code where there are no words for it. */
export function refusalText(code: string, facts: Facts): string {
  const fact = (name: string) => String(facts[name] ?? "");
  const compared = [fact("theirs"), fact("ours")] as const;
  const sentences: Readonly<Record<string, () => string>> = {
    status_not_success: () =>
      facts["message"] === undefined
        ? texts.declined(fact("status"))
        : texts.declinedSaying(fact("status"), fact("message")),
    destination_mismatch: () => texts.destination(...compared),
    recipient_mismatch: () => texts.recipient(...compared),
    audience_mismatch: () => texts.audience(...compared),
    issuer_mismatch: () => texts.issuer(...compared),
    signature_invalid: () =>
      facts["theirs"] === undefined ? texts.signature : texts.unknownCertificate(fact("theirs")),
    signature_missing: () => texts.unsigned,
    signature_algorithm: () => texts.algorithm,
    assertion_encrypted: () => texts.encrypted,
    assertion_expired: () => texts.expired(fact("seconds")),
    assertion_not_yet_valid: () => texts.early(fact("seconds")),
    authn_too_old: () => texts.tooOld(fact("seconds")),
    authn_statement_missing: () => texts.noStatement,
    confirmation_refused: () => texts.confirmation,
    unknown_request: () => texts.otherRequest,
    assertion_replayed: () => texts.replayed,
    name_id_refused: () => texts.nameId(...compared),
    subject_missing: () =>
      fact("claim") === "NameID"
        ? texts.noNameId(fact("format"))
        : texts.noClaim(fact("claim"), fact("there")),
    claim_invalid: () => texts.address(fact("value"), fact("claim")),
    address_not_allowed: () => texts.domain(...compared),
  };
  return sentences[code]?.() ?? texts.other(code);
}
