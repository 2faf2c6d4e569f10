// Writing values into XML exactly as canonical XML spells them (Canonical XML 1.0 §2.3), so that what
// we write is already its own canonical form and can be digested as it stands.

import { SamlError } from "./errors.ts";

/** Everything outside the Char production of XML 1.0 §2.2, lone surrogates included. */
const illegal = /[^\t\n\r\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]/u;
const everyIllegal = new RegExp(illegal, "gu");

/** True when XML 1.0 can carry every character of the text. */
export function isLegalText(text: string): boolean {
  return !illegal.test(text);
}

/** The text without the characters that XML 1.0 cannot carry, not even escaped. */
export function withoutIllegalCharacters(text: string): string {
  return text.replace(everyIllegal, "");
}

/**
 * Text for between two tags.
 * @throws {SamlError} invalid_value for a character that XML cannot carry: an identifier that loses a
 * character silently is another identifier.
 */
export function escapeText(text: string): string {
  return legal(text)
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll("\r", "&#xD;");
}

/**
 * Text for a value in double quotes.
 * @throws {SamlError} invalid_value as `escapeText` does.
 */
export function escapeAttribute(text: string): string {
  return legal(text)
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll('"', "&quot;")
    .replaceAll("\t", "&#x9;")
    .replaceAll("\n", "&#xA;")
    .replaceAll("\r", "&#xD;");
}

function legal(text: string): string {
  if (!isLegalText(text)) {
    throw new SamlError("invalid_value", "a value holds a character that XML 1.0 cannot carry");
  }
  return text;
}
