// Attacks on signed LogoutRequests (samlify#634 and its kin): R by the list of variants, I by the checklist.

import { describe, expect, test } from "bun:test";
import { buildResponse } from "#protocols/saml/response.ts";
import { verifyEnveloped } from "#protocols/saml/signature/verify-enveloped.ts";
import { extensions, object } from "../support/captured.ts";
import { codeOf } from "../support/codes.ts";
import { ours, stranger, theirs } from "../support/keys.ts";
import { logoutRequest, signXml } from "../support/requests.ts";

describe("a signed LogoutRequest", () => {
  const certificates = [theirs.certificatePem];
  const verify = (xml: string) =>
    codeOf(() => verifyEnveloped({ xml, message: "LogoutRequest", certificates }));
  const captured = signXml(logoutRequest());
  const itsSignature = /<ds:Signature .*<\/ds:Signature>/s.exec(captured)![0];
  const original = captured.replace(itsSignature, "");
  const forged = { id: "_evil", nameId: "admin@example.org" };

  test("I6 is refused when it carries a captured assertion (R1)", async () => {
    const now = new Date("2026-03-01T12:00:00Z");
    const response = await buildResponse(
      {
        responseId: "_response",
        assertionId: "_assertion",
        issuer: "urn:us",
        audience: "urn:sp",
        recipient: "https://sp.example.org/acs",
        now,
        nameId: { value: "ada", format: "urn:format" },
        authn: { instant: now, sessionIndex: "_session", classRef: "urn:class" },
        attributes: [],
      },
      ours.signing,
    );
    const assertion = /<saml:Assertion .*<\/saml:Assertion>/s.exec(response)![0];
    const carrying = logoutRequest({ ...forged, children: extensions(assertion) });
    expect(verify(carrying)).toBe("nested_message");
    const encrypted = extensions("<saml:EncryptedAssertion/>");
    expect(verify(logoutRequest({ ...forged, children: encrypted }))).toBe("nested_message");
  });

  test.each([
    ["R2 the original in Extensions", itsSignature + extensions(original), "nested_message"],
    [
      "R5 the original in ds:Object",
      itsSignature.replace("</ds:Signature>", `${object(original)}</ds:Signature>`),
      "nested_message",
    ],
    ["the signed original in Extensions", extensions(captured), "nested_message"],
    ["no signature", "", "signature_missing"],
    ["the captured signature alone", itsSignature, "signature_reference"],
  ])("I6 is refused: %s", (_, children, code) => {
    expect(verify(logoutRequest({ ...forged, children }))).toBe(code);
  });

  test("I6 is refused when a comment splits the NameID (R6), another's key signed it or it was edited", () => {
    expect(verify(captured.replace("ada@example.org", "ada@example.org<!---->.evil"))).toBe(
      "forbidden_xml",
    );
    expect(verify(signXml(logoutRequest(), stranger))).toBe("signature_invalid");
    expect(verify(captured.replace("ada@", "bob@"))).toBe("signature_invalid");
    expect(verify(captured.replace("_session", "_other"))).toBe("signature_invalid");
  });
});
