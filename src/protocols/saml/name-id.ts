// Name identifiers: which form of a person's identifier an application is told (Core §8.3), and what a
// request may ask for (Core §3.4.1.1).

import { SamlError } from "./errors.ts";

export const nameIdFormats = {
  unspecified: "urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified",
  emailAddress: "urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress",
  persistent: "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent",
  transient: "urn:oasis:names:tc:SAML:2.0:nameid-format:transient",
  entity: "urn:oasis:names:tc:SAML:2.0:nameid-format:entity",
} as const;

/** The formats that we issue, from the least telling to the most. */
export const issuedNameIdFormats = [
  nameIdFormats.transient,
  nameIdFormats.persistent,
  nameIdFormats.emailAddress,
] as const;
export type IssuedNameIdFormat = (typeof issuedNameIdFormats)[number];

/** True for a format that we issue. */
export function isIssuedNameIdFormat(format: string): format is IssuedNameIdFormat {
  return issuedNameIdFormats.some((issued) => issued === format);
}

export interface NameIdPolicy {
  format: string | undefined;
  spNameQualifier: string | undefined;
  /** False when the request says so or has a policy that does not say (Core §3.4.1.1). */
  allowCreate: boolean;
}

export interface NameIdChoice {
  format: IssuedNameIdFormat;
  /**
   * Whether an identifier may be made now. False only for a persistent one that the request forbids to
   * create: without an existing identifier the answer is then InvalidNameIDPolicy.
   */
  mayCreate: boolean;
}

/**
 * The format for one response. A request gets the application's configured format, or on its own wish
 * one that tells less; never one that tells more than the administrator agreed to.
 * @throws {SamlError} invalid_name_id_policy
 */
export function chooseNameIdFormat(input: {
  configured: IssuedNameIdFormat;
  /** The application's entity id: the only qualifier that it may ask for. */
  spEntityId: string;
  policy: NameIdPolicy | undefined;
}): NameIdChoice {
  const { configured, spEntityId, policy } = input;
  if (!policy) return { format: configured, mayCreate: true };
  if (policy.spNameQualifier !== undefined && policy.spNameQualifier !== spEntityId) {
    throw new SamlError("invalid_name_id_policy", "SPNameQualifier is not the requester");
  }
  const format = requestedFormat(policy.format, configured);
  return { format, mayCreate: format !== nameIdFormats.persistent || policy.allowCreate };
}

function requestedFormat(
  requested: string | undefined,
  configured: IssuedNameIdFormat,
): IssuedNameIdFormat {
  if (requested === undefined || requested === nameIdFormats.unspecified) return configured;
  if (!isIssuedNameIdFormat(requested) || tells(requested) > tells(configured)) {
    throw new SamlError("invalid_name_id_policy", `format "${requested.slice(0, 100)}"`);
  }
  return requested;
}

function tells(format: IssuedNameIdFormat): number {
  return issuedNameIdFormats.indexOf(format);
}
