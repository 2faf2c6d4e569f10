// Writes elements in exclusive canonical form (Exclusive XML Canonicalization 1.0 §3): declarations
// first, attributes sorted, no empty-element tags, nothing between elements.

import { SamlError } from "./errors.ts";
import { escapeAttribute, escapeText } from "./escape.ts";

export type Attributes = Readonly<Record<string, string | undefined>>;

/**
 * One element. `declares` are the namespaces its own name or attributes use first here, by prefix;
 * attributes have no namespace, except `xsi:type`, which stands alone.
 */
export function element(
  name: string,
  options: { declares?: Readonly<Record<string, string>>; attributes?: Attributes },
  content: string,
): string {
  return `${startTag(name, options)}${content}</${name}>`;
}

/** The opening tag alone, for an element that is cut to take a signature. */
export function startTag(
  name: string,
  { declares = {}, attributes = {} }: Parameters<typeof element>[1],
): string {
  const declarations = Object.entries(declares)
    .sort(byName)
    .map(([prefix, uri]) => ` xmlns:${prefix}="${uri}"`);
  const written = Object.entries(attributes)
    .filter((entry): entry is [string, string] => entry[1] !== undefined)
    .sort(byName)
    .map(([attribute, value]) => ` ${attribute}="${escapeAttribute(value)}"`);
  return `<${name}${declarations.join("")}${written.join("")}>`;
}

/** An element that holds text. */
export function textElement(
  name: string,
  options: Parameters<typeof element>[1],
  text: string,
): string {
  return element(name, options, escapeText(text));
}

/** Canonical order is by code point, which the locale must not disturb. */
function byName([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number {
  return a < b ? -1 : 1;
}

/**
 * A message or assertion identifier from at least 128 random bits (Core §1.3.4).
 * @throws {SamlError} invalid_value when there are fewer.
 */
export function messageId(random: Uint8Array): string {
  if (random.length < 16)
    throw new SamlError("invalid_value", "an identifier needs 128 random bits");
  return `_${Buffer.from(random).toString("hex")}`;
}

/**
 * Refuses what is no xs:NCName: an identifier is pasted into a signature's reference.
 * @throws {SamlError} invalid_value
 */
export function requireId(id: string): string {
  if (!/^[A-Za-z_][A-Za-z0-9_.-]{0,255}$/.test(id)) {
    throw new SamlError("invalid_value", "identifier is not an NCName");
  }
  return id;
}
