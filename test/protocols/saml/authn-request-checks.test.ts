import { describe, expect, test } from "bun:test";
import {
  checkDestination,
  checkFreshness,
  chooseAcs,
} from "#protocols/saml/authn-request-checks.ts";
import { bindings } from "#protocols/saml/constants.ts";
import { codeOf } from "./support/codes.ts";
import { acsUrl, ssoUrl } from "./support/requests.ts";

describe("checkDestination", () => {
  const check = (destination: string | undefined, isSigned = true) =>
    codeOf(() => checkDestination({ destination }, { url: ssoUrl, isSigned }));

  test("accepts ours, and none where nothing is signed", () => {
    expect(check(ssoUrl)).toBe("accepted");
    expect(check(undefined, false)).toBe("accepted");
  });

  test("refuses none on a signed request, so that it cannot be sent on to another provider", () => {
    expect(check(undefined)).toBe("destination_mismatch");
  });

  test.each([
    ["another host", "https://evil.example/saml/idp/sso"],
    ["the host in capitals", ssoUrl.replace("acme", "ACME")],
    ["a port", ssoUrl.replace(".test", ".test:443")],
    ["a slash at the end", `${ssoUrl}/`],
    ["a query", `${ssoUrl}?x`],
    ["http", ssoUrl.replace("https", "http")],
    ["another tenant", ssoUrl.replace("acme", "other")],
  ])("P2 refuses %s", (_, destination) => {
    expect(check(destination)).toBe("destination_mismatch");
    expect(check(destination, false)).toBe("destination_mismatch");
  });
});

describe("checkFreshness", () => {
  const now = new Date("2026-03-01T12:00:00Z");
  const check = (secondsAgo: number) =>
    codeOf(() =>
      checkFreshness({ issueInstant: new Date(now.getTime() - secondsAgo * 1_000) }, now),
    );

  test("accepts ten minutes and two minutes of skew either way, no more", () => {
    expect([check(0), check(720), check(-120)]).toEqual(["accepted", "accepted", "accepted"]);
    expect(check(721)).toBe("request_expired");
    expect(check(-121)).toBe("request_not_yet_valid");
  });
});

describe("I2 chooseAcs", () => {
  const endpoint = (
    index: number,
    path: string,
    isDefault = false,
    binding: string = bindings.post,
  ) => ({
    url: `https://sp.example.org${path}`,
    index,
    isDefault,
    binding,
  });
  const registered = [
    endpoint(0, "/acs"),
    endpoint(1, "/acs2", true),
    endpoint(2, "/artifact", false, "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Artifact"),
  ];
  const none = { acsUrl: undefined, acsIndex: undefined, protocolBinding: undefined };

  test("takes the address, the index or the default", () => {
    expect(chooseAcs({ ...none, acsUrl }, registered).index).toBe(0);
    expect(chooseAcs({ ...none, acsIndex: 1 }, registered).url).toEndWith("/acs2");
    expect(chooseAcs(none, registered).index).toBe(1);
    expect(chooseAcs({ ...none, protocolBinding: bindings.post }, registered).index).toBe(1);
    expect(chooseAcs(none, [endpoint(5, "/only")]).index).toBe(5);
  });

  test.each([
    [
      "an address that is not registered",
      { acsUrl: "https://evil.example/acs" },
      "acs_not_registered",
    ],
    ["a longer address", { acsUrl: `${acsUrl}/more` }, "acs_not_registered"],
    ["a prefix", { acsUrl: "https://sp.example.org/ac" }, "acs_not_registered"],
    ["a query", { acsUrl: `${acsUrl}?x=1` }, "acs_not_registered"],
    ["capitals", { acsUrl: acsUrl.toUpperCase() }, "acs_not_registered"],
    ["a user name", { acsUrl: "https://sp.example.org@evil.example/acs" }, "acs_not_registered"],
    ["an empty address", { acsUrl: "" }, "acs_not_registered"],
    ["an index out of range", { acsIndex: 9 }, "acs_not_registered"],
    [
      "the address of another binding",
      { acsUrl: "https://sp.example.org/artifact" },
      "acs_not_registered",
    ],
    ["the index of another binding", { acsIndex: 2 }, "acs_not_registered"],
    ["another binding", { protocolBinding: bindings.redirect }, "unsupported_binding"],
  ])("I2 refuses %s", (_, asked, code) => {
    expect(codeOf(() => chooseAcs({ ...none, ...asked }, registered))).toBe(code);
  });

  test("refuses where nothing is registered", () => {
    expect(codeOf(() => chooseAcs(none, []))).toBe("acs_not_registered");
  });
});
