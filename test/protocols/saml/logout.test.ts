// Single logout's two messages, as they are written, sent, read and checked; judged by signers and verifiers that we did not write.
import { describe, expect, test } from "bun:test";
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { SAML } from "@node-saml/node-saml";
import { encodePost } from "#protocols/saml/bindings.ts";
import { bindings, namespaces, statusCodes } from "#protocols/saml/constants.ts";
import {
  type InboundLogout,
  readInboundLogout,
  verifyInboundLogout,
} from "#protocols/saml/inbound-logout.ts";
import { checkLogoutMessage, meansSame } from "#protocols/saml/logout-checks.ts";
import { logoutOutcome, parseLogoutMessage } from "#protocols/saml/logout-messages.ts";
import {
  changedLogout,
  preferredLogoutEndpoint,
  typedLogout,
} from "#protocols/saml/metadata/logout-endpoint.ts";
import { nameIdFormats } from "#protocols/saml/name-id.ts";
import {
  type LogoutRequestContent,
  logoutRequestElement,
  logoutResponseElement,
  type Outgoing,
  sendLogout,
} from "#protocols/saml/write-logout.ts";
import { extensions } from "./support/captured.ts";
import { codeOf } from "./support/codes.ts";
import { ours, stranger, theirs } from "./support/keys.ts";
import {
  authnRequest,
  deflated,
  logoutRequest,
  signedQuery,
  signXml,
  spEntityId,
} from "./support/requests.ts";
import { canonical } from "./support/responses.ts";
import { protocolProblems } from "./support/schemas.ts";

const now = new Date("2026-03-01T12:00:00Z");
const sloUrl = "https://sp.example.org/slo";
const ourUrl = "https://acme.id.example.test/saml/idp/slo";
const issuer = "urn:weftid:tenant:idp:application";
const nameId = {
  value: "ada&<>@example.org",
  format: nameIdFormats.emailAddress,
  nameQualifier: issuer,
  spNameQualifier: spEntityId,
};
const request: LogoutRequestContent = {
  id: "_logout",
  issuer,
  destination: sloUrl,
  now,
  nameId,
  sessionIndex: "_session",
};
const response = {
  id: "_answer",
  issuer,
  destination: sloUrl,
  now,
  inResponseTo: "_theirs",
  status: { code: statusCodes.success, subCode: statusCodes.partialLogout },
} as const;
const plain = ({ head, tail }: { head: string; tail: string }) => head + tail;
const certificates = [ours.certificatePem];

function inbound(sent: Outgoing): InboundLogout {
  if (sent.kind === "link") return { binding: "redirect", rawQuery: new URL(sent.url).search };
  const text = (name: string) => sent.fields[name];
  return {
    binding: "post",
    request: text("SAMLRequest"),
    response: text("SAMLResponse"),
    relayState: text("RelayState"),
  };
}

describe("what we write", () => {
  test.each([
    ["a request", plain(logoutRequestElement(request))],
    ["the least request", plain(logoutRequestElement({ ...request, sessionIndex: undefined }))],
    ["an answer", plain(logoutResponseElement(response))],
    [
      "a bare answer",
      plain(logoutResponseElement({ ...response, status: { code: statusCodes.success } })),
    ],
  ])("%s is valid by the schema and its own canonical form", (_, xml) => {
    expect(protocolProblems(xml)).toEqual([]);
    expect(canonical(xml)).toBe(xml);
  });

  test.each([bindings.redirect, bindings.post])(
    "is read as it is meant, by %s",
    async (binding) => {
      const to = { binding, url: sloUrl, relayState: "r s", key: ours.signing };
      const asked = await sendLogout(logoutRequestElement(request), {
        ...to,
        parameter: "SAMLRequest",
      });
      const told = verifyInboundLogout(inbound(asked), certificates);
      expect(told.relayState).toBe("r s");
      expect(told.message).toMatchObject({
        kind: "request",
        id: "_logout",
        issuer,
        destination: sloUrl,
        nameId,
        sessionIndexes: ["_session"],
        notOnOrAfter: new Date("2026-03-01T12:05:00Z"),
      });
      const answered = await sendLogout(logoutResponseElement(response), {
        ...to,
        parameter: "SAMLResponse",
      });
      expect(verifyInboundLogout(inbound(answered), certificates).message).toMatchObject({
        kind: "response",
        inResponseTo: "_theirs",
        status: { code: statusCodes.success, subCode: statusCodes.partialLogout },
      });
    },
  );

  test("keeps the query that an address has, and puts nothing else into a form", async () => {
    const element = logoutRequestElement(request);
    const sent = await sendLogout(element, {
      binding: bindings.redirect,
      url: `${sloUrl}?tenant=1`,
      parameter: "SAMLRequest",
      key: ours.signing,
    });
    expect(sent.url).toStartWith(`${sloUrl}?tenant=1&SAMLRequest=`);
    const posted = await sendLogout(element, {
      binding: bindings.post,
      url: sloUrl,
      parameter: "SAMLRequest",
      key: ours.signing,
    });
    expect(posted).toMatchObject({ kind: "form", url: sloUrl });
    expect(posted.kind === "form" && Object.keys(posted.fields)).toEqual(["SAMLRequest"]);
  });
});

/** Runs a program in a folder with these files. */
function run(
  program: string,
  args: readonly string[],
  files: Readonly<Record<string, string | Buffer>>,
) {
  const folder = mkdtempSync(join(tmpdir(), "saml-logout-"));
  try {
    for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content);
    return execFileSync(program, args, { cwd: folder, stdio: "pipe" }).toString();
  } finally {
    rmSync(folder, { recursive: true });
  }
}

describe("verifiers that are not ours", () => {
  const sendBy = (binding: string) =>
    sendLogout(logoutRequestElement(request), {
      binding,
      url: sloUrl,
      parameter: "SAMLRequest",
      relayState: "back",
      key: ours.signing,
    });

  test("openssl verifies the query over its raw octets", async () => {
    const { url } = await sendBy(bindings.redirect);
    const [octets = "", signature = ""] = url.slice(sloUrl.length + 1).split("&Signature=");
    const publicKey = run("openssl", ["x509", "-in", "c.pem", "-pubkey", "-noout"], {
      "c.pem": ours.certificatePem,
    });
    const verify = ["dgst", "-sha256", "-verify", "k.pem", "-signature", "s.bin", "o.txt"];
    const files = {
      "k.pem": publicKey,
      "s.bin": Buffer.from(decodeURIComponent(signature), "base64"),
    };
    expect(run("openssl", verify, { ...files, "o.txt": octets })).toContain("Verified OK");
    const changed = { ...files, "o.txt": octets.replace("RelayState=back", "RelayState=bacl") };
    expect(() => run("openssl", verify, changed)).toThrow();
  });

  test("xmlsec1 verifies the posted message", async () => {
    const sent = await sendBy(bindings.post);
    const xml = Buffer.from(
      sent.kind === "form" ? (sent.fields["SAMLRequest"] ?? "") : "",
      "base64",
    ).toString();
    const args = [
      "--verify",
      "--pubkey-cert-pem",
      "c.pem",
      "--id-attr:ID",
      `${namespaces.protocol}:LogoutRequest`,
      "m.xml",
    ];
    expect(() =>
      run("xmlsec1", args, { "c.pem": ours.certificatePem, "m.xml": xml }),
    ).not.toThrow();
    const changed = xml.replace("_session", "_sessiom");
    expect(() =>
      run("xmlsec1", args, { "c.pem": ours.certificatePem, "m.xml": changed }),
    ).toThrow();
  });

  test("node-saml takes the posted request, and we take its answer", async () => {
    const saml = new SAML({
      callbackUrl: "https://sp.example.org/acs",
      issuer: spEntityId,
      entryPoint: ourUrl,
      logoutUrl: ourUrl,
      idpCert: [ours.certificatePem],
      idpIssuer: issuer,
      privateKey: theirs.privateKeyPem,
      signatureAlgorithm: "sha256",
    });
    const sent = await sendLogout(logoutRequestElement({ ...request, now: new Date() }), {
      binding: bindings.post,
      url: sloUrl,
      parameter: "SAMLRequest",
      key: ours.signing,
    });
    const SAMLRequest = sent.kind === "form" ? (sent.fields["SAMLRequest"] ?? "") : "";
    const { profile, loggedOut } = await saml.validatePostRequestAsync({ SAMLRequest });
    expect(loggedOut).toBe(true);
    expect(profile).toMatchObject({
      nameID: nameId.value,
      sessionIndex: "_session",
      ID: "_logout",
    });
  });
});

const redirect = (rawQuery: string): InboundLogout => ({ binding: "redirect", rawQuery });
const post = (fields: { request?: string; response?: string }): InboundLogout => ({
  binding: "post",
  request: fields.request === undefined ? undefined : encodePost(fields.request),
  response: fields.response === undefined ? undefined : encodePost(fields.response),
  relayState: undefined,
});

describe("what comes in", () => {
  const asked = logoutRequest();
  const verify = (from: InboundLogout) =>
    codeOf(() => verifyInboundLogout(from, [theirs.certificatePem]));

  test("is taken when its sender signed it, over either binding", () => {
    for (const from of [redirect(signedQuery(asked)), post({ request: signXml(asked) })]) {
      expect(verifyInboundLogout(from, [theirs.certificatePem]).message).toMatchObject({
        kind: "request",
        issuer: spEntityId,
        nameId: { value: "ada@example.org", format: nameIdFormats.unspecified },
        sessionIndexes: ["_session"],
      });
    }
  });

  test.each<[string, InboundLogout, string]>([
    ["an unsigned query", redirect(`SAMLRequest=${deflated(asked)}`), "signature_missing"],
    ["an unsigned form", post({ request: asked }), "signature_missing"],
    [
      "an XML signature alone in a query",
      redirect(`SAMLRequest=${deflated(signXml(asked))}`),
      "signature_missing",
    ],
    [
      "a query signed by another",
      redirect(signedQuery(asked, { key: stranger.privateKeyPem })),
      "signature_invalid",
    ],
    ["a form signed by another", post({ request: signXml(asked, stranger) }), "signature_invalid"],
    [
      "a query with another RelayState",
      redirect(signedQuery(asked, { relayState: "a" }).replace("RelayState=a", "RelayState=b")),
      "signature_invalid",
    ],
    [
      "a request in the place of an answer",
      redirect(signedQuery(asked, { parameter: "SAMLResponse" })),
      "unexpected_message",
    ],
    [
      "a request in the place of a posted answer",
      post({ response: signXml(asked) }),
      "unexpected_message",
    ],
    ["another message", redirect(signedQuery(authnRequest())), "unexpected_message"],
    [
      "both parameters at once",
      redirect(`${signedQuery(asked)}&SAMLResponse=x`),
      "duplicate_parameter",
    ],
    [
      "both fields at once",
      post({ request: signXml(asked), response: signXml(asked) }),
      "duplicate_parameter",
    ],
    ["nothing", redirect(""), "message_missing"],
    ["an empty form", post({}), "message_missing"],
    [
      "what is no base64",
      { binding: "post", request: "&&", response: undefined, relayState: undefined },
      "bad_encoding",
    ],
    [
      "SHA-1",
      redirect(
        signedQuery(asked, {
          algorithm: "http://www.w3.org/2000/09/xmldsig#rsa-sha1",
          hash: "sha1",
        }),
      ),
      "signature_algorithm",
    ],
    ["a document type", post({ request: `<!DOCTYPE x>${asked}` }), "forbidden_xml"],
  ])("is refused: %s", (_, from, code) => {
    expect(verify(from)).toBe(code);
  });

  const withName = "<saml:NameID>ada@example.org</saml:NameID>";
  test.each([
    ["no NameID", asked.replace(withName, ""), "invalid_message"],
    ["an encrypted name", asked.replace(withName, "<saml:EncryptedID/>"), "assertion_encrypted"],
    ["an empty name", asked.replace("ada@example.org", " "), "invalid_message"],
    ["an empty index", asked.replace("_session", " "), "invalid_message"],
    ["no issuer", asked.replace(/<saml:Issuer>.*<\/saml:Issuer>/, ""), "invalid_message"],
    ["a blank issuer", asked.replace(spEntityId, "  "), "invalid_message"],
    ["no ID", asked.replace('ID="_logout"', ""), "invalid_message"],
    ["another version", asked.replace('Version="2.0"', 'Version="1.1"'), "unsupported_version"],
    [
      "another request in its Extensions",
      logoutRequest({ children: extensions(logoutRequest({ id: "_evil" })) }),
      "nested_message",
    ],
    [
      "a NotOnOrAfter that is none",
      asked.replace("Version", 'NotOnOrAfter="soon" Version'),
      "invalid_message",
    ],
    [
      "too many indexes",
      asked.replace(
        "</samlp:LogoutRequest>",
        (end) => "<samlp:SessionIndex>i</samlp:SessionIndex>".repeat(50) + end,
      ),
      "invalid_message",
    ],
  ])("is refused unread: %s", (_, xml, code) => {
    expect(codeOf(() => readInboundLogout(post({ request: xml })))).toBe(code);
  });
});

describe("whether it is for us, now", () => {
  const message = (attributes: string) =>
    parseLogoutMessage(logoutRequest().replace("Version", `${attributes} Version`), "request");
  const to = `Destination="${ourUrl}"`;
  const check = (attributes: string, wish: { issuer?: string; at?: Date } = {}) =>
    codeOf(() =>
      checkLogoutMessage(message(attributes), {
        issuer: wish.issuer ?? spEntityId,
        url: ourUrl,
        now: wish.at ?? now,
      }),
    );
  const later = (seconds: number) => new Date(now.getTime() + seconds * 1_000);

  test.each([
    ["sound", to, {}, "accepted"],
    ["from another", to, { issuer: "urn:other" }, "issuer_mismatch"],
    ["for nobody", "", {}, "destination_mismatch"],
    ["for another address", `Destination="${ourUrl}/"`, {}, "destination_mismatch"],
    ["old", to, { at: later(721) }, "request_expired"],
    ["from the future", to, { at: later(-121) }, "request_not_yet_valid"],
    ["run out", `${to} NotOnOrAfter="2026-03-01T11:58:00Z"`, {}, "request_expired"],
    ["run out within the skew", `${to} NotOnOrAfter="2026-03-01T11:58:01Z"`, {}, "accepted"],
  ] as const)("%s", (_, attributes, wish, code) => {
    expect(check(attributes, wish)).toBe(code);
  });

  test("a name means the one that we know when nothing that it says differs", () => {
    const unspecified = { ...nameId, format: nameIdFormats.unspecified };
    const bare = { ...unspecified, nameQualifier: undefined, spNameQualifier: undefined };
    expect([nameId, unspecified, bare].map((asked) => meansSame(asked, nameId))).toEqual([
      true,
      true,
      true,
    ]);
    const others = [
      { ...nameId, value: nameId.value.toUpperCase() },
      { ...nameId, format: nameIdFormats.persistent },
      { ...nameId, nameQualifier: "urn:other" },
      { ...nameId, spNameQualifier: "urn:other" },
    ];
    expect(others.map((asked) => meansSame(asked, nameId))).toEqual([false, false, false, false]);
  });

  test("an answer says whether all is over, or the sender's part, or nothing", () => {
    const status = (code: string, subCode?: string) => ({ code, subCode, message: undefined });
    expect(logoutOutcome(status(statusCodes.success))).toBe("all");
    expect(logoutOutcome(status(statusCodes.success, statusCodes.partialLogout))).toBe("here");
    expect(logoutOutcome(status(statusCodes.responder))).toBe("failed");
  });
});

describe("the endpoint", () => {
  const redirectTo = {
    binding: bindings.redirect,
    url: "https://a.example/r",
    responseUrl: "https://a.example/r2",
  };
  const postTo = { binding: bindings.post, url: "https://a.example/p", responseUrl: null };
  const both = [postTo, redirectTo];
  const change = (typed: Parameters<typeof changedLogout>[1], present = both) =>
    changedLogout(present, typed, {});

  test("by redirect counts before one by post", () => {
    expect(preferredLogoutEndpoint(both)).toBe(redirectTo);
    expect(preferredLogoutEndpoint([postTo])).toBe(postTo);
    expect(preferredLogoutEndpoint([])).toBeNull();
  });

  test("stays as it is where a form sends it back, and is replaced, made or taken away where it does not", () => {
    expect(change(typedLogout(both))).toBe(both);
    expect(change({})).toBe(both);
    const url = "https://b.example/slo";
    expect(change({ logoutUrl: url, logoutResponseUrl: null })).toEqual([
      { binding: bindings.redirect, url, responseUrl: null },
    ]);
    expect(change({ logoutUrl: url, logoutBinding: "post" }, [])).toEqual([
      { binding: bindings.post, url, responseUrl: null },
    ]);
    expect(change({ logoutUrl: null, logoutResponseUrl: null })).toEqual([]);
    expect(change({ logoutUrl: null })).toEqual([]);
    expect(change({ logoutBinding: "post" }, [])).toEqual([]);
  });

  test("is refused by the field that is wrong", () => {
    expect(change({ logoutUrl: "http://a.example/" })).toEqual({
      field: "logoutUrl",
      isMissing: false,
    });
    expect(change({ logoutResponseUrl: "javascript:alert(1)" })).toEqual({
      field: "logoutResponseUrl",
      isMissing: false,
    });
    expect(change({ logoutUrl: null, logoutResponseUrl: "https://a.example/" })).toEqual({
      field: "logoutUrl",
      isMissing: true,
    });
  });
});
