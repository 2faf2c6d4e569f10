// Stops a page of another origin from acting with a person's cookies. Sibling tenants are same-site, so same-origin is what counts.
import { defineError } from "../errors.ts";
import { defineTexts } from "../texts.ts";
import type { HttpContext } from "./context.ts";

const texts = defineTexts("csrf", {
  refused: "This form was sent from another site. Open the page here and try again",
});

export const crossOrigin = defineError("request.cross_origin", {
  status: 403,
  title: texts.refused,
});

const safeMethods = new Set(["GET", "HEAD", "OPTIONS"]);

/**
 * Refuses an unsafe request of a cookie door that did not come from our own origin.
 * Sec-Fetch-Site decides where the browser sends it (Fetch Metadata §2.3), else Origin must be ours; with neither, it is refused.
 * @throws {crossOrigin}
 */
export function requireSameOrigin(c: HttpContext): void {
  if (safeMethods.has(c.req.method)) return;
  const site = c.req.header("sec-fetch-site");
  const origin = c.req.header("origin");
  const ours = c.var.site.origin;
  if (site !== undefined && site !== "same-origin") throw crossOrigin({ site });
  if (origin !== undefined && origin !== ours) throw crossOrigin({ origin });
  if (site === undefined && origin === undefined) throw crossOrigin();
}
