// A door: how one kind of caller is let in and told no. Browsers come with a cookie, scripts with a bearer token.
import type { HttpContext, Principal } from "./context.ts";
import { defineError } from "../errors.ts";
import { defineTexts } from "../texts.ts";
import { roleMay, scopeCovers } from "#src/permissions.ts";
import { roleOf } from "#src/actor.ts";
import type { Permit } from "./route.ts";

const texts = defineTexts("door", {
  signInFirst: "Sign in first",
  forbidden: "Your role does not allow this",
  outOfScope: "This API client may not do this: it is limited to reading, or to other areas",
});

export const notSignedIn = defineError("request.not_signed_in", {
  status: 401,
  title: texts.signInFirst,
});
export const forbidden = defineError("request.forbidden", { status: 403, title: texts.forbidden });

export const outOfScope = defineError("request.out_of_scope", {
  status: 403,
  title: texts.outOfScope,
});

export interface Door {
  readonly kind: "browser" | "api";
  /** Path before every route of this door: "" or "/api/v1". */
  readonly prefix: string;
  /** Counts a request before anything is looked up for it. @throws when there were too many */
  admit?(c: HttpContext): void;
  /** Who is calling, or null for nobody. @throws for credentials that are there and wrong. */
  authenticate(c: HttpContext): Promise<Principal | null>;
}

/** The one place that decides whether a caller may use a route. @throws {notSignedIn} @throws {forbidden} @throws {outOfScope} */
export function requirePermit(
  principal: Principal | null,
  permit: Permit,
  { writes }: { writes: boolean },
): void {
  if (permit === "public") return;
  if (!principal) throw notSignedIn();
  const { actor } = principal;
  if (permit !== "signed-in" && !roleMay(roleOf(actor), permit))
    throw forbidden({ permission: permit });
  if (actor.kind === "client" && !scopeCovers(actor.scope, permit, writes))
    throw outOfScope({ permission: permit });
}
