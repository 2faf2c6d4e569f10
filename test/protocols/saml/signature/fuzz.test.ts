// Random changes to signed requests: whatever they are, the verifier answers with the original content or
// with a SamlError, never with other content and never with another error.

import { describe, expect, test } from "bun:test";
import { DOMParser, XMLSerializer, type Document, type Element } from "@xmldom/xmldom";
import * as fc from "fast-check";
import { SamlError } from "#protocols/saml/errors.ts";
import { verifyEnveloped } from "#protocols/saml/signature/verify-enveloped.ts";
import { verifyRedirect } from "#protocols/saml/signature/verify-redirect.ts";
import { theirs } from "../support/keys.ts";
import { authnRequest, deflated, signedQuery, signXml } from "../support/requests.ts";

const certificates = [theirs.certificatePem];
const children =
  '<samlp:NameIDPolicy Format="urn:f" AllowCreate="true"/>' +
  "<samlp:RequestedAuthnContext><saml:AuthnContextClassRef>urn:c</saml:AuthnContextClassRef></samlp:RequestedAuthnContext>";
const signed = signXml(authnRequest({ children }));
const verified = verifyEnveloped({ xml: signed, message: "AuthnRequest", certificates }).xml;

function holds(xml: string): boolean {
  try {
    return verifyEnveloped({ xml, message: "AuthnRequest", certificates }).xml === verified;
  } catch (error) {
    if (error instanceof SamlError) return true;
    throw error;
  }
}

/** Cuts, repeats, swaps and inserts pieces of the text. */
const textMutation = fc
  .array(
    fc.record({
      kind: fc.constantFrom("cut", "repeat", "insert", "move"),
      at: fc.nat(signed.length),
      length: fc.nat(400),
      to: fc.nat(signed.length),
      insert: fc.oneof(
        fc.string(),
        fc.constantFrom(
          "<!---->",
          "&#10;",
          " ",
          '" x="',
          "<x/>",
          "</",
          'ID="_request"',
          'xmlns:saml="urn:x"',
          "&amp;",
        ),
      ),
    }),
    { minLength: 1, maxLength: 3 },
  )
  .map((steps) =>
    steps.reduce((xml, { kind, at, length, to, insert }) => {
      const piece = xml.slice(at, at + length);
      const without = xml.slice(0, at) + xml.slice(at + length);
      if (kind === "cut") return without;
      if (kind === "move") return without.slice(0, to) + piece + without.slice(to);
      return xml.slice(0, to) + (kind === "repeat" ? piece : insert) + xml.slice(to);
    }, signed),
  );

interface TreeStep {
  kind: "move" | "copy" | "remove" | "text" | "attribute" | "wrap" | "strip";
  from: number;
  to: number;
  value: string;
}

const treeMutation = fc
  .array(
    fc.record<TreeStep>({
      kind: fc.constantFrom("move", "copy", "remove", "text", "attribute", "wrap", "strip"),
      from: fc.nat(40),
      to: fc.nat(40),
      value: fc.constantFrom(
        "_request",
        "_evil",
        "https://evil.example",
        "",
        "#_request",
        "true",
        "é",
      ),
    }),
    { minLength: 1, maxLength: 4 },
  )
  .map((steps) => {
    const document = new DOMParser().parseFromString(signed, "text/xml");
    for (const step of steps) mutate(document, step);
    return new XMLSerializer().serializeToString(document);
  });

function mutate(document: Document, { kind, from, to, value }: TreeStep): void {
  const all: Element[] = [...document.getElementsByTagName("*")];
  const [source, target] = [all[from % all.length]!, all[to % all.length]!];
  const isInside = (node: Element) =>
    node === source || [...source.getElementsByTagName("*")].includes(node);
  if (kind === "text") source.textContent = value;
  else if (kind === "attribute") {
    const attribute = source.attributes[to % Math.max(1, source.attributes.length)];
    if (attribute) attribute.value = value;
    else source.setAttribute("ID", value || "_x");
  } else if (source === document.documentElement) {
    if (kind === "copy") target.appendChild(source.cloneNode(true));
  } else if (kind === "remove") source.parentNode?.removeChild(source);
  else if (kind === "copy") target.appendChild(source.cloneNode(true));
  else if (kind === "strip") {
    while (source.firstChild) source.parentNode?.insertBefore(source.firstChild, source);
  } else if (kind === "wrap") {
    const wrapper = document.createElementNS(target.namespaceURI, target.nodeName);
    source.parentNode?.replaceChild(wrapper, source);
    wrapper.appendChild(source);
  } else if (!isInside(target) && target.firstChild !== source) {
    target.insertBefore(source, target.firstChild);
  }
}

describe("verifyEnveloped", () => {
  test("never answers with other content after changes to the text", () => {
    fc.assert(fc.property(textMutation, holds), { numRuns: 600 });
  });

  test("never answers with other content after changes to the tree", () => {
    fc.assert(fc.property(treeMutation, holds), { numRuns: 1_000 });
  });

  test("is what the two properties above exercise: most changes are refused, some change nothing", () => {
    const outcomes = fc.sample(treeMutation, 300).map((xml) => {
      try {
        return verifyEnveloped({ xml, message: "AuthnRequest", certificates }).xml === verified;
      } catch {
        return "refused";
      }
    });
    expect(outcomes).not.toContain(false);
    expect(outcomes.filter((outcome) => outcome === "refused").length).toBeGreaterThan(150);
  });
});

describe("verifyRedirect", () => {
  const query = signedQuery(authnRequest(), { relayState: "there and back" });
  const parts = query.split("&");
  const spare = [
    "SAMLRequest=x",
    `SAMLRequest=${deflated(authnRequest({ id: "_e" }))}`,
    "RelayState=x",
    "RelayState",
    "SigAlg=",
    "&",
    "=",
    "%",
    "",
  ];

  test("never answers with another message or RelayState", () => {
    const mutation = fc.oneof(
      fc.array(fc.constantFrom(...parts, ...spare), { maxLength: 7 }).map((all) => all.join("&")),
      fc
        .tuple(
          fc.nat(query.length),
          fc.nat(20),
          fc.oneof(fc.string({ maxLength: 5 }), fc.constantFrom(...spare)),
        )
        .map(([at, length, insert]) => query.slice(0, at) + insert + query.slice(at + length)),
    );
    fc.assert(
      fc.property(mutation, (rawQuery) => {
        try {
          const { xml, relayState } = verifyRedirect({
            rawQuery,
            parameter: "SAMLRequest",
            certificates,
          });
          return xml === authnRequest() && relayState === "there and back";
        } catch (error) {
          if (error instanceof SamlError) return true;
          throw error;
        }
      }),
      { numRuns: 2_000 },
    );
  });
});
