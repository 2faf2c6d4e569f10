// The frame of every page: head, theme, our stylesheet, and the scripts that a strict content security policy lets run.
import type { Child } from "hono/jsx";
import { raw } from "hono/html";
import { accentAddress } from "./accent.ts";
import { asset, htmxScript, webauthnScript } from "./assets.ts";
import { texts } from "./texts.ts";
import type { PageView, Theme } from "./types.ts";

// No styles injected by script, no second attribute prefix, no extensions: what the policy forbids or nobody uses.
const htmxConfig = JSON.stringify({ includeIndicatorCSS: false, prefix: "", extensions: "none" });

const colourSchemes: Readonly<Record<Theme, string>> = {
  light: "light",
  dark: "dark",
  system: "light dark",
};

export interface DocumentProps {
  readonly view: Pick<PageView, "nonce" | "tenant" | "viewer">;
  readonly title: string;
  readonly children?: Child;
}

/** `<!doctype html>` and everything in it but the content of the body. */
export function Document({ view, title, children }: DocumentProps) {
  const theme = view.viewer?.theme ?? "system";
  const accent = accentAddress(view.tenant.accent);
  return (
    <>
      {raw("<!doctype html>")}
      <html lang={texts.language} data-theme={theme}>
        <head>
          <meta charset="utf-8" />
          <title>{texts.pageTitle(title, view.tenant.name)}</title>
          <meta name="viewport" content="width=device-width, initial-scale=1" />
          <meta name="color-scheme" content={colourSchemes[theme]} />
          <meta name="htmx-config" content={htmxConfig} />
          <link rel="icon" href={asset("favicon.svg")} type="image/svg+xml" />
          <link rel="stylesheet" href={asset("app.css")} />
          {accent !== null && <link rel="stylesheet" href={accent} />}
          <script src={asset("app.js")} nonce={view.nonce}></script>
          <script src={htmxScript} nonce={view.nonce} defer></script>
          <script
            src={asset("passkeys.js")}
            nonce={view.nonce}
            data-library={webauthnScript}
            defer
          ></script>
        </head>
        <body>{children}</body>
      </html>
    </>
  );
}
