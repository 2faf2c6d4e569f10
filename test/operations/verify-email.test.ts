// What is found out about a sender's domain, each record right and wrong, in a zone on a name server of the test.
import { afterAll, describe, expect, test } from "bun:test";
import { generateKeyPairSync } from "node:crypto";
import { createDnsClient } from "#platform/dns/client.ts";
import {
  checkMailDns,
  type DnsFinding,
  isPublicName,
  organisationalDomain,
  type RecordKind,
} from "#src/operations/verify-email/index.ts";
import type { MailBackend } from "#src/config.ts";
import { dnsPeer, type Zone } from "../support/dns-peer.ts";

const peer = await dnsPeer(
  {},
  {
    "slow.example.com": "silent",
    "sel._domainkey.slow.example.com": "silent",
    "_dmarc.slow.example.com": "silent",
    "slow-include.example.net": "silent",
    "broken.example.com": "servfail",
    "big._domainkey.example.com": "truncated",
  },
);
afterAll(() => peer[Symbol.asyncDispose]());
const dns = createDnsClient({ servers: [peer.server], timeoutMs: 100 });

const smtp: MailBackend = {
  kind: "smtp",
  host: "mail.example.com",
  port: 587,
  login: null,
  tls: "starttls",
  caFile: null,
};
const relay = (host: string): MailBackend => ({ ...smtp, host });
const api = (kind: "sendgrid" | "resend"): MailBackend => ({ kind, apiKey: "x", baseUrl: null });

interface Wish {
  readonly domain?: string;
  readonly backend?: MailBackend;
  readonly selectors?: readonly string[];
}

async function find(zone: Zone, record: RecordKind, wish: Wish = {}): Promise<DnsFinding[]> {
  peer.publish(zone);
  const { domain = "example.com", backend = smtp, selectors = ["sel"] } = wish;
  const found = await checkMailDns(dns, { domain, backend, selectors });
  return found.filter((finding) => finding.record === record);
}

/** State and fix of each finding; the fix without its name. */
const brief = (found: readonly DnsFinding[]) =>
  found.map(({ state, fix }) => [state, fix?.replace(/^\S+ IN TXT "(.*)"$/, "$1") ?? null]);
const spf = async (text: string | string[], more: Zone = {}, wish: Wish = {}) =>
  find({ "example.com": { TXT: [text] }, ...more }, "SPF", wish);
const rsa = (bits: number) =>
  generateKeyPairSync("rsa", { modulusLength: bits })
    .publicKey.export({ type: "spki", format: "der" })
    .toString("base64");

describe("SPF", () => {
  test("passes with its number of look-ups", async () => {
    const found = await spf("v=spf1 include:_spf.example.net ip4:192.0.2.1 -all", {
      "_spf.example.net": { TXT: ["v=spf1 a:x.example.net -all"] },
      "x.example.net": { A: ["192.0.2.9"] },
    });
    expect(found).toMatchObject([{ state: "pass", name: "example.com", fix: null }]);
    expect(found[0]?.says).toContain("2 of 10");
  });

  test("is read whole where it is split into strings", async () => {
    expect(brief(await spf(["v=spf1 ip4:192.0.2", ".1 -all"]))).toEqual([["pass", null]]);
  });

  test("is missing, and the line names the server that we send through", async () => {
    const line = async (
      backend: MailBackend,
      zone: Zone = { "example.com": { A: ["192.0.2.1"] } },
    ) => (await find(zone, "SPF", { backend }))[0];
    expect(await line(smtp)).toMatchObject({
      state: "missing",
      fix: 'example.com. IN TXT "v=spf1 a:mail.example.com ~all"',
    });
    expect((await line(relay("192.0.2.7")))?.fix).toContain('"v=spf1 mx ~all"');
    expect((await line(relay("9.9.9.9")))?.fix).toContain('"v=spf1 ip4:9.9.9.9 ~all"');
    expect((await line(relay("email-smtp.eu-west-1.amazonaws.com")))?.fix).toContain(
      "include:amazonses.com",
    );
    expect((await line(api("sendgrid")))?.fix).toContain("include:sendgrid.net");
    expect(await line(api("resend"))).toMatchObject({
      name: "send.example.com",
      fix: 'send.example.com. IN TXT "v=spf1 include:amazonses.com ~all"',
    });
  });

  test("that was published several times is merged into one", async () => {
    const found = await find(
      {
        "example.com": {
          TXT: ["v=spf1 mx ~all", "google-site-verification=x", "v=spf1 mx ip4:192.0.2.1 -all"],
        },
      },
      "SPF",
    );
    expect(brief(found)).toEqual([["fail", "v=spf1 mx ip4:192.0.2.1 -all"]]);
    expect(found[0]?.published).toHaveLength(2);
  });

  test("in quotes that receivers do not see through is shown as it was meant", async () => {
    expect(brief(await spf('"v=spf1 mx -all"'))).toEqual([["fail", "v=spf1 mx -all"]]);
  });

  test("with a term that is none is shown without it", async () => {
    expect(brief(await spf("v=spf1 mx ipv4:192.0.2.1 -all"))).toEqual([["fail", "v=spf1 mx -all"]]);
  });

  const zoneOf = { "a.example.net": { A: ["192.0.2.9"] } };
  test.each([
    ["v=spf1 a:a.example.net +all", "fail", "v=spf1 a:a.example.net ~all"],
    ["v=spf1 a:a.example.net all", "fail", "v=spf1 a:a.example.net ~all"],
    ["v=spf1 a:a.example.net ?all", "warn", "v=spf1 a:a.example.net ~all"],
    ["v=spf1 a:a.example.net", "warn", "v=spf1 a:a.example.net ~all"],
    ["v=spf1 -all a:a.example.net", "warn", "v=spf1 a:a.example.net -all"],
    ["v=spf1 ptr -all", "warn", "v=spf1 -all"],
    ["v=spf1 include:none.example.net -all", "fail", "v=spf1 -all"],
    ["v=spf1 include:example.com -all", "fail", "v=spf1 -all"],
    ["v=spf1 a:gone.example.net -all", "warn", "v=spf1 -all"],
    ["v=spf1 redirect=none.example.net", "fail", "v=spf1"],
  ])("%p is a %s, mended as %p", async (text, state, fix) => {
    expect(brief(await spf(text, zoneOf))).toEqual([[state, fix]]);
  });

  const chain = (length: number): Zone =>
    Object.fromEntries(
      Array.from({ length }, (_, at) => [
        `i${at}.example.net`,
        {
          TXT: [
            at + 1 < length
              ? `v=spf1 include:i${at + 1}.example.net -all`
              : "v=spf1 ip4:192.0.2.1 -all",
          ],
        },
      ]),
    );

  test("may cost ten look-ups, through includes of includes, and not eleven", async () => {
    expect(brief(await spf("v=spf1 include:i0.example.net -all", chain(10)))).toEqual([
      ["pass", null],
    ]);
    const [tooMany] = await spf("v=spf1 include:i0.example.net -all", chain(11));
    expect(tooMany).toMatchObject({ state: "fail" });
    expect(tooMany?.says).toContain("11 DNS look-ups");
    expect(tooMany?.fix).toContain('"v=spf1 a:mail.example.com ~all"');
  });

  test("counts a, mx, ptr, exists and redirect; ip4, ip6 and all are free", async () => {
    const zone = {
      "example.com": {
        TXT: [
          "v=spf1 a mx ptr exists:%{i}.x.example.net ip4:192.0.2.1 ip6:2001:db8::1 redirect=r.example.net",
        ],
        A: ["192.0.2.1"],
        MX: ["10 m.example.net"],
      },
      "m.example.net": { A: ["192.0.2.2"] },
      "r.example.net": { TXT: ["v=spf1 -all"] },
    };
    const found = await find(zone, "SPF");
    expect(brief(found)).toEqual([["warn", expect.not.stringContaining("ptr")]]);
    expect(peer.asked).toContain("udp TXT r.example.net");
  });

  test("is made cheaper by addresses in the place of names, where that is enough", async () => {
    const hosts = Array.from({ length: 11 }, (_, at) => `h${at}.example.net`);
    const zone = Object.fromEntries(hosts.map((host, at) => [host, { A: [`192.0.2.${at}`] }]));
    const [found] = await spf(`v=spf1 ${hosts.map((host) => `a:${host}`).join(" ")} -all`, zone);
    expect(found?.fix).toContain("ip4:192.0.2.0 ip4:192.0.2.1 ");
    expect(found?.fix).not.toContain("a:h");
  });

  test("may ask twice in vain, and not three times", async () => {
    const found = await spf(
      "v=spf1 a:x.example.net a:y.example.net exists:z.example.net ip4:192.0.2.1 -all",
    );
    expect(brief(found)).toEqual([["fail", "v=spf1 ip4:192.0.2.1 -all"]]);
  });

  test("that includes a broken record, or several, is broken itself", async () => {
    const zone = {
      "two.example.net": { TXT: ["v=spf1 -all", "v=spf1 ~all"] },
      "bad.example.net": { TXT: ["v=spf1 foo -all"] },
    };
    const found = await spf("v=spf1 include:two.example.net include:bad.example.net -all", zone);
    expect(brief(found)).toEqual([
      ["fail", "v=spf1 include:bad.example.net -all"],
      ["fail", "v=spf1 include:two.example.net -all"],
    ]);
  });

  test("without the provider's include is not for that provider", async () => {
    const backend = relay("smtp.sendgrid.net");
    const zone = { "sendgrid.net": { TXT: ["v=spf1 ip4:192.0.2.1 -all"] } };
    expect(
      brief(
        await spf(
          "v=spf1 mx:m.example.net -all",
          { ...zone, "m.example.net": { MX: ["1 a.example.net"] } },
          { backend },
        ),
      ),
    ).toEqual([["warn", "v=spf1 include:sendgrid.net mx:m.example.net -all"]]);
    expect(brief(await spf("v=spf1 include:sendgrid.net -all", zone, { backend }))).toEqual([
      ["pass", null],
    ]);
  });

  test("is not judged by silence", async () => {
    expect(await find({}, "SPF", { domain: "slow.example.com" })).toMatchObject([
      { state: "timeout", fix: null },
    ]);
    expect(await find({}, "SPF", { domain: "broken.example.com" })).toMatchObject([
      { state: "timeout" },
    ]);
    const within = await spf("v=spf1 include:slow-include.example.net -all");
    expect(within).toMatchObject([{ state: "timeout" }]);
    expect(within[0]?.says).toContain("slow-include.example.net");
  });
});

describe("DKIM", () => {
  const key = (text: string | string[], name = "sel._domainkey.example.com") =>
    find({ [name]: { TXT: [text] } }, "DKIM");

  test("passes with the size of the key", async () => {
    const [found] = await key(`v=DKIM1; k=rsa; p=${rsa(2048)}`);
    expect(found).toMatchObject({ state: "pass", name: "sel._domainkey.example.com", fix: null });
    expect(found?.says).toContain("2048");
    expect(
      await key(`v=DKIM1; k=ed25519; p=${Buffer.alloc(32, 1).toString("base64")}`),
    ).toMatchObject([{ state: "pass" }]);
  });

  test("is read whole: split, and too long for UDP", async () => {
    const text = `v=DKIM1; k=rsa; p=${rsa(4096)}`;
    const zone = { "big._domainkey.example.com": { TXT: [text.match(/.{1,255}/g) ?? []] } };
    const found = await find(zone, "DKIM", { selectors: ["big"] });
    expect(found).toMatchObject([{ state: "pass", published: [text] }]);
    expect(peer.asked).toContain("tcp TXT big._domainkey.example.com");
  });

  test.each([
    ["1024 bits", `p=${rsa(1024)}`, "warn", "1024"],
    [
      "512 bits",
      "v=DKIM1; p=MFwwDQYJKoZIhvcNAQEBBQADSwAwSAJBAKdd5yVvcdNnQZOuYVvGMtGLSsVTXFnkw6jPPjTq0C0R5l7pWkxJcLcW7kBd1yYwZzyC0GvqPSw0zXyVX4kTpI8CAwEAAQ==",
      "fail",
      "512",
    ],
    ["nothing", "v=DKIM1; p=", "fail", "withdrawn"],
    ["t=y", `v=DKIM1; t=y; p=${rsa(2048)}`, "warn", "t=y"],
    ["no key at all", "v=DKIM1; p=AAAA", "fail", "no public key"],
    ["something else", "hello", "fail", "not a DKIM key"],
  ])("with %s", async (_, text, state, words) => {
    const found = await key(text);
    expect(found).toMatchObject([{ state }]);
    expect(found[0]?.says).toContain(words);
    expect(found[0]?.fix).toStartWith("sel._domainkey.example.com. IN TXT");
  });

  test("twice at one name is no key", async () => {
    const zone = { "sel._domainkey.example.com": { TXT: [`p=${rsa(2048)}`, `p=${rsa(2048)}`] } };
    expect(await find(zone, "DKIM")).toMatchObject([{ state: "fail" }]);
  });

  test("is looked for under the provider's selectors, along its aliases", async () => {
    const zone = {
      "s1._domainkey.example.com": { CNAME: ["s1.domainkey.u1.wl.sendgrid.net"] },
      "s1.domainkey.u1.wl.sendgrid.net": { TXT: [`p=${rsa(2048)}`] },
      "s2._domainkey.example.com": { CNAME: ["s2.domainkey.u1.wl.sendgrid.net"] },
    };
    const found = await find(zone, "DKIM", { backend: api("sendgrid"), selectors: [] });
    expect(found.map(({ name, state }) => [name, state])).toEqual([
      ["s1._domainkey.example.com", "pass"],
      ["s2._domainkey.example.com", "fail"],
    ]);
    expect(found[0]?.published[0]).toBe("CNAME s1.domainkey.u1.wl.sendgrid.net");
    expect(found[1]?.fix).toStartWith("s2._domainkey.example.com. IN CNAME s2.domainkey.<");
    const resend = await find({}, "DKIM", { backend: api("resend"), selectors: [] });
    expect(resend).toMatchObject([{ name: "resend._domainkey.example.com", state: "missing" }]);
  });

  test("of the organisation counts for a domain below it", async () => {
    const zone = { "sel._domainkey.example.com": { TXT: [`p=${rsa(2048)}`] } };
    expect(await find(zone, "DKIM", { domain: "id.example.com" })).toMatchObject([
      { state: "pass", name: "sel._domainkey.example.com" },
    ]);
    expect(await find({}, "DKIM", { domain: "id.example.com" })).toMatchObject([
      { state: "missing", name: "sel._domainkey.id.example.com" },
    ]);
  });

  test("cannot be looked for by SMTP without a selector", async () => {
    expect(await find({}, "DKIM", { selectors: [] })).toMatchObject([{ state: "warn" }]);
  });

  test("is not judged by silence", async () => {
    expect(await find({}, "DKIM", { domain: "slow.example.com" })).toMatchObject([
      { state: "timeout" },
    ]);
  });
});

describe("DMARC", () => {
  const dmarc = (text: string, wish: Wish = {}) =>
    find({ "_dmarc.example.com": { TXT: [text] } }, "DMARC", wish);

  test.each([
    ["v=DMARC1; p=reject", "pass", null],
    [
      "v=DMARC1; p=none; rua=mailto:x@example.com",
      "warn",
      "v=DMARC1; p=quarantine; rua=mailto:x@example.com",
    ],
    ["v=DMARC1; p=reject; pct=20", "warn", "v=DMARC1; p=reject"],
    ["v=DMARC1; p=block", "fail", "v=DMARC1; p=quarantine; rua=mailto:postmaster@example.com"],
    ["v=DMARC1; sp=none", "fail", "v=DMARC1; p=quarantine; rua=mailto:postmaster@example.com"],
    ["p=none; v=DMARC1", "fail", "v=DMARC1; p=quarantine; rua=mailto:postmaster@example.com"],
  ])("%p is a %s", async (text, state, fix) => {
    expect(brief(await dmarc(text))).toEqual([[state, fix]]);
  });

  test("is missing where neither the domain nor the organisation has one", async () => {
    const found = await find({ "example.co.uk": { A: ["192.0.2.1"] } }, "DMARC", {
      domain: "mail.id.example.co.uk",
    });
    expect(found).toMatchObject([{ state: "missing", name: "_dmarc.mail.id.example.co.uk" }]);
    expect(peer.asked).toContain("udp TXT _dmarc.example.co.uk");
    expect(peer.asked).not.toContain("udp TXT _dmarc.id.example.co.uk");
  });

  test("of the organisation holds for a domain below it, by sp= where there is one", async () => {
    const below = { domain: "id.example.com" };
    expect(brief(await dmarc("v=DMARC1; p=reject", below))).toEqual([["pass", null]]);
    expect(brief(await dmarc("v=DMARC1; p=reject; sp=none", below))).toEqual([
      ["warn", "v=DMARC1; p=reject; sp=quarantine"],
    ]);
    expect(brief(await dmarc("v=DMARC1; p=none; sp=reject", below))).toEqual([["pass", null]]);
    expect(brief(await dmarc("v=DMARC1; p=none; sp=reject"))).toEqual([
      ["warn", "v=DMARC1; p=quarantine; sp=reject"],
    ]);
  });

  test("of the domain itself goes before the organisation's", async () => {
    const zone = {
      "_dmarc.example.com": { TXT: ["v=DMARC1; p=reject"] },
      "_dmarc.id.example.com": { TXT: ["v=DMARC1; p=none"] },
    };
    expect(await find(zone, "DMARC", { domain: "id.example.com" })).toMatchObject([
      { state: "warn" },
    ]);
  });

  test("twice is as good as none", async () => {
    const zone = {
      "_dmarc.example.com": { TXT: ["v=DMARC1; p=reject", "v=DMARC1; p=none", "other"] },
    };
    expect(brief(await find(zone, "DMARC"))).toEqual([["fail", "v=DMARC1; p=reject"]]);
  });

  test("is not judged by silence", async () => {
    expect(await find({}, "DMARC", { domain: "slow.example.com" })).toMatchObject([
      { state: "timeout" },
    ]);
  });
});

describe("MX", () => {
  const mx = (records: string[], zone: Zone = {}) =>
    find({ "example.com": { MX: records }, ...zone }, "MX");

  test("passes where every mail server has an address", async () => {
    const zone = {
      "m1.example.com": { A: ["192.0.2.1"] },
      "m2.example.com": { AAAA: ["2001:db8::1"] },
    };
    expect(await mx(["10 m1.example.com", "20 m2.example.com"], zone)).toMatchObject([
      { state: "pass" },
    ]);
  });

  test.each([
    ["nothing", [], "missing"],
    ["a null MX", ["0 ."], "warn"],
    ["a null MX among others", ["0 .", "10 m.example.com"], "fail"],
    ["an address", ["10 192.0.2.1"], "fail"],
    ["a host without an address", ["10 gone.example.com"], "fail"],
  ])("with %s", async (_, records, state) => {
    const found = await mx(records);
    expect(found).toMatchObject([{ state }]);
    expect(found[0]?.fix).toMatch(/ IN (MX|A) /);
  });

  test("of a domain that is not there says so", async () => {
    const [found] = await find({ "elsewhere.org": {} }, "MX");
    expect(found?.says).toContain("there is no domain example.com");
  });

  test("is not judged by silence", async () => {
    expect(await find({}, "MX", { domain: "slow.example.com" })).toMatchObject([
      { state: "timeout" },
    ]);
  });
});

test("the organisation's domain is what somebody registered", () => {
  const names = [
    "id.example.com",
    "example.co.uk",
    "a.b.example.co.uk",
    "me.github.io",
    "localhost",
  ];
  expect(names.map(organisationalDomain)).toEqual([
    "example.com",
    "example.co.uk",
    "example.co.uk",
    "me.github.io",
    "localhost",
  ]);
});

test("names that no public server knows are not looked up", () => {
  expect(
    ["localhost", "a.test", "corp.local", "example.com", "test.com"].map(isPublicName),
  ).toEqual([false, false, false, true, true]);
});
