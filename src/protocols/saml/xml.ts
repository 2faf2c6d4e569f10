// The only way XML from outside becomes a tree. It reads a small, unambiguous part of XML 1.0, so that
// no two parsers can see two documents in one text: every rule below closes a published attack on SAML.

import { DOMParser, type Element, type Node } from "@xmldom/xmldom";
import { namespaces } from "./constants.ts";
import { SamlError } from "./errors.ts";
import { isLegalText } from "./escape.ts";

export type XmlElement = Element;

export interface XmlLimits {
  maxBytes: number;
  maxDepth: number;
  maxElements: number;
  maxAttributes: number;
  /** Comments are dropped rather than refused. Only for documents whose signature nobody relies on. */
  dropsComments: boolean;
}

/**
 * For requests: one with every option and a signature is a tenth of this. What verification costs grows
 * with the elements, and anybody may send one.
 */
export const messageLimits: XmlLimits = {
  maxBytes: 256 * 1024,
  maxDepth: 32,
  maxElements: 1_000,
  maxAttributes: 4_000,
  dropsComments: false,
};

/** For metadata that an administrator hands over: descriptions, logos and contacts make it long. */
export const metadataLimits: XmlLimits = {
  maxBytes: 1_000_000,
  maxDepth: 32,
  maxElements: 20_000,
  maxAttributes: 40_000,
  dropsComments: true,
};

const xmlDeclaration =
  /^<\?xml\s+version\s*=\s*(?:"1\.0"|'1\.0')(?:\s+encoding\s*=\s*(?:"utf-8"|'utf-8'))?(?:\s+standalone\s*=\s*(?:"(?:yes|no)"|'(?:yes|no)'))?\s*\?>/i;
const foreignReference = /&(?!(?:amp|lt|gt|quot|apos|#[0-9]{1,7}|#x[0-9a-fA-F]{1,6});)/;
const characterReference = /&#(x?)([0-9a-fA-F]+);/g;
const absoluteUri = /^[A-Za-z][A-Za-z0-9+.-]*:/;
/** xs:ID is an NCName; 256 characters are enough for any generator. */
const identifier = /^[A-Za-z_][A-Za-z0-9_.-]{0,255}$/;

/**
 * Reads a document and answers its root element.
 * @throws {SamlError} too_large, not_xml, forbidden_xml or duplicate_id.
 */
export function readXml(source: string, limits: XmlLimits): XmlElement {
  if (Buffer.byteLength(source) > limits.maxBytes) {
    throw new SamlError("too_large", `document is over ${limits.maxBytes} bytes`);
  }
  const body = source.replace(/^\uFEFF/, "").replace(xmlDeclaration, "");
  const text = limits.dropsComments ? withoutComments(body) : body;
  refuseDeclarations(text);
  refuseCharacters(text);
  refuseCounts(text, limits);
  const root = parse(text);
  inspect(root, limits.maxDepth);
  return root;
}

/** By position, not by pattern: a thousand openings without an end must not cost a thousand scans. */
function withoutComments(text: string): string {
  const kept: string[] = [];
  let from = 0;
  for (let start = text.indexOf("<!--"); start >= 0; start = text.indexOf("<!--", from)) {
    const end = text.indexOf("-->", start + 4);
    if (end < 0) throw new SamlError("not_xml", "a comment does not end");
    kept.push(text.slice(from, start));
    from = end + 3;
  }
  return kept.join("") + text.slice(from);
}

/**
 * `<!` opens a DOCTYPE, an entity, a comment or CDATA, `<?` an instruction. Entities expand and fetch
 * (XXE, billion laughs); comments, CDATA and instructions split values that a canonicaliser joins
 * (VU#475445, CVE-2025-29775). None has a use in a SAML message.
 */
function refuseDeclarations(text: string): void {
  if (text.includes("<!")) {
    throw new SamlError("forbidden_xml", "DOCTYPE, entity, comment or CDATA in the document");
  }
  if (text.includes("<?")) {
    throw new SamlError("forbidden_xml", "processing instruction in the document");
  }
}

/** XML 1.0 §2.2 and §4.1: only its own characters and only the five entities that need no DTD. */
function refuseCharacters(text: string): void {
  if (!isLegalText(text)) throw new SamlError("not_xml", "character outside XML 1.0");
  if (text.includes("]]>")) throw new SamlError("not_xml", "end of CDATA without a start");
  if (foreignReference.test(text)) throw new SamlError("forbidden_xml", "unknown entity reference");
  for (const [, hex, digits] of text.matchAll(characterReference)) {
    const point = Number.parseInt(digits ?? "", hex === "x" ? 16 : 10);
    if (!(point <= 0x10ffff) || !isLegalText(String.fromCodePoint(point))) {
      throw new SamlError("not_xml", "reference to a character outside XML 1.0");
    }
  }
}

/** Counted on the text, so that a bomb costs a scan and not a tree. */
function refuseCounts(text: string, limits: XmlLimits): void {
  if (count(text, /<[^/]/g) > limits.maxElements) {
    throw new SamlError("too_large", `document has over ${limits.maxElements} elements`);
  }
  if (count(text, /=\s*["']/g) > limits.maxAttributes) {
    throw new SamlError("too_large", `document has over ${limits.maxAttributes} attributes`);
  }
}

function count(text: string, pattern: RegExp): number {
  return text.match(pattern)?.length ?? 0;
}

function parse(text: string): XmlElement {
  try {
    const parser = new DOMParser({
      locator: false,
      // XML 1.0 §2.11; the parser's own default also folds U+0085 and U+2028, which 1.0 keeps.
      normalizeLineEndings: (source: string) => source.replace(/\r\n?/g, "\n"),
      onError: (level: string, message: string) => {
        throw new Error(`${level}: ${message}`);
      },
    });
    const root = parser.parseFromString(text, "text/xml").documentElement;
    if (root) return root;
  } catch (cause) {
    throw new SamlError("not_xml", "document is not well-formed", { cause });
  }
  throw new SamlError("not_xml", "document has no root element");
}

function inspect(root: XmlElement, maxDepth: number): void {
  const ids = new Set<string>();
  for (const { element, depth } of walk(root)) {
    if (depth > maxDepth) throw new SamlError("too_large", `document is deeper than ${maxDepth}`);
    // A prefix without a binding is a name that two parsers resolve differently.
    if (element.namespaceURI === null && element.prefix) {
      throw new SamlError("not_xml", "element prefix without a namespace");
    }
    for (const attribute of element.attributes) inspectAttribute(attribute, ids);
    for (const child of element.childNodes) {
      if (child.nodeType !== child.ELEMENT_NODE && child.nodeType !== child.TEXT_NODE) {
        throw new SamlError("forbidden_xml", `node of type ${child.nodeType}`);
      }
    }
  }
}

interface XmlAttribute {
  name: string;
  value: string;
  localName: string | null;
  namespaceURI: string | null;
  prefix: string | null;
}

/**
 * Signature references find elements by ID, so IDs are unique in all spellings and never namespaced
 * (XSW15-17, attribute pollution). Namespaces are absolute and the reserved prefixes are left alone:
 * a relative namespace makes canonicalisers give up and sign nothing (void canonicalisation).
 */
function inspectAttribute(attribute: XmlAttribute, ids: Set<string>): void {
  const { name, value, localName, namespaceURI, prefix } = attribute;
  if (name === "xmlns" || prefix === "xmlns") {
    const isUndeclaration = value === "" && name === "xmlns";
    const isReserved =
      value === namespaces.xml || value === namespaces.xmlns || localName === "xml";
    if (isReserved || (!isUndeclaration && !absoluteUri.test(value))) {
      throw new SamlError("forbidden_xml", `namespace declaration "${name}"`);
    }
    return;
  }
  if (localName?.toLowerCase() === "xmlns") throw new SamlError("forbidden_xml", "disguised xmlns");
  if (prefix && !namespaceURI) throw new SamlError("not_xml", "attribute prefix without namespace");
  if (localName?.toLowerCase() !== "id") return;
  if (prefix) throw new SamlError("forbidden_xml", `namespaced identifier "${name}"`);
  if (!identifier.test(value)) throw new SamlError("not_xml", "identifier is not an NCName");
  if (ids.has(value)) throw new SamlError("duplicate_id", "two elements have the same identifier");
  ids.add(value);
}

function* walk(root: XmlElement): Generator<{ element: XmlElement; depth: number }> {
  const pending = [{ element: root, depth: 1 }];
  for (let next = pending.pop(); next; next = pending.pop()) {
    yield next;
    for (const child of elementsOf(next.element)) {
      pending.push({ element: child, depth: next.depth + 1 });
    }
  }
}

/** The element and everything below it, in no particular order. */
export function* descendants(root: XmlElement): Generator<XmlElement> {
  for (const { element } of walk(root)) yield element;
}

/** True when the element has exactly this expanded name; a prefix means nothing. */
export function isNamed(element: XmlElement, namespace: string, localName: string): boolean {
  return element.namespaceURI === namespace && element.localName === localName;
}

/** The element children, in order. */
export function elementsOf(element: XmlElement): XmlElement[] {
  return [...element.childNodes].filter(isElement);
}

/** The children with this expanded name, in order. */
export function childrenOf(
  element: XmlElement,
  namespace: string,
  localName: string,
): XmlElement[] {
  return elementsOf(element).filter((child) => isNamed(child, namespace, localName));
}

/**
 * The one child with this name, or undefined.
 * @throws {SamlError} invalid_message when there are two: "the first" and "the last" are both wrong.
 */
export function childOf(
  element: XmlElement,
  namespace: string,
  localName: string,
): XmlElement | undefined {
  const [first, second] = childrenOf(element, namespace, localName);
  if (second) throw new SamlError("invalid_message", `more than one ${localName}`);
  return first;
}

/**
 * All the text of an element that holds only text, without white space around it.
 * @throws {SamlError} invalid_message when it holds elements.
 */
export function textOf(element: XmlElement): string {
  if (elementsOf(element).length > 0) {
    throw new SamlError("invalid_message", `${element.localName} holds elements`);
  }
  return (element.textContent ?? "").trim();
}

/** The value of an attribute without a namespace, undefined when it is absent. */
export function attributeOf(element: XmlElement, name: string): string | undefined {
  return element.getAttributeNS(null, name) ?? undefined;
}

function isElement(node: Node): node is XmlElement {
  return node.nodeType === node.ELEMENT_NODE;
}
