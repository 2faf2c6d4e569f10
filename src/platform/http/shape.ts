// The whole of content negotiation: which of three shapes an answer takes. htmx's header names appear here and nowhere else.
import type { HttpContext } from "./context.ts";

export type Shape =
  | { readonly kind: "json" }
  | { readonly kind: "fragment"; readonly target: string }
  | { readonly kind: "page" };

/** JSON for the API and for whoever asks for it; the element htmx wants to replace; else a page. */
export function shapeOf(c: HttpContext): Shape {
  if (c.req.path.startsWith("/api/")) return { kind: "json" };
  const accept = c.req.header("accept") ?? "";
  if (/\bapplication\/(problem\+)?json\b/.test(accept) && !accept.includes("text/html")) {
    return { kind: "json" };
  }
  if (c.req.header("hx-request") === "true" && c.req.header("hx-request-type") === "partial") {
    return { kind: "fragment", target: c.req.header("hx-target")?.split("#")[1] ?? "" };
  }
  return { kind: "page" };
}

/** Whether htmx asked: its errors must be swappable pieces, its redirects a header. */
export const isHtmx = (c: HttpContext): boolean => c.req.header("hx-request") === "true";

/** What a cache must tell apart. */
export const varyByShape = "Accept, HX-Request, HX-Request-Type, HX-Target, Cookie";
