// The frame of the HTML version: one column, readable without images, without styles and on a dark screen.
import { raw } from "hono/html";
import type { FC, PropsWithChildren } from "hono/jsx";
import { logoPlace } from "./logo.ts";
import { texts } from "./texts.ts";

/** Mail programs drop linked sheets and scripts, and some drop this one too: everything needed stands inline, the rest is comfort. */
const sheet = raw(`
  body { margin: 0; }
  a { color: #1d4ed8; }
  @media (prefers-color-scheme: dark) {
    .page { background: #111418 !important; }
    .card { background: #1b2027 !important; color: #e7eaee !important; border-color: #333b45 !important; }
    .code { background: #111418 !important; }
    .quiet { color: #a3adb8 !important; }
    .logo { padding: 6px !important; border-radius: 6px !important; background: #f2f4f7 !important; }
    a { color: #93b4ff; }
    a.button { background: #3b6ef6 !important; }
  }
`);

const font = "font: 16px/1.5 system-ui, -apple-system, 'Segoe UI', Roboto, sans-serif";
const page = `${font}; background: #f2f4f7; margin: 0; padding: 24px 12px`;
const card =
  "max-width: 560px; margin: 0 auto; padding: 28px; background: #ffffff; color: #1b2027; border: 1px solid #dde2e8; border-radius: 10px; overflow-wrap: anywhere";
const unseen = "display: none; max-height: 0; overflow: hidden; mso-hide: all";
// Fills what a list of messages shows of one: without it the code of a sign-in follows there, on a locked screen too.
const filler = raw("&zwnj;&nbsp;".repeat(90));
const quiet = "color: #5b6672; font-size: 14px";

interface LayoutProps {
  /** The subject, for mail programs that show the page's title. */
  readonly title: string;
  /** What lists of messages show below it. */
  readonly preheader: string;
  /** Who writes: the tenant. */
  readonly sender: string;
  readonly footer: readonly string[];
}

/** A whole document around the body of a message. */
export const MailLayout: FC<PropsWithChildren<LayoutProps>> = ({
  title,
  preheader,
  sender,
  footer,
  children,
}) => (
  <html lang={texts.language}>
    <head>
      <meta charset="utf-8" />
      <meta name="viewport" content="width=device-width, initial-scale=1" />
      <meta name="color-scheme" content="light dark" />
      <meta name="supported-color-schemes" content="light dark" />
      <title>{title}</title>
      <style>{sheet}</style>
    </head>
    <body class="page" style={page}>
      <div style={unseen}>
        {preheader}
        {filler}
      </div>
      <div class="card" style={card}>
        {raw(logoPlace)}
        <p style="margin: 0 0 20px; font-weight: 600">{sender}</p>
        {children}
      </div>
      <div class="quiet" style={`max-width: 560px; margin: 16px auto 0; ${quiet}`}>
        {footer.map((line) => (
          <p style="margin: 0 0 4px">{line}</p>
        ))}
      </div>
    </body>
  </html>
);

/** The one thing to do, as a button, and its address in full for those whose mail program shows no buttons. */
export const MailButton: FC<{ href: string; label: string }> = ({ href, label }) => (
  <>
    <p style="margin: 24px 0">
      <a
        class="button"
        href={href}
        style="display: inline-block; padding: 12px 22px; background: #1d4ed8; color: #ffffff; text-decoration: none; border-radius: 8px; font-weight: 600"
      >
        {label}
      </a>
    </p>
    <p class="quiet" style={quiet}>
      {texts.linkFallback}
      <br />
      <a href={href} style="word-break: break-word; overflow-wrap: anywhere">
        {href}
      </a>
    </p>
  </>
);

/** A code to be typed in, large and selectable as a whole. */
export const MailCode: FC<{ code: string }> = ({ code }) => (
  <p
    class="code"
    style="margin: 24px 0; padding: 14px; background: #f2f4f7; border-radius: 8px; text-align: center; font: 600 28px/1.3 ui-monospace, Menlo, Consolas, monospace; letter-spacing: 4px"
  >
    {code}
  </p>
);

/** Something of less weight: how long it is valid, what to do when it was not asked for. */
export const MailNote: FC<PropsWithChildren> = ({ children }) => (
  <p class="quiet" style={quiet}>
    {children}
  </p>
);
