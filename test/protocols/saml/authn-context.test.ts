import { describe, expect, test } from "bun:test";
import {
  assertedFactors,
  authnContexts,
  authnMethodsReferences,
  chooseContext,
  contextsOf,
  satisfies,
  type Comparison,
} from "#protocols/saml/authn-context.ts";

const {
  unspecified,
  password,
  passwordProtectedTransport: ppt,
  timeSyncToken: token,
  refedsMultiFactor: mfa,
  refedsSingleFactor: sfa,
} = authnContexts;
const x509 = "urn:oasis:names:tc:SAML:2.0:ac:classes:X509";

describe("I3 satisfies", () => {
  test.each([
    ["exact", [ppt], ppt, true],
    ["exact", [ppt], token, false],
    ["exact", [x509, ppt], ppt, true],
    ["exact", [], ppt, false],
    ["minimum", [ppt], ppt, true],
    ["minimum", [ppt], token, true],
    ["minimum", [ppt], password, false],
    ["minimum", [sfa], ppt, true],
    ["minimum", [mfa], token, true],
    ["minimum", [mfa], ppt, false],
    ["minimum", [x509, password], ppt, true],
    ["minimum", [x509], mfa, false],
    ["minimum", [x509], x509, true],
    ["minimum", [], mfa, false],
    ["maximum", [ppt], password, true],
    ["maximum", [ppt], token, false],
    ["maximum", [unspecified], ppt, false],
    ["maximum", [x509], ppt, false],
    ["better", [password], ppt, true],
    ["better", [ppt], ppt, false],
    ["better", [password, mfa], ppt, false],
    ["better", [x509], mfa, false],
    ["better", [x509], x509, false],
    ["better", [], mfa, false],
  ] satisfies [Comparison, string[], string, boolean][])(
    "%s of %p by %s is %p",
    (comparison, classRefs, actual, expected) => {
      expect(satisfies({ classRefs, comparison }, actual)).toBe(expected);
    },
  );
});

describe("contextsOf", () => {
  test("says of each way to sign in what is true of it, and no more", () => {
    expect(contextsOf(["password"])[0]).toBe(ppt);
    expect(contextsOf(["password"])).not.toContain(mfa);
    expect(contextsOf(["password", "email_code"])).toEqual(contextsOf(["password"]));
    expect(contextsOf(["password", "totp"])).toEqual(
      expect.arrayContaining([ppt, mfa, token, sfa]),
    );
    expect(contextsOf(["password", "backup_code"])).toContain(mfa);
    expect(contextsOf(["password", "backup_code"])).not.toContain(token);
    expect(contextsOf(["passkey"])).toContain(mfa);
    expect(contextsOf(["passkey"])).not.toContain(ppt);
    expect(contextsOf(["password", "passkey"])).toEqual(expect.arrayContaining([ppt, mfa]));
    expect(contextsOf(["email_code"])).toEqual([unspecified]);
    expect(contextsOf([])).toEqual([unspecified]);
  });
});

describe("chooseContext", () => {
  const strong = contextsOf(["password", "totp"]);
  const weak = contextsOf(["password"]);

  test("asserts the first truth when nobody asks", () => {
    expect(chooseContext(undefined, strong)).toBe(ppt);
  });

  test("asserts the requester's first choice of several that are true", () => {
    expect(chooseContext({ classRefs: [mfa, ppt], comparison: "exact" }, strong)).toBe(mfa);
    expect(chooseContext({ classRefs: [ppt, mfa], comparison: "exact" }, strong)).toBe(ppt);
  });

  test("asserts the strongest that a comparison allows", () => {
    expect(chooseContext({ classRefs: [ppt], comparison: "minimum" }, strong)).toBe(mfa);
    expect(chooseContext({ classRefs: [ppt], comparison: "maximum" }, strong)).toBe(ppt);
    expect(chooseContext({ classRefs: [ppt], comparison: "better" }, strong)).toBe(mfa);
  });

  test("I3 asserts nothing when the session is weaker than asked", () => {
    expect(chooseContext({ classRefs: [mfa], comparison: "exact" }, weak)).toBeUndefined();
    expect(chooseContext({ classRefs: [token], comparison: "minimum" }, weak)).toBeUndefined();
    expect(chooseContext({ classRefs: [ppt], comparison: "better" }, weak)).toBeUndefined();
    expect(chooseContext({ classRefs: [], comparison: "exact" }, strong)).toBeUndefined();
  });
});

describe("assertedFactors", () => {
  const said = (classRef: string | undefined, references: string[] = []) =>
    assertedFactors({
      classRef,
      attributes: new Map([[authnMethodsReferences, references]]),
    });

  test("knows several factors and phishing resistance by their names, and by no others", () => {
    expect([
      said(undefined),
      said("urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport"),
      said("urn:oasis:names:tc:SAML:2.0:ac:classes:X509"),
      said("https://refeds.org/profile/mfa/evil"),
      said("https://refeds.org/profile/mfa"),
      said("http://schemas.microsoft.com/claims/multipleauthn"),
      said("urn:oasis:names:tc:SAML:2.0:ac:classes:Password", [
        "http://schemas.microsoft.com/ws/2008/06/identity/authenticationmethod/password",
        "http://schemas.microsoft.com/claims/multipleauthn",
      ]),
      said("urn:oasis:names:tc:SAML:2.0:ac:classes:TimeSyncToken"),
      said("http://idmanagement.gov/ns/assurance/aal/2"),
      said("http://idmanagement.gov/ns/assurance/aal/3"),
      said("phr"),
      said("http://schemas.openid.net/pape/policies/2007/06/phishing-resistant"),
    ]).toEqual([
      "single",
      "single",
      "single",
      "single",
      "multi",
      "multi",
      "multi",
      "single",
      "multi",
      "phishing_resistant",
      "phishing_resistant",
      "phishing_resistant",
    ]);
  });

  test("knows that it was one alone by its name, or by all that was used, and not by the context of a password", () => {
    const password =
      "http://schemas.microsoft.com/ws/2008/06/identity/authenticationmethod/password";
    const context = "urn:oasis:names:tc:SAML:2.0:ac:classes:Password";
    expect([
      said("https://refeds.org/profile/sfa"),
      said(context, [password]),
      said(undefined, ["pwd"]),
      said(undefined, [context, password]),
      said(context),
      said(context, [password, "http://schemas.example.org/hardware-key"]),
      said(context, ["pwd", "otp"]),
      said("https://refeds.org/profile/sfa", ["http://schemas.microsoft.com/claims/multipleauthn"]),
    ]).toEqual([
      "named_single",
      "named_single",
      "named_single",
      "named_single",
      "single",
      "single",
      "single",
      "multi",
    ]);
  });

  test("is told on as what it was", () => {
    expect([
      contextsOf(["provider"]),
      contextsOf(["provider", "provider_mfa"]),
      contextsOf(["provider", "totp"]),
      contextsOf(["provider", "email_code"]),
    ]).toEqual([[unspecified], [mfa, sfa, unspecified], [mfa, unspecified], [unspecified]]);
  });
});
