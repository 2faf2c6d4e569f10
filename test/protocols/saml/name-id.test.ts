import { describe, expect, test } from "bun:test";
import {
  chooseNameIdFormat,
  isIssuedNameIdFormat,
  nameIdFormats,
} from "#protocols/saml/name-id.ts";
import { codeOf } from "./support/codes.ts";

const { emailAddress, persistent, transient, unspecified, entity } = nameIdFormats;
const spEntityId = "urn:sp";
const policy = (format?: string, allowCreate = true, spNameQualifier?: string) => ({
  format,
  allowCreate,
  spNameQualifier,
});

describe("chooseNameIdFormat", () => {
  test.each([
    ["no policy", emailAddress, undefined, emailAddress],
    ["a policy without a format", persistent, policy(), persistent],
    ["unspecified", transient, policy(unspecified), transient],
    ["the configured format", emailAddress, policy(emailAddress), emailAddress],
    ["a format that tells less than e-mail", emailAddress, policy(persistent), persistent],
    ["the format that tells least", persistent, policy(transient), transient],
    ["the requester as qualifier", persistent, policy(persistent, true, spEntityId), persistent],
  ] as const)("honours %s", (_, configured, asked, expected) => {
    expect(chooseNameIdFormat({ configured, spEntityId, policy: asked })).toEqual({
      format: expected,
      mayCreate: true,
    });
  });

  test.each([
    ["e-mail where persistent is configured", persistent, policy(emailAddress)],
    ["persistent where transient is configured", transient, policy(persistent)],
    ["a format that is not issued", emailAddress, policy(entity)],
    [
      "an encrypted name",
      emailAddress,
      policy("urn:oasis:names:tc:SAML:2.0:nameid-format:encrypted"),
    ],
    ["a name of another party", persistent, policy(persistent, true, "urn:affiliation")],
  ] as const)("refuses %s", (_, configured, asked) => {
    const choose = () => chooseNameIdFormat({ configured, spEntityId, policy: asked });
    expect(codeOf(choose)).toBe("invalid_name_id_policy");
  });

  test("lets nobody create a persistent identifier against the request's will", () => {
    const choose = (format: string) =>
      chooseNameIdFormat({ configured: emailAddress, spEntityId, policy: policy(format, false) })
        .mayCreate;
    expect([choose(persistent), choose(transient), choose(emailAddress)]).toEqual([
      false,
      true,
      true,
    ]);
    expect(
      chooseNameIdFormat({ configured: persistent, spEntityId, policy: undefined }).mayCreate,
    ).toBe(true);
  });

  test("knows the formats that are issued", () => {
    expect([emailAddress, persistent, transient].every(isIssuedNameIdFormat)).toBe(true);
    expect(isIssuedNameIdFormat(unspecified)).toBe(false);
  });
});
