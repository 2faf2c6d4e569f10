// The certificates that a message carries, for whoever tries a connection out: to be compared by eye, never to be believed.
import { namespaces } from "#protocols/saml/constants.ts";
import { SamlError } from "#protocols/saml/errors.ts";
import { readCertificate } from "#protocols/saml/keys.ts";
import { descendants, isNamed, messageLimits, readXml, textOf } from "#protocols/saml/xml.ts";

/** Their SHA-256 fingerprints, at most three. */
export function presentedCertificates(xml: string): string {
  try {
    const found = [...descendants(readXml(xml, messageLimits))].filter((element) =>
      isNamed(element, namespaces.signature, "X509Certificate"),
    );
    const prints = found.map((element) => readCertificate(textOf(element)).fingerprintSha256);
    return [...new Set(prints)].slice(0, 3).join(", ");
  } catch (error) {
    // It was not a certificate: there is nothing to compare.
    if (error instanceof SamlError) return "";
    throw error;
  }
}
