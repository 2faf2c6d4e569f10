// A SAML response that nobody receives: signed with a restored key, verified with its certificate.
import { randomUUID } from "node:crypto";
import { XMLSerializer } from "@xmldom/xmldom";
import { SignedXml } from "xml-crypto";
import { authnContexts } from "#protocols/saml/authn-context.ts";
import { namespaces } from "#protocols/saml/constants.ts";
import { nameIdFormats } from "#protocols/saml/name-id.ts";
import { buildResponse } from "#protocols/saml/response.ts";
import type { SigningKey } from "#protocols/saml/signature/sign.ts";
import { descendants, isNamed, messageLimits, readXml } from "#protocols/saml/xml.ts";

const nobody = "https://restore-drill.invalid";

/** Whether an assertion signed by the key is verified by the certificate that applications have. */
export async function signTestAssertion(key: SigningKey, certificatePem: string): Promise<boolean> {
  const now = new Date();
  const xml = await buildResponse(
    {
      responseId: `_${randomUUID()}`,
      assertionId: `_${randomUUID()}`,
      issuer: nobody,
      audience: nobody,
      recipient: nobody,
      now,
      nameId: { value: "nobody", format: nameIdFormats.transient },
      authn: {
        instant: now,
        sessionIndex: "_drill",
        classRef: authnContexts.passwordProtectedTransport,
      },
      attributes: [],
    },
    key,
  );
  const signature = [...descendants(readXml(xml, messageLimits))].find((element) =>
    isNamed(element, namespaces.signature, "Signature"),
  );
  if (!signature) return false;
  const verifier = new SignedXml({ publicCert: certificatePem, getCertFromKeyInfo: () => null });
  verifier.loadSignature(new XMLSerializer().serializeToString(signature));
  return verifier.checkSignature(xml);
}
