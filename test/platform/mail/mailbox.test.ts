// The mailbox of a development machine: whole files, newest first, nobody else's.
import { afterAll, describe, expect, test } from "bun:test";
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { simpleParser } from "mailparser";
import { systemClock } from "#platform/clock.ts";
import { listMailbox, readMailbox } from "#platform/mail/backends/mailbox.ts";
import type { OutgoingMail } from "#platform/mail/message.ts";
import { createMailTransport } from "#platform/mail/transport.ts";
import { wayOut } from "../outbound/peers.ts";

const directory = await mkdtemp(join(tmpdir(), "weft-mailbox-"));
afterAll(() => rm(directory, { recursive: true }));
let boxes = 0;

function aMailbox() {
  const path = join(directory, String((boxes += 1)), "mail");
  const backend = { kind: "mailbox" as const, path };
  return {
    path,
    transport: createMailTransport(
      { from: "no-reply@localhost", backend },
      wayOut().outbound,
      systemClock,
    ),
  };
}
const aMail = (subject: string): OutgoingMail => ({
  id: Bun.randomUUIDv7(),
  at: new Date("2026-03-01T12:00:00Z"),
  fromName: "Acme",
  to: "jane@acme.example",
  subject,
  text: "Open https://acme.localhost/i",
  html: '<p><a href="https://acme.localhost/i">Open</a></p>',
});

describe("the mailbox", () => {
  test("keeps a message as mail and as what the page shows", async () => {
    const { path, transport } = aMailbox();
    const mail = aMail("Grüße");
    expect(await transport.send(mail)).toEqual({ outcome: "accepted" });

    const entry = {
      id: mail.id,
      at: "2026-03-01T12:00:00.000Z",
      from: { name: "Acme", address: "no-reply@localhost" },
      to: "jane@acme.example",
      subject: "Grüße",
    };
    expect(await listMailbox(path, 10)).toEqual([entry]);
    expect(await readMailbox(path, mail.id)).toEqual({
      ...entry,
      text: mail.text,
      html: mail.html,
    });
    const parsed = await simpleParser(await readFile(join(path, `${mail.id}.eml`)));
    expect(parsed).toMatchObject({
      messageId: `<${mail.id}@localhost>`,
      subject: "Grüße",
      html: mail.html,
    });
  });

  test("lists the newest first, and no more than asked for", async () => {
    const { path, transport } = aMailbox();
    for (const subject of ["one", "two", "three"]) await transport.send(aMail(subject));
    expect((await listMailbox(path, 2)).map(({ subject }) => subject)).toEqual(["three", "two"]);
  });

  test("is empty before the first message, and reads over what is half written", async () => {
    const { path, transport } = aMailbox();
    expect(await listMailbox(path, 10)).toEqual([]);
    await transport.send(aMail("one"));
    await writeFile(join(path, `${Bun.randomUUIDv7()}.json.x.part`), '{"id"');
    await writeFile(join(path, "notes.json"), "{}");
    expect(await listMailbox(path, 10)).toHaveLength(1);
  });

  test("leaves no draft behind, and nothing that others on the machine can read", async () => {
    const { path, transport } = aMailbox();
    const mail = aMail("one");
    await transport.send(mail);
    expect((await readdir(path)).toSorted()).toEqual([`${mail.id}.eml`, `${mail.id}.json`]);
    for (const name of await readdir(path))
      expect((await stat(join(path, name))).mode & 0o077).toBe(0);
    expect((await stat(path)).mode & 0o077).toBe(0);
  });

  test("holds a message sent twice once", async () => {
    const { path, transport } = aMailbox();
    const mail = aMail("one");
    await Promise.all([transport.send(mail), transport.send(mail)]);
    expect(await listMailbox(path, 10)).toHaveLength(1);
  });

  test("reads no file elsewhere", async () => {
    const { path } = aMailbox();
    await writeFile(join(directory, "secret.json"), JSON.stringify({ id: "x" }));
    for (const id of ["../../secret", "/etc/passwd", "", "0198c0de-0000-7000-8000-000000000001"]) {
      expect(await readMailbox(path, id)).toBeNull();
    }
  });
});
