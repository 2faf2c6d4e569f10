import { describe, expect, test } from "bun:test";
import { encodeRedirect } from "#protocols/saml/bindings.ts";
import { parseAuthnRequest } from "#protocols/saml/authn-request.ts";
import { signElement } from "#protocols/saml/signature/sign.ts";
import { verifyEnveloped } from "#protocols/saml/signature/verify-enveloped.ts";
import { verifyRedirect } from "#protocols/saml/signature/verify-redirect.ts";
import {
  type AuthnRequestContent,
  authnRequestElement,
} from "#protocols/saml/write-authn-request.ts";
import { askedAt, idpSsoUrl, ourEntityId, spAcsUrl } from "./support/idp.ts";
import { ours } from "./support/keys.ts";
import { canonical } from "./support/responses.ts";
import { protocolProblems } from "./support/schemas.ts";

const content: AuthnRequestContent = {
  id: "_request",
  issuer: ourEntityId,
  destination: idpSsoUrl,
  acsUrl: spAcsUrl,
  now: askedAt,
  forceAuthn: false,
  contexts: [],
};
const textOf = (wish: Partial<AuthnRequestContent> = {}) => {
  const { head, tail } = authnRequestElement({ ...content, ...wish });
  return head + tail;
};

describe("authnRequestElement", () => {
  test("is valid, canonical, and read as it is meant", () => {
    const full = { forceAuthn: true, contexts: ["https://refeds.org/profile/mfa", "urn:<&>"] };
    for (const xml of [textOf(), textOf(full)]) {
      expect(protocolProblems(xml)).toEqual([]);
      expect(canonical(xml)).toBe(xml);
    }
    expect(parseAuthnRequest(textOf(full))).toMatchObject({
      id: "_request",
      issuer: ourEntityId,
      destination: idpSsoUrl,
      acsUrl: spAcsUrl,
      forceAuthn: true,
      isPassive: false,
      nameIdPolicy: undefined,
      requestedAuthnContext: { classRefs: full.contexts, comparison: "exact" },
    });
    expect(parseAuthnRequest(textOf())).toMatchObject({
      forceAuthn: false,
      requestedAuthnContext: undefined,
    });
  });

  test("is verified over both bindings", async () => {
    const certificates = [ours.certificatePem];
    const signed = await signElement(authnRequestElement(content), ours.signing);
    expect(protocolProblems(signed)).toEqual([]);
    expect(verifyEnveloped({ xml: signed, message: "AuthnRequest", certificates }).xml).toBe(
      textOf(),
    );
    const url = await encodeRedirect({
      destination: idpSsoUrl,
      parameter: "SAMLRequest",
      xml: textOf(),
      key: ours.signing,
    });
    const rawQuery = new URL(url).search;
    expect(verifyRedirect({ rawQuery, parameter: "SAMLRequest", certificates }).xml).toBe(textOf());
  });
});
