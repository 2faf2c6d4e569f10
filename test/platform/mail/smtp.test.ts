// Delivery to a real mail server: what arrives, whom we do not talk to, and which refusals are final.
import { describe, expect, test } from "bun:test";
import { createServer } from "node:net";
import { systemClock } from "#platform/clock.ts";
import type { SmtpSettings } from "#platform/mail/backends/smtp.ts";
import type { Delivery, OutgoingMail } from "#platform/mail/message.ts";
import { createMailTransport, sendTest } from "#platform/mail/transport.ts";
import { createAuthority } from "../outbound/authority.ts";
import { wayOut } from "../outbound/peers.ts";
import { type PeerOptions, reply, smtpPeer } from "./smtp-peer.ts";

const mail: OutgoingMail = {
  id: "0198c0de-0000-7000-8000-000000000001",
  at: new Date("2026-03-01T12:00:00Z"),
  fromName: "Acme & Söhne",
  to: "jane@acme.example",
  subject: "Grüße aus Zürich",
  text: ".a line that begins with a dot\nLink: https://acme.id.example/i?a=1&b=2",
  html: "<p>Grüße</p>",
};
const transportTo = (backend: SmtpSettings) =>
  createMailTransport({ from: "no-reply@id.example", backend }, wayOut().outbound, systemClock);

/** What becomes of one message sent to a peer of these options. */
async function attempt(options: PeerOptions, settings: Partial<SmtpSettings> = {}, message = mail) {
  await using peer = await smtpPeer(options);
  const delivery = await transportTo({ ...peer.settings, ...settings }).send(message);
  const words = delivery.outcome === "accepted" ? "" : delivery.reason;
  return { outcome: delivery.outcome, words, received: peer.received, commands: peer.commands };
}

describe("what arrives", () => {
  test("over STARTTLS is the message in two versions, with its header fields", async () => {
    const { outcome, received } = await attempt({});
    expect(outcome).toBe("accepted");
    const [one] = received;
    expect(one).toMatchObject({
      from: "no-reply@id.example",
      to: ["jane@acme.example"],
      wasEncrypted: true,
    });
    expect(one?.mail).toMatchObject({
      messageId: "<0198c0de-0000-7000-8000-000000000001@id.example>",
      subject: "Grüße aus Zürich",
      date: mail.at,
      from: { value: [{ name: "Acme & Söhne", address: "no-reply@id.example" }] },
      to: { value: [{ address: "jane@acme.example" }] },
      html: "<p>Grüße</p>",
    });
    expect(one?.mail.text?.trim()).toBe(mail.text);
    expect(one?.mail.headers.get("auto-submitted")).toBe("auto-generated");
    expect(one?.mail.headers.get("content-type")).toMatchObject({ value: "multipart/alternative" });
    expect(Buffer.from(String(one?.raw)).every((byte) => byte < 128)).toBe(true); // relays without SMTPUTF8 take it
  });

  test("arrives over implicit TLS as well", async () => {
    const { outcome, received } = await attempt({ implicit: true });
    expect([outcome, received[0]?.wasEncrypted]).toEqual(["accepted", true]);
  });

  test("arrives unencrypted where the operator says so", async () => {
    const { outcome, received } = await attempt({}, { tls: "off" });
    expect([outcome, received[0]?.wasEncrypted]).toEqual(["accepted", false]);
  });

  test("holds no field or recipient that a name or subject smuggled in", async () => {
    const { received } = await attempt(
      {},
      {},
      {
        ...mail,
        fromName: 'Acme" <evil@x.example>\r\nBcc: a@x.example',
        subject: "Hi\r\nBcc: b@x.example\r\n\r\n<h1>body</h1>",
      },
    );
    const [one] = received;
    expect(one?.to).toEqual(["jane@acme.example"]);
    expect(one?.from).toBe("no-reply@id.example");
    expect(one?.mail.headers.has("bcc")).toBe(false);
    expect(one?.mail.from?.value).toHaveLength(1);
    expect(one?.mail.from?.value[0]?.address).toBe("no-reply@id.example");
    expect(one?.mail.html).toBe("<p>Grüße</p>");
  });

  test("is one message for every delivery of the same mail", async () => {
    await using peer = await smtpPeer();
    const transport = transportTo(peer.settings);
    await transport.send(mail);
    await transport.send(mail);
    expect(new Set(peer.received.map((one) => one.mail.messageId)).size).toBe(1);
  });

  test("comes with the login that is configured", async () => {
    const login = { user: "weft", password: "p@ss\"w'örd" };
    const server = {
      authOptional: false,
      onAuth: ((auth, _, done) =>
        auth.username === login.user && auth.password === login.password
          ? done(null, { user: "weft" })
          : done(reply(535, "no such login"))) satisfies NonNullable<
        PeerOptions["server"]
      >["onAuth"],
    };
    expect((await attempt({ server }, { login })).received[0]?.user).toBe("weft");
    const wrong = await attempt({ server }, { login: { ...login, password: "wrong" } });
    expect([wrong.outcome, wrong.received]).toEqual(["failed", []]);
    expect(wrong.words).not.toContain("wrong");
  });
});

describe("a connection that cannot be trusted", () => {
  const refused: [what: string, options: PeerOptions][] = [
    ["with a certificate of an unknown authority", { believed: createAuthority() }],
    ["with a certificate for another name", { names: ["mail.other.example"] }],
    ["with a certificate past its last day", { days: -1 }],
    [
      "that knows nothing newer than TLS 1.1",
      { server: { minVersion: "TLSv1", maxVersion: "TLSv1.1" } },
    ],
    [
      "without STARTTLS (or with it cut out on the way)",
      { server: { hideSTARTTLS: true, disabledCommands: ["STARTTLS"] } },
    ],
  ];
  for (const [what, options] of refused) {
    test(`${what} gets no message and no login`, async () => {
      let logins = 0;
      const server = { ...options.server, onAuth: () => void (logins += 1) };
      const login = { user: "weft", password: "secret" };
      const { outcome, received, commands } = await attempt({ ...options, server }, { login });
      expect([outcome, received, commands, logins]).toEqual(["failed", [], [], 0]);
    });
  }

  test("is not believed over implicit TLS either", async () => {
    for (const options of [{ believed: createAuthority() }, { names: ["mail.other.example"] }]) {
      const { outcome, received } = await attempt({ ...options, implicit: true });
      expect([outcome, received]).toEqual(["failed", []]);
    }
  });

  test("is not believed without an authority of our own: the system's do not know it", async () => {
    const { outcome, received } = await attempt({}, { caFile: null });
    expect([outcome, received]).toEqual(["failed", []]);
  });
});

describe("what the server says", () => {
  const rcpt = (error: Error): PeerOptions => ({
    server: { onRcptTo: (_, __, done) => done(error) },
  });
  const data = (error: Error): PeerOptions => ({
    server: {
      onData(stream, _, done) {
        stream.resume();
        stream.on("end", () => done(error));
      },
    },
  });
  const cases: [says: string, options: PeerOptions, outcome: Delivery["outcome"]][] = [
    ["550 to the recipient", rcpt(reply(550, "no such user <jane@acme.example>")), "refused"],
    ["554 to the message", data(reply(554, "spam")), "refused"],
    ["451 to the recipient", rcpt(reply(451, "greylisted")), "failed"],
    ["452 to the message", data(reply(452, "disk full")), "failed"],
    ["530 to the recipient", rcpt(reply(530, "authentication required")), "failed"],
    ["421 to the message", data(reply(421, "going down")), "failed"],
  ];
  for (const [says, options, outcome] of cases) {
    test(`${says} means ${outcome}`, async () => {
      const { outcome: became, words } = await attempt(options);
      expect(became).toBe(outcome);
      expect(words).not.toContain("jane@");
      expect(words).toMatch(/\d{3}|greylisted/);
    });
  }

  test("nothing at all, for there is none, means failed", async () => {
    expect((await attempt({}, { port: 1 })).outcome).toBe("failed");
  });
});

test("an address that is none is refused without a connection", async () => {
  const { outcome, commands } = await attempt(
    {},
    {},
    { ...mail, to: "jane@acme.example\r\nRCPT TO:<b@x.example>" },
  );
  expect([outcome, commands]).toEqual(["refused", []]);
});

test("a silent server is given up when the caller's time is over", async () => {
  const silent = createServer(() => undefined).listen(0, "127.0.0.1");
  await new Promise((listening) => silent.once("listening", listening));
  const address = silent.address();
  const port = typeof address === "object" ? (address?.port ?? 0) : 0;
  const transport = transportTo({
    kind: "smtp",
    host: "127.0.0.1",
    port,
    login: null,
    tls: "starttls",
    caFile: null,
  });
  const begun = performance.now();
  expect((await transport.send(mail, AbortSignal.timeout(200))).outcome).toBe("failed");
  expect(performance.now() - begun).toBeLessThan(2_000);
  expect((await transport.send(mail, AbortSignal.abort())).outcome).toBe("failed");
  silent.close();
});

test("a missing authority file stops the start", () => {
  expect(() =>
    transportTo({
      kind: "smtp",
      host: "x",
      port: 1,
      login: null,
      tls: "starttls",
      caFile: "/nowhere/ca.pem",
    }),
  ).toThrow("/nowhere/ca.pem");
});

test("sendTest sends a message that says what it is", async () => {
  await using peer = await smtpPeer();
  const transport = transportTo(peer.settings);
  expect(transport.route).toBe(`127.0.0.1:${peer.settings.port}, STARTTLS`);
  expect(await sendTest(transport, "ops@acme.example")).toEqual({ outcome: "accepted" });
  expect(peer.received[0]?.mail.subject).toBe("WeftID test message");
  expect(peer.received[0]?.mail.text).toContain("weft mail send-test");
});
