import { describe, expect, test } from "bun:test";
import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { SAML, ValidateInResponseTo, type SamlConfig } from "@node-saml/node-saml";
import { namespaces } from "#protocols/saml/constants.ts";
import { verifyEnveloped } from "#protocols/saml/signature/verify-enveloped.ts";
import { nameIdFormats } from "#protocols/saml/name-id.ts";
import { buildErrorResponse } from "#protocols/saml/response.ts";
import { codeOf, refusalOf } from "./support/codes.ts";
import { ours, oursNext, stranger } from "./support/keys.ts";
import { acsUrl, authnRequest, signXml, spEntityId } from "./support/requests.ts";

import { build, failure, issuer, success } from "./support/responses.ts";

describe("a service provider on node-saml", () => {
  const now = () => new Date();
  const provider = (options: Partial<SamlConfig> = {}) =>
    new SAML({
      callbackUrl: acsUrl,
      issuer: spEntityId,
      audience: spEntityId,
      idpIssuer: issuer,
      idpCert: [stranger.certificatePem, ours.certificatePem],
      wantAssertionsSigned: true,
      wantAuthnResponseSigned: false,
      validateInResponseTo: ValidateInResponseTo.never,
      ...options,
    });
  const receive = (xml: string, options?: Partial<SamlConfig>) =>
    provider(options).validatePostResponseAsync({
      SAMLResponse: Buffer.from(xml).toString("base64"),
    });

  test.each(["assertion", "both"] as const)(
    "accepts a response that is signed on %s",
    async (sign) => {
      const xml = await build({ now: now(), sign });
      const { profile } = await receive(xml, { wantAuthnResponseSigned: sign === "both" });
      expect(profile).toMatchObject({
        issuer,
        nameID: "ada@example.org",
        nameIDFormat: nameIdFormats.emailAddress,
        sessionIndex: "_session",
        email: "ada@example.org",
        groups: ["Staff", "R&D <\"'>", "Ärzte 💉"],
      });
    },
  );

  test("takes it as the answer to its own request, once", async () => {
    const saml = provider({ validateInResponseTo: ValidateInResponseTo.always });
    const id = `_${"a".repeat(32)}`;
    await saml.cacheProvider.saveAsync(id, now().toISOString());
    const xml = await build({ now: now(), inResponseTo: id });
    const body = { SAMLResponse: Buffer.from(xml).toString("base64") };
    expect((await saml.validatePostResponseAsync(body)).profile?.nameID).toBe("ada@example.org");
    expect(await refusalOf(saml.validatePostResponseAsync(body))).toMatch(/refused.*InResponseTo/);
  });

  test("reads a signed refusal as not signed in", async () => {
    const xml = await buildErrorResponse({ ...failure, now: now() }, ours.signing);
    expect(await receive(xml, { wantAuthnResponseSigned: true })).toEqual({
      profile: null,
      loggedOut: false,
    });
    expect(await refusalOf(receive(xml.replace("NoPassive", "NoPassivf")))).toMatch(/refused.*/);
  });

  test.each([
    [
      "another name",
      (xml: string) =>
        xml.replace("ada@example.org</saml:NameID>", "bob@example.org</saml:NameID>"),
    ],
    ["another group", (xml: string) => xml.replace(">Staff<", ">Admin<")],
    [
      "a longer life",
      (xml: string) => xml.replace(/(?<=Conditions NotBefore="[^"]*" NotOnOrAfter=")\d{4}/, "2099"),
    ],
    ["no signature", (xml: string) => xml.replace(/<ds:Signature .*<\/ds:Signature>/, "")],
  ])("refuses %s", async (_, tamper) => {
    const xml = await build({ now: now() });
    expect(tamper(xml)).not.toBe(xml);
    expect(await refusalOf(receive(tamper(xml)))).toMatch(/refused.*/);
  });

  test("refuses what was made for another audience, too early or with another key", async () => {
    expect(await refusalOf(receive(await build({ now: now(), audience: "urn:other" })))).toMatch(
      /refused.*audience/,
    );
    expect(await refusalOf(receive(await build({ now: new Date(Date.now() - 301_000) })))).toMatch(
      /refused.*expired/,
    );
    expect(await refusalOf(receive(await build({ now: now() }, oursNext)))).toMatch(/refused.*/);
  });

  test("forgives a clock that is up to a minute behind", async () => {
    const ahead = new Date(Date.now() + 55_000);
    const xml = await build({
      now: ahead,
      authn: { ...success().authn, sessionNotOnOrAfter: undefined },
    });
    expect((await receive(xml)).profile?.nameID).toBe("ada@example.org");
  });
});

describe.skipIf(!existsSync("/usr/bin/xmlsec1"))("xmlsec1", () => {
  /** Runs it in a folder with the message and the keys; answers what it writes. */
  function xmlsec(xml: string, args: string[]): string {
    const folder = mkdtempSync(join(tmpdir(), "saml-xmlsec-"));
    try {
      writeFileSync(join(folder, "message.xml"), xml);
      writeFileSync(join(folder, "certificate.pem"), ours.certificatePem);
      writeFileSync(join(folder, "key.pem"), ours.privateKeyPem);
      const ids = ["Response", "AuthnRequest"].map((name) => `${namespaces.protocol}:${name}`);
      const idAttributes = [...ids, `${namespaces.assertion}:Assertion`].flatMap((name) => [
        "--id-attr:ID",
        name,
      ]);
      const [command = "", ...rest] = args;
      const all = [command, ...idAttributes, "--enabled-key-data", "rsa", ...rest, "message.xml"];
      return execFileSync("/usr/bin/xmlsec1", all, { cwd: folder, stdio: "pipe" }).toString();
    } finally {
      rmSync(folder, { recursive: true });
    }
  }

  const verifies = (xml: string, name: string) => {
    const signature = `//*[local-name()='${name}']/*[local-name()='Signature']`;
    try {
      xmlsec(xml, ["--verify", "--pubkey-cert-pem", "certificate.pem", "--node-xpath", signature]);
      return true;
    } catch {
      return false;
    }
  };

  test("verifies what we sign, and not what was changed", async () => {
    const both = await build({ sign: "both" });
    expect([verifies(both, "Assertion"), verifies(both, "Response")]).toEqual([true, true]);
    expect(verifies(await build(), "Assertion")).toBe(true);
    expect(verifies(await build({ sign: "response" }), "Response")).toBe(true);
    expect(verifies(await buildErrorResponse(failure, ours.signing), "Response")).toBe(true);
    const changed = both.replace(">Staff<", ">Admin<");
    expect([verifies(changed, "Assertion"), verifies(changed, "Response")]).toEqual([false, false]);
    expect(verifies(await build({}, stranger), "Assertion")).toBe(false);
  });

  test("signs a request that we verify", () => {
    const template = signXml(authnRequest())
      .replace(/<ds:(DigestValue|SignatureValue)>[^<]*</g, "<ds:$1><")
      .replace(/<ds:KeyInfo>.*<\/ds:KeyInfo>/, "");
    const xml = xmlsec(template, ["--sign", "--privkey-pem", "key.pem"]);
    const input = { xml, message: "AuthnRequest" as const };
    expect(codeOf(() => verifyEnveloped({ ...input, certificates: [ours.certificatePem] }))).toBe(
      "accepted",
    );
    expect(
      codeOf(() => verifyEnveloped({ ...input, certificates: [stranger.certificatePem] })),
    ).toBe("signature_invalid");
  });
});
