// Writes the metadata that tells an application how to trust us (SAML Metadata §2.4.3). samlify writes
// the descriptor; the attributes that it has no notion of are added to it.
import { bindings, namespaces } from "../constants.ts";
import { escapeAttribute } from "../escape.ts";

export interface IdpDescription {
  entityId: string;
  /** Base64 DER. Two during a rollover: the one that signs now and the one that signs next. */
  signingCertificates: readonly [string, ...string[]];
  /** One address for both bindings. */
  ssoUrl: string;
  /** One address for both bindings; absent, no logout is offered. */
  sloUrl?: string | undefined;
  wantAuthnRequestsSigned: boolean;
  nameIdFormats: readonly string[];
  /** What an assertion may hold. */
  attributes: readonly { name: string; nameFormat: string; friendlyName?: string | undefined }[];
}

/** The sequence that the schema demands; samlify's own order is another. */
const schemaOrder = ["KeyDescriptor", "SingleLogoutService", "NameIDFormat", "SingleSignOnService"];

/** An EntityDescriptor, unsigned, valid against the OASIS schema. */
export async function writeIdpMetadata(description: IdpDescription): Promise<string> {
  // When it is needed, which is seldom: it takes as long to load as much of the rest of the application.
  const { IdPMetadata } = await import("samlify");
  const { entityId, ssoUrl, sloUrl, wantAuthnRequestsSigned } = description;
  const descriptor = IdPMetadata({
    entityID: entityId,
    signingCert: [...description.signingCertificates],
    wantAuthnRequestsSigned,
    nameIDFormat: [...description.nameIdFormats],
    singleSignOnService: endpoints(ssoUrl),
    // Without any, samlify prints a warning at each call; the order below decides what is written.
    singleLogoutService: endpoints(sloUrl ?? ssoUrl),
    elementsOrder: schemaOrder.filter((name) => sloUrl || name !== "SingleLogoutService"),
  }).getMetadata();
  const attributes = description.attributes.map(attributeElement).join("");
  return descriptor.replace("</IDPSSODescriptor>", (end) => attributes + end);
}

function endpoints(url: string): { Binding: string; Location: string }[] {
  return [bindings.redirect, bindings.post].map((Binding) => ({ Binding, Location: url }));
}

function attributeElement(attribute: IdpDescription["attributes"][number]): string {
  const { name, nameFormat, friendlyName } = attribute;
  const friendly = friendlyName ? ` FriendlyName="${escapeAttribute(friendlyName)}"` : "";
  return (
    `<saml:Attribute xmlns:saml="${namespaces.assertion}" Name="${escapeAttribute(name)}"` +
    ` NameFormat="${escapeAttribute(nameFormat)}"${friendly}/>`
  );
}
