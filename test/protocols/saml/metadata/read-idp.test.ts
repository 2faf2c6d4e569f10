import { describe, expect, test } from "bun:test";
import { readIdpMetadata } from "#protocols/saml/metadata/read-idp.ts";
import { bindings } from "#protocols/saml/constants.ts";
import { codeOf } from "../support/codes.ts";
import { askedAt, idpEntityId, idpMetadata, idpSsoUrl } from "../support/idp.ts";
import { anOpensslKey, theirs, theirsNext } from "../support/keys.ts";
import { full } from "../support/sp-metadata.ts";

const binding = (name: string, url: string) =>
  `<md:SingleSignOnService Binding="urn:oasis:names:tc:SAML:2.0:bindings:${name}" Location="${url}"/>`;
const read = (xml: string) => readIdpMetadata(xml, { now: askedAt });
const refused = (xml: string) => codeOf(() => read(xml));

describe("readIdpMetadata", () => {
  test("reads entity id, both bindings and every signing certificate", () => {
    const certificates = [theirs.signing.certificate, theirsNext.signing.certificate];
    const endpoints =
      binding("SOAP", "https://idp.example.org/soap") +
      binding("HTTP-POST", "https://idp.example.org/post") +
      binding("HTTP-Redirect", idpSsoUrl);
    expect(read(idpMetadata({ certificates, endpoints }))).toEqual({
      entityId: idpEntityId,
      ssoRedirectUrl: idpSsoUrl,
      ssoPostUrl: "https://idp.example.org/post",
      signingCertificates: certificates,
      slo: [],
      displayName: undefined,
    });
  });

  test("reads where single logout is told, by the bindings that are spoken here", () => {
    const slo = (name: string, more = "") =>
      `<md:SingleLogoutService Binding="urn:oasis:names:tc:SAML:2.0:bindings:${name}" Location="https://idp.example.org/slo"${more}/>`;
    const endpoints =
      '<md:SingleLogoutService Binding="urn:oasis:names:tc:SAML:2.0:bindings:SOAP" Location="http://localhost/soap"/>' +
      slo("HTTP-POST") +
      slo("HTTP-Redirect", ' ResponseLocation="https://idp.example.org/slo-answer"') +
      binding("HTTP-Redirect", idpSsoUrl);
    expect(read(idpMetadata({ endpoints })).slo).toEqual([
      { binding: bindings.post, url: "https://idp.example.org/slo", responseUrl: null },
      {
        binding: bindings.redirect,
        url: "https://idp.example.org/slo",
        responseUrl: "https://idp.example.org/slo-answer",
      },
    ]);
  });

  test("leaves out a logout address that no browser is sent to, and reads the rest", () => {
    const slo = (location: string, more = "") =>
      `<md:SingleLogoutService Binding="${bindings.post}" Location="${location}"${more}/>`;
    const odd =
      slo("http://idp.example.org/slo") +
      slo("javascript:x") +
      slo("") +
      slo("https://idp.example.org/slo", ' ResponseLocation="javascript:x"');
    const endpoints = (some: string) => some + binding("HTTP-Redirect", idpSsoUrl);
    expect(read(idpMetadata({ endpoints: endpoints(odd) }))).toMatchObject({
      ssoRedirectUrl: idpSsoUrl,
      slo: [],
    });
    const empty = odd + slo("https://idp.example.org/slo", ' ResponseLocation=""');
    expect(read(idpMetadata({ endpoints: endpoints(empty) })).slo).toEqual([
      { binding: bindings.post, url: "https://idp.example.org/slo", responseUrl: null },
    ]);
  });

  test("takes a KeyDescriptor without use, and picks the one provider of an aggregate", () => {
    const aggregate = `<md:EntitiesDescriptor xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata">${idpMetadata().replace(' use="signing"', "")}</md:EntitiesDescriptor>`;
    expect(read(aggregate).signingCertificates).toEqual([theirs.signing.certificate]);
  });

  test("P12 refuses expired, foreign, incomplete and dangerous metadata", () => {
    const weak = anOpensslKey("-newkey", "rsa:1024").certificatePem.replace(
      /-----[^-]+-----|\s/g,
      "",
    );
    const two = `<md:EntitiesDescriptor xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata">${idpMetadata()}${idpMetadata({ entityId: "urn:other" })}</md:EntitiesDescriptor>`;
    expect({
      expired: refused(
        idpMetadata().replace("entityID", 'validUntil="2020-01-01T00:00:00Z" entityID'),
      ),
      "another role": refused(full),
      "no provider": refused(
        idpMetadata().replaceAll("IDPSSODescriptor", "AttributeAuthorityDescriptor"),
      ),
      several: refused(two),
      "no certificate": refused(idpMetadata({ certificates: [] })),
      "no certificate at all": refused(idpMetadata({ certificates: ["AAAA"] })),
      "a weak key": refused(idpMetadata({ certificates: [weak] })),
      "no address": refused(idpMetadata({ endpoints: "" })),
      "another binding only": refused(idpMetadata({ endpoints: binding("SOAP", idpSsoUrl) })),
      script: refused(idpMetadata({ endpoints: binding("HTTP-Redirect", "javascript:alert(1)") })),
      file: refused(idpMetadata({ endpoints: binding("HTTP-Redirect", "file:///etc/passwd") })),
      http: refused(
        idpMetadata({ endpoints: binding("HTTP-Redirect", "http://idp.example.org/") }),
      ),
      "document type": refused(`<!DOCTYPE x>${idpMetadata()}`),
      "no entity id": refused(idpMetadata().replace(/ entityID="[^"]*"/, "")),
      html: refused("<html><body>Not found</body></html>"),
    }).toEqual({
      expired: "metadata_expired",
      "another role": "metadata_without_identity_provider",
      "no provider": "metadata_without_identity_provider",
      several: "metadata_with_several_identity_providers",
      "no certificate": "certificate_missing",
      "no certificate at all": "certificate_invalid",
      "a weak key": "key_refused",
      "no address": "sso_missing",
      "another binding only": "sso_missing",
      script: "url_refused",
      file: "url_refused",
      http: "url_refused",
      "document type": "forbidden_xml",
      "no entity id": "metadata_invalid",
      html: "metadata_invalid",
    });
  });
});
