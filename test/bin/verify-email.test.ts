// `weft verify-email` as an operator runs it: a process, a mail server, a name server.
import { afterAll, describe, expect, test } from "bun:test";
import { join } from "node:path";
import { reply, smtpPeer } from "../platform/mail/smtp-peer.ts";
import { dnsPeer } from "../support/dns-peer.ts";

const names = await dnsPeer(
  {
    "example.com": {
      TXT: ["v=spf1 ip4:192.0.2.1 +all"],
      MX: ["10 mail.example.com"],
    },
    "mail.example.com": { A: ["192.0.2.1"] },
    "_dmarc.example.com": { TXT: ["v=DMARC1; p=none"] },
  },
  { "sel._domainkey.example.com": "silent" },
);
const mail = await smtpPeer();
const refusing = await smtpPeer({
  server: { onMailFrom: (_, __, done) => done(reply(550, "not from there")) },
});
afterAll(async () => {
  await Promise.all([names, mail, refusing].map((peer) => peer[Symbol.asyncDispose]()));
});

const smtp = ({ host, port, caFile }: (typeof mail)["settings"]) => ({
  SMTP_HOST: host,
  SMTP_PORT: String(port),
  SMTP_TLS_CA: String(caFile),
});
const environment = {
  PATH: Bun.env["PATH"] ?? "",
  // Nothing listens there: the command needs no database.
  POSTGRES_HOST: "127.0.0.1",
  POSTGRES_PORT: "1",
  POSTGRES_PASSWORD: "unused",
  SECRET_KEY: "0f9d2b7c4e8a16350f1b8d6c9e3a5720d4c8b1a69f7e2035b6d4c1e8f7a90b32",
  BASE_DOMAIN: "id.example.com",
  FROM_EMAIL: "no-reply@example.com",
  DNS_SERVERS: `127.0.0.1:${names.server.port}`,
  ...smtp(mail.settings),
};

async function verify(line: readonly string[], extra: Record<string, string> = {}) {
  const child = Bun.spawn([process.execPath, "bin/weft.ts", "verify-email", ...line], {
    cwd: join(import.meta.dir, "../.."),
    env: { ...environment, ...extra },
    stdout: "pipe",
    stderr: "pipe",
  });
  const [out, err, code] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
    child.exited,
  ]);
  return { code, out, err };
}

describe("weft verify-email", () => {
  test("sends by the configured way, prints each finding with the line that mends it, and exits 0 whatever they say", async () => {
    const { code, out } = await verify(["--to", "you@example.org"]);

    expect(code).toBe(0);
    expect(out).toStartWith(`sent to you@example.org from no-reply@example.com by 127.0.0.1:`);
    expect(mail.received.map(({ to, wasEncrypted }) => [to, wasEncrypted])).toEqual([
      [["you@example.org"], true],
    ]);
    const lines = out.split("\n").map((line) => line.replace(/ +/g, " ").trim());
    expect(
      lines
        .filter((line) => /^(pass|warn|fail|missing|timeout)/.test(line))
        .map((line) => line.split(":")[0]),
    ).toEqual([
      "fail SPF example.com",
      "warn DKIM <selector>._domainkey.example.com",
      "warn DMARC _dmarc.example.com",
      "pass MX example.com",
    ]);
    expect(lines).toContain('fix: example.com. IN TXT "v=spf1 ip4:192.0.2.1 ~all"');
    expect(lines).toContain("is: v=spf1 ip4:192.0.2.1 +all");
  });

  test("exits 1 with the reason when the message was not accepted, and looks names up all the same", async () => {
    const { code, out, err } = await verify(["--to", "you@example.org"], smtp(refusing.settings));
    expect(code).toBe(1);
    expect(err).toMatch(/^not sent by 127\.0\.0\.1:\d+, STARTTLS: .*not from there/);
    expect(out).toContain("DMARC");
  });

  test("exits 1 for what is no address", async () => {
    expect((await verify(["--to", "nobody"])).code).toBe(1);
  });

  test("prints everything as JSON", async () => {
    const { code, out } = await verify(["--to", "you@example.org", "--json", "--selector", "sel"]);
    expect(code).toBe(0);
    expect(JSON.parse(out)).toMatchObject({
      ok: true,
      from: "no-reply@example.com",
      domain: "example.com",
      to: "you@example.org",
      delivery: { outcome: "accepted" },
      findings: [
        { record: "SPF", state: "fail", published: ["v=spf1 ip4:192.0.2.1 +all"] },
        { record: "DKIM", state: "timeout", name: "sel._domainkey.example.com" },
        { record: "DMARC", state: "warn" },
        { record: "MX", state: "pass" },
      ],
    });
  }, 120_000);

  test("sends nothing with --dns-only, and exits 0 unless no name server answers", async () => {
    const before = mail.received.length;
    expect((await verify(["--dns-only"])).code).toBe(0);
    const alone = await verify(["--dns-only"], { DNS_SERVERS: "127.0.0.1:1" });
    expect([alone.code, mail.received.length]).toEqual([1, before]);
    expect(alone.err).toContain("DNS_SERVERS");
  });

  test("says that there is nothing to look up for a name that is not public", async () => {
    const { code, out } = await verify(["--dns-only"], { FROM_EMAIL: "a@weft.test" });
    expect([code, out]).toEqual([
      0,
      "weft.test is not a name of the public DNS, so there is nothing to look up\n",
    ]);
  });

  test.each([
    [[], "--to is missing"],
    [["--dns-only", "--to", "a@b.example"], "leave out --to"],
    [["--to", "a@b.example", "--selector", "a b"], "not a selector"],
    [["--to", "a@b.example", "--bogus"], "unknown option"],
  ])("exits 2 for %p", async (line, words) => {
    const { code, err } = await verify(line);
    expect(code).toBe(2);
    expect(err).toContain(words);
  });

  test("exits 78 for wrong settings, by name", async () => {
    const { code, err } = await verify(["--dns-only"], { DNS_SERVERS: "ns.example.com" });
    expect([code, err.includes("DNS_SERVERS")]).toEqual([78, true]);
  });
});
