// What a message says and in which header fields: framed, escaped, and with no way to add a field.
import { describe, expect, test } from "bun:test";
import { z } from "zod";
import { defineEmail } from "#platform/mail/define.ts";
import { MailButton, MailCode, MailNote } from "#platform/mail/layout.tsx";
import { compose, oneLine, type OutgoingMail } from "#platform/mail/message.ts";
import { renderMail } from "#platform/mail/render.tsx";

const invitation = defineEmail("test.invitation", {
  data: z.object({ name: z.string(), link: z.string() }),
  subject: ({ name }, { tenantName }) => `${name}, join ${tenantName}`,
  text: ({ link }) => `Open this link:\n${link}`,
  html: ({ name, link }) => (
    <>
      <p>Hello {name}</p>
      <MailButton href={link} label="Join" />
      <MailCode code="12345678" />
      <MailNote>It is valid for 7 days.</MailNote>
    </>
  ),
});
const frame = { tenantName: "Acme & Söhne", baseUrl: "https://acme.id.example" };
const mail: OutgoingMail = {
  id: "0198c0de-0000-7000-8000-000000000001",
  fromName: "Acme",
  to: "jane@acme.example",
  subject: "Hello",
  text: "t",
  html: "<p>h</p>",
};
const now = new Date("2026-03-01T12:00:00Z");

describe("renderMail", () => {
  const rendered = renderMail(
    invitation,
    { name: "Jane", link: "https://acme.id.example/i?a=1&b=2" },
    frame,
  );

  test("names the tenant as the sender and fills in the subject", () => {
    expect(rendered.fromName).toBe("Acme & Söhne");
    expect(rendered.subject).toBe("Jane, join Acme & Söhne");
  });

  test("keeps the lines of the text and ends it with who sent it and from where", () => {
    expect(rendered.text).toStartWith(
      "Open this link:\nhttps://acme.id.example/i?a=1&b=2\n\n-- \n",
    );
    expect(rendered.text).toContain("Acme & Söhne sent this message");
    expect(rendered.text).toContain("https://acme.id.example");
  });

  test("wraps the HTML version in a whole document, readable on a dark screen", () => {
    expect(rendered.html).toStartWith('<!doctype html>\n<html lang="en">');
    expect(rendered.html).toContain("<title>Jane, join Acme &amp; Söhne</title>");
    expect(rendered.html).toContain('href="https://acme.id.example/i?a=1&amp;b=2"');
    expect(rendered.html).toContain("12345678");
    expect(rendered.html).toContain('name="color-scheme" content="light dark"');
    expect(rendered.html).toContain("@media (prefers-color-scheme: dark)");
    expect(rendered.html).not.toMatch(/<script|<table|<img|javascript:/);
  });

  test("escapes what people and tenants call themselves", () => {
    const { html } = renderMail(
      invitation,
      { name: "<b>Jane</b>", link: 'https://x/"><script>1</script>' },
      { ...frame, tenantName: "</title><script>2</script>" },
    );
    expect(html).not.toContain("<script>");
    expect(html).not.toContain("<b>Jane");
  });

  test("keeps a subject on one line", () => {
    const { subject } = renderMail(
      invitation,
      { name: "Jane\r\nBcc: all@acme.example", link: "" },
      frame,
    );
    expect(subject).toBe("Jane Bcc: all@acme.example, join Acme & Söhne");
  });

  test("refuses an asynchronous template", () => {
    const Late = async () => <p>later</p>;
    const late = defineEmail("test.late", {
      data: z.object({}),
      subject: () => "s",
      text: () => "t",
      html: () => <Late />,
    });
    expect(() => renderMail(late, {}, frame)).toThrow("asynchronous");
  });
});

describe("compose", () => {
  test("makes a Message-ID at the sender's domain and says that a machine wrote it", () => {
    expect(compose(mail, "no-reply@id.example", now)).toMatchObject({
      from: { name: "Acme", address: "no-reply@id.example" },
      messageId: "<0198c0de-0000-7000-8000-000000000001@id.example>",
      date: now,
      headers: { "Auto-Submitted": "auto-generated" },
    });
  });

  test("keeps the time at which it was queued", () => {
    const at = new Date("2026-02-28T08:00:00Z");
    expect(compose({ ...mail, at }, "no-reply@id.example", now)?.date).toEqual(at);
  });

  for (const to of [
    "jane",
    "",
    "@acme.example",
    "jane@",
    "jane@acme.example\r\nBcc: all@acme.example",
    "jane@acme.example\nx",
    "jane@acme.example\0",
    "jane@acme.example, all@acme.example",
    "jane@acme.example;all@acme.example",
    "Jane <jane@acme.example>",
    "<jane@acme.example>",
    '"jane"@acme.example',
    "jane@all@acme.example",
    "jane @acme.example",
    `${"a".repeat(250)}@acme.example`,
  ]) {
    test(`refuses ${JSON.stringify(to.slice(0, 60))} as the recipient`, () => {
      expect(compose({ ...mail, to }, "no-reply@id.example", now)).toBeNull();
    });
  }

  test("takes the usual addresses", () => {
    for (const to of [
      "jane@acme.example",
      "o'brien+id@mail.acme.example",
      "jané@müller.example",
      "j_d.x-1@1.example",
    ]) {
      expect(compose({ ...mail, to }, "no-reply@id.example", now)?.to).toBe(to);
    }
  });

  test("keeps the sender's name and the subject on their lines", () => {
    const composed = compose(
      { ...mail, fromName: "Acme\r\nBcc: a@b.example", subject: "Hi\u2028\u2029\u0000\u0085there" },
      "no-reply@id.example",
      now,
    );
    expect(composed?.from.name).toBe("Acme Bcc: a@b.example");
    expect(composed?.subject).toBe("Hi there");
    expect(oneLine(" a\t\tb \r\n")).toBe("a b");
  });
});
