// Writes the two messages of single logout (Core §3.7, Profiles §4.4.4), cut where a signature belongs, and sends them by the binding that
// the other side takes.

import { encodePost, encodeRedirect } from "./bindings.ts";
import { requireId, startTag, textElement } from "./canonical.ts";
import { bindings, namespaces, type StatusCode } from "./constants.ts";
import { type CanonicalElement, signElement, type SigningKey } from "./signature/sign.ts";
import { statusElement } from "./status.ts";
import type { NameId } from "./values.ts";

interface Head {
  readonly id: string;
  /** Our entity id. */
  readonly issuer: string;
  /** The address that the message is sent to. */
  readonly destination: string;
  readonly now: Date;
}

export interface LogoutRequestContent extends Head {
  /** As it was said in the assertion, character by character. */
  readonly nameId: NameId;
  readonly sessionIndex: string | undefined;
}

/** A request that is older was kept by somebody; a browser takes seconds. */
const lifetimeSeconds = 300;
const byUser = "urn:oasis:names:tc:SAML:2.0:logout:user";

/** @throws {SamlError} invalid_value */
export function logoutRequestElement(content: LogoutRequestContent): CanonicalElement {
  const { nameId, sessionIndex, now } = content;
  const end = new Date(now.getTime() + lifetimeSeconds * 1_000).toISOString();
  const attributes = {
    Format: nameId.format,
    NameQualifier: nameId.nameQualifier,
    SPNameQualifier: nameId.spNameQualifier,
  };
  const declares = { saml: namespaces.assertion };
  const name = textElement("saml:NameID", { declares, attributes }, nameId.value);
  const index =
    sessionIndex === undefined ? "" : textElement("samlp:SessionIndex", {}, sessionIndex);
  return {
    ...headOf("samlp:LogoutRequest", content, { NotOnOrAfter: end, Reason: byUser }),
    tail: `${name}${index}</samlp:LogoutRequest>`,
  };
}

export interface LogoutResponseContent extends Head {
  readonly inResponseTo: string;
  readonly status: { readonly code: StatusCode; readonly subCode?: StatusCode | undefined };
}

/** @throws {SamlError} invalid_value */
export function logoutResponseElement(content: LogoutResponseContent): CanonicalElement {
  const { inResponseTo, status } = content;
  return {
    ...headOf("samlp:LogoutResponse", content, { InResponseTo: inResponseTo }),
    tail: `${statusElement(status.code, status.subCode)}</samlp:LogoutResponse>`,
  };
}

function headOf(
  name: string,
  content: Head,
  more: Readonly<Record<string, string>>,
): Omit<CanonicalElement, "tail"> {
  const id = requireId(content.id);
  const start = startTag(name, {
    declares: { samlp: namespaces.protocol },
    attributes: {
      Destination: content.destination,
      ID: id,
      IssueInstant: content.now.toISOString(),
      Version: "2.0",
      ...more,
    },
  });
  const issuer = textElement(
    "saml:Issuer",
    { declares: { saml: namespaces.assertion } },
    content.issuer,
  );
  return { id, head: start + issuer, inclusivePrefixes: [] };
}

/** How a message gets there: by an address, or by a form that is posted. */
export type Outgoing =
  | { readonly kind: "link"; readonly url: string }
  | {
      readonly kind: "form";
      readonly url: string;
      readonly fields: Readonly<Record<string, string>>;
    };

/** The message, signed as its binding has it (Bindings §3.4.4.1, §3.5.4). */
export async function sendLogout(
  element: CanonicalElement,
  {
    binding,
    url,
    parameter,
    relayState,
    key,
  }: {
    readonly binding: string;
    readonly url: string;
    readonly parameter: "SAMLRequest" | "SAMLResponse";
    readonly relayState?: string | undefined;
    readonly key: SigningKey;
  },
): Promise<Outgoing> {
  if (binding === bindings.redirect) {
    const xml = element.head + element.tail;
    const to = { destination: url, parameter, xml, relayState, key };
    return { kind: "link", url: await encodeRedirect(to) };
  }
  const fields: Record<string, string> = {
    [parameter]: encodePost(await signElement(element, key)),
  };
  if (relayState !== undefined) fields["RelayState"] = relayState;
  return { kind: "form", url, fields };
}
