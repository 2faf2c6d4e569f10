// The resolver against a name server of the test: split text, truncation, silence, forgery, aliases.
import { afterAll, describe, expect, test } from "bun:test";
import { createDnsClient } from "#platform/dns/client.ts";
import { parseNameServer, readResolvConf } from "#platform/dns/servers.ts";
import { dnsPeer } from "../../support/dns-peer.ts";

const long = Array.from({ length: 12 }, (_, at) => `${at}`.repeat(200).slice(0, 200));
const peer = await dnsPeer(
  {
    "example.com": {
      TXT: ["v=spf1 -all", ["split in ", "two strings"]],
      MX: ["20 backup.example.com", "10 mail.example.com"],
      A: ["192.0.2.1", "192.0.2.2"],
      AAAA: ["2001:db8::1"],
    },
    "null.example.com": { MX: ["0 ."] },
    "long.example.com": { TXT: [long] },
    "spoofed.example.com": { TXT: ["real"] },
    "slow.example.com": { TXT: ["at last"] },
    "alias.example.com": { CNAME: ["other.example.com"] },
    "other.example.com": { CNAME: ["example.com"] },
    "dangling.example.com": { CNAME: ["gone.example.net"] },
    "loop.example.com": { CNAME: ["loop2.example.com"] },
    "loop2.example.com": { CNAME: ["loop.example.com"] },
  },
  {
    "long.example.com": "truncated",
    "silent.example.com": "silent",
    "broken.example.com": "servfail",
    "spoofed.example.com": "spoofed",
    "slow.example.com": "once-silent",
  },
);
afterAll(() => peer[Symbol.asyncDispose]());
const dns = createDnsClient({ servers: [peer.server], timeoutMs: 250 });
const found = <T>(records: readonly T[], aliases: readonly string[] = []) => ({
  outcome: "found" as const,
  records,
  aliases,
});

describe("a name that is there", () => {
  test("gives its text records, the strings of one joined", async () => {
    expect(await dns.txt("example.com")).toEqual(found(["v=spf1 -all", "split in two strings"]));
  });

  test("gives its mail exchanges by preference, and a null one as empty", async () => {
    const exchanges = [
      { preference: 10, host: "mail.example.com" },
      { preference: 20, host: "backup.example.com" },
    ];
    expect(await dns.mx("example.com.")).toEqual(found(exchanges));
    expect(await dns.mx("null.example.com")).toEqual(found([{ preference: 0, host: "" }]));
  });

  test("gives its addresses", async () => {
    expect(await dns.a("EXAMPLE.com")).toEqual(found(["192.0.2.1", "192.0.2.2"]));
    expect(await dns.aaaa("example.com")).toEqual(found(["2001:db8::1"]));
  });

  test("is followed along its aliases", async () => {
    const aliases = ["other.example.com", "example.com"];
    expect(await dns.a("alias.example.com")).toEqual(found(["192.0.2.1", "192.0.2.2"], aliases));
  });

  test("is asked for by TCP when the answer did not fit", async () => {
    expect(await dns.txt("long.example.com")).toEqual(found([long.join("")]));
    expect(peer.asked.filter((one) => one.endsWith("TXT long.example.com"))).toEqual([
      "udp TXT long.example.com",
      "tcp TXT long.example.com",
    ]);
  });

  test("is asked for once more when the first question got lost", async () => {
    expect(await dns.txt("slow.example.com")).toEqual(found(["at last"]));
  });
});

describe("a name that is not", () => {
  test("is told from one that has no such record", async () => {
    expect(await dns.txt("gone.example.com")).toEqual({
      outcome: "none",
      exists: false,
      aliases: [],
    });
    expect(await dns.txt("null.example.com")).toEqual({
      outcome: "none",
      exists: true,
      aliases: [],
    });
  });

  test("at the end of an alias is told with the alias", async () => {
    expect(await dns.a("dangling.example.com")).toEqual({
      outcome: "none",
      exists: false,
      aliases: ["gone.example.net"],
    });
  });

  test("that is no name at all is not asked for", async () => {
    const before = peer.asked.length;
    for (const name of ["", "a..b", `${"x".repeat(64)}.example.com`, "x.".repeat(130)]) {
      expect(await dns.a(name)).toEqual({ outcome: "failed", reason: "not a name" });
    }
    expect(peer.asked).toHaveLength(before);
  });
});

describe("a server", () => {
  test("that says nothing is asked twice, then it is a timeout", async () => {
    const startedAt = performance.now();
    expect(await dns.txt("silent.example.com")).toEqual({ outcome: "timeout" });
    expect(performance.now() - startedAt).toBeWithin(450, 1_500);
    expect(peer.asked.filter((one) => one.endsWith("silent.example.com"))).toHaveLength(2);
  });

  test("that cannot say is a failure with its code", async () => {
    expect(await dns.txt("broken.example.com")).toEqual({ outcome: "failed", reason: "SERVFAIL" });
  });

  test("whose answers are forged is still heard: another id or question is no answer", async () => {
    expect(await dns.txt("spoofed.example.com")).toEqual(found(["real"]));
  });

  test("that leads in a circle is a failure", async () => {
    expect(await dns.a("loop.example.com")).toEqual({ outcome: "failed", reason: "endless alias" });
  });

  test("that is not there gives way to the next", async () => {
    const absent = { address: "127.0.0.1", port: 1 };
    const both = createDnsClient({ servers: [absent, peer.server], timeoutMs: 250 });
    expect((await both.a("example.com")).outcome).toBe("found");
    const alone = createDnsClient({ servers: [absent], timeoutMs: 250 });
    expect((await alone.a("example.com")).outcome).toMatch(/failed|timeout/);
  });
});

describe("name servers", () => {
  test.each([
    ["10.0.0.53", { address: "10.0.0.53", port: 53 }],
    ["10.0.0.53:5353", { address: "10.0.0.53", port: 5353 }],
    ["2001:db8::53", { address: "2001:db8::53", port: 53 }],
    ["[2001:db8::53]:5353", { address: "2001:db8::53", port: 5353 }],
    ["ns.example.com", null],
    ["10.0.0.53:0", null],
    ["10.0.0.53:99999", null],
    ["", null],
  ])("%p", (text, expected) => {
    expect(parseNameServer(text)).toEqual(expected);
  });

  test("are read from resolv.conf, at most three; without any, this machine", () => {
    const text =
      "# x\nsearch a b\nnameserver 1.1.1.1\n nameserver 2.2.2.2 # y\nnameserver bad\nnameserver ::1\nnameserver 4.4.4.4\n";
    expect(readResolvConf(text).map(({ address }) => address)).toEqual([
      "1.1.1.1",
      "2.2.2.2",
      "::1",
    ]);
    expect(readResolvConf("search x\n")).toEqual([{ address: "127.0.0.1", port: 53 }]);
  });
});
