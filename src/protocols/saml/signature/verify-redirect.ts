// Verifies the detached signature of the HTTP-Redirect binding (Bindings §3.4.4.1).

import { publicKeysOf, signatureAlgorithms, verifyOctets } from "../algorithms.ts";
import { decodeRedirect, type DecodedMessage } from "../bindings.ts";
import { SamlError } from "../errors.ts";
import { readRedirectQuery, type MessageParameter } from "../redirect-query.ts";

/**
 * The message and RelayState that the peer signed, taken from the very octets that were verified.
 * @throws {SamlError} the codes of `decodeRedirect`; signature_missing, signature_algorithm,
 * signature_invalid, certificate_missing, certificate_invalid, key_refused.
 */
export function verifyRedirect(input: {
  /** As it came, undecoded: `new URL(request.url).search`. */
  rawQuery: string;
  parameter: MessageParameter;
  /** The peer's configured certificates, PEM or base64 DER. Each is tried. */
  certificates: readonly string[];
}): DecodedMessage {
  const { signature } = readRedirectQuery(input.rawQuery, input.parameter);
  if (!signature?.value) throw new SamlError("signature_missing", "the query is not signed");
  const algorithm = signatureAlgorithms.get(signature.algorithm);
  if (!algorithm) {
    throw new SamlError("signature_algorithm", `SigAlg "${signature.algorithm.slice(0, 100)}"`);
  }
  const signed = {
    octets: Buffer.from(signature.octets),
    signature: Buffer.from(signature.value, "base64"),
    encodings: ["ieee-p1363", "der"] as const,
  };
  if (!publicKeysOf(input.certificates).some((key) => verifyOctets(algorithm, key, signed))) {
    throw new SamlError("signature_invalid", "no configured certificate verifies the query");
  }
  const { xml, relayState } = decodeRedirect(input);
  return { xml, relayState };
}
