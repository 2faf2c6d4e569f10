// Development only: the messages that would have been sent, read in the browser.
import { Hono } from "hono";
import { raw } from "hono/html";
import type { Env, HttpContext } from "#platform/http/context.ts";
import { listMailbox, type MailboxMail, readMailbox } from "#platform/mail/backends/mailbox.ts";
import { defineTexts } from "#platform/texts.ts";
import {
  DataTable,
  EmptyState,
  FramePage,
  KeyValues,
  LinkButton,
  Stack,
  Time,
} from "#platform/ui/index.ts";

const texts = defineTexts("dev_mailbox", {
  title: "Mailbox",
  lead: "Every message this installation would have sent, newest first. Development only.",
  product: "WeftID",
  empty: "No mail yet",
  emptyHint: "Invite somebody or sign in, then reload this page.",
  subject: "Subject",
  to: "To",
  from: "From",
  at: "At",
  back: "Back to the mailbox",
  html: "HTML version",
});

const shownMost = 100;

/** `/`, `/:id` (text, links can be followed) and `/:id/html` (sandboxed), relative to where it is mounted. */
export function mailboxPages(folder: string, outer: (c: HttpContext) => HttpContext): Hono<Env> {
  const app = new Hono<Env>();
  const view = (c: HttpContext) => ({
    nonce: outer(c).var.nonce,
    tenant: { name: texts.product },
    viewer: null,
    notice: null,
  });
  app.get("/", async (c) => {
    const mails = await listMailbox(folder, shownMost);
    return c.html(
      <FramePage view={view(c)} title={texts.title} lead={texts.lead} width="wide">
        {mails.length === 0 ? (
          <EmptyState icon="mail" title={texts.empty}>
            {texts.emptyHint}
          </EmptyState>
        ) : (
          <DataTable
            caption={texts.title}
            rows={mails}
            href={(mail) => `/dev/mail/${mail.id}`}
            columns={[
              { label: texts.subject, cell: (mail) => mail.subject },
              { label: texts.to, cell: (mail) => mail.to },
              {
                label: texts.at,
                cell: (mail) => <Time at={new Date(mail.at)} zone="UTC" now={new Date()} />,
              },
            ]}
          />
        )}
      </FramePage>,
    );
  });
  app.get("/:id", async (c) => {
    const mail = await readMailbox(folder, c.req.param("id"));
    if (!mail) return c.text("Not found\n", 404);
    return c.html(
      <FramePage view={view(c)} title={mail.subject} width="wide">
        <MailText mail={mail} />
      </FramePage>,
    );
  });
  app.get("/:id/html", async (c) => {
    const mail = await readMailbox(folder, c.req.param("id"));
    if (!mail) return c.text("Not found\n", 404);
    // A message is other people's content: no script, no network, an origin of its own; its links open in a new tab.
    const policy =
      "default-src 'none'; style-src 'unsafe-inline'; img-src data:; sandbox allow-popups allow-top-navigation-by-user-activation";
    return c.html(mail.html, 200, { "content-security-policy": policy });
  });
  return app;
}

const MailText = ({ mail }: { mail: MailboxMail }) => (
  <Stack>
    <KeyValues
      items={[
        { label: texts.from, value: `${mail.from.name} <${mail.from.address}>` },
        { label: texts.to, value: mail.to },
        { label: texts.at, value: <Time at={new Date(mail.at)} zone="UTC" now={new Date()} /> },
      ]}
    />
    <pre class="mail-text">{raw(linked(mail.text))}</pre>
    <LinkButton href={`/dev/mail/${mail.id}/html`}>{texts.html}</LinkButton>
    <LinkButton href="/dev/mail" kind="quiet">
      {texts.back}
    </LinkButton>
  </Stack>
);

const escapes: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
};

/** The text, escaped, with its web addresses as links. */
const linked = (text: string): string =>
  text
    .replace(/[&<>"]/g, (sign) => escapes[sign] ?? sign)
    .replace(/https?:\/\/[^\s<]+/g, (address) => `<a href="${address}">${address}</a>`);
