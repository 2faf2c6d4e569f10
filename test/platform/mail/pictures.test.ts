// A message with a picture in it, by every way out: a part of the message, shown by the HTML version, absent from the text.
import { afterAll, describe, expect, test } from "bun:test";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { simpleParser } from "mailparser";
import { systemClock } from "#platform/clock.ts";
import { readMailbox } from "#platform/mail/backends/mailbox.ts";
import { logoPlace, withLogo } from "#platform/mail/logo.ts";
import { createMailTransport, type MailSettings } from "#platform/mail/transport.ts";
import { aPng } from "../../support/pictures.ts";
import { serve, wayOut } from "../outbound/peers.ts";
import { smtpPeer } from "./smtp-peer.ts";

const png = aPng({ width: 24, height: 12 });
const plain = {
  id: "0198c0de-0000-7000-8000-000000000001",
  fromName: "Acme",
  to: "jane@acme.example",
  subject: "Hello",
  text: "Hello",
  html: `<html><body>${logoPlace}<p>Hello</p></body></html>`,
};
const mail = withLogo(plain, { png, width: 24, height: 12 });
const base64 = png.toString("base64");

const send = (backend: MailSettings["backend"]) =>
  createMailTransport(
    { from: "no-reply@id.example", backend },
    wayOut().outbound,
    systemClock,
  ).send(mail);

describe("withLogo", () => {
  test("puts the picture into its place, and leaves nothing there without one", () => {
    expect(mail.html).toContain('<img class="logo" src="cid:logo" width="24" height="12" alt=""');
    expect(mail.html).not.toContain(logoPlace);
    expect(mail.text).toBe(plain.text);
    expect(withLogo(plain, null)).toEqual({
      ...plain,
      html: "<html><body><p>Hello</p></body></html>",
    });
  });

  test("leaves a message without a place for it as it is", () => {
    const bare = { ...plain, html: "<p>Hello</p>" };
    expect(withLogo(bare, { png, width: 1, height: 1 })).toEqual(bare);
  });
});

describe("a picture", () => {
  test("is related to the HTML version by SMTP", async () => {
    await using peer = await smtpPeer();
    expect(await send(peer.settings)).toEqual({ outcome: "accepted" });
    const [received] = peer.received;
    expect(received?.raw).toMatch(
      /multipart\/alternative[^]*text\/plain[^]*multipart\/related[^]*text\/html[^]*image\/png/,
    );
    const [part] = received?.mail.attachments ?? [];
    expect(part).toMatchObject({ cid: "logo", contentType: "image/png", related: true });
    expect(part?.contentDisposition).toBe("inline");
    expect(part?.content.equals(png)).toBe(true);
  });

  test.each([
    [
      "sendgrid",
      { content_id: "logo", filename: "logo.png", type: "image/png", disposition: "inline" },
    ],
    ["resend", { content_id: "logo", filename: "logo.png", content_type: "image/png" }],
  ] as const)("is an inline attachment by %s", async (kind, expected) => {
    const bodies: unknown[] = [];
    await using peer = serve(async (request) => {
      bodies.push(await request.json());
      return kind === "sendgrid" ? new Response(null, { status: 202 }) : Response.json({ id: "1" });
    });
    const delivery = await send({ kind, apiKey: "key", baseUrl: peer.origin });
    expect(delivery).toEqual({ outcome: "accepted" });
    expect(bodies).toMatchObject([{ attachments: [{ ...expected, content: base64 }] }]);
  });

  test("is in the mailbox's mail, and in its page", async () => {
    const path = await mkdtemp(join(tmpdir(), "weft-pictures-"));
    afterAll(() => rm(path, { recursive: true }));
    await send({ kind: "mailbox", path });
    const source = await simpleParser(await readFile(join(path, `${mail.id}.eml`)));
    expect(source.attachments[0]?.content.equals(png)).toBe(true);
    const page = await readMailbox(path, mail.id);
    expect(page?.html).toContain(`src="data:image/png;base64,${base64}"`);
  });
});
