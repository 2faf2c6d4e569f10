// People who are asked for something that cannot wait: their next page is the one that asks, whichever they open, and then they go on.
import { defineError } from "../errors.ts";
import { defineTexts } from "../texts.ts";
import { type HttpContext, isLocalPath } from "./context.ts";
import type { Door } from "./door.ts";
import type { AnyRoute } from "./route.ts";
import { shapeOf } from "./shape.ts";

const texts = defineTexts("detour", { first: "Something is asked of you first: open this site" });

/** For scripts that hold a browser's session; people are led to the page. */
export const detourFirst = defineError("request.detour_first", { status: 403, title: texts.first });

/**
 * Where somebody is led before they get what they asked for; null: they get it. Held are pages. A form that was being filled in is taken,
 * and the page after it is held: nothing typed is lost by it. What is public stays open (signing in and out, mailed links), and so do protocol
 * endpoints, which no person reads: single sign-on leads to the page itself, where it may show one (`features/sso/decide.ts`). API clients are nobody
 * who could be led. @throws {detourFirst}
 */
export function detourOf(route: AnyRoute, door: Door, c: HttpContext): string | null {
  const detour = c.var.principal?.session?.detour ?? null;
  if (detour === null || door.kind === "api" || route.kind === "endpoint") return null;
  const { permit, onDetour } = route.spec;
  if (permit === "public" || onDetour === true) return null;
  if (route.kind === "data" && shapeOf(c).kind === "json") throw detourFirst({ at: detour });
  if (route.method !== "get" || (route.kind === "screen" && route.spec.json === true)) return null;
  return detour;
}

/** The page with the place to go on to after it. */
export function detourPath(detour: string, returnTo: string): string {
  const path = `${detour}?return_to=${encodeURIComponent(returnTo)}`;
  return isLocalPath(path) ? path : detour;
}
