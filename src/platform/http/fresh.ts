// The "write window": what does harm in the wrong hands is done only by somebody who proved who they are a short while ago. A stolen or
// unattended session reads what its person may read; it gives nobody a role, opens no door and closes none.
import { defineError } from "../errors.ts";
import { defineTexts } from "../texts.ts";
import type { Handling, HttpContext, SessionFacts } from "./context.ts";
import type { Door } from "./door.ts";
import type { AnyRoute } from "./route.ts";
import { shapeOf } from "./shape.ts";

export const stepUpTexts = defineTexts("fresh", {
  required: "Prove who you are first",
  about: (minutes: number) =>
    `This change asks for proof that is at most ${minutes} minutes old. Prove who you are in the new tab, come back here and send it again.`,
  kept: "What you typed is kept.",
  prove: "Prove who you are",
  again: "Send again",
});

/** Proof counts for this long. */
export const freshSeconds = 10 * 60;
/** The page of a form asks when less than this is left, so that nobody is surprised while filling it in. */
const aheadSeconds = 2 * 60;

/** For scripts that hold a browser's session; people are shown the way to prove themselves. */
export const stepUpRequired = defineError("request.step_up_required", {
  status: 403,
  title: stepUpTexts.required,
});

/** Whether the person of a session proved who they are within the window, with `aheadOf` seconds of it left. */
export const isFresh = (
  { authenticatedAt }: Pick<SessionFacts, "authenticatedAt">,
  now: Date,
  aheadOf = 0,
): boolean => now.getTime() - authenticatedAt.getTime() <= (freshSeconds - aheadOf) * 1000;

export type Freshness = "enough" | "prove_first" | "stale";

/**
 * What a route that asks for fresh proof says to a request: a page leads to the proof first, an unsafe request is stale. Of the browsers'
 * door alone: an API client proves itself with its secret, it has no session that could be left open on a desk.
 */
export function freshnessOf(route: AnyRoute, door: Door, c: HttpContext): Freshness {
  const session = c.var.principal?.session;
  if (route.kind === "endpoint" || route.spec.fresh !== true || door.kind === "api" || !session)
    return "enough";
  const now = c.var.services.clock.now();
  if (route.method !== "get") return isFresh(session, now) ? "enough" : "stale";
  const isData = shapeOf(c).kind === "json";
  return isData || isFresh(session, now, aheadSeconds) ? "enough" : "prove_first";
}

type Asked = Pick<Handling<unknown, unknown>, "session" | "now">;

/**
 * For a route with `fresh: "sometimes"`: its action has found that this change does harm in the wrong hands. What was done so far in the
 * transaction is undone with the throw, and the person is shown the same as by a route that always asks. @throws {stepUpRequired}
 */
export function requireFresh({ session, now }: Asked): void {
  if (session && !isFresh(session, now)) throw stepUpRequired();
}

/** The same for the page of its form, which asks while there is still time to fill it in. @throws {stepUpRequired} */
export function requireFreshAhead({ session, now }: Asked): void {
  if (session && !isFreshAhead(session, now)) throw stepUpRequired();
}

/** Whether somebody who is sent to prove themselves need not, yet. */
export const isFreshAhead = (session: Pick<SessionFacts, "authenticatedAt">, now: Date): boolean =>
  isFresh(session, now, aheadSeconds);
