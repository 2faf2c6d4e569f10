// The files in public/: hashed addresses may be kept for ever, the rest for an hour.
import { serveStatic } from "hono/bun";
import type { MiddlewareHandler } from "hono";
import { assetBase, publicDirectory } from "../ui/assets.ts";
import type { Env } from "./context.ts";

/** Serves `/assets/*` from public/; paths with `..` are refused by the middleware. */
export function serveAssets(): MiddlewareHandler<Env> {
  const files = serveStatic<Env>({
    root: publicDirectory,
    rewriteRequestPath: (path) => path.slice(assetBase.length),
  });
  return async (c, next) => {
    const answer = await files(c, next);
    if (!answer) return;
    const isNamedByContent = c.req.query("v") !== undefined || c.req.path.includes("/vendor/");
    answer.headers.set(
      "cache-control",
      isNamedByContent ? "public, max-age=31536000, immutable" : "public, max-age=3600",
    );
    return answer;
  };
}
