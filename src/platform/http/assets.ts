// The files in public/: hashed addresses may be kept for ever, the rest for an hour.
import { serveStatic } from "hono/bun";
import type { MiddlewareHandler } from "hono";
import { accentStylesheet } from "../ui/accent.ts";
import { assetBase, publicDirectory } from "../ui/assets.ts";
import type { Env } from "./context.ts";

const forEver = "public, max-age=31536000, immutable";

/** Serves `/assets/*` from public/; paths with `..` are refused by the middleware. */
export function serveAssets(): MiddlewareHandler<Env> {
  const files = serveStatic<Env>({
    root: publicDirectory,
    rewriteRequestPath: (path) => path.slice(assetBase.length),
  });
  return async (c, next) => {
    const [, preview, accent] =
      /^\/accent\/(preview-)?([0-9a-f]{6})\.css$/.exec(c.req.path.slice(assetBase.length)) ?? [];
    const selector = preview === undefined ? ":root" : ".accent-preview";
    const stylesheet = accent === undefined ? null : accentStylesheet(`#${accent}`, selector);
    if (stylesheet !== null) {
      return c.body(stylesheet, 200, {
        "content-type": "text/css; charset=utf-8",
        "cache-control": forEver,
      });
    }
    const answer = await files(c, next);
    if (!answer) return;
    const isNamedByContent = c.req.query("v") !== undefined || c.req.path.includes("/vendor/");
    answer.headers.set("cache-control", isNamedByContent ? forEver : "public, max-age=3600");
    return answer;
  };
}
