// Refusals of outgoing requests. `detail` is `{ host, reason }`; what the network said goes to the log as the cause.
import { DomainError, defineError } from "#platform/errors.ts";
import { texts } from "./texts.ts";

/** We will not connect there: the address breaks a rule. Trying again changes nothing. */
export const outboundRefused = defineError("outbound.refused", {
  status: 422,
  title: texts.refused,
});
/** No usable answer came: unknown name, no connection, bad certificate, broken answer. */
export const outboundFailed = defineError("outbound.failed", { status: 502, title: texts.failed });
export const outboundTooLarge = defineError("outbound.too_large", {
  status: 502,
  title: texts.tooLarge,
});
export const outboundTimeout = defineError("outbound.timeout", {
  status: 502,
  title: texts.timeout,
});

/** Why an outgoing request gave no answer, as a sentence; null when `error` is something else. */
export function outboundReason(error: unknown): string | null {
  if (!(error instanceof DomainError) || !error.code.startsWith("outbound.")) return null;
  const reason = error.detail["reason"];
  return typeof reason === "string" ? reason : error.spec.title;
}

/** What a failure of the network means, from its code (the system's, Bun's and OpenSSL's names). */
export function failureReason(host: string, code: string): string {
  if (/^(ENOTFOUND|EAI_AGAIN|ENODATA)$/.test(code)) return texts.unknownHost(host);
  if (unreachable.test(code)) return texts.unreachable(host);
  if (code === "ERR_TLS_CERT_ALTNAME_INVALID") return texts.wrongCertificateName(host);
  if (outOfDate.test(code)) return texts.expiredCertificate(host);
  if (/CERT|ISSUER|LEAF_SIGNATURE/.test(code)) return texts.untrustedCertificate(host);
  if (code === "EPROTO" || code.startsWith("ERR_SSL")) return texts.noTls(host);
  if (/^(Malformed|Invalid|Response|Unexpected)/.test(code)) return texts.notHttp(host);
  return texts.brokenOff(host);
}

const unreachable =
  /^(ECONNREFUSED|EHOSTUNREACH|ENETUNREACH|EADDRNOTAVAIL|ConnectionRefused|FailedToOpenSocket)$/;
const outOfDate = /^(CERT_HAS_EXPIRED|CERT_NOT_YET_VALID)$/;

/** Whether no connection came about at all, so that another address of the same host may be tried. */
export const cannotConnect = (error: unknown): boolean =>
  unreachable.test(networkCode(error) ?? "");

/** The code of a failure of the network; null for any other error. */
export function networkCode(error: unknown): string | null {
  if (!(error instanceof Error) || !("code" in error)) return null;
  return typeof error.code === "string" ? error.code : null;
}
