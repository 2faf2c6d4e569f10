// The API described: the document, its pages, and one page for each refusal's code. The first two only where the operator wants them.
import { Hono } from "hono";
import { raw } from "hono/html";
import type { Env } from "#platform/http/context.ts";
import { declaredErrors } from "#platform/errors.ts";
import { defineTexts } from "#platform/texts.ts";
import { noSuchPage } from "#platform/http/compile.tsx";
import type { AnyRoute } from "#platform/http/route.ts";
import { asset, FramePage, swaggerUiBase } from "#platform/ui/index.ts";
import { openApiDocument } from "./openapi.ts";

const texts = defineTexts("api_docs", {
  title: "API reference",
  language: "en",
  problemStatus: (status: number) => `Answered with HTTP status ${status}.`,
});

/** `/openapi.json` and `/api/docs`. The viewer is our own copy: no script or style from elsewhere. */
export function apiDocs(table: readonly AnyRoute[], version: string): Hono<Env> {
  const app = new Hono<Env>();
  app.get("/openapi.json", (c) => c.json(openApiDocument(table, c.var.site.origin, version)));
  app.get("/api/docs", (c) =>
    c.html(
      <>
        {raw("<!doctype html>")}
        <html lang={texts.language}>
          <head>
            <meta charset="utf-8" />
            <title>{texts.title}</title>
            <meta name="viewport" content="width=device-width, initial-scale=1" />
            <link rel="icon" href={asset("favicon.svg")} type="image/svg+xml" />
            <link rel="stylesheet" href={`${swaggerUiBase}/swagger-ui.css`} />
            <script
              src={`${swaggerUiBase}/swagger-ui-bundle.js`}
              nonce={c.var.nonce}
              defer
            ></script>
            <script src={asset("api-docs.js")} nonce={c.var.nonce} defer></script>
          </head>
          <body>
            <div id="api-docs" data-openapi="/openapi.json"></div>
          </body>
        </html>
      </>,
    ),
  );
  return app;
}

/** `/problems/:code`: what the `type` of a problem document leads to. */
export function problemPages(): Hono<Env> {
  const app = new Hono<Env>();
  app.get("/problems/:code", (c) => {
    const found = declaredErrors().get(c.req.param("code"));
    if (!found) throw noSuchPage();
    const view = {
      nonce: c.var.nonce,
      tenant: { name: c.var.site.name, ...c.var.site.face },
      viewer: null,
      notice: null,
    };
    return c.html(
      <FramePage
        view={view}
        title={found.spec.title}
        lead={texts.problemStatus(found.spec.status)}
        icon="info"
      >
        <code>{found.code}</code>
      </FramePage>,
    );
  });
  return app;
}
