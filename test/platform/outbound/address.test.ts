// Which addresses may be connected to: the form of the URL, and every address that its name has.
import { describe, expect, test } from "bun:test";
import { type AddressRules, checkedAddresses, checkUrl } from "#platform/outbound/address.ts";
import { texts } from "#platform/outbound/texts.ts";
import { refusal } from "./peers.ts";

const strict: AddressRules = { allowPrivate: false, exceptions: new Set() };
const local: AddressRules = { allowPrivate: true, exceptions: new Set() };
const trusting: AddressRules = {
  allowPrivate: false,
  exceptions: new Set(["https://mail.corp.example:465"]),
};
const check = async (url: string, rules = strict) => checkUrl(url, rules).href;
const addressesOf = (url: string, answer: readonly string[], rules = strict) =>
  checkedAddresses(new URL(url), rules, () => Promise.resolve(answer));

describe("the URL", () => {
  test("may use https at its own port or at one from 1024 on", async () => {
    expect(await check("https://idp.example/metadata?x=1")).toBe(
      "https://idp.example/metadata?x=1",
    );
    expect(await check("https://idp.example:443/")).toBe("https://idp.example/");
    expect(await check("https://idp.example:8443/")).toBe("https://idp.example:8443/");
  });

  const refused: [url: string, reason: string][] = [
    ["idp.example", texts.notAnAddress],
    ["", texts.notAnAddress],
    ["file:///etc/passwd", texts.notAnAddress],
    ["http://idp.example/", texts.notHttps],
    ["ftp://idp.example/", texts.notHttps],
    ["gopher://idp.example/", texts.notHttps],
    ["https://user@idp.example/", texts.hasCredentials],
    ["https://:pw@idp.example/", texts.hasCredentials],
    ["https://idp.example:25/", texts.badPort("25")],
    ["https://idp.example:80/", texts.badPort("80")],
    ["https://idp.example:1023/", texts.badPort("1023")],
  ];
  for (const [url, reason] of refused) {
    test(`is refused as ${url || "nothing"}`, async () => {
      expect(await refusal(check(url))).toEqual(["outbound.refused", reason]);
    });
  }

  test("may be plain and at any port in development", async () => {
    expect(await check("http://idp.localhost:80/", local)).toBe("http://idp.localhost/");
    expect(await check("https://idp.localhost:636/", local)).toBe("https://idp.localhost:636/");
    expect(await refusal(check("ftp://idp.localhost/", local))).toEqual([
      "outbound.refused",
      texts.notHttps,
    ]);
  });

  test("may use a low port where the operator named the origin, and still not plain http", async () => {
    expect(await check("https://mail.corp.example:465/x", trusting)).toContain(":465/x");
    expect(await refusal(check("http://mail.corp.example:465/", trusting))).toEqual([
      "outbound.refused",
      texts.notHttps,
    ]);
    expect(await refusal(check("https://mail.corp.example:466/", trusting))).toEqual([
      "outbound.refused",
      texts.badPort("466"),
    ]);
  });
});

describe("the addresses", () => {
  const shut = [
    "0.0.0.0",
    "10.1.2.3",
    "100.64.0.1",
    "127.0.0.1",
    "169.254.169.254",
    "172.16.0.1",
    "192.0.0.1",
    "192.168.1.1",
    "198.18.0.1",
    "203.0.113.9",
    "224.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::10.0.0.1",
    "::ffff:127.0.0.1",
    "::ffff:169.254.169.254",
    "64:ff9b::a00:1",
    "100::1",
    "2001::1",
    "2001:db8::1",
    "2002:a00:1::1",
    "fc00::1",
    "fd00:ec2::254",
    "fe80::1",
    "fe80::1%eth0",
    "fec0::1",
    "ff02::1",
    "4000::1",
    "not an address",
  ];
  for (const address of shut) {
    test(`refuse ${address}`, async () => {
      expect(await refusal(addressesOf("https://idp.example/", [address]))).toEqual([
        "outbound.refused",
        texts.notPublic("idp.example"),
      ]);
    });
  }

  for (const host of [
    "127.0.0.1",
    "0x7f.1",
    "2130706433",
    "017700000001",
    "[::1]",
    "[::ffff:7f00:1]",
  ]) {
    test(`refuse https://${host}/, written instead of a name`, async () => {
      expect((await refusal(addressesOf(`https://${host}/`, ["93.184.216.34"])))[0]).toBe(
        "outbound.refused",
      );
    });
  }

  test("are public ones, IPv4 first, at most four", async () => {
    expect(await addressesOf("https://idp.example/", ["2606:4700::1", "93.184.216.34"])).toEqual([
      "93.184.216.34",
      "2606:4700::1",
    ]);
    expect(
      await addressesOf("https://idp.example/", [
        "1.1.1.1",
        "1.1.1.2",
        "1.1.1.3",
        "1.1.1.4",
        "1.1.1.5",
      ]),
    ).toHaveLength(4);
    expect(await addressesOf("https://[2606:4700::1]/", [])).toEqual(["2606:4700::1"]);
  });

  test("refuse the host when one of many is private", async () => {
    const answer = ["1.1.1.1", "1.1.1.2", "1.1.1.3", "1.1.1.4", "10.0.0.1"];
    expect((await refusal(addressesOf("https://idp.example/", answer)))[0]).toBe(
      "outbound.refused",
    );
  });

  test("are not told to the person who asked", async () => {
    const [, reason] = await refusal(addressesOf("https://idp.example/", ["10.9.8.7"]));
    expect(reason).not.toContain("10.9.8.7");
  });

  test("may be private for the operator's own origin, never link-local", async () => {
    const url = "https://mail.corp.example:465/";
    expect(await addressesOf(url, ["10.0.0.1"], trusting)).toEqual(["10.0.0.1"]);
    expect((await refusal(addressesOf(url, ["169.254.169.254"], trusting)))[0]).toBe(
      "outbound.refused",
    );
    expect(
      (await refusal(addressesOf("https://mail.corp.example/", ["10.0.0.1"], trusting)))[0],
    ).toBe("outbound.refused");
  });

  test("may be private in development, never link-local or multicast", async () => {
    for (const address of ["127.0.0.1", "10.0.0.1", "fd00::1", "::1", "100.64.0.1"]) {
      expect(await addressesOf("http://idp.test/", [address], local)).toEqual([address]);
    }
    for (const address of ["169.254.169.254", "fe80::1", "224.0.0.1", "0.0.0.0"]) {
      expect((await refusal(addressesOf("http://idp.test/", [address], local)))[0]).toBe(
        "outbound.refused",
      );
    }
  });

  test("that do not exist are a failure", async () => {
    expect(await refusal(addressesOf("https://idp.example/", []))).toEqual([
      "outbound.failed",
      texts.unknownHost("idp.example"),
    ]);
  });
});
