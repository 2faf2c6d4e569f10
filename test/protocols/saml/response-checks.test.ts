// The checks of a sound response against what we know: each with what passes and what does not.
import { describe, expect, test } from "bun:test";
import { nameIdFormats } from "#protocols/saml/name-id.ts";
import { SamlError } from "#protocols/saml/errors.ts";
import { type ReadAssertion, readAssertion, readResponse } from "#protocols/saml/read-response.ts";
import {
  checkAudience,
  checkAuthn,
  checkConditions,
  checkConfirmation,
  checkIssuers,
  checkNameId,
  checkResponseAge,
  checkResponseDestination,
  checkStatus,
  usableUntil,
} from "#protocols/saml/response-checks.ts";
import { verifyResponse } from "#protocols/saml/signature/verify-response.ts";
import { messageLimits, readXml } from "#protocols/saml/xml.ts";
import { codeOf } from "./support/codes.ts";
import {
  askedAt,
  assertionXml,
  idpEntityId,
  ourEntityId,
  type ResponseParts,
  responseXml,
  signAssertion,
  spAcsUrl,
} from "./support/idp.ts";
import { theirs } from "./support/keys.ts";

const read = (parts: ResponseParts = {}): ReadAssertion =>
  readAssertion(readXml(assertionXml(parts), messageLimits));
const envelope = (parts: ResponseParts = {}) => readResponse(responseXml(parts));
const at = (seconds: number) => new Date(askedAt.getTime() + seconds * 1_000);
const expected = { acsUrl: spAcsUrl, requestId: "_request", now: askedAt };
const factsOf = (call: () => unknown) => {
  try {
    call();
    return null;
  } catch (error) {
    return error instanceof SamlError ? error.facts : null;
  }
};

describe("checkStatus", () => {
  test("P14 refuses whatever is not success, whoever is named, and says what was sent", () => {
    const failed = envelope({ status: "urn:oasis:names:tc:SAML:2.0:status:Responder" });
    expect(codeOf(() => checkStatus(failed))).toBe("status_not_success");
    expect(factsOf(() => checkStatus(failed))).toEqual({ status: "Responder" });
    const nested = envelope();
    const status = { ...nested.status, subCode: "urn:oasis:names:tc:SAML:2.0:status:AuthnFailed" };
    expect(codeOf(() => checkStatus({ status }))).toBe("status_not_success");
    expect(codeOf(() => checkStatus(nested))).toBe("accepted");
  });
});

describe("checkResponseDestination", () => {
  test.each([
    ["another path", `${spAcsUrl}/x`],
    ["a slash at the end", `${spAcsUrl}/`],
    ["another case", spAcsUrl.replace("acme", "ACME")],
    ["a port that goes without saying", spAcsUrl.replace(".test", ".test:443")],
    ["nothing", ""],
  ])("P2 refuses a Destination with %s", (_, destination) => {
    const check = () =>
      checkResponseDestination(envelope({ destination }), { acsUrl: spAcsUrl, isSigned: false });
    expect(codeOf(check)).toBe("destination_mismatch");
  });

  test("P2 asks for one where the response is signed itself", () => {
    const check = (isSigned: boolean) => () =>
      checkResponseDestination(envelope({ destination: null }), { acsUrl: spAcsUrl, isSigned });
    expect([codeOf(check(false)), codeOf(check(true))]).toEqual([
      "accepted",
      "destination_mismatch",
    ]);
  });
});

describe("checkIssuers", () => {
  test("P7 refuses another issuer of the response or of the assertion", () => {
    const check = (parts: ResponseParts) =>
      codeOf(() => checkIssuers(envelope(parts), read(parts), idpEntityId));
    expect([
      check({}),
      check({ responseIssuer: null }),
      check({ responseIssuer: "https://other.example" }),
      check({ issuer: "https://other.example", responseIssuer: idpEntityId }),
      check({ issuer: `${idpEntityId}/` }),
    ]).toEqual(["accepted", "accepted", "issuer_mismatch", "issuer_mismatch", "issuer_mismatch"]);
  });
});

describe("checkAudience", () => {
  const restricted = (...names: string[]) =>
    names.map((name) => `<saml:Audience>${name}</saml:Audience>`).join("");
  const conditions = (...restrictions: string[]) =>
    `<saml:Conditions NotOnOrAfter="${at(300).toISOString()}">${restrictions
      .map((names) => `<saml:AudienceRestriction>${names}</saml:AudienceRestriction>`)
      .join("")}</saml:Conditions>`;

  test("P1 wants every restriction to name us, and one to be there", () => {
    const check = (parts: ResponseParts) => codeOf(() => checkAudience(read(parts), ourEntityId));
    expect([
      check({}),
      check({ conditions: conditions(restricted("urn:x", ourEntityId)) }),
      check({ audience: "urn:x" }),
      check({ audience: null }),
      check({ audience: ourEntityId.toUpperCase() }),
      check({ conditions: conditions(restricted("urn:x", "urn:y")) }),
      check({ conditions: conditions(restricted(ourEntityId), restricted("urn:x")) }),
      check({ conditions: "" }),
    ]).toEqual(["accepted", "accepted", ...Array(6).fill("audience_mismatch")]);
    expect(factsOf(() => checkAudience(read({ audience: "urn:x" }), ourEntityId))).toEqual({
      theirs: "urn:x",
      ours: ourEntityId,
    });
  });
});

describe("checkConfirmation", () => {
  const check = (parts: ResponseParts, now = askedAt) =>
    codeOf(() => checkConfirmation(read(parts), { ...expected, now }));

  test("P2 refuses another recipient, to the letter", () => {
    expect([
      check({}),
      check({ recipient: `${spAcsUrl}/` }),
      check({ recipient: spAcsUrl.replace("https", "http") }),
      check({ recipient: spAcsUrl.replace(".test", ".test:443") }),
    ]).toEqual(["accepted", ...Array(3).fill("recipient_mismatch")]);
  });

  test("P3 refuses a confirmation of another request, and of none", () => {
    expect([check({ inResponseTo: "_other" }), check({ inResponseTo: null })]).toEqual([
      "unknown_request",
      "unknown_request",
    ]);
  });

  test("refuses every method but bearer, and a bearer with NotBefore or without an end", () => {
    const data = (attributes: string) =>
      `<saml:SubjectConfirmation Method="urn:oasis:names:tc:SAML:2.0:cm:bearer"><saml:SubjectConfirmationData InResponseTo="_request" Recipient="${spAcsUrl}" ${attributes}/></saml:SubjectConfirmation>`;
    const end = `NotOnOrAfter="${at(300).toISOString()}"`;
    expect([
      check({ method: "urn:oasis:names:tc:SAML:2.0:cm:holder-of-key" }),
      check({ method: "urn:oasis:names:tc:SAML:2.0:cm:sender-vouches" }),
      check({ confirmation: "" }),
      check({ confirmation: data("") }),
      check({ confirmation: data(`${end} NotBefore="${at(-60).toISOString()}"`) }),
      check({ confirmation: data(end) }),
    ]).toEqual([...Array(5).fill("confirmation_refused"), "accepted"]);
  });

  test("takes one of several", () => {
    const good = /<saml:SubjectConfirmation .*<\/saml:SubjectConfirmation>/.exec(
      assertionXml(),
    )?.[0];
    const bad = good?.replace(spAcsUrl, "https://other.example/acs");
    expect([
      check({ confirmation: `${bad}${good}` }),
      check({ confirmation: `${bad}${bad}` }),
    ]).toEqual(["accepted", "recipient_mismatch"]);
  });
});

describe("times", () => {
  test("P6 hold with 120 seconds on either side, and not one more", () => {
    const checks = (now: Date) => [
      codeOf(() => checkConditions(read(), now)),
      codeOf(() => checkConfirmation(read(), { ...expected, now })),
    ];
    // From a minute before it was issued to five minutes after.
    expect(checks(at(300 + 119))).toEqual(["accepted", "accepted"]);
    expect(checks(at(300 + 120))).toEqual(["assertion_expired", "assertion_expired"]);
    expect(checks(at(-60 - 120))[0]).toBe("accepted");
    expect(checks(at(-60 - 121))[0]).toBe("assertion_not_yet_valid");
    expect(factsOf(() => checkConditions(read(), at(300 + 200)))).toEqual({ seconds: 200 });
  });

  test("P6 want Conditions with an end", () => {
    const endless = `<saml:Conditions><saml:AudienceRestriction><saml:Audience>${ourEntityId}</saml:Audience></saml:AudienceRestriction></saml:Conditions>`;
    expect(codeOf(() => checkConditions(read({ conditions: "" }), askedAt))).toBe(
      "audience_mismatch",
    );
    expect(codeOf(() => checkConditions(read({ conditions: endless }), askedAt))).toBe(
      "confirmation_refused",
    );
  });

  test("P6 end with the session there", () => {
    const check = (sessionNotOnOrAfter: Date) =>
      codeOf(() => checkAuthn(read({ sessionNotOnOrAfter }), { now: askedAt, notBefore: null }));
    expect([check(at(60)), check(at(-119)), check(at(-120))]).toEqual([
      "accepted",
      "accepted",
      "assertion_expired",
    ]);
  });

  test("refuse a response from long ago or from the future", () => {
    const check = (now: Date) => codeOf(() => checkResponseAge(envelope(), now));
    expect([check(at(700)), check(at(721)), check(at(-121))]).toEqual([
      "accepted",
      "assertion_expired",
      "assertion_not_yet_valid",
    ]);
  });
});

describe("checkAuthn", () => {
  test("wants a statement, and after ForceAuthn a proof that is newer than the request", () => {
    const check = (parts: ResponseParts, notBefore: Date | null) =>
      codeOf(() => checkAuthn(read(parts), { now: askedAt, notBefore }));
    expect([
      check({ statement: "" }, null),
      check({ authnInstant: at(-36_000) }, null),
      check({ authnInstant: at(-36_000) }, askedAt),
      check({ authnInstant: at(-100) }, askedAt),
      check({ authnInstant: at(200) }, null),
    ]).toEqual([
      "authn_statement_missing",
      "accepted",
      "authn_too_old",
      "accepted",
      "assertion_not_yet_valid",
    ]);
  });
});

describe("checkNameId", () => {
  test("P10 refuses a name that another party made, or made for another one", () => {
    const check = (nameIdAttributes: string) =>
      codeOf(() =>
        checkNameId(read({ nameIdAttributes }).nameId, { theirEntityId: idpEntityId, ourEntityId }),
      );
    expect([
      check(""),
      check(` NameQualifier="${idpEntityId}" SPNameQualifier="${ourEntityId}"`),
      check(' NameQualifier="https://other.example"'),
      check(' SPNameQualifier="https://other.example"'),
    ]).toEqual(["accepted", "accepted", "name_id_refused", "name_id_refused"]);
  });

  test("refuses the name of an entity, which is no person", () => {
    const { nameId } = read({ nameIdFormat: nameIdFormats.entity });
    const parties = { theirEntityId: idpEntityId, ourEntityId };
    expect(codeOf(() => checkNameId(nameId, parties))).toBe("name_id_refused");
  });
});

describe("readAssertion", () => {
  test("reads names, values of an attribute that is there twice, and no empty ones", () => {
    const xml = assertionXml({
      attributes: { groups: ["A", ""], mail: [" ada@example.org "] },
    }).replace(
      "</saml:AttributeStatement>",
      '<saml:Attribute Name="groups"><saml:AttributeValue>B</saml:AttributeValue></saml:Attribute></saml:AttributeStatement>',
    );
    const { attributes, nameId, authn } = readAssertion(readXml(xml, messageLimits));
    expect(Object.fromEntries(attributes)).toEqual({
      groups: ["A", "B"],
      mail: ["ada@example.org"],
    });
    expect(nameId?.format).toBe(nameIdFormats.persistent);
    expect(authn?.sessionIndex).toBe("_session");
  });

  test("takes an assertion without attributes, and refuses an unknown condition", () => {
    expect(read().attributes.size).toBe(0);
    const conditions = '<saml:Conditions><x:Other xmlns:x="urn:x"/></saml:Conditions>';
    expect(codeOf(() => read({ conditions }))).toBe("invalid_message");
  });

  test("remembers an assertion for as long as it could be used", () => {
    expect(usableUntil(read(), askedAt)).toEqual(at(300 + 120));
    expect(usableUntil(read({ confirmedUntil: at(3_600) }), askedAt)).toEqual(at(3_600 + 120));
  });

  test("reads what the signature covers", () => {
    const xml = signAssertion(responseXml({ attributes: { email: ["ada@example.org"] } }));
    const { assertion } = verifyResponse({ xml, certificates: [theirs.certificatePem] });
    expect(assertion.attributes.get("email")).toEqual(["ada@example.org"]);
  });
});
