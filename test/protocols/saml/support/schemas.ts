// The OASIS and W3C schemas as a judge of what we emit. Nothing is fetched: every address that a schema
// imports is answered from the files beside NOTICE.md.

import { readFileSync } from "node:fs";
import {
  ParseOption,
  XmlBufferInputProvider,
  XmlDocument,
  xmlRegisterInputProvider,
  XsdValidator,
} from "libxml2-wasm";

const addresses = {
  "saml-schema-assertion-2.0.xsd": "saml-schema-assertion-2.0.xsd",
  "saml-schema-protocol-2.0.xsd": "saml-schema-protocol-2.0.xsd",
  "saml-schema-metadata-2.0.xsd": "saml-schema-metadata-2.0.xsd",
  "xmldsig-core-schema.xsd": "xmldsig-core-schema.xsd",
  "http://www.w3.org/TR/2002/REC-xmldsig-core-20020212/xmldsig-core-schema.xsd":
    "xmldsig-core-schema.xsd",
  "http://www.w3.org/TR/2002/REC-xmlenc-core-20021210/xenc-schema.xsd": "xenc-schema.xsd",
  "http://www.w3.org/TR/2002/REC-xmlenc-core-20021210/xmldsig-core-schema.xsd":
    "xmldsig-core-schema.xsd",
  "http://www.w3.org/2001/xml.xsd": "xml.xsd",
} as const;

const read = (file: string) => readFileSync(`${import.meta.dir}/../../../support/xsd/${file}`);

xmlRegisterInputProvider(
  new XmlBufferInputProvider(
    Object.fromEntries(Object.entries(addresses).map(([address, file]) => [address, read(file)])),
  ),
);

function validator(file: keyof typeof addresses): XsdValidator {
  return XsdValidator.fromDoc(XmlDocument.fromBuffer(read(file), { url: file }));
}

const protocol = validator("saml-schema-protocol-2.0.xsd");
const metadata = validator("saml-schema-metadata-2.0.xsd");

function problems(xsd: XsdValidator, xml: string): string[] {
  const document = XmlDocument.fromString(xml, {
    option: ParseOption.XML_PARSE_NONET | ParseOption.XML_PARSE_NO_XXE,
  });
  try {
    xsd.validate(document);
    return [];
  } catch (error) {
    return [error instanceof Error ? error.message : String(error)];
  } finally {
    document.dispose();
  }
}

/** What the protocol schema (assertions included) has against a message. */
export const protocolProblems = (xml: string) => problems(protocol, xml);

/** What the metadata schema has against a document. */
export const metadataProblems = (xml: string) => problems(metadata, xml);
