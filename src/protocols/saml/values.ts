// Reading single values out of a message: bounded, and refused rather than guessed.

import { namespaces } from "./constants.ts";
import { SamlError } from "./errors.ts";
import { nameIdFormats } from "./name-id.ts";
import { attributeOf, childOf, textOf, type XmlElement } from "./xml.ts";

/** Core §8.3.6 bounds entity identifiers; addresses get the common limit of servers and browsers. */
export const entityIdMaxLength = 1_024;
export const urlMaxLength = 2_048;
/** Longer than any identifier or claim that a directory has for a person. */
export const valueMaxLength = 2_048;

/** A person's identifier, with who made it and for whom, where that is said (Core §2.2.2). */
export interface NameId {
  readonly value: string;
  readonly format: string;
  readonly nameQualifier: string | undefined;
  readonly spNameQualifier: string | undefined;
}

/** Core §3.2.2. */
export interface Status {
  readonly code: string;
  readonly subCode: string | undefined;
  readonly message: string | undefined;
}

/** Core §2.2.5, Profiles §4.1.4.1: present, an entity id, nothing that qualifies it. */
export function issuerOf(root: XmlElement): string {
  const issuer = childOf(root, namespaces.assertion, "Issuer");
  if (!issuer) throw new SamlError("invalid_message", "Issuer is absent");
  const format = attributeOf(issuer, "Format") ?? nameIdFormats.entity;
  const qualifiers = ["NameQualifier", "SPNameQualifier", "SPProvidedID"];
  const isQualified = qualifiers.some((name) => attributeOf(issuer, name) !== undefined);
  if (format !== nameIdFormats.entity || isQualified) {
    throw new SamlError("invalid_message", "Issuer is not an entity identifier");
  }
  return required(bounded(textOf(issuer), entityIdMaxLength, "Issuer"), "Issuer");
}

/** The values of a NameID element. @throws {SamlError} invalid_message */
export function readNameId(nameId: XmlElement): NameId {
  const qualifier = (name: string) => bounded(attributeOf(nameId, name), entityIdMaxLength, name);
  return {
    value: required(bounded(textOf(nameId), valueMaxLength, "NameID"), "NameID"),
    format: bounded(attributeOf(nameId, "Format"), 255, "Format") ?? nameIdFormats.unspecified,
    nameQualifier: qualifier("NameQualifier"),
    spNameQualifier: qualifier("SPNameQualifier"),
  };
}

/** The status of a response of any kind. @throws {SamlError} invalid_message */
export function statusOf(root: XmlElement): Status {
  const status = childOf(root, namespaces.protocol, "Status");
  const code = status && childOf(status, namespaces.protocol, "StatusCode");
  if (!status || !code) throw new SamlError("invalid_message", "Status is absent");
  const inner = childOf(code, namespaces.protocol, "StatusCode");
  const message = childOf(status, namespaces.protocol, "StatusMessage");
  return {
    code: required(bounded(attributeOf(code, "Value"), 255, "StatusCode"), "StatusCode"),
    subCode: inner && bounded(attributeOf(inner, "Value"), 255, "StatusCode"),
    message: message && textOf(message).slice(0, 500),
  };
}

/** Core §1.3.3: UTC. An offset that is written out names an instant too; a missing one does not. */
export function instant(value: string, name: string): Date {
  const isDateTime = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:\d\d)$/.test(
    value,
  );
  const date = new Date(value);
  if (!isDateTime || Number.isNaN(date.getTime())) {
    throw new SamlError("invalid_message", `${name} is not an instant`);
  }
  return date;
}

export function boolean(element: XmlElement, name: string): boolean {
  const value = attributeOf(element, name) ?? "false";
  if (value === "true" || value === "1") return true;
  if (value === "false" || value === "0") return false;
  throw new SamlError("invalid_message", `${name} is not a boolean`);
}

export function required(value: string | undefined, name: string): string {
  if (!value) throw new SamlError("invalid_message", `${name} is absent`);
  return value;
}

export function bounded(
  value: string | undefined,
  maxLength: number,
  name: string,
): string | undefined {
  if (value !== undefined && value.length > maxLength) {
    throw new SamlError("invalid_message", `${name} is over ${maxLength} characters`);
  }
  return value;
}
