// SPF, DKIM and DMARC records as people publish them, right and wrong.
import { describe, expect, test } from "bun:test";
import { generateKeyPairSync } from "node:crypto";
import { isDkim, parseDkim } from "#protocols/mail-auth/dkim.ts";
import { isDmarc, parseDmarc } from "#protocols/mail-auth/dmarc.ts";
import { isSpf, looksLikeSpf, parseSpf } from "#protocols/mail-auth/spf.ts";

describe("SPF", () => {
  test.each([
    ["v=spf1 -all", true],
    ["v=spf1", true],
    ["V=SPF1 mx", true],
    ["v=spf10 -all", false],
    ["v=spf1;-all", false],
    [" v=spf1 -all", false],
    ["spf2.0/pra -all", false],
  ])("%p is a record: %p", (text, expected) => {
    expect(isSpf(text)).toBe(expected);
  });

  test("that no receiver sees as one is noticed", () => {
    expect(
      ['"v=spf1 -all"', " v=spf1 -all", "v=spf1;-all", "v = spf1 -all"].map(looksLikeSpf),
    ).toEqual([true, true, true, true]);
    expect(["v=spf1 -all", "verification=spf", "hello"].map(looksLikeSpf)).toEqual([
      false,
      false,
      false,
    ]);
  });

  test("is read term by term", () => {
    const { directives, redirect, problems } = parseSpf(
      "v=spf1 a mx:example.org/24//64 ip4:192.0.2.0/24 ip6:2001:db8::/32 ~include:_spf.example.net exists:%{i}._spf.%{d2} -all",
    );
    expect(problems).toEqual([]);
    expect(redirect).toBeNull();
    expect(
      directives.map(({ qualifier, mechanism, domain }) => [qualifier, mechanism, domain]),
    ).toEqual([
      ["+", "a", null],
      ["+", "mx", "example.org"],
      ["+", "ip4", null],
      ["+", "ip6", null],
      ["~", "include", "_spf.example.net"],
      ["+", "exists", "%{i}._spf.%{d2}"],
      ["-", "all", null],
    ]);
  });

  test("goes on where redirect= says, unless an all makes that pointless", () => {
    expect(parseSpf("v=spf1 redirect=_spf.example.com").redirect).toBe("_spf.example.com");
    expect(parseSpf("v=spf1 redirect=_spf.example.com ~all").redirect).toBeNull();
  });

  test.each([
    "include",
    "include:",
    "include:localhost",
    "all:example.com",
    "ip4:300.1.1.1",
    "ip4:192.0.2.0/33",
    "ip4:2001:db8::1",
    "ip6:192.0.2.1",
    "ip6:2001:db8::/129",
    "a/33",
    "a:/24",
    "mx//129",
    "exists",
    "ptr/24",
    "foo",
    "-foo:example.com",
    "include:%{x}.example.com",
    "ipv4:192.0.2.1",
    "include:example.123",
  ])("refuses %p", (term) => {
    expect(parseSpf(`v=spf1 ${term} -all`).problems).toHaveLength(1);
  });

  test("takes modifiers it does not know, and none that it knows twice", () => {
    expect(parseSpf("v=spf1 op=x op=y exp=exp.example.com -all").problems).toEqual([]);
    expect(parseSpf("v=spf1 redirect=a.example.com redirect=b.example.com").problems).toHaveLength(
      1,
    );
    expect(parseSpf("v=spf1 redirect= ").problems).toHaveLength(1);
  });
});

const rsa = (bits: number, type: "spki" | "pkcs1") =>
  generateKeyPairSync("rsa", { modulusLength: bits })
    .publicKey.export({ type, format: "der" })
    .toString("base64");

describe("DKIM", () => {
  test("tells kind and size of the key, in either encoding", () => {
    expect(parseDkim(`v=DKIM1; k=rsa; p=${rsa(2048, "spki")}`)).toEqual({
      type: "rsa",
      bits: 2048,
      isRevoked: false,
      isTesting: false,
      problems: [],
    });
    expect(parseDkim(`p=${rsa(1024, "pkcs1")}`).bits).toBe(1024);
    const ed25519 = Buffer.alloc(32, 7).toString("base64");
    expect(parseDkim(`v=DKIM1; k=ed25519; p=${ed25519}`)).toMatchObject({
      type: "ed25519",
      bits: 256,
      problems: [],
    });
  });

  test("takes white space within the key", () => {
    const key = rsa(1024, "spki").replace(/(.{60})/g, "$1 ");
    expect(parseDkim(`v=DKIM1; p=${key}`)).toMatchObject({ bits: 1024, problems: [] });
  });

  test("knows a withdrawn key and a key under test", () => {
    expect(parseDkim("v=DKIM1; p=")).toMatchObject({ isRevoked: true, problems: [] });
    expect(parseDkim(`v=DKIM1; t=y:s; p=${rsa(1024, "spki")}`).isTesting).toBe(true);
  });

  test.each([
    ["k=rsa; v=DKIM1; p=AAAA", "first"],
    ["v=DKIM2; p=AAAA", "DKIM1"],
    ["v=DKIM1; k=dsa; p=AAAA", "kind"],
    ["v=DKIM1; p=AAAA", "no public key"],
    ["v=DKIM1; p=not base64!", "no public key"],
    ["v=DKIM1; k=ed25519; p=AAAA", "no public key"],
    ["v=DKIM1", "p= is missing"],
    ["v=DKIM1; h=sha1; p=", "sha256"],
    ["v=DKIM1; s=other; p=", "email"],
    ["v=DKIM1; p=; p=", "twice"],
    ["v=DKIM1; nonsense; p=", "nonsense"],
  ])("names what is wrong with %p", (text, problem) => {
    expect(parseDkim(text).problems.join()).toContain(problem);
  });

  test("is told from other text records", () => {
    expect([isDkim("k=rsa; p=AAAA"), isDkim("v=DKIM1"), isDkim("some verification")]).toEqual([
      true,
      true,
      false,
    ]);
  });
});

describe("DMARC", () => {
  test("is known by its first tag", () => {
    expect(["v=DMARC1; p=none", "v=DMARC1;p=none", "v = DMARC1 ; p=none"].map(isDmarc)).toEqual([
      true,
      true,
      true,
    ]);
    expect(["p=none; v=DMARC1", "v=dmarc1; p=none", "v=DMARC10; p=none"].map(isDmarc)).toEqual([
      false,
      false,
      false,
    ]);
  });

  test("tells the policy of the domain and of what is below it", () => {
    const record =
      "v=DMARC1; p=Reject; sp=none; pct=50; rua=mailto:a@example.com,mailto:b@example.com!10m; adkim=s; fo=1:d";
    expect(parseDmarc(record)).toEqual({
      policy: "reject",
      subdomainPolicy: "none",
      percent: 50,
      reportsTo: ["mailto:a@example.com", "mailto:b@example.com!10m"],
      problems: [],
    });
    expect(parseDmarc("v=DMARC1; p=quarantine").subdomainPolicy).toBe("quarantine");
  });

  test.each([
    "p=block",
    "p=none; sp=x",
    "sp=none",
    "p=none; pct=101",
    "p=none; adkim=x",
    "p=none; rua=me@example.com",
    "p=none; p=none",
  ])("names what is wrong with %p", (tags) => {
    expect(parseDmarc(`v=DMARC1; ${tags}`).problems).toHaveLength(1);
  });
});
