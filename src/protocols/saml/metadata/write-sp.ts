// Writes the metadata that tells an identity provider how to trust us (SAML Metadata §2.4.4), in the order that the schema demands.

import { element, textElement } from "../canonical.ts";
import { attributeNameFormats, bindings, namespaces } from "../constants.ts";

export interface SpDescription {
  readonly entityId: string;
  /** What people read there: whose sign-in it is. */
  readonly name: string;
  /** Base64 DER. Two during a rollover: the one that signs now and the one that signs next. */
  readonly signingCertificates: readonly [string, ...string[]];
  readonly acsUrl: string;
  /** One address for both bindings. */
  readonly sloUrl: string;
  readonly attributes: readonly {
    /** As the provider has to call it. */
    readonly name: string;
    readonly friendlyName: string;
    readonly isRequired: boolean;
  }[];
}

/** An EntityDescriptor, unsigned, valid against the OASIS schema. */
export function writeSpMetadata(description: SpDescription): string {
  const { entityId, name, signingCertificates, acsUrl, sloUrl, attributes } = description;
  const acs = { Binding: bindings.post, Location: acsUrl, index: "0", isDefault: "true" };
  const service =
    attributes.length === 0
      ? ""
      : element(
          "md:AttributeConsumingService",
          { attributes: { index: "0" } },
          textElement("md:ServiceName", { attributes: { "xml:lang": "en" } }, name) +
            attributes.map(requestedAttribute).join(""),
        );
  return element(
    "md:EntityDescriptor",
    { declares: { md: namespaces.metadata }, attributes: { entityID: entityId } },
    element(
      "md:SPSSODescriptor",
      {
        attributes: {
          AuthnRequestsSigned: "true",
          WantAssertionsSigned: "true",
          protocolSupportEnumeration: namespaces.protocol,
        },
      },
      signingCertificates.map(keyDescriptor).join("") +
        [bindings.redirect, bindings.post]
          .map((binding) => logoutService(binding, sloUrl))
          .join("") +
        element("md:AssertionConsumerService", { attributes: acs }, "") +
        service,
    ),
  );
}

const logoutService = (binding: string, url: string): string =>
  element("md:SingleLogoutService", { attributes: { Binding: binding, Location: url } }, "");

function keyDescriptor(certificate: string): string {
  const x509 = element("ds:X509Data", {}, element("ds:X509Certificate", {}, certificate));
  return element(
    "md:KeyDescriptor",
    { attributes: { use: "signing" } },
    element("ds:KeyInfo", { declares: { ds: namespaces.signature } }, x509),
  );
}

/** `Name` is what the provider sends it as; the other way round it would be set up wrong by itself. */
function requestedAttribute(attribute: SpDescription["attributes"][number]): string {
  const { name, friendlyName, isRequired } = attribute;
  const isUri = /^[a-z][a-z0-9+.-]*:/i.test(name);
  const attributes = {
    FriendlyName: friendlyName,
    Name: name,
    NameFormat: isUri ? attributeNameFormats.uri : attributeNameFormats.basic,
    isRequired: String(isRequired),
  };
  return element("md:RequestedAttribute", { attributes }, "");
}
