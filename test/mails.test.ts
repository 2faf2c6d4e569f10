// Every message as it arrives: through the real queue, job and mail server, compared with its golden file in test/golden/mails.
// `UPDATE=1 bun test test/mails.test.ts` accepts a change; look at it before it is committed.
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { join } from "node:path";
import { type ParsedMail, simpleParser } from "mailparser";
import { systemClock } from "#platform/clock.ts";
import { drain } from "#platform/jobs/drain.ts";
import { queueMail } from "#platform/mail/queue.ts";
import { sendTest, createMailTransport } from "#platform/mail/transport.ts";
import { declaredEmails, declaredJobs } from "#src/catalogue.ts";
import {
  fileName,
  hostile,
  mailCases,
  type MailCase,
  origin,
  spoilt,
  tenantName,
} from "./mails/cases.ts";
import { wayOut } from "./platform/outbound/peers.ts";
import { smtpPeer } from "./platform/mail/smtp-peer.ts";
import { testApp, type TestTenant } from "./support/a-tenant.ts";
import { aPng } from "./support/pictures.ts";

const golden = join(import.meta.dir, "golden/mails");
const house = await testApp();
const peer = await smtpPeer();
afterAll(() => peer[Symbol.asyncDispose]());
const transport = createMailTransport(
  { from: "no-reply@id.weft.test", backend: peer.settings },
  wayOut().outbound,
  systemClock,
);

const plain = await house.aTenant();
const branded = await house.aTenant({ signedInAs: "super_admin" });
await giveLogo(branded);

async function giveLogo({ browser }: TestTenant): Promise<void> {
  const form = new FormData();
  const logo = new Uint8Array(aPng({ width: 320, height: 80 }));
  form.append("logo", new File([logo], "logo.png", { type: "image/png" }));
  const { body, headers } = new Request(browser.origin, { method: "POST", body: form });
  const type = { "content-type": headers.get("content-type") ?? "" };
  const answer = await browser.send("POST", "/branding?_method=put", body, { headers: type });
  expect(answer.status).toBe(303);
}

interface Arrived {
  readonly raw: string;
  readonly mail: ParsedMail;
  readonly text: string;
  readonly html: string;
  readonly subject: string;
}

/** One message, queued in a transaction, delivered by its job and taken by a mail server. */
async function arrive(
  { template, data }: MailCase,
  { tenant = plain, name = tenantName }: { tenant?: TestTenant; name?: string } = {},
): Promise<Arrived> {
  const email = declaredEmails().get(template);
  if (!email) throw new Error(`there is no message "${template}"`);
  const post = { ...tenant.post, frame: { tenantName: name, baseUrl: origin } };
  await tenant.tenant.write((db) =>
    queueMail(db, post, email, { email: "ada@acme.example" }, data),
  );
  await drain(house.database, declaredJobs(), { ...house.services, mail: transport });
  return lastArrived();
}

async function lastArrived(): Promise<Arrived> {
  const received = peer.received.pop();
  if (!received) throw new Error("nothing arrived");
  const mail = await simpleParser(received.raw, { keepCidLinks: true });
  const { text = "", html = false, subject = "" } = mail;
  if (html === false) throw new Error("there is no HTML version");
  return { raw: received.raw, mail, text, html, subject };
}

/** The message without what differs each time. */
function lastingText({ raw, text }: Arrived): string {
  const head = raw
    .slice(0, raw.indexOf("\r\n\r\n"))
    .replace(/^Message-ID: <[0-9a-f-]{36}@/m, "Message-ID: <…@")
    .replace(/^Date: .*$/m, "Date: …")
    .replace(/boundary="[^"]*"/, 'boundary="…"')
    .replaceAll("\r\n", "\n");
  return `${head}\n\n${text}`;
}

async function compare(name: string, message: Arrived): Promise<void> {
  for (const [ending, content] of [
    ["txt", lastingText(message)],
    ["html", message.html],
  ] as const) {
    const file = join(golden, `${name}.${ending}`);
    if (Bun.env["UPDATE"] === "1") await Bun.write(file, content);
    expect(content).toBe(await Bun.file(file).text());
  }
}

const addressesIn = (text: string): string[] =>
  [...new Set(text.match(/https?:\/\/[^\s"'<>]+/g))].toSorted();

const unescaped = (html: string) =>
  html.replaceAll("&quot;", '"').replaceAll("&#39;", "'").replaceAll("&amp;", "&");

/** Parts of an address that somebody could not guess. */
const secretsIn = (address: string): string[] =>
  address.split(/[/?&=#]/).filter((part) => /^[\w-]{22,}$/.test(part) && !isUuid(part));
const isUuid = (part: string) => /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(part);

test("every message of the product has a case, and every case a message", () => {
  const declared = [...declaredEmails().keys()].filter((name) => !/^(names_)?test\./.test(name));
  expect([...new Set(mailCases.map(({ template }) => template))].toSorted()).toEqual(
    declared.toSorted(),
  );
});

describe.each(mailCases.map((each) => [fileName(each), each] as const))("%s", (name, each) => {
  let arrived: Arrived;
  beforeAll(async () => {
    arrived = await arrive(each);
  });

  test("is the one of its golden files", () => compare(name, arrived));

  test("says the same addresses twice, all of this tenant, none with two secrets", () => {
    const { text, html } = arrived;
    const addresses = addressesIn(text);
    expect(addressesIn(unescaped(html))).toEqual(addresses);
    for (const [, href = ""] of html.matchAll(/ href="([^"]*)"/g))
      expect(addresses).toContain(unescaped(href));
    for (const address of addresses) {
      expect(new URL(address).origin).toBe(origin);
      expect(secretsIn(address).length).toBeLessThanOrEqual(1);
    }
  });

  test("has what every message has, and loads nothing", () => {
    const { subject, html, mail, text } = arrived;
    expect(Array.from(subject).length).toBeLessThanOrEqual(78);
    expect(mail.headers.get("auto-submitted")).toBe("auto-generated");
    expect(html).toStartWith('<!doctype html>\n<html lang="en">');
    expect(html).toContain(`<title>${subject}</title>`);
    expect(html).not.toMatch(/<(img|script|link|iframe|object|form)\b|url\(|@import/i);
    const [, preheader = ""] = /<div style="display:\s?none[^"]*">([^&<]*)/.exec(html) ?? [];
    expect(preheader.length).toBeGreaterThan(20);
    expect(text).toContain(unescaped(preheader).trim());
    const code = each.data["code"];
    if (typeof code === "string") {
      expect(subject + preheader).not.toContain(code);
      expect(text).toContain(code);
    }
  });

  test("lets nobody write into it by what they call themselves", async () => {
    const { raw, html, text, subject } = await arrive(
      { ...each, data: spoilt(each.data) },
      { name: hostile },
    );
    const head = raw.slice(0, raw.indexOf("\r\n\r\n"));
    expect(head).not.toMatch(/^bcc:/im);
    expect(head.match(/^(from|to|subject):/gim)).toHaveLength(3);
    expect(text).not.toMatch(/^(bcc|call)\b/im);
    expect(html).not.toMatch(/<b>|<img/);
    expect(html).toContain("&lt;b&gt;Eve&lt;/b&gt; Bcc: eve@evil.example");
    expect(subject + text + html).not.toMatch(/[\u202A-\u202E\u2066-\u2069]/);
    expect(Array.from(subject).length).toBeLessThanOrEqual(78);
    for (const [, href = ""] of html.matchAll(/ href="([^"]*)"/g))
      expect(new URL(unescaped(href)).origin).toBe(origin);
  });
});

function caseOf(wanted: string): MailCase {
  const found = mailCases.find(({ template }) => template === wanted);
  if (!found) throw new Error(`there is no case of "${wanted}"`);
  return found;
}

test("a tenant's logo is a part of the message, shown by cid", async () => {
  const message = await arrive(caseOf("users.role_changed"), { tenant: branded });
  await compare("branded", message);
  expect([...message.html.matchAll(/ src="([^"]*)"/g)].map(([, src]) => src)).toEqual(["cid:logo"]);
  expect(message.mail.attachments).toMatchObject([{ cid: "logo", contentType: "image/png" }]);
});

test("the operator's test message is the one of its golden files", async () => {
  expect(await sendTest(transport, "operator@example.com")).toEqual({ outcome: "accepted" });
  await compare("test", await lastArrived());
});

test("a long name of a tenant gives way in the subject, what happened does not", async () => {
  const { subject, text } = await arrive(caseOf("passkeys.revoked"), {
    name: "Gesellschaft ".repeat(15).trim(),
  });
  expect(subject).toMatch(/^A passkey of your account at (Gesellschaft ?)+\w*… was revoked$/);
  expect(Array.from(subject).length).toBe(78);
  expect(text).toContain("Gesellschaft ".repeat(15).trim());
});

test("no golden file is left of a message that is gone", async () => {
  const files = await Array.fromAsync(new Bun.Glob("*").scan({ cwd: golden }));
  const names = [...mailCases.map(fileName), "branded", "test"];
  expect(files.toSorted()).toEqual(
    names.flatMap((name) => [`${name}.html`, `${name}.txt`]).toSorted(),
  );
});
